"""Whole workers: pickup, lost wake-ups, shutdown."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.resources import resources
from elenchus.jobs import privacy, store
from elenchus.jobs import service as jobs
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.models import Job, SubjectRef, Worker
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobStatus, Subject
from elenchus.jobs.sweep import Sweep
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, over, submit
from tests.support import until

gates: dict[str, Gate] = {}
side_by_side: list[int] = []
started: dict[object, float] = {}


@task("worker.note")
async def note(run: Run) -> None:
    started[run.job_id] = time.perf_counter()


@task("worker.held")
async def held(run: Run) -> None:
    await gates[str(run.params["gate"])].wait()


@task("worker.crowd")
async def crowd(run: Run) -> None:
    side_by_side.append(1)
    await asyncio.sleep(0.1)
    started[run.job_id] = len(side_by_side)
    side_by_side.pop()


@task("worker.told", on_end=lambda *_: asyncio.sleep(0, started.setdefault("told", 1.0)))
async def told(run: Run) -> None:
    raise AssertionError("it never begins")


async def row_without_wake_up(me, **changes) -> Job:
    """As after a Redis that lost everything, or a process that died between the row and the wake-up."""
    fields = {
        "tenant_id": me.tenant_id, "user_id": me.user_id, "role": me.role, "type": "worker.note",
        "subject": SubjectRef(type="thing", id=new_id()), "max_attempts": 5, "due_at": now(), "queued_at": now(),
    }  # fmt: skip
    job = Job(**fields | changes)
    await store.insert(job)
    return job


class TestPickup:
    async def test_a_job_begins_at_once(self, me, start_worker):
        """A generous bound for a busy machine, yet below arq's own polling, whose median is 281 ms."""
        await start_worker(note)
        waits = []
        for _ in range(9):
            job_id = await submit("worker.note", me)
            submitted = time.perf_counter()
            await until(lambda job_id=job_id: job_id in started, every=0.001)
            waits.append(started[job_id] - submitted)
        assert sorted(waits)[4] < 0.15

    async def test_a_worker_runs_no_more_at_once_than_it_was_told(self, me, start_worker):
        ids = [await submit("worker.crowd", me) for _ in range(12)]
        await start_worker(crowd, concurrency=3)
        await until(lambda: all(job_id in started for job_id in ids))
        assert max(started[job_id] for job_id in ids) == 3

    async def test_a_full_worker_leaves_jobs_to_others(self, me, start_worker, gate):
        gates["full"] = gate
        await start_worker(held, concurrency=1)
        await submit("worker.held", me, gate="full")
        await until(lambda: gate.came == 1)
        await start_worker(held, concurrency=1)
        await submit("worker.held", me, gate="full")
        await until(lambda: gate.came == 2, timeout=3)

    async def test_jobs_beyond_its_slots_follow_as_soon_as_one_ends(self, me, start_worker):
        await start_worker(note, concurrency=1, sweep_seconds=30)
        ids = [await submit("worker.note", me) for _ in range(20)]
        began = time.monotonic()
        await until(lambda: all(job_id in started for job_id in ids))
        assert time.monotonic() - began < 5


