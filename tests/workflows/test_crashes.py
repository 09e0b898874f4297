"""Processes that die between two writes of an execution's own: what they wrote is found, and goes with it."""

import asyncio

import pytest

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.errors import Unavailable
from elenchus.jobs import run as runs
from elenchus.jobs.errors import LostLease
from elenchus.workflows import erasing, forking, service, store, sweeping
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

    async def test_erased_while_it_writes_it_leaves_none(self, me, resources_, monkeypatch):
        execution = await begun(me, EXPORT)
        real = store.add_file

        async def erased(*args):
            await real(*args)
            await erasing.erase(me, execution.id)

        monkeypatch.setattr(store, "add_file", erased)
        await engine().attend(execution.job_id)
        assert await bytes_of(me, resources_) == []

    async def test_written_again_it_is_named_once_as_it_is_now(self, me):
        execution = await leg(await begun(me, EXPORT))
        [file] = execution.files
        await store.add_file(me, execution.id, file.model_copy(update={"bytes": 7}))
        assert [(each.id, each.bytes) for each in (await fresh(execution)).files] == [(file.id, 7)]
