"""What happens at the same time, or in the wrong order: nothing is lost, undone or done a second time."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Fatal, LostLease, Retryable
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobOutcome, JobStatus, Subject
from elenchus.jobs.task import task
from elenchus.workflows import erasing, service, store, sweeping
from elenchus.workflows.errors import ExecutionIsOver, NothingToDecide, WaitsForJob
from elenchus.workflows.following import service as following
from elenchus.workflows.models import Execution, Part, Spent
from elenchus.workflows.running import attempting, performing
from elenchus.workflows.running import course as courses
from elenchus.workflows.schemas import DecisionIn, ExecutionStatus, StepStatus
from tests.support import until
from tests.workflows.inner import begun, engine, fresh, job_of, kind, leg, made, outputs, remove_job, states, step_of
from tests.workflows.inner import table as kinds_table
from tests.workflows.support import step

ASK = step("ask", "approval", input={"title": "Send it?"})
YES, NO = DecisionIn(approved=True), DecisionIn(approved=False, comment="Not like this.")


@pytest.fixture
def me(resources_, new_principal):
    return new_principal()


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch):
    """A worker of another module must not take them: the test attends to its jobs itself."""

    async def wake(*_args, **_more):
        return True

    monkeypatch.setattr(queueing, "wake", wake)


@pytest.fixture
def table(monkeypatch):
    return lambda *more: kinds_table(monkeypatch, *more)


def broken_once(name="shaky", error=None):
    """A kind that fails the first time, and counts."""
    times = []

    async def work(_desk, _given):
        times.append(now())
        if len(times) == 1:
            raise error or Fatal("broken", "It is broken.")
        return len(times)

    return kind(name, work), times


async def failed(me, table, *more) -> Execution:
    shaky, _ = broken_once()
    table(shaky)
    execution = await leg(await begun(me, step("a"), step("b", "shaky", needs=["a"], input={}), *more))
    assert execution.status is ExecutionStatus.FAILED
    return execution


class TestRetry:
    async def test_a_run_that_was_faster_is_not_thrown_out(self, me, table):
        execution = await failed(me, table)
        await jobs.retry(me, execution.job_id)
        taken = await store.take(me, execution.id, execution.token + 2)
        await performing.told_again(execution)
        assert (await fresh(execution)).seq == taken.seq

    async def test_the_end_of_the_old_run_told_late_does_not_end_the_new_one(self, me, table):
        execution = await failed(me, table)
        await jobs.retry(me, execution.job_id)
        await performing.told_again(execution)
        await store.take(me, execution.id, execution.token + 2)
        await store.note_hold(me, execution.id, new_id())
        error = JobError(code="late", detail="Told late.")
        outcome = JobOutcome(execution.job_id, service.RUN, JobStatus.FAILED, error, {}, execution.token)
        before = await fresh(execution)
        await performing.ended(me, Subject("execution", execution.id), outcome)
        assert await fresh(execution) == before

    async def test_also_when_the_ledger_has_forgotten_its_job(self, me, table):
        execution = await failed(me, table)
        await remove_job(execution.job_id)
        await service.retry(me, execution.execution_id)
        done = await leg(execution)
        assert (done.status, done.seq > execution.seq) == (ExecutionStatus.COMPLETED, True)

    async def test_of_one_that_was_cancelled_before_it_had_a_job(self, me):
        execution = await made(me, step("a"))
        await store.insert(execution)
        await service.cancel(me, execution.execution_id)
        await service.retry(me, execution.execution_id)
        assert (await leg(execution)).status is ExecutionStatus.COMPLETED

    async def test_what_may_fail_is_not_done_again_because_of_another(self, me, table):
        loose, times = broken_once("loose")
        shaky, _ = broken_once()
        table(loose, shaky)
        execution = await leg(
            await begun(
                me,
                step("loose", "loose", on_error="continue", input={}),
                step("behind", needs=["loose"], value="{{ steps.loose is none }}"),
                step("bad", "shaky", needs=["behind"], input={}),
            )
        )
        assert states(execution) == {"loose": "failed", "behind": "completed", "bad": "failed"}
        await service.retry(me, execution.execution_id)
        done = await leg(execution)
        assert (states(done)["loose"], len(times)) == ("failed", 1)
        assert (done.status, states(done)["bad"]) == (ExecutionStatus.COMPLETED, "completed")

    async def test_of_a_rejected_one_asks_again(self, me):
        execution = await leg(await begun(me, ASK))
        await service.decide(me, execution.execution_id, "ask", NO)
        assert (await leg(execution)).status is ExecutionStatus.FAILED
        await service.retry(me, execution.execution_id)
        assert (await leg(execution)).status is ExecutionStatus.WAITING
        await service.decide(me, execution.execution_id, "ask", YES)
        assert (await leg(execution)).status is ExecutionStatus.COMPLETED

    async def test_of_an_expired_one_gives_the_whole_time_again(self, me):
        asked = step("ask", "approval", input={"title": "?", "expires_after_hours": 1})
        execution = await leg(await begun(me, asked))
        await expire(execution)
        assert (await leg(execution)).status is ExecutionStatus.FAILED
        await service.retry(me, execution.execution_id)
        again = await leg(execution)
        assert again.status is ExecutionStatus.WAITING
        assert again.steps[0].wait.until > now() + timedelta(minutes=59)


async def expire(execution: Execution) -> None:
    """As if its hour had passed."""
    past = now() - timedelta(seconds=1)
    await Execution.owned_by(execution).update({"_id": execution.id}, {"$set": {"steps.0.wait.until": past}})
    await Part.owned_by(execution).update_many(
        {"execution_id": execution.id}, {"$set": {"value": f'"{(past - timedelta(hours=1)).isoformat()}"'}}
    )
    await jobs.unpark(execution, execution.job_id)


class TestCancel:
    async def test_one_whose_job_comes_late_is_not_begun(self, me):
        execution = await made(me, step("a"))
        await store.insert(execution)
        await service.cancel(me, execution.execution_id)
        await service.submit(execution)
        done = await leg(execution)
        assert (done.status, states(done)) == (ExecutionStatus.CANCELLED, {"a": "pending"})

    async def test_through_the_job_it_ends_the_execution_and_what_that_waits_for(self, me, table):
        async def waits(desk, _given):
            job_id = await jobs.submit("races.awaited", me, subject=Subject("thing", new_id()), awaited_by=desk.job_id)
            raise WaitsForJob(job_id, "working")

        table(kind("waits", waits))
        execution = await leg(await begun(me, step("a", "waits", input={})))
        awaited = execution.steps[0].wait.job_id
        await jobs.cancel(me, execution.job_id)
        done = await leg(execution)
        assert (done.status, states(done)) == (ExecutionStatus.CANCELLED, {"a": "cancelled"})
        assert (await jobs.get(me, awaited)).status is JobStatus.CANCELLED

    async def test_also_for_each_of_many_items(self, me, table):
        begun_ = []

        async def waits(desk, _given):
            job_id = await jobs.submit("races.awaited", me, subject=Subject("thing", new_id()), awaited_by=desk.job_id)
            begun_.append(job_id)
            raise WaitsForJob(job_id, "working")

        table(kind("waits", waits))
        given = {"items": [1, 2, 3], "step": {"type": "waits"}}
        execution = await leg(await begun(me, step("a", "map", input=given)))
        await service.cancel(me, execution.execution_id)
        told = [await jobs.get(me, job_id) for job_id in begun_]
        assert [one.status for one in told] == [JobStatus.CANCELLED] * 3

    async def test_a_step_that_does_not_let_go_at_first_is_told_again(self, me, table):
        """The database's driver swallows some cancellations that meet it inside a command."""
        swallowed = asyncio.Event()

        async def deaf(_desk, _given):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed.set()
            await asyncio.sleep(60)

        table(kind("deaf", deaf))
        execution, mine = await begun(me, step("a", "deaf", input={})), engine(heartbeat_seconds=5, lease_seconds=15)
        running = asyncio.create_task(mine.attend(execution.job_id))
        await until(lambda: mine.running)
        await until(lambda: is_running(execution))
        await service.cancel(me, execution.execution_id)
        mine.look_at(execution.job_id)
        began = now()
        await running
        assert now() - began < timedelta(seconds=3)
        assert swallowed.is_set()
        assert (await fresh(execution)).status is ExecutionStatus.CANCELLED

    async def test_of_one_that_is_over_is_refused(self, me):
        execution = await leg(await begun(me, step("a")))
        with pytest.raises(ExecutionIsOver):
            await service.cancel(me, execution.execution_id)


