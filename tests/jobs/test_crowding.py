"""Many claims are one command, and many ends; each job is one run's, and each run ends its own."""

import asyncio
import time

import pymongo
import pytest
from pydantic import ValidationError
from pymongo import _csot
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, WaitQueueTimeoutError

from elenchus.core.clock import now
from elenchus.core.mongo import Unscoped
from elenchus.jobs import store as jobs_store
from elenchus.jobs.crowding import store
from elenchus.jobs.crowding.claims import Claims
from elenchus.jobs.crowding.ends import Ends
from elenchus.jobs.crowding.store import Ending
from elenchus.jobs.lease import TRIES, Lease
from elenchus.jobs.models import Job, Step
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobStatus, StepState
from elenchus.jobs.task import task
from tests.jobs.conftest import submit

DONE = Ending(JobStatus.COMPLETED, AttemptOutcome.COMPLETED, None, is_told=False)


@task("crowding.note")
async def note(run: Run) -> None: ...


@pytest.fixture
def turn():
    return asyncio.Lock()


@pytest.fixture
def claims(job_settings, turn):
    return Claims([note.name], job_settings, turn, worker="w1")


@pytest.fixture
def commands(monkeypatch):
    """The ids that each claim asked for."""
    asked, really = [], store.claim

    async def noted(ids, **more):
        asked.append([*ids])
        return await really(ids, **more)

    monkeypatch.setattr(store, "claim", noted)
    return asked


async def test_what_is_asked_for_at_once_is_one_command(me, claims, commands):
    ids = [await submit("crowding.note", me) for _ in range(7)]
    jobs = await asyncio.gather(*map(claims.claim, ids))
    assert [job.id for job in jobs] == ids
    assert {(job.status, job.worker, job.token, job.attempts) for job in jobs} == {(JobStatus.RUNNING, "w1", 1, 1)}
    assert [attempt.number for job in jobs for attempt in job.attempt_log] == [1] * 7
    assert commands == [ids]


async def test_those_that_come_during_a_claim_are_the_next_one(me, claims, commands, monkeypatch):
    ids = [await submit("crowding.note", me) for _ in range(6)]
    really, arrived, go_on = store.claim, asyncio.Event(), asyncio.Event()

    async def held(asked, **more):
        arrived.set()
        await go_on.wait()
        return await really(asked, **more)

    monkeypatch.setattr(store, "claim", held)
    first = asyncio.create_task(claims.claim(ids[0]))
    await arrived.wait()
    others = [asyncio.create_task(claims.claim(job_id)) for job_id in ids[1:]]
    await asyncio.sleep(0)
    go_on.set()
    assert [job.id for job in await asyncio.gather(first, *others)] == ids
    assert commands == [ids[:1], ids[1:]]


async def test_a_job_that_two_ask_for_is_one_run(me, claims):
    """A wake-up and the sweep, in the same moment or one after the other."""
    job_id = await submit("crowding.note", me)
    both = await asyncio.gather(claims.claim(job_id), claims.claim(job_id))
    assert [job is not None for job in both] == [True, False]
    assert await claims.claim(job_id) is None


async def test_of_one_worker_one_claim_has_it(me, claims, job_settings, turn):
    """Of two commands of the same worker the later must not take what the first has taken for its own."""
    job_id, other = [await submit("crowding.note", me) for _ in range(2)]
    assert await claims.claim(job_id)
    again = Claims([note.name], job_settings, turn, worker="w1")
    assert [job and job.id for job in await asyncio.gather(*map(again.claim, (job_id, other)))] == [None, other]


async def test_what_is_not_ours_is_nobodys_loss(me, claims, job_settings, turn):
    mine, unknown, taken = [await submit("crowding.note", me) for _ in range(3)]
    await Job.across_tenants().update({"_id": unknown}, {"$set": {"type": "another"}})
    assert await Claims([note.name], job_settings, turn, worker="w2").claim(taken)
    jobs = await asyncio.gather(*map(claims.claim, (taken, mine, unknown)))
    assert [job and job.id for job in jobs] == [None, mine, None]


