"""Wake-ups over a Redis of our own, which dies, freezes and comes back."""

import asyncio
import inspect
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from arq.worker import Worker as ArqWorker
from redis.exceptions import RedisError

from elenchus.core import listening, queueing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.listening import Listener
from elenchus.core.resources import redis_client
from elenchus.embedded import Policy, Server, valkey_server
from elenchus.jobs import service as jobs
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.task import task
from tests.jobs.conftest import over, submit
from tests.support import alive, until


@task("queueing.note")
async def note(run: Run) -> None: ...


@task("queueing.wait")
async def wait(run: Run) -> None:
    await asyncio.sleep(60)


@pytest.fixture
async def valkey(resources_, tmp_path: Path, monkeypatch) -> AsyncIterator[Server]:
    server = valkey_server(tmp_path, policy=Policy(auto_restart=False))
    redis = redis_client(await server.start())
    monkeypatch.setattr(resources_, "redis", redis)
    yield server
    os.kill(server.pid, signal.SIGCONT) if alive(server.pid) else None
    await redis.aclose()
    await server.stop()


async def killed(server: Server) -> None:
    server.kill()
    await until(lambda: not alive(server.pid))


class TestWake:
    async def test_it_says_whether_it_was_sent(self, valkey):
        assert await queueing.wake(new_id(), 0)
        await killed(valkey)
        assert not await queueing.wake(new_id(), 0)
        assert not await queueing.nudge("w1", new_id())

    async def test_a_frozen_redis_holds_it_up_for_two_seconds_at_most(self, valkey):
        assert await queueing.wake(new_id(), 0)
        os.kill(valkey.pid, signal.SIGSTOP)
        began = time.monotonic()
        assert not await queueing.wake(new_id(), 0)
        assert time.monotonic() - began < queueing.WAKE_WITHIN_SECONDS + 0.5

    async def test_a_frozen_redis_holds_up_one_of_many(self, valkey):
        """Twenty files of an upload are twenty wake-ups: the first finds out, the others go on without."""
        os.kill(valkey.pid, signal.SIGSTOP)
        began = time.monotonic()
        for _ in range(20):
            assert not await queueing.wake(new_id(), 0)
        assert time.monotonic() - began < queueing.WAKE_WITHIN_SECONDS + 0.8

    async def test_it_is_asked_again_after_a_moment(self, valkey, monkeypatch):
        monkeypatch.setattr(queueing._brief, "silence_seconds", 0.2)
        os.kill(valkey.pid, signal.SIGSTOP)
        assert not await queueing.wake(new_id(), 0)
        os.kill(valkey.pid, signal.SIGCONT)

        async def answers() -> bool:
            return await queueing.wake(new_id(), 0)

        await until(answers, timeout=5)

    async def test_one_wake_up_per_job_and_token(self, valkey, resources_, job_settings):
        job_id = new_id()
        for token in (0, 0, 1):
            await queueing.wake(job_id, token)
        assert await resources_.redis.zcard(job_settings.queue) == 2

    async def test_an_unheard_bell_does_not_grow(self, valkey, resources_, monkeypatch):
        monkeypatch.setattr(queueing, "BELL_LENGTH", 5)
        for _ in range(9):
            await queueing.wake(new_id(), 0)
        assert await resources_.redis.llen(queueing.bell()) == 5


