"""What the ledger costs: commands per job, and sweeps over a long history."""

import time
from datetime import timedelta
from statistics import median

import pytest
from pymongo import monitoring

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Unscoped
from elenchus.jobs import store
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.task import task
from tests.jobs.conftest import submit
from tests.jobs.support import claim


class LedgerCommands(monitoring.CommandListener):
    """Commands on the ledger, of the job whose id they name: a worker of this process may sweep meanwhile."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command.get(event.command_name) == "jobs":
            self.seen.append((event.command_name, str(event.command)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...
    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...

    def on(self, job_id: Id) -> list[str]:
        """Their names since the last time."""
        names = [name for name, text in self.seen if str(job_id) in text]
        self.seen.clear()
        return names


LEDGER = LedgerCommands()
monitoring.register(LEDGER)  # before any client is made: while the tests are collected


@task("ledger.note")
async def note(run: Run) -> None: ...


@task("ledger.step")
async def step(run: Run) -> None:
    async def nothing() -> None: ...

    await run.step("only", nothing)


def finished(me, **changes) -> Job:
    moment = now() - timedelta(minutes=5)
    fields = {
        "tenant_id": me.tenant_id, "user_id": me.user_id, "role": me.role, "type": "ledger.note", "queue": "ledger",
        "subject": SubjectRef(type="thing", id=new_id()), "max_attempts": 5, "due_at": moment, "queued_at": moment,
        "status": JobStatus.COMPLETED, "open": False, "completed_at": moment,
    }  # fmt: skip
    return Job(**fields | changes)


class TestCommands:
    """Each is a durable write or a read; find-and-modify reads the whole collection on the bundled database."""

    async def test_a_job_without_steps(self, me, engine):
        job_id = await submit("ledger.note", me)
        assert LEDGER.on(job_id) == ["insert"]
        await engine(note).attend(job_id)
        assert LEDGER.on(job_id) == ["update", "find", "update"]

    async def test_a_step_costs_two_writes(self, me, engine):
        job_id = await submit("ledger.step", me)
        LEDGER.on(job_id)
        await engine(step).attend(job_id)
        assert LEDGER.on(job_id) == ["update", "find", "update", "update", "update"]

    async def test_a_wake_up_for_what_is_done_costs_two_looks(self, me, engine):
        job_id = await submit("ledger.note", me)
        await engine(note).attend(job_id)
        LEDGER.on(job_id)
        await engine(note).attend(job_id)
        assert LEDGER.on(job_id) == ["update", "update"]


class TestLongHistory:
    async def test_finished_jobs_are_not_in_the_sweeps_index(self, me):
        jobs = Job.owned_by(me)
        await jobs.insert_missing([finished(me) for _ in range(300)])
        await jobs.insert_missing([finished(me, status=JobStatus.QUEUED, open=True) for _ in range(3)])
        asked = {"open": True, "queue": "ledger", "due_at": {"$lte": now()}}
        plan = await Job.across_tenants()._collection.find(asked).explain()
        open_now = await Job.across_tenants().count({"open": True, "queue": "ledger"})
        assert plan["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == "all_tenants_due"
        assert plan["executionStats"]["totalDocsExamined"] <= open_now < 300
        assert len(await store.due("ledger", types={"ledger.note"}, limit=500)) == open_now
        assert await store.due("ledger", types={"another"}, limit=500) == []

    async def test_what_is_put_off_is_not_read_by_a_sweep(self, me):
        parked = {"status": JobStatus.QUEUED, "open": True, "queue": "parked", "completed_at": None}
        later = now() + timedelta(days=1)
        await Job.owned_by(me).insert_missing([finished(me, **parked, due_at=later) for _ in range(50)])
        await Job.owned_by(me).insert_missing([finished(me, **parked) for _ in range(3)])
        asked: list[dict] = []
        really = Unscoped.aggregate

        async def noted(self, pipeline, *, among):
            asked.append(among)
            return await really(self, pipeline, among=among)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Unscoped, "aggregate", noted)
            assert len(await store.due("parked", types={"ledger.note"}, limit=500, status=JobStatus.QUEUED)) == 3
        plan = await Job.across_tenants()._collection.find(asked[0]).explain()
        assert plan["executionStats"]["totalDocsExamined"] == 3

    async def test_a_claim_costs_the_same_in_a_long_ledger(self, me):
        async def claims() -> float:
            waits = []
            for _ in range(15):
                job_id = await submit("ledger.note", me)
                began = time.perf_counter()
                assert await claim(job_id, types={"ledger.note"}, worker="w", until=now())
                waits.append(time.perf_counter() - began)
            return median(waits)

        short = await claims()
        for _ in range(4):
            await Job.owned_by(me).insert_missing([finished(me) for _ in range(1000)])
        assert await claims() < 5 * short  # an `$or` beside the id is 20 times as slow here