class TestLostWakeUps:
    async def test_a_row_alone_is_enough(self, me, start_worker):
        job = await row_without_wake_up(me, queue=(await self.queue()))
        await start_worker(note)
        assert (await over(me, job.id)).status is JobStatus.COMPLETED

    async def test_redis_wiped_with_jobs_waiting(self, me, start_worker, resources_):
        ids = [await submit("worker.note", me) for _ in range(10)]
        for key in await resources_.redis.keys(f"{await self.queue()}*") + await resources_.redis.keys("arq:*"):
            await resources_.redis.delete(key)
        await start_worker(note)
        for job_id in ids:
            assert (await over(me, job_id)).status is JobStatus.COMPLETED

    async def test_many_lost_ones_do_not_wait_for_a_sweep_each(self, me, start_worker):
        queue = await self.queue()
        rows = [await row_without_wake_up(me, queue=queue, due_at=now() - timedelta(minutes=1)) for _ in range(12)]
        began = time.monotonic()
        await start_worker(note, concurrency=2, sweep_seconds=5)
        for job in rows:
            await over(me, job.id)
        assert time.monotonic() - began < 5  # six sweeps would take 25 s

    async def test_other_queues_are_left_alone(self, me, start_worker, stored):
        other = await row_without_wake_up(me, queue="somebody-elses", due_at=now() - timedelta(minutes=1))
        own = await row_without_wake_up(me, queue=await self.queue())
        await start_worker(note)
        await over(me, own.id)
        assert (await stored(other.id)).status is JobStatus.QUEUED
        await Job.across_tenants().delete({"_id": other.id})

    async def test_work_that_no_version_knows_is_failed_after_an_hour(self, me, start_worker, stored):
        queue = await self.queue()
        young, old = [
            await row_without_wake_up(me, type="worker.unheard", queue=queue, due_at=now() - timedelta(minutes=minutes))
            for minutes in (50, 61)
        ]
        await start_worker(note)
        assert (await over(me, old.id)).error.code == "unknown_type"
        assert (await stored(young.id)).status is JobStatus.QUEUED
        await until(lambda: self.closed(me, old.id))

    async def test_such_work_that_no_list_can_find_keeps_no_other_from_its_end(self, me, start_worker):
        past, queue = now() - timedelta(minutes=61), await self.queue()
        odd, other = [
            await row_without_wake_up(me, type="worker.unheard", queue=queue, due_at=past - early)
            for early in (timedelta(minutes=1), timedelta(0))
        ]
        await Job.across_tenants().update({"_id": odd.id}, {"$set": {"keys": "not a list"}})
        await start_worker(note)
        try:
            assert (await over(me, other.id, timeout=5)).error.code == "unknown_type"
        finally:
            await Job.owned_by(me).delete({"_id": odd.id})

    @pytest.mark.parametrize("is_failed", [False, True], ids=["waiting", "left by a worker that died then"])
    async def test_whoever_waits_for_such_work_is_woken(self, me, start_worker, stored, is_failed):
        queue, past = await self.queue(), now() - timedelta(minutes=61)
        parent = await row_without_wake_up(me, queue="elsewhere", due_at=now() + timedelta(days=1))
        failed = {"status": JobStatus.FAILED, "completed_at": past} if is_failed else {}
        child = await row_without_wake_up(
            me, type="worker.unheard", queue=queue, due_at=past, awaited_by=parent.id, **failed
        )
        await start_worker(note)
        await until(lambda: self.closed(me, child.id))
        assert (await stored(parent.id)).due_at < now() + timedelta(hours=1)
        assert (await stored(child.id)).status is JobStatus.FAILED

    async def test_a_room_that_was_not_told_learns_of_it(self, me, start_worker):
        job_id = await submit("worker.told", me)
        row = await store.find(me, job_id)
        await store.cancel_queued(row, error=jobs.CANCELLED_ERROR, tell=True)
        await start_worker(told)
        await until(lambda: "told" in started)
        await until(lambda: self.closed(me, job_id))

    async def closed(self, me, job_id):
        return not (await store.find(me, job_id)).open

    async def queue(self) -> str:
        return resources().settings.jobs.queue


class TestPoison:
    async def test_rubbish_in_the_queue_ends_no_worker(self, me, start_worker, resources_):
        worker = await start_worker(note)
        pool = queueing.queue()
        await pool.enqueue_job("run", "not an id")
        await pool.enqueue_job("run")
        await pool.enqueue_job("no such function", "x")
        await pool.zadd(pool.default_queue_name, {"without a payload": 1})
        await pool.set("arq:job:pickled", b"\x80\x04N.")
        await pool.zadd(pool.default_queue_name, {"pickled": 1})
        await pool.lpush(queueing.bell(), 1)
        name = await until(lambda: self.name_of_worker(pool.default_queue_name))
        await pool.lpush(queueing.nudges(name), b"\xff\xfe")
        job_id = await submit("worker.note", me)
        assert (await over(me, job_id)).status is JobStatus.COMPLETED
        await until(lambda: self.emptied(pool))
        assert not worker.ended.done()

    async def name_of_worker(self, queue):
        return next((worker.id for worker in await fleet.workers() if worker.queues == [queue]), None)

    async def emptied(self, pool):
        return not await pool.zcard(pool.default_queue_name)

    async def test_what_is_sent_is_json_and_no_result_is_kept(self, me, start_worker, resources_):
        job_id = await submit("worker.note", me)
        await until(lambda: queueing.wake(job_id, 0))  # again if Redis was slow: the one of `submit` is a best effort
        payload = json.loads(await resources_.redis.get(f"arq:job:{job_id}:0"))
        assert (payload["f"], payload["a"]) == ("run", [str(job_id)])
        await start_worker(note)
        await over(me, job_id)
        await until(lambda: self.gone(resources_.redis, job_id))
        assert not await resources_.redis.keys(f"arq:result:{job_id}*")

    async def gone(self, redis, job_id):
        return not await redis.keys(f"arq:*{job_id}*")