async def test_a_row_that_cannot_be_read_is_its_own_trouble(me, claims):
    good, bad = [await submit("crowding.note", me) for _ in range(2)]
    await Job.across_tenants().update({"_id": bad}, {"$set": {"role": "a role of another version"}})
    told, job = await asyncio.gather(claims.claim(bad), claims.claim(good), return_exceptions=True)
    assert isinstance(told, ValidationError)
    assert job.id == good


async def test_the_databases_trouble_is_told_to_each_and_over_with_it(me, claims, monkeypatch):
    ids = [await submit("crowding.note", me) for _ in range(2)]

    async def away(*_, **__):
        raise AutoReconnect("away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "claim", away)
        told = await asyncio.gather(*map(claims.claim, ids), return_exceptions=True)
    assert [type(error) for error in told] == [AutoReconnect, AutoReconnect]
    assert [job.id for job in await asyncio.gather(*map(claims.claim, ids))] == ids


async def test_one_that_is_cut_off_takes_nobody_with_it(me, claims):
    ids = [await submit("crowding.note", me) for _ in range(3)]
    asking = [asyncio.create_task(claims.claim(job_id)) for job_id in ids]
    await asyncio.sleep(0)
    asking[0].cancel()
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert [job.id for job in told[1:]] == ids[1:]


async def test_what_nobody_asks_for_any_more_is_left_to_others(me, claims, stored):
    """It would be nobody's until its lease ends, and its worker be taken for dead."""
    job_id, other = [await submit("crowding.note", me) for _ in range(2)]
    asking = [asyncio.create_task(claims.claim(each)) for each in (job_id, job_id, other, other)]
    await asyncio.sleep(0)
    for cut_off in (asking[0], asking[2], asking[3]):
        cut_off.cancel()
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert told[1].id == job_id
    assert (await stored(other)).status is JobStatus.QUEUED


async def test_a_claim_whose_answer_was_lost_is_found(me, claims, monkeypatch):
    """PyMongo sends an update of one row again, but none of several."""
    ids, really = [await submit("crowding.note", me) for _ in range(3)], Unscoped.update_many

    async def unanswered(*args):
        await really(*args)
        raise AutoReconnect("connection closed")

    monkeypatch.setattr(Unscoped, "update_many", unanswered)
    assert [job.id for job in await asyncio.gather(*map(claims.claim, ids))] == ids


async def test_a_claim_whose_rows_could_not_be_read_is_found(me, claims, monkeypatch):
    ids, really = [await submit("crowding.note", me) for _ in range(2)], Unscoped.rows
    refused = []

    async def away(rows, *args, **more):
        if not refused:
            refused.append(True)
            raise WaitQueueTimeoutError("no connection")
        return await really(rows, *args, **more)

    monkeypatch.setattr(Unscoped, "rows", away)
    assert [job.id for job in await asyncio.gather(*map(claims.claim, ids))] == ids
    assert refused


async def test_a_claim_that_hangs_gives_up_before_leases_end(me, claims, monkeypatch, job_settings):
    """The ends that wait for their turn behind it have a lease to lose."""
    given, really = [], Unscoped.update_many

    async def noted(*args):
        given.append(_csot.remaining())
        return await really(*args)

    monkeypatch.setattr(Unscoped, "update_many", noted)
    assert await claims.claim(await submit("crowding.note", me))
    assert 0 < given[0] <= max(job_settings.lease_seconds / TRIES, store.LOOK_SECONDS)


async def test_a_slow_database_costs_no_claim(me, job_settings, turn, monkeypatch):
    """Its two commands do not share one time: what the first has taken would be nobody's, and count as a crash."""
    claims = Claims([note.name], job_settings.model_copy(update={"lease_seconds": 30}), turn, worker="w1")
    given, slow = {}, 0.3

    def slowly(name):
        really = getattr(Unscoped, name)

        async def command(*args, **more):
            given[name] = _csot.remaining()
            await asyncio.sleep(slow)
            return await really(*args, **more)

        monkeypatch.setattr(Unscoped, name, command)

    job_id = await submit("crowding.note", me)
    slowly("update_many")
    slowly("rows")
    assert (await claims.claim(job_id)).id == job_id
    assert given["rows"] > 30 / TRIES - slow


async def test_one_that_was_never_sent_is_told_as_before(me, claims, monkeypatch, stored):
    job_id = await submit("crowding.note", me)

    async def away(*_):
        raise AutoReconnect("away")

    monkeypatch.setattr(Unscoped, "update_many", away)
    with pytest.raises(AutoReconnect):
        await claims.claim(job_id)
    assert (await stored(job_id)).status is JobStatus.QUEUED


@pytest.mark.parametrize("broken", [{"attempt_log": "no list"}, {"attempts": "many"}])
class TestOneThatTheDatabaseCannotClaim:
    @pytest.fixture(autouse=True)
    async def removed(self, me):
        """No list of all tenants' jobs can show it."""
        yield
        await Job.owned_by(me).delete_many({})

    async def test_it_keeps_nobody_from_it_who_comes_after(self, me, claims, broken):
        bad, good, other = [await submit("crowding.note", me) for _ in range(3)]
        await Job.across_tenants().update({"_id": bad}, {"$set": broken})
        told = await asyncio.gather(*map(claims.claim, (bad, good, other)), return_exceptions=True)
        assert isinstance(told[0], OperationFailure)
        assert [job.id for job in told[1:]] == [good, other]

    async def test_what_was_claimed_before_it_is_run(self, me, claims, stored, broken):
        """A write of several rows goes as far as it can."""
        good, bad = [await submit("crowding.note", me) for _ in range(2)]
        await Job.across_tenants().update({"_id": bad}, {"$set": broken})
        job, _ = await asyncio.gather(*map(claims.claim, (good, bad)), return_exceptions=True)
        assert (job.id, job.token) == (good, (await stored(good)).token)


class TestEnds:
    """What ends alike is one write; what does not, or is another run's by now, is not taken along."""

    @pytest.fixture
    def ends(self, job_settings, turn):
        return Ends(job_settings, turn)

    @pytest.fixture
    def running(self, me, claims, job_settings):
        async def some(count: int) -> list[tuple[Job, Lease]]:
            ids = [await submit("crowding.note", me) for _ in range(count)]
            return [(job, Lease(job_settings)) for job in await asyncio.gather(*map(claims.claim, ids))]

        return some

    @pytest.fixture
    def writes(self, monkeypatch):
        """How many jobs each write ended."""
        seen, really = [], store.end

        async def noted(jobs, *rest, **more):
            seen.append(len(jobs))
            return await really(jobs, *rest, **more)

        monkeypatch.setattr(store, "end", noted)
        return seen

    async def test_what_ends_alike_at_once_is_one_write(self, ends, running, writes, stored):
        jobs = await running(5)
        assert await asyncio.gather(*(ends.end(job, DONE, lease) for job, lease in jobs)) == [True] * 5
        assert writes == [5]
        for job, _ in jobs:
            row = await stored(job.id)
            assert (row.status, row.open, row.progress) == (JobStatus.COMPLETED, False, 1.0)
            assert row.completed_at is not None
            assert [(attempt.outcome, attempt.ended_at is None) for attempt in row.attempt_log] == [
                ("completed", False)
            ]

    async def test_each_ends_in_its_own_way(self, ends, running, writes, stored):
        jobs = await running(4)
        broken = JobError(code="broken", detail="It broke.")
        failed = Ending(JobStatus.FAILED, AttemptOutcome.FAILED, broken, is_told=True)
        endings = [DONE, failed, DONE, failed]
        told = (ends.end(job, ending, lease) for (job, lease), ending in zip(jobs, endings, strict=True))
        assert await asyncio.gather(*told) == [True] * 4
        assert writes == [2, 2]
        rows = [await stored(job.id) for job, _ in jobs]
        assert [row.status for row in rows] == [ending.status for ending in endings]
        assert [row.error for row in rows] == [None, broken, None, broken]
        assert [row.open for row in rows] == [False, True, False, True]
        assert rows[1].due_at > now()

    async def test_the_steps_and_the_attempt_under_way_are_its_own(self, ends, running, stored, claims, make_due):
        [(plain, lease), (stepping, _), (again, _)] = await running(3)
        step = Step(name="one", started_at=now())
        await jobs_store.put_step(stepping, 0, step)
        stepping.steps.append(step)
        await make_due(again.id)
        again = await claims.claim(again.id)
        failed = Ending(JobStatus.FAILED, AttemptOutcome.FAILED, None, is_told=False)
        told = await asyncio.gather(*(ends.end(job, failed, lease) for job in (plain, stepping, again)))
        assert told == [True, True, True]
        assert [len((await stored(job.id)).steps) for job in (plain, stepping, again)] == [0, 1, 0]
        assert (await stored(stepping.id)).steps[0].state is StepState.PENDING
        outcomes = [attempt.outcome for attempt in (await stored(again.id)).attempt_log]
        assert outcomes == [None, AttemptOutcome.FAILED]

    async def test_a_run_that_was_taken_over_ends_nothing(self, ends, running, stored, claims, make_due):
        jobs = await running(3)
        lost = jobs[1][0]
        await make_due(lost.id)
        assert await claims.claim(lost.id)
        assert await asyncio.gather(*(ends.end(job, DONE, lease) for job, lease in jobs)) == [True, False, True]
        assert (await stored(lost.id)).status is JobStatus.RUNNING

    async def test_an_end_that_is_there_already_is_true(self, ends, running):
        """The answer to the first try was lost, and among those that end now there is one that is new."""
        (first, lease), (second, _) = await running(2)
        assert await ends.end(first, DONE, lease)
        assert await asyncio.gather(ends.end(first, DONE, lease), ends.end(second, DONE, lease)) == [True, True]

    async def test_a_connection_that_hangs_costs_those_behind_it_no_lease(self, ends, running, monkeypatch):
        [(stuck, lease), (behind, near)] = await running(2)
        near.ends = time.monotonic() + lease.left / 2
        failed = Ending(JobStatus.FAILED, AttemptOutcome.FAILED, None, is_told=False)
        really, hangs = store.end, asyncio.Event()

        async def end(jobs, ending, **more):
            if hangs.is_set():
                return await really(jobs, ending, **more)
            hangs.set()
            await asyncio.sleep(_csot.remaining())
            raise NetworkTimeout("no answer")

        monkeypatch.setattr(store, "end", end)
        first = asyncio.create_task(lease.write(lambda: ends.end(stuck, failed, lease)))
        await hangs.wait()
        await near.write(lambda: ends.end(behind, DONE, near))
        assert near.left > 0
        await first

    async def test_claims_and_ends_take_turns(self, ends, running, claims, me, monkeypatch):
        """What comes during the one gathers for the other."""
        jobs, ids = await running(3), [await submit("crowding.note", me) for _ in range(3)]
        under_way, together = set(), []

        def noted(name):
            really = getattr(store, name)

            async def command(*args, **more):
                under_way.add(name)
                together.append({*under_way})
                try:
                    return await really(*args, **more)
                finally:
                    under_way.discard(name)

            monkeypatch.setattr(store, name, command)

        noted("claim")
        noted("end")
        ending = (ends.end(job, DONE, lease) for job, lease in jobs)
        assert all(await asyncio.gather(*map(claims.claim, ids), *ending))
        assert together == [{"claim"}, {"end"}]

    async def test_one_ways_trouble_is_not_the_others(self, ends, running, monkeypatch):
        (good, lease), (bad, _) = await running(2)
        failed = Ending(JobStatus.FAILED, AttemptOutcome.FAILED, None, is_told=False)
        really = store.end

        async def end(jobs, ending, **more):
            if ending is failed:
                raise AutoReconnect("away")
            return await really(jobs, ending, **more)

        monkeypatch.setattr(store, "end", end)
        told = await asyncio.gather(ends.end(bad, failed, lease), ends.end(good, DONE, lease), return_exceptions=True)
        assert (type(told[0]), told[1]) == (AutoReconnect, True)


async def test_the_deadline_of_one_is_not_that_of_those_who_come_later(me, claims, monkeypatch):
    """PyMongo's is in the context, and a task is born with its maker's."""
    deadlines, really = [], store.claim

    async def noted(ids, **more):
        deadlines.append(_csot.get_timeout())
        return await really(ids, **more)

    monkeypatch.setattr(store, "claim", noted)
    with pymongo.timeout(0.5):
        assert await claims.claim(await submit("crowding.note", me))
    assert deadlines == [None]