class TestOutage:
    async def test_without_redis_work_is_accepted_and_done(self, me, valkey, start_worker):
        worker = await start_worker(note)
        assert (await over(me, await submit("queueing.note", me))).status is JobStatus.COMPLETED
        await killed(valkey)
        ids = [await submit("queueing.note", me) for _ in range(6)]
        for job_id in ids:
            assert (await over(me, job_id)).status is JobStatus.COMPLETED
        assert not worker.ended.done()

    async def test_a_worker_started_without_redis_works_too(self, me, valkey, start_worker):
        await killed(valkey)
        job_id = await submit("queueing.note", me)
        await start_worker(note)
        assert (await over(me, job_id)).status is JobStatus.COMPLETED

    async def test_redis_gone_while_jobs_run_and_back_empty(self, me, valkey, start_worker, resources_):
        await start_worker(note, wait, concurrency=2)
        ids = [await submit("queueing.wait", me) for _ in range(2)]
        await until(lambda: self.all_running(me, ids))
        await killed(valkey)
        for job_id in ids:
            await jobs.cancel(me, job_id)
        for job_id in ids:
            assert (await over(me, job_id)).status is JobStatus.CANCELLED
        await valkey.start()
        await resources_.redis.flushall()
        waits = []
        for _ in range(3):
            began = time.monotonic()
            await over(me, await submit("queueing.note", me))
            waits.append(time.monotonic() - began)
            await asyncio.sleep(listening.RETRY_SECONDS)
        assert min(waits) < 0.3  # the bell is heard again: the sweep alone would wait out its grace

    async def test_a_cancellation_is_heard_within_two_seconds(self, me, valkey, start_worker):
        """Nobody can nudge the worker, and its next heartbeat is far away."""
        await start_worker(wait, heartbeat_seconds=20, lease_seconds=60, sweep_seconds=20)
        await killed(valkey)
        job_id = await submit("queueing.wait", me)
        await until(lambda: self.all_running(me, [job_id]))
        await jobs.cancel(me, job_id)
        assert (await over(me, job_id, timeout=2)).status is JobStatus.CANCELLED

    async def all_running(self, me, ids):
        return all([(await jobs.get(me, job_id)).status is JobStatus.RUNNING for job_id in ids])

    async def test_redis_frozen(self, me, valkey, start_worker):
        await start_worker(note)
        await over(me, await submit("queueing.note", me))
        os.kill(valkey.pid, signal.SIGSTOP)
        job_id = await submit("queueing.note", me)
        assert (await over(me, job_id)).status is JobStatus.COMPLETED
        os.kill(valkey.pid, signal.SIGCONT)
        assert (await over(me, await submit("queueing.note", me))).status is JobStatus.COMPLETED


class TestOneRoundTrip:
    async def test_what_we_send_is_what_arq_would(self, valkey, resources_, job_settings):
        """`wake` writes arq's own format by itself, to save three round trips."""
        ours, theirs = new_id(), new_id()
        await queueing.wake(ours, 0)
        await queueing.queue().enqueue_job(queueing.FUNCTION, str(theirs), _job_id=f"{theirs}:0")
        redis = resources_.redis

        async def sent(job_id: Id) -> tuple[dict[str, object], float, int]:
            name = f"{job_id}:0"
            payload = json.loads(await redis.get(f"arq:job:{name}"))
            score, kept_ms = await redis.zscore(job_settings.queue, name), await redis.pttl(f"arq:job:{name}")
            assert score == payload.pop("et")
            return {**payload, "a": payload["a"] == [str(job_id)]}, round(score / 5000), round(kept_ms / 5000)

        assert await sent(ours) == await sent(theirs)

    async def test_a_later_start_is_its_score_and_rings_no_bell(self, valkey, resources_, job_settings):
        job_id, at = new_id(), now() + timedelta(seconds=90)
        await queueing.wake(job_id, 3, at=at)
        score = await resources_.redis.zscore(job_settings.queue, f"{job_id}:3")
        assert score == pytest.approx(at.timestamp() * 1000, abs=1)
        assert await resources_.redis.llen(queueing.bell()) == 0


