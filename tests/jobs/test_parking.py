"""A job that waits holds no worker, counts no failure, and misses no wake-up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.jobs import service as jobs
from elenchus.jobs import store
from elenchus.jobs.errors import Fatal, Parked
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobStatus, Subject
from elenchus.jobs.task import task
from elenchus.jobs.verdict import NEVER
from tests.jobs.conftest import Gate, submit
from tests.support import until

legs: dict[str, int] = {}
gates: dict[str, Gate] = {}
LEGS = 7  # more than a job may fail


@task("parking.legs", max_attempts=2)
async def parked_legs(run: Run) -> None:
    """Parks until it has had `LEGS` of them."""
    mark = str(run.params["mark"])
    legs[mark] = legs.get(mark, 0) + 1
    if legs[mark] < LEGS:
        raise Parked("waiting for a person", until=now() if run.params.get("by_itself") else None)


@task("parking.held")
async def held(run: Run) -> None:
    mark = str(run.params["mark"])
    legs[mark] = legs.get(mark, 0) + 1
    await gates[mark].wait()
    if legs[mark] == 1:
        raise Parked("waiting")


class TestParking:
    async def test_it_waits_without_a_worker_until_it_is_woken(self, engine, me):
        job_id = await submit("parking.legs", me, mark="person")
        mine = engine(parked_legs)
        await mine.attend(job_id)
        job = await store.find(me, job_id)
        assert (job.status, job.worker, job.stage, job.due_at) == (
            JobStatus.QUEUED, None, "waiting for a person", NEVER
        )  # fmt: skip
        await mine.attend(job_id)
        assert legs["person"] == 1
        await jobs.unpark(me, job_id)
        await mine.attend(job_id)
        assert legs["person"] == 2

    async def test_it_counts_as_no_failure(self, engine, me):
        job_id = await submit("parking.legs", me, mark="often", by_itself=True)
        mine = engine(parked_legs)
        for _ in range(LEGS):
            await mine.attend(job_id)
        job = await store.find(me, job_id)
        assert (job.status, job.failures, job.crashes_between_steps) == (JobStatus.COMPLETED, 0, 0)
        assert {row.outcome for row in job.attempt_log[:-1]} == {AttemptOutcome.PARKED}

    async def test_a_wake_up_during_the_run_is_not_lost(self, engine, me):
        gates["during"] = Gate()
        job_id = await submit("parking.held", me, mark="during")
        mine = engine(held)
        running = asyncio.create_task(mine.attend(job_id))
        await until(lambda: legs.get("during") == 1)
        await jobs.unpark(me, job_id)
        gates["during"].open()
        await running
        job = await store.find(me, job_id)
        assert (job.status, job.due_at <= now()) == (JobStatus.QUEUED, True)

    async def test_neither_is_a_cancellation(self, engine, me):
        gates["stopped"] = Gate()
        job_id = await submit("parking.held", me, mark="stopped")
        mine = engine(held, heartbeat_seconds=2)  # it does not hear of it before it parks
        running = asyncio.create_task(mine.attend(job_id))
        await until(lambda: legs.get("stopped") == 1)
        assert await store.request_cancel(await store.find(me, job_id))
        gates["stopped"].open()
        await running
        await mine.attend(job_id)
        assert (await store.find(me, job_id)).status is JobStatus.CANCELLED

    async def test_without_one_it_stays_parked(self, engine, me):
        gates["none"] = Gate()
        gates["none"].open()
        job_id = await submit("parking.held", me, mark="none")
        await engine(held).attend(job_id)
        assert (await store.find(me, job_id)).due_at == NEVER

    async def test_another_tenants_job_is_not_woken(self, engine, me, stranger):
        job_id = await submit("parking.legs", me, mark="foreign")
        await engine(parked_legs).attend(job_id)
        await jobs.unpark(stranger, job_id)
        assert (await store.find(me, job_id)).due_at == NEVER

    async def test_a_worker_takes_it_up_at_once(self, start_worker, me):
        job_id = await submit("parking.legs", me, mark="prompt")
        await start_worker(parked_legs, sweep_seconds=60)
        for leg in range(1, LEGS):
            await until(lambda leg=leg: legs.get("prompt") == leg, timeout=10)

            async def is_parked() -> bool:
                job = await store.find(me, job_id)
                return job.status is JobStatus.QUEUED and job.due_at == NEVER

            await until(is_parked)
            woken_at = now()
            await jobs.unpark(me, job_id)
            await until(lambda leg=leg: legs["prompt"] == leg + 1, timeout=10)
            assert now() - woken_at < timedelta(seconds=2)

    async def test_it_can_be_cancelled_while_it_waits(self, engine, me):
        job_id = await submit("parking.legs", me, mark="cancelled")
        await engine(parked_legs).attend(job_id)
        assert (await jobs.cancel(me, job_id)).status is JobStatus.CANCELLED
        await jobs.unpark(me, job_id)
        assert (await store.find(me, job_id)).status is JobStatus.CANCELLED


@pytest.fixture
def stranger(me):
    return replace(me, tenant_id=new_id(), user_id=new_id())


@task("parking.child")
async def child(run: Run) -> None:
    if run.params.get("fails"):
        raise Fatal("broken", "It cannot be done.")


class TestAwaited:
    @pytest.mark.parametrize("params", [{}, {"fails": True}], ids=["completed", "failed"])
    async def test_who_waits_for_a_job_is_woken_by_its_end(self, engine, me, params):
        parent = await submit("parking.legs", me, mark=f"parent {params}")
        mine = engine(parked_legs, child)
        await mine.attend(parent)
        waited_for = await jobs.submit(
            "parking.child", me, subject=Subject("thing", new_id()), params=params, awaited_by=parent
        )
        await mine.attend(waited_for)
        assert (await store.find(me, parent)).due_at <= now()
        assert not (await store.find(me, waited_for)).open

    async def test_also_by_its_cancellation_in_the_queue(self, engine, me):
        parent = await submit("parking.legs", me, mark="parent of a cancelled one")
        mine = engine(parked_legs, child)
        await mine.attend(parent)
        waited_for = await jobs.submit("parking.child", me, subject=Subject("thing", new_id()), awaited_by=parent)
        await jobs.cancel(me, waited_for)
        await mine.attend(waited_for)
        assert (await store.find(me, parent)).due_at <= now()
