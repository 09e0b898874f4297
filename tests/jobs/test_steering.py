"""Cancelling and running again."""

import asyncio
import time

import pytest

from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs import service as jobs
from elenchus.jobs import store
from elenchus.jobs.errors import Fatal, JobIsOver, JobNotFound, JobNotOver
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, over, submit
from tests.jobs.support import claim
from tests.support import until

gates: dict[str, Gate] = {}
repaired: set[str] = set()
counted: list[str] = []


@task("steering.held")
async def held(run: Run) -> None:
    await gates[str(run.params["gate"])].wait()


@task("steering.stubborn")
async def stubborn(run: Run) -> None:
    """Works on when it is cancelled, until its next checkpoint."""
    gate = gates[str(run.params["gate"])]
    try:
        await gate.wait()
    except asyncio.CancelledError:
        counted.append("cleaned up")
    await run.checkpoint()
    counted.append("went on")


@task("steering.repairable")
async def repairable(run: Run) -> None:
    mark = str(run.params["mark"])

    async def first() -> None:
        counted.append(f"{mark} first")

    await run.step("first", first)
    if mark not in repaired:
        raise Fatal("broken", "Repair it, then try again.")


class TestCancel:
    async def test_a_waiting_job_ends_at_once(self, me, engine, stored):
        job_id = await submit("steering.held", me, gate="none")
        job = await jobs.cancel(me, job_id)
        assert (job.status, job.error.code, job.attempts) == (JobStatus.CANCELLED, "cancelled", 0)
        assert job.completed_at is not None
        await engine(held).attend(job_id)
        row = await stored(job_id)
        assert (row.status, row.open) == (JobStatus.CANCELLED, False)

    async def test_a_running_job_ends_well_before_its_next_heartbeat(self, me, gate, start_worker):
        gates["nudged"] = gate
        await start_worker(held, heartbeat_seconds=60, lease_seconds=90)
        job_id = await submit("steering.held", me, gate="nudged")
        await until(lambda: gate.came)
        began = time.monotonic()
        asked = await jobs.cancel(me, job_id)
        assert (asked.status, asked.cancel_requested) == (JobStatus.RUNNING, True)
        job = await over(me, job_id)
        assert job.status is JobStatus.CANCELLED
        assert time.monotonic() - began < 2

    async def test_without_the_nudge_the_heartbeat_learns_of_it(self, me, engine, gate, stored):
        gates["unheard"] = gate
        job_id = await submit("steering.held", me, gate="unheard")
        running = asyncio.create_task(engine(held).attend(job_id))
        await until(lambda: gate.came)
        await jobs.cancel(me, job_id)
        await asyncio.wait_for(running, 5)
        assert (await stored(job_id)).status is JobStatus.CANCELLED

    async def test_a_task_that_does_not_let_go_ends_at_its_next_checkpoint(self, me, engine, gate, stored):
        gates["stubborn"] = gate
        job_id = await submit("steering.stubborn", me, gate="stubborn")
        counted.clear()
        running = asyncio.create_task(engine(stubborn).attend(job_id))
        await until(lambda: gate.came)
        await jobs.cancel(me, job_id)
        await asyncio.wait_for(running, 5)
        assert counted == ["cleaned up"]
        assert (await stored(job_id)).status is JobStatus.CANCELLED

    async def test_a_job_waiting_for_its_next_try_ends_at_once(self, me, engine, stored):
        job_id = await submit("steering.held", me, gate="not there")  # a KeyError
        await engine(held).attend(job_id)
        assert (await stored(job_id)).failures == 1
        assert (await jobs.cancel(me, job_id)).status is JobStatus.CANCELLED

    async def test_a_request_that_no_heartbeat_saw_ends_the_next_attempt(self, me, engine, stored, gate, make_due):
        gates["died"] = gate
        job_id = await submit("steering.held", me, gate="died")
        dying = asyncio.create_task(engine(held).attend(job_id))
        await until(lambda: gate.came)
        await store.request_cancel(await stored(job_id))
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await make_due(job_id)
        await engine(held).attend(job_id)
        assert gate.came == 1
        assert (await stored(job_id)).status is JobStatus.CANCELLED

    async def test_what_is_over_stays_as_it_is(self, me, engine, gate, stored):
        gates["over"] = gate
        gate.open()
        job_id = await submit("steering.held", me, gate="over")
        await engine(held).attend(job_id)
        before = await stored(job_id)
        with pytest.raises(JobIsOver, match="completed"):
            await jobs.cancel(me, job_id)
        assert await stored(job_id) == before

    async def test_cancelling_and_ending_at_once_have_one_winner(self, me, engine, stored):
        for n in range(12):
            gate = gates["race"] = Gate()
            job_id = await submit("steering.held", me, gate="race")
            running = asyncio.create_task(engine(held, heartbeat_seconds=0.01).attend(job_id))
            await until(lambda gate=gate: gate.came, every=0.001)
            gate.open()
            await asyncio.sleep(0.001 * (n % 4))
            (refused,) = await asyncio.gather(jobs.cancel(me, job_id), return_exceptions=True)
            await running
            job = await stored(job_id)
            assert job.status in {JobStatus.COMPLETED, JobStatus.CANCELLED}
            assert (job.error is None) == (job.status is JobStatus.COMPLETED)
            assert len([a for a in job.attempt_log if a.ended_at]) == 1
            if isinstance(refused, JobIsOver):
                assert job.status is JobStatus.COMPLETED