class TestArq:
    """What we rely on of a library whose private parts may change with any release."""

    def test_the_version_is_pinned(self):
        assert version("arq") == "0.28.0"
        assert "arq==0.28.0" in Path("requirements/base.in").read_text()

    def test_the_private_names_are_as_we_use_them(self):
        assert list(inspect.signature(ArqWorker._poll_iteration).parameters) == ["self"]
        assert inspect.iscoroutinefunction(ArqWorker._poll_iteration)
        assert list(inspect.signature(ArqWorker.start_jobs).parameters) == ["self", "job_ids"]
        assert list(inspect.signature(ArqWorker.run_job).parameters) == ["self", "job_id", "score"]

    async def test_a_count_that_redis_interrupted_is_taken_back(self, valkey):
        listener = Listener(lambda job_id, freed: asyncio.sleep(0), at_once=2, timeout_seconds=5)
        await queueing.wake(new_id(), 0)
        await killed(valkey)
        for _ in range(5):
            with pytest.raises((RedisError, OSError)):
                await asyncio.wait_for(listener.start_jobs([b"some:0"]), 5)
        assert listener.job_counter == 0

    async def test_a_page_of_what_others_have_does_not_hold_up_what_comes_after(self, valkey, resources_):
        """As after the death of a worker with many hands: its wake-ups stand at the queue's head until they expire."""
        came = asyncio.Queue()
        listener = Listener(lambda job_id, freed: came.put(job_id), at_once=2, timeout_seconds=5)
        for _ in range(2 * listening.PAGE + 1):
            job_id = new_id()
            await queueing.wake(job_id, 0, ahead=timedelta(minutes=1))
            await resources_.redis.set(f"arq:in-progress:{job_id}:0", 1)
        ours = [new_id() for _ in range(5)]
        for job_id in ours:
            await queueing.wake(job_id, 0)
        listens = asyncio.create_task(listener.main())
        try:
            assert {await asyncio.wait_for(came.get(), 5) for _ in ours} == {*ours}
        finally:
            listens.cancel()

    async def test_a_hand_that_is_free_takes_the_next_before_the_job_is_over(self, valkey, gate, monkeypatch):
        monkeypatch.setattr(listening, "POLL_SECONDS", 60)  # it is told, and does not find out by looking
        came: list[Id] = []

        async def attend(job_id: Id, freed: Callable[[], None]) -> None:
            came.append(job_id)
            if len(came) < 3:
                freed()
                freed()  # counts once
            await gate.wait()

        listener = Listener(attend, at_once=1, timeout_seconds=30)
        ids = [new_id() for _ in range(4)]
        for job_id in ids:
            await queueing.wake(job_id, 0)
        listens = asyncio.create_task(listener.main())
        try:
            await until(lambda: gate.came == 3)
            assert listener.job_counter == 1
            gate.open()
            await until(lambda: sorted(came) == sorted(ids))
            await until(lambda: listener.job_counter == 0)
        finally:
            listens.cancel()

    async def test_a_wake_up_that_redis_hands_out_twice_costs_no_hand(self, valkey, resources_, gate):
        """Killed, it forgets the last second: that a job was begun, and not that it waits."""
        listener = Listener(lambda job_id, freed: gate.wait(), at_once=2, timeout_seconds=30)
        name = f"{(job_id := new_id())}:0"
        await queueing.wake(job_id, 0)
        await listener.start_jobs([name.encode()])
        await resources_.redis.delete(f"arq:in-progress:{name}")
        await listener.start_jobs([name.encode()])
        await until(lambda: gate.came)
        assert listener.job_counter == 1
        gate.open()
        await until(lambda: listener.job_counter == 0)
        assert gate.came == 1

    async def test_one_of_two_workers_has_it(self, valkey, resources_):
        came: list[Id] = []

        async def attend(job_id: Id, freed: Callable[[], None]) -> None:
            came.append(job_id)
            await asyncio.sleep(0)

        listeners = [Listener(attend, at_once=3, timeout_seconds=5) for _ in range(3)]
        ids = [new_id() for _ in range(40)]
        for job_id in ids:
            await queueing.wake(job_id, 0)
        listen = [asyncio.create_task(listener.main()) for listener in listeners]
        try:
            await until(lambda: len(came) >= len(ids))
        finally:
            for listens in listen:
                listens.cancel()
        assert sorted(came) == sorted(ids)

    async def test_what_was_over_before_we_took_it_leaves_nothing(self, valkey, resources_, job_settings):
        """Another worker ended it, or put it off, between our look at the queue and our hand on it."""
        redis, came = resources_.redis, []
        over, later = f"{new_id()}:0", new_id()
        await queueing.wake(later, 0, at=now() + timedelta(minutes=1))
        listener = Listener(lambda job_id, freed: asyncio.sleep(0, came.append(job_id)), at_once=2, timeout_seconds=5)
        await listener.start_jobs([over.encode(), f"{later}:0".encode()])
        assert (came, listener.job_counter) == ([], 0)
        assert await redis.keys("arq:in-progress:*") == []
        assert await redis.zcard(job_settings.queue) == 1

    async def test_what_is_done_leaves_nothing(self, valkey, resources_, job_settings):
        """A payload that has expired meanwhile, and a count of tries that another version kept, change nothing."""
        redis, came = resources_.redis, []
        listener = Listener(lambda job_id, freed: asyncio.sleep(0, came.append(job_id)), at_once=9, timeout_seconds=5)
        ids = [new_id() for _ in range(5)]
        for job_id in ids:
            await queueing.wake(job_id, 0)
        await redis.delete(f"arq:job:{ids[0]}:0")
        await redis.set(f"arq:retry:{ids[1]}:0", 3)
        await listener.start_jobs([f"{job_id}:0".encode() for job_id in ids])
        await asyncio.gather(*listener.tasks.values())
        assert came == ids
        assert await redis.keys("arq:*") == []
        assert await redis.zcard(job_settings.queue) == 0

    async def test_those_that_end_together_are_one_command(self, valkey, resources_):
        listener = Listener(lambda job_id, freed: asyncio.sleep(0), at_once=9, timeout_seconds=5)
        names = [f"{new_id()}:0" for _ in range(6)]
        for name in names:
            await queueing.wake(queueing.job_of(name), 0)
        await listener.start_jobs([name.encode() for name in names])
        before = await resources_.redis.info("commandstats")
        await asyncio.gather(*listener.tasks.values())
        after = await resources_.redis.info("commandstats")
        assert after["cmdstat_exec"]["calls"] - before["cmdstat_exec"]["calls"] <= 2  # the first may be alone

    @pytest.mark.parametrize("name", ["nobody's", "", ":0"])
    async def test_a_wake_up_that_is_none_of_ours_is_removed(self, valkey, resources_, job_settings, name):
        redis, came = resources_.redis, []
        listener = Listener(lambda job_id, freed: asyncio.sleep(0, came.append(job_id)), at_once=2, timeout_seconds=5)
        await redis.zadd(job_settings.queue, {name: 1})
        await listener.start_jobs([name.encode()])
        await asyncio.gather(*listener.tasks.values())
        assert (came, await redis.zcard(job_settings.queue)) == ([], 0)

    async def test_redis_gone_at_the_end_is_the_listeners_to_report(self, valkey, gate):
        listener = Listener(lambda job_id, freed: gate.wait(), at_once=2, timeout_seconds=30)
        await queueing.wake(job_id := new_id(), 0)
        await listener.start_jobs([f"{job_id}:0".encode()])
        await until(lambda: gate.came)
        await killed(valkey)
        gate.open()
        await asyncio.gather(*listener.tasks.values())
        assert listener.job_counter == 0

    async def test_what_takes_too_long_is_cut_off_and_removed(self, valkey, resources_, job_settings):
        listener = Listener(lambda job_id, freed: asyncio.Event().wait(), at_once=2, timeout_seconds=0.05)
        await queueing.wake(job_id := new_id(), 0)
        await listener.start_jobs([f"{job_id}:0".encode()])
        await asyncio.gather(*listener.tasks.values())
        assert (listener.job_counter, await resources_.redis.zcard(job_settings.queue)) == (0, 0)

    async def test_what_a_stopping_worker_lets_go_of_is_there_for_the_next(
        self, valkey, resources_, gate, job_settings
    ):
        listener = Listener(lambda job_id, freed: gate.wait(), at_once=2, timeout_seconds=30)
        await queueing.wake(job_id := new_id(), 0)
        await listener.start_jobs([f"{job_id}:0".encode()])
        await until(lambda: gate.came)
        [running] = listener.tasks.values()
        running.cancel()
        await asyncio.wait([running])
        assert await resources_.redis.keys("arq:in-progress:*") == []
        assert await resources_.redis.zcard(job_settings.queue) == 1

    async def test_arqs_own_worker_would_forget_it(self, valkey):
        """The control: with arq's own verb the count is lost, and with enough of them the worker idles for ever."""
        listener = Listener(lambda job_id, freed: asyncio.sleep(0), at_once=2, timeout_seconds=5)
        await queueing.wake(new_id(), 0)
        await killed(valkey)
        with pytest.raises((RedisError, OSError)):
            await ArqWorker.start_jobs(listener, [b"some:0"])
        assert listener.job_counter == 1