class TestDeadWorkersWakeUps:
    """Ids that a dead worker had picked stay in arq's queue, marked as in progress, for over an hour."""

    async def test_they_are_removed_when_the_job_is_taken_over(self, me, start_worker, resources_, stored, make_due):
        job_id = await submit("worker.note", me)
        queue = resources().settings.jobs.queue
        await resources_.redis.set(f"arq:in-progress:{job_id}:0", 1)
        await start_worker(note)  # its listener finds the id taken; the sweep runs the job
        assert (await over(me, job_id)).status is JobStatus.COMPLETED

        async def is_empty() -> bool:
            return await resources_.redis.zcard(queue) == 0 and not await resources_.redis.keys(f"arq:*{job_id}*")

        await until(is_empty)


class TestBugs:
    async def test_a_row_that_cannot_be_read_fails_instead_of_circling_for_ever(self, me, engine):
        job_id = await submit("worker.note", me)
        await Job.across_tenants().update({"_id": job_id}, {"$set": {"steps": "not a list"}})
        await engine(note).attend(job_id)
        row = await Job.across_tenants().row({"_id": job_id})
        assert (row["status"], row["error"]["code"], row["open"]) == ("failed", "unreadable", False)
        assert (await jobs.get(me, job_id)).steps == []
        assert row["unread"] == {"steps": "not a list"}

    async def test_one_that_no_list_can_find_fails_too(self, me, engine):
        job_id = await submit("worker.note", me)
        broken = {"keys": "not a list", "max_attempts": "many"}  # the second is nothing that could be put aside
        await Job.across_tenants().update({"_id": job_id}, {"$set": broken})
        await engine(note).attend(job_id)
        row = await Job.across_tenants().row({"_id": job_id})
        assert await Job.owned_by(me).delete({"_id": job_id})
        assert (row["status"], row["error"]["code"]) == ("failed", "unreadable")

    @pytest.mark.parametrize("broken", [{"steps": "not a list"}, {"steps": 1, "stage": 2}])
    async def test_its_room_and_whoever_waits_for_it_learn_of_it(self, me, engine, stored, broken):
        started.pop("told", None)
        parent = await row_without_wake_up(me, queue="elsewhere", due_at=now() + timedelta(days=1))
        job_id = await jobs.submit("worker.told", me, subject=Subject("thing", new_id()), awaited_by=parent.id)
        await Job.across_tenants().update({"_id": job_id}, {"$set": broken})
        for _ in range(2):
            await engine(told).attend(job_id)
        assert "told" in started
        assert (await stored(parent.id)).due_at <= now()
        assert not (await stored(job_id)).open

    @pytest.mark.parametrize("broken", [{"max_attempts": "many"}, {"steps": "not a list"}])
    async def test_one_that_cannot_be_read_after_its_end_is_not_open_for_ever(
        self, me, engine, stored, make_due, broken
    ):
        parent = await row_without_wake_up(me, queue="elsewhere", due_at=now() + timedelta(days=1))
        job_id = await jobs.submit("worker.told", me, subject=Subject("thing", new_id()), awaited_by=parent.id)
        await store.cancel_queued(await stored(job_id), error=jobs.CANCELLED_ERROR, tell=True)
        await Job.across_tenants().update({"_id": job_id}, {"$set": broken})
        for _ in range(2):
            await engine(told).attend(job_id)
        assert not (await Job.across_tenants().row({"_id": job_id}))["open"]
        assert (await stored(parent.id)).due_at <= now()
        await privacy.erase_in(me)
        assert await Job.owned_by(me).rows({}) == []

    async def test_one_of_another_versions_status_is_left_to_it(self, me, engine, stored, make_due):
        started.pop("told", None)
        parent = await row_without_wake_up(me, queue="elsewhere", due_at=now() + timedelta(days=1))
        job_id = await jobs.submit("worker.told", me, subject=Subject("thing", new_id()), awaited_by=parent.id)
        await Job.across_tenants().update({"_id": job_id}, {"$set": {"status": "postponed"}})
        for _ in range(2):
            await make_due(job_id)
            await engine(told).attend(job_id)
        row = await Job.across_tenants().row({"_id": job_id})
        assert (row["status"], row["open"], "told" in started) == ("postponed", True, False)
        assert (await stored(parent.id)).due_at > now()
        assert await Job.owned_by(me).delete({"_id": job_id})  # those who list all tenants' jobs could not

    async def test_one_whose_token_cannot_be_read_is_not_told_of_for_ever(self, me, engine, make_due):
        job_id = await submit("worker.told", me)
        await Job.across_tenants().update({"_id": job_id}, {"$set": {"token": 1.5}})
        for _ in range(3):
            await make_due(job_id)
            await engine(told).attend(job_id)
        row = await Job.across_tenants().row({"_id": job_id})
        assert (row["status"], row["open"], row["token"]) == ("failed", False, 2.5)

    @pytest.mark.parametrize("broken", [{"steps": "not a list"}, {"attempt_log": [{"number": "one"}]}])
    async def test_what_was_put_aside_stands_in_no_later_runs_way(self, me, engine, stored, broken):
        job_id = await submit("worker.note", me)
        await Job.across_tenants().update({"_id": job_id}, {"$set": broken})
        await engine(note).attend(job_id)
        assert (await stored(job_id)).error.code == "unreadable"
        await jobs.retry(me, job_id)
        await engine(note).attend(job_id)
        assert (await stored(job_id)).status is JobStatus.COMPLETED

    async def test_a_loop_that_ends_by_itself_ends_the_worker_loudly(self, start_worker, monkeypatch):
        """Not a worker that looks alive and sweeps nothing: the supervisor starts another."""

        async def broken(self: Sweep) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(Sweep, "run", broken)
        worker = await start_worker(note)
        with pytest.raises(RuntimeError, match="a bug"):
            await asyncio.wait_for(asyncio.shield(worker.ended), 10)

    async def test_a_sweep_that_fails_is_followed_by_the_next(self, me, start_worker, monkeypatch):
        failures = iter([ValueError("once"), OSError("twice")])
        really = store.due

        async def flaky(queue: str, **asked: Any):
            if fault := next(failures, None):
                raise fault
            return await really(queue, **asked)

        monkeypatch.setattr(store, "due", flaky)
        job = await row_without_wake_up(me, queue=resources().settings.jobs.queue)
        await start_worker(note)
        assert (await over(me, job.id)).status is JobStatus.COMPLETED