class TestRetry:
    async def test_it_goes_on_where_it_ended_with_all_counts_anew(self, me, engine, stored):
        mark = str(new_id())
        job_id = await submit("steering.repairable", me, mark=mark)
        await engine(repairable).attend(job_id)
        failed = await stored(job_id)
        assert failed.status is JobStatus.FAILED
        repaired.add(mark)
        again = await jobs.retry(me, job_id)
        assert (again.status, again.attempts, again.error, again.completed_at) == (JobStatus.QUEUED, 0, None, None)
        await engine(repairable).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.attempts, job.failures) == (JobStatus.COMPLETED, 1, 0)
        assert counted.count(f"{mark} first") == 1

    async def test_a_cancelled_job_can_be_run_after_all(self, me, gate, start_worker):
        gates["after all"] = gate
        gate.open()
        job_id = await submit("steering.held", me, gate="after all")
        await jobs.cancel(me, job_id)
        await start_worker(held)
        await jobs.retry(me, job_id)
        assert (await over(me, job_id)).status is JobStatus.COMPLETED

    async def test_poison_is_tried_anew(self, me, engine, stored, make_due, gate):
        gates["poison"] = gate
        gate.open()
        job_id = await submit("steering.held", me, gate="poison")
        for _ in range(3):
            await claim(job_id, types={"steering.held"}, worker="dying", until=(await stored(job_id)).due_at)
            await make_due(job_id)
        await engine(held).attend(job_id)
        assert (await stored(job_id)).error.code == "poison"
        await jobs.retry(me, job_id)
        await engine(held).attend(job_id)
        assert (await stored(job_id)).status is JobStatus.COMPLETED

    async def test_only_what_failed_or_was_cancelled(self, me, engine, gate):
        gates["fine"] = gate
        gate.open()
        job_id = await submit("steering.held", me, gate="fine")
        with pytest.raises(JobNotOver, match="queued"):
            await jobs.retry(me, job_id)
        await engine(held).attend(job_id)
        with pytest.raises(JobNotOver, match="completed"):
            await jobs.retry(me, job_id)

    async def test_of_ten_at_once_one_queues_it(self, me, engine, stored):
        job_id = await submit("steering.repairable", me, mark=str(new_id()))
        await engine(repairable).attend(job_id)
        answers = await asyncio.gather(*(jobs.retry(me, job_id) for _ in range(10)), return_exceptions=True)
        assert sum(isinstance(answer, JobNotOver) for answer in answers) == 9
        assert (await stored(job_id)).token == 2


class TestWhoMay:
    @pytest.mark.parametrize("verb", [jobs.cancel, jobs.retry, jobs.get])
    async def test_another_tenants_job_does_not_exist(self, me, verb):
        job_id = await submit("steering.held", me, gate="none")
        stranger = Principal(new_id(), me.user_id, Role.OWNER)
        with pytest.raises(JobNotFound):
            await verb(stranger, job_id)

    @pytest.mark.parametrize("verb", [jobs.cancel, jobs.retry, jobs.get])
    async def test_a_member_sees_and_steers_only_their_own(self, me, verb, stored):
        job_id = await submit("steering.held", me, gate="none")
        before = await stored(job_id)
        colleague = Principal(me.tenant_id, new_id(), Role.MEMBER)
        with pytest.raises(JobNotFound):
            await verb(colleague, job_id)
        assert await stored(job_id) == before

    async def test_an_administrator_steers_all(self, me):
        job_id = await submit("steering.held", me, gate="none")
        admin = Principal(me.tenant_id, new_id(), Role.ADMIN)
        assert (await jobs.cancel(admin, job_id)).status is JobStatus.CANCELLED
