"""Processes that die between two writes of an execution's own: what they wrote is found, and goes with it."""

import asyncio

import pytest

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.errors import Unavailable
from elenchus.core.pages import PageQuery
from elenchus.jobs import run as runs
from elenchus.jobs.errors import Fatal, LostLease
from elenchus.workflows import erasing, files, forking, service, store, sweeping
from elenchus.workflows.catalogue import service as catalogue
from elenchus.workflows.errors import BadInput, ExecutionNotFound, FileNotFound
from elenchus.workflows.models import Execution, Part
from elenchus.workflows.schemas import ContinueIn, ExecutionStatus
from tests.workflows.inner import begun, engine, fresh, leg
from tests.workflows.support import step

BIG = "x" * 20_000
EXPORT = step("file", "export", input={"format": "md", "title": "x", "markdown": "y"})


@pytest.fixture
def me(resources_, new_principal):
    return new_principal()


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch):
    async def wake(*_args, **_more):
        return True

    monkeypatch.setattr(queueing, "wake", wake)


class Died(BaseException):
    """No handler of the application's catches it."""


def dying_at(monkeypatch, where, error=Died):
    def at(point):
        if point == where:
            raise error

    monkeypatch.setattr(runs, "at", at)


async def bytes_of(me, resources_):
    """The files of a tenant that are on disk."""
    folder = resources_.storage.root / "workflows" / str(me.tenant_id)
    return await asyncio.to_thread(lambda: sorted(path.name for path in folder.glob("*")))


class TestFork:
    @pytest.fixture
    async def parent(self, me) -> Execution:
        done = await leg(await begun(me, step("big", value=BIG), EXPORT, step("last", needs=["big"])))
        assert done.status is ExecutionStatus.COMPLETED
        return done

    async def test_dead_before_its_child_is_whole_leaves_nothing(self, me, parent, resources_, monkeypatch):
        with monkeypatch.context() as dying:
            dying_at(dying, "workflow_after_filled")
            with pytest.raises(Died):
                await service.carry_on(me, parent.execution_id, ContinueIn(from_step="last", outputs={"big": BIG}))
        assert len(await bytes_of(me, resources_)) == 2
        await sweeping.queue_left(now())
        assert await bytes_of(me, resources_) == [str(parent.files[0].id)]
        assert await Part.owned_by(me).count({"execution_id": {"$ne": parent.id}}) == 0
        assert await Execution.owned_by(me).count({}) == 1

    async def test_slower_than_the_sweep_it_says_so_and_leaves_nothing(self, me, parent, resources_):
        given = ContinueIn(from_step="last")
        child = await forking.child_of(me, parent, given, {}, None)
        await store.insert(child)
        await sweeping.queue_left(now())
        with pytest.raises(Unavailable):
            await forking.fill(parent, child, given)
        assert await bytes_of(me, resources_) == [str(parent.files[0].id)]
        assert await Part.owned_by(me).count({"execution_id": child.id}) == 0

    async def test_finished_while_it_is_swept_it_stays(self, me, parent, monkeypatch):
        given = ContinueIn(from_step="last")
        child = await forking.child_of(me, parent, given, {}, None)
        await store.insert(child)
        real = store.never_begun

        async def slow(*args, **more):
            found = await real(*args, **more)
            await forking.fill(parent, child, given)
            return found

        monkeypatch.setattr(store, "never_begun", slow)
        await sweeping.queue_left(now())
        assert not (await fresh(child)).is_draft

    async def test_of_one_of_before_forms_were_kept_the_template_says_what_may_be_put_in(self, me, monkeypatch):
        template = await catalogue.wanted(me, None, "chronology")
        old = await leg(await begun(me, step("only"), input_schema=None, template_id=template.id))
        with pytest.raises(BadInput):
            await service.carry_on(me, old.execution_id, ContinueIn(input_data={"nobody": "asked"}))

    async def test_nobody_sees_it_before_it_is_whole(self, me, parent):
        child = await forking.child_of(me, parent, ContinueIn(from_step="last"), {}, None)
        await store.insert(child)
        listed = await service.page(me, PageQuery(), status=None, template_id=None)
        assert [each.execution_id for each in listed.items] == [parent.execution_id]
        for verb in (service.get, service.cancel):
            with pytest.raises(ExecutionNotFound):
                await verb(me, child.execution_id)

    async def test_whole_it_has_what_its_parent_had(self, me, parent, resources_):
        child = await service.carry_on(me, parent.execution_id, ContinueIn(from_step="last"))
        await erasing.erase(me, parent.id)
        found = await store.named(me, child.execution_id)
        done = await leg(found)
        assert (done.status, done.is_draft) == (ExecutionStatus.COMPLETED, False)
        assert await bytes_of(me, resources_) == [str(done.files[0].id)]
        shown = await service.get(me, done.execution_id)
        assert shown.steps[0].output_data == BIG


class TestExport:
    async def test_dead_behind_its_bytes_they_go_with_the_execution(self, me, resources_, monkeypatch):
        execution = await begun(me, EXPORT)
        with monkeypatch.context() as dying:
            dying_at(dying, "workflow_after_bytes", LostLease)
            await leg(execution)
        assert len(await bytes_of(me, resources_)) == 1
        await erasing.erase(me, execution.id)
        assert await bytes_of(me, resources_) == []

    async def test_without_its_bytes_nobody_sees_it_and_a_child_does_not_want_it(self, me, monkeypatch):
        each = {"type": "export", "input": {"format": "md", "title": "x", "markdown": "{{ item }}"}}
        steps = (step("all", "map", input={"items": ["a", "b"], "step": each, "on_error": "continue"}), step("last"))
        real, taken = files.take, []

        async def full(owner, file_id, save):
            taken.append(file_id)
            if len(taken) == 1:
                raise Fatal("disk_full", "There is no room.")
            await real(owner, file_id, save)

        monkeypatch.setattr(files, "take", full)
        done = await leg(await begun(me, *steps))
        assert done.status is ExecutionStatus.COMPLETED
        assert [file.file_id for file in (await service.get(me, done.execution_id)).files] == [taken[1]]
        with pytest.raises(FileNotFound):
            await service.result_file(me, done.execution_id, taken[0])
        child = await service.carry_on(me, done.execution_id, ContinueIn(from_step="last"))
        assert len(child.files) == 1

    async def test_erased_while_it_writes_it_leaves_none(self, me, resources_, monkeypatch):
        execution = await begun(me, EXPORT)
        real = store.name_file

        async def erased(*args):
            await real(*args)
            await erasing.erase(me, execution.id)

        monkeypatch.setattr(store, "name_file", erased)
        await engine().attend(execution.job_id)
        assert await bytes_of(me, resources_) == []

    async def test_written_again_it_is_named_once_as_it_is_now(self, me):
        execution = await leg(await begun(me, EXPORT))
        [file] = execution.files
        await store.add_file(me, execution.id, file.model_copy(update={"bytes": 7}))
        assert [(each.id, each.bytes) for each in (await fresh(execution)).files] == [(file.id, 7)]