async def is_running(execution: Execution) -> bool:
    return (await fresh(execution)).steps[0].status is StepStatus.RUNNING


@task("races.awaited")
async def awaited(_run: Run) -> None: ...


class TestDecide:
    async def test_one_that_comes_during_a_run_is_not_lost_to_the_expiry_that_the_run_sees(self, me, table):
        """The run's own copy does not have it."""
        going, gate = asyncio.Event(), asyncio.Event()

        async def held(_desk, _given):
            going.set()
            await gate.wait()

        table(kind("held", held))
        ask = step("ask", "approval", input={"title": "?", "expires_after_hours": 0.8 / 3600})
        execution = await begun(me, ask, step("other", "held", input={}))
        running = asyncio.create_task(leg(execution))
        await going.wait()
        await until(lambda: is_waiting(execution))
        await service.decide(me, execution.execution_id, "ask", YES)
        await until(lambda: is_not_waiting(execution))
        gate.set()
        await running
        done = await leg(execution)
        assert outputs(done, ["ask"])["ask"]["approved"] is True
        assert done.status is ExecutionStatus.COMPLETED

    async def test_after_its_time_none_is_taken(self, me):
        """The run may not have seen yet that it is over, but the step said until when."""
        ask = step("ask", "approval", input={"title": "?", "expires_after_hours": 1})
        execution = await leg(await begun(me, ask))
        past = now() - timedelta(seconds=1)
        await Execution.owned_by(me).update({"_id": execution.id}, {"$set": {"steps.0.wait.until": past}})
        with pytest.raises(NothingToDecide):
            await service.decide(me, execution.execution_id, "ask", YES)

    async def test_whose_process_died_before_it_could_wake_the_job_counts_all_the_same(self, me, monkeypatch):
        execution = await leg(await begun(me, ASK))

        async def die(*_):
            raise asyncio.CancelledError

        with monkeypatch.context() as dead:
            dead.setattr(jobs, "unpark", die)
            with pytest.raises(asyncio.CancelledError):
                await service.decide(me, execution.execution_id, "ask", YES)
        assert (await leg(execution)).status is ExecutionStatus.WAITING
        await sweeping.wake_decided(now() + timedelta(minutes=2))
        assert (await leg(execution)).status is ExecutionStatus.COMPLETED
        await sweeping.wake_decided(now() + timedelta(minutes=2))
        assert (await fresh(execution)).decided_at is None

    async def test_of_two_one_counts(self, me):
        execution = await leg(await begun(me, ASK))
        told = await asyncio.gather(
            *(service.decide(me, execution.execution_id, "ask", given) for given in (YES, NO, YES, NO)),
            return_exceptions=True,
        )
        assert [type(one) for one in told if isinstance(one, Exception)] == [NothingToDecide] * 3, told