class TestShutdown:
    async def test_what_runs_may_finish(self, me, start_worker, gate, stored):
        gates["finish"] = gate
        worker = await start_worker(held)
        job_id = await submit("worker.held", me, gate="finish")
        await until(lambda: gate.came)
        stopping = asyncio.create_task(worker.stop())
        later = await submit("worker.held", me, gate="finish")
        await asyncio.sleep(0.1)
        gate.open()
        await stopping
        assert (await stored(job_id)).status is JobStatus.COMPLETED
        assert (await stored(later)).attempts == 0

    async def test_what_does_not_is_given_back_and_goes_on_elsewhere_at_once(self, me, start_worker, gate, stored):
        gates["release"] = gate
        worker = await start_worker(held, drain_seconds=0)
        job_id = await submit("worker.held", me, gate="release")
        await until(lambda: gate.came)
        began = time.monotonic()
        await worker.stop()
        assert time.monotonic() - began < 4
        job = await stored(job_id)
        assert (job.status, job.failures, job.attempt_log[0].outcome) == (
            JobStatus.QUEUED,
            0,
            AttemptOutcome.RELEASED,
        )
        await start_worker(held, sweep_seconds=60)
        gate.open()
        assert (await over(me, job_id, timeout=5)).attempts == 2

    async def test_the_workers_row_shows_it_while_it_lives(self, me, start_worker, gate, job_settings):
        gates["shown"] = gate
        worker = await start_worker(held)
        job_id = await submit("worker.held", me, gate="shown")

        async def row() -> Worker | None:
            return next((w for w in await fleet.workers() if job_id in w.running), None)

        shown = await until(row)
        assert shown.queues == [job_settings.queue]
        seen_at = shown.seen_at

        async def seen_again() -> bool:
            again = await row()
            return again is not None and again.seen_at > seen_at

        await until(seen_again)
        gate.open()
        await worker.stop()
        assert shown.id not in {w.id for w in await fleet.workers()}