async def is_waiting(execution: Execution) -> bool:
    return (await fresh(execution)).steps[0].status is StepStatus.WAITING


async def is_not_waiting(execution: Execution) -> bool:
    return not await is_waiting(execution)


class TestDatabaseAway:
    async def test_it_is_no_failure_of_a_step(self, me, table, monkeypatch):
        monkeypatch.setattr(attempting, "AWAY_PAUSE_SECONDS", 0.0)
        times = []

        async def reads(_desk, _given):
            times.append(now())
            if len(times) < 4:
                raise AutoReconnect("away")
            return "read"

        table(kind("reads", reads))
        execution = await begun(
            me,
            step("a", "reads", input={}, retry={"max_attempts": 1, "first_pause_seconds": 0}),
            output="{{ steps.a }}",
        )
        mine = engine()

        async def over() -> bool:
            return (await leg(execution, mine)).status.is_over

        await until(over, every=0.2)
        assert ((await fresh(execution)).status, len(times)) == (ExecutionStatus.COMPLETED, 4)

    async def test_it_is_one_in_the_end(self, me, table, monkeypatch):
        monkeypatch.setattr(attempting, "AWAY_PAUSE_SECONDS", 0.0)

        async def reads(_desk, _given):
            raise AutoReconnect("away")

        table(kind("reads", reads))
        execution = await begun(me, step("a", "reads", input={}, retry={"max_attempts": 1}))
        mine = engine()

        async def over() -> bool:
            return (await leg(execution, mine)).status.is_over

        await until(over, every=0.01)
        assert (await fresh(execution)).error.code == "unavailable"

    @pytest.mark.parametrize("verb", ["take", "part", "keep_part"])
    async def test_what_the_run_itself_asks_of_it_waits(self, me, table, monkeypatch, verb):
        async def gives(_desk, _given):
            return "x"

        table(kind("gives", gives))
        execution, times, real = await begun(me, step("a", "gives", input={})), [], getattr(store, verb)

        async def shaky(*args, **more):
            times.append(now())
            if len(times) < 3:
                raise AutoReconnect("away")
            return await real(*args, **more)

        monkeypatch.setattr(store, verb, shaky)
        done = await leg(execution)
        assert done.status is ExecutionStatus.COMPLETED
        assert [step.attempt for step in done.steps] == [1]
        assert (await job_of(execution)).failures == 0

    async def test_tokens_that_were_paid_for_are_counted_when_it_is_back(self, me, table, monkeypatch):
        async def asks(desk, _given):
            spending = desk.spending("google_genai:gemini-2.5-flash")
            hold_id = await spending.hold(50, 50)
            await spending.used(hold_id, Spent.of_call(30, 12, 0.1))

        table(kind("asks", asks))
        execution, times, real = await begun(me, step("a", "asks", input={})), [], identity.usage.settle_tokens

        async def shaky(*args, **more):
            times.append(now())
            if len(times) < 3:
                raise AutoReconnect("away")
            await real(*args, **more)

        monkeypatch.setattr(identity.usage, "settle_tokens", shaky)
        done = await leg(execution)
        assert (done.status, done.holds, done.steps[0].spent.total_tokens) == (ExecutionStatus.COMPLETED, [], 42)
        assert await tokens_of(me) == 42

    async def test_an_end_that_could_not_be_written_is_told_again(self, me, table, monkeypatch):
        async def never(*_):
            return False

        execution = await begun(me, ASK)
        await leg(execution)
        with monkeypatch.context() as away:
            away.setattr(store, "change", never)
            await jobs.cancel(me, execution.job_id)
            await leg(execution)
        assert (await job_of(execution)).open
        await jobs_due(execution)
        assert (await leg(execution)).status is ExecutionStatus.CANCELLED


async def jobs_due(execution: Execution) -> None:
    from elenchus.jobs.models import Job

    past = now() - timedelta(seconds=60)
    await Job.across_tenants().update({"_id": execution.job_id}, {"$set": {"due_at": past}})


async def tokens_of(me) -> int:
    usage = await identity.usage.overview(me)
    return next(item.used for item in usage.items if item.name == "monthly_tokens")


class TestSpent:
    async def test_elsewhere_is_counted_once_though_the_run_dies_behind_it(self, me, table):
        times, job_id = [], new_id()

        async def waits(desk, _given):
            await desk.part("item 0").spent_elsewhere(job_id, Spent.of_call(30, 12, 0.1))
            times.append(now())
            if len(times) == 1:
                raise LostLease
            return "done"

        table(kind("waits", waits))
        execution = await begun(me, step("a", "waits", input={}))
        await leg(execution)
        await jobs_due(execution)
        done = await leg(execution)
        assert (done.status, done.steps[0].spent.total_tokens, len(times)) == (ExecutionStatus.COMPLETED, 42, 2)


class TestGone:
    async def test_who_follows_it_is_let_go(self, me, monkeypatch):
        """Between the look that found it and the snapshot that does not."""
        execution = await begun(me, step("a"))
        await following._look(me, execution.id)
        await erasing.erase(me, execution.id)
        monkeypatch.setattr(following, "FRESH_SECONDS", 60.0)
        told = [one async for one in following.follow(me, execution.id, None, until=asyncio.Event())]
        assert told == []

    async def test_what_a_run_keeps_after_it_was_erased_is_removed(self, me, table):
        going, gate = asyncio.Event(), asyncio.Event()

        async def held(_desk, _given):
            going.set()
            await gate.wait()
            return "a client's text"

        table(kind("held", held))
        execution = await begun(me, step("a", "held", input={}))
        running = asyncio.create_task(engine().attend(execution.job_id))
        await going.wait()
        await erasing.erase(me, execution.id)
        gate.set()
        await asyncio.wait({running}, timeout=10)
        assert await Part.owned_by(me).count({"execution_id": execution.id}) == 0


class TestSwept:
    async def test_the_oldest_are_queued_first(self, me, monkeypatch):
        """As many as are looked at in a round may be queued already, and wait for a worker."""
        monkeypatch.setattr(store, "AT_ONCE", 2)
        left = await made(me, step("a"), updated_at=now() - timedelta(days=9_000))
        for _ in range(2):
            await begun(me, step("a"), updated_at=now() - timedelta(days=8_000))
        await store.insert(left)
        assert await sweeping.queue_left(now() - timedelta(days=7_000)) == 1
        assert (await job_of(left)).status is JobStatus.QUEUED


class TestCourse:
    async def test_a_budget_of_time_that_ends_with_the_last_step_is_enough(self, me, monkeypatch):
        execution = await begun(me, step("a"), step("b", needs=["a"]), budget={"max_seconds": 100})
        real = courses.Course._work

        async def worked_to_the_last_second(self):
            await real(self)
            self._active_before = 1000
            await asyncio.sleep(60)  # until the time cuts it off

        monkeypatch.setattr(courses.Course, "_work", worked_to_the_last_second)
        monkeypatch.setattr(courses.Course, "_seconds_left", lambda self: 0.5)
        done = await leg(execution)
        assert (done.status, done.error) == (ExecutionStatus.COMPLETED, None)

    async def test_a_step_ends_before_the_job_that_does_it(self, me, table):
        """Its own end is a step's failure, with the step's retries; the job's would be everybody's."""

        async def slow(_desk, _given):
            await asyncio.sleep(60)

        table(kind("slow", slow))
        execution = await begun(
            me,
            step("a", "slow", input={}, timeout_seconds=50, retry={"max_attempts": 1}, on_error="continue"),
            step("b", needs=["a"]),
        )
        with use_limit(3):
            done = await leg(execution, engine(timeout_seconds=3))
        assert (done.status, states(done)) == (ExecutionStatus.COMPLETED, {"a": "failed", "b": "completed"})
        assert step_of(done, "a").error.code == "timeout"

    async def test_a_leg_that_was_worked_clears_what_had_gone_wrong_before(self, me, monkeypatch):
        """One that waits for months meets more outages than a job may fail in a row."""
        execution, real = await begun(me, ASK, step("b", needs=["ask"])), performing.perform
        for _ in range(7):
            with monkeypatch.context() as broken:

                async def breaks(_run):
                    raise Retryable

                broken.setattr(performing, "perform", breaks)
                await jobs_due(execution)
                await leg(execution)
            assert performing.perform is real
            await jobs_due(execution)
            assert (await leg(execution)).status is ExecutionStatus.WAITING
        job = await job_of(execution)
        assert (job.status, job.failures) == (JobStatus.QUEUED, 0)
        assert AttemptOutcome.ERROR in {attempt.outcome for attempt in job.attempt_log}


def use_limit(seconds):
    from contextlib import contextmanager

    from elenchus.core import settings as settings_module
    from elenchus.core.settings import settings, use

    @contextmanager
    def limited():
        before = settings()
        quick = before.jobs.model_copy(update={"timeout_seconds": seconds})
        use(before.model_copy(update={"jobs": quick}))
        yield
        settings_module.use(before)

    return limited()


class TestFollowing:
    async def test_looks_are_forgotten_while_somebody_waits_for_one(self, me, monkeypatch):
        """Whoever waited for the look that is forgotten must not leave it behind without its lock."""
        monkeypatch.setattr(following, "REMEMBERED", 1)
        monkeypatch.setattr(following, "FRESH_SECONDS", 0.0)
        executions = [await begun(me, step("a")) for _ in range(6)]
        for _ in range(10):
            await asyncio.gather(*(following._look(me, one.id) for one in executions for _ in range(4)))
        await following._look(me, executions[0].id)
        assert len(following._looks) == 1
