"""One job from its claim to its end."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from elenchus.core.clock import now
from elenchus.core.errors import NotFound, Unavailable
from elenchus.core.ids import new_id
from elenchus.core.llm.base import ModelFailed
from elenchus.jobs import service as jobs
from elenchus.jobs import store, verdict
from elenchus.jobs.errors import Fatal, LostLease, Retryable, UnknownTask
from elenchus.jobs.models import Job
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobStatus, StepState, Subject
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, submit
from tests.jobs.support import claim
from tests.support import until

CANARY = "the client's secret words"
ran: list[str] = []
gates: dict[str, Gate] = {}
raised: dict[str, Exception] = {}
told: list[tuple[str, JobStatus, str | None]] = []


@task("engine.note")
async def note(run: Run) -> None:
    ran.append(str(run.params["mark"]))


@task("engine.held")
async def held(run: Run) -> None:
    """In one step, waits at the gate named in its parameters."""

    async def wait() -> str:
        await gates[str(run.params["gate"])].wait()
        return "through"

    await run.step("wait", wait)
    await run.step("after", wait)


@task("engine.raise", max_attempts=3)
async def raise_(run: Run) -> None:
    raise raised[str(run.params["what"])]


@task("engine.slow", max_attempts=2, timeout_seconds=0.2)
async def slow(run: Run) -> None:
    ran.append("slow")
    await asyncio.sleep(30)


@task("engine.block")
async def block(run: Run) -> None:
    """Holds the whole loop for longer than its lease, as a badly written task would."""
    ran.append("blocked")
    time.sleep(float(str(run.params["seconds"])))
    await run.step("after", lambda: asyncio.sleep(0, "never"))


@task("engine.deaf")
async def deaf(run: Run) -> None:
    """Swallows one cancellation."""
    with suppress(asyncio.CancelledError):
        await gates[str(run.params["gate"])].wait()
    await asyncio.sleep(60)


async def remember(principal, subject, outcome) -> None:
    told.append((str(outcome.job_id), outcome.status, outcome.error and outcome.error.code))
    if fault := raised.get(f"telling {outcome.job_id}"):
        raise fault


@task("engine.told", max_attempts=1, on_end=remember)
async def told_task(run: Run) -> None:
    if error := raised.get(str(run.params.get("what"))):
        raise error


class TestSubmit:
    async def test_the_same_id_twice_is_one_job(self, me, engine):
        job_id, subject = new_id(), Subject("thing", new_id())
        for mark in ("first", "second"):
            given = {"mark": f"{mark} {job_id}"}
            assert await jobs.submit("engine.note", me, subject=subject, params=given, job_id=job_id) == job_id
        await engine(note).attend(job_id)
        await engine(note).attend(job_id)
        assert [m for m in ran if str(job_id) in m] == [f"first {job_id}"]

    async def test_a_task_nobody_has_written_is_our_own_fault(self, me):
        with pytest.raises(UnknownTask):
            await submit("engine.unheard", me)

    async def test_the_row_knows_who_asked_and_by_which_request(self, me, stored):
        from elenchus.core import logs

        logs.bind(request_id="req-12345678")
        job = await stored(await submit("engine.note", me, mark="x"))
        logs.unbind_all()
        assert job.request_id == "req-12345678"
        assert (job.principal.tenant_id, job.principal.user_id, job.principal.role) == (
            me.tenant_id,
            me.user_id,
            me.role,
        )

    def test_two_tasks_of_one_name_are_refused(self):
        with pytest.raises(ValueError, match=r"engine\.note"):
            task("engine.note")(note.work)


class TestClaim:
    async def test_of_ten_engines_one_runs_it(self, me, engine):
        mark = str(new_id())
        job_id = await submit("engine.note", me, mark=mark)
        await asyncio.gather(*(engine(note, worker=f"w{n}").attend(job_id) for n in range(10)))
        assert ran.count(mark) == 1

    async def test_a_job_is_not_begun_before_its_time(self, me, engine, stored):
        job_id = await submit("engine.note", me, mark="early")
        later = now() + timedelta(seconds=30)
        await Job.across_tenants().update({"_id": job_id}, {"$set": {"due_at": later}})
        await engine(note).attend(job_id)
        assert (await stored(job_id)).status is JobStatus.QUEUED

    async def test_a_worker_leaves_what_it_does_not_know_to_a_newer_one(self, me, engine, stored):
        job_id = await submit("engine.note", me, mark="new")
        await engine(slow).attend(job_id)
        assert (await stored(job_id)).attempts == 0
        await engine(note).attend(job_id)
        assert (await stored(job_id)).status is JobStatus.COMPLETED

    async def test_each_claim_raises_the_token(self, me, engine, stored, make_due):
        raised["again"] = Retryable()
        job_id = await submit("engine.raise", me, what="again")
        for expected in (1, 2):
            await engine(raise_).attend(job_id)
            assert (await stored(job_id)).token == expected
            await make_due(job_id)

    async def test_an_id_without_a_job_is_no_trouble(self, engine):
        await engine(note).attend(new_id())


class TestEnds:
    async def test_completed(self, me, engine, stored):
        job_id = await submit("engine.note", me, mark="done")
        await engine(note, worker="w7").attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error, job.progress, job.open) == (JobStatus.COMPLETED, None, 1.0, False)
        assert job.worker == "w7"
        assert job.queued_at <= job.started_at <= job.completed_at
        (attempt,) = job.attempt_log
        assert (attempt.number, attempt.outcome, attempt.worker) == (1, AttemptOutcome.COMPLETED, "w7")

    async def test_fatal_fails_at_once_with_its_sentence(self, me, engine, stored):
        raised["fatal"] = Fatal("encrypted", "The file needs a password.")
        job_id = await submit("engine.raise", me, what="fatal")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.attempts) == (JobStatus.FAILED, 1)
        assert (job.error.code, job.error.detail) == ("encrypted", "The file needs a password.")

    async def test_an_error_is_tried_again_up_to_its_limit(self, me, engine, stored, make_due):
        raised["flaky"] = Retryable("The model did not answer.", code="model_away")
        job_id = await submit("engine.raise", me, what="flaky")
        for failures in (1, 2):
            await engine(raise_).attend(job_id)
            job = await stored(job_id)
            assert (job.status, job.failures) == (JobStatus.QUEUED, failures)
            assert job.error.code == "model_away"
            await make_due(job_id)
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, "model_away")
        assert job.error.detail == "The model did not answer. It was tried 3 times."
        assert [a.outcome for a in job.attempt_log] == [AttemptOutcome.ERROR] * 3
        await make_due(job_id)
        await engine(raise_).attend(job_id)
        assert (await stored(job_id)).attempts == 3

    async def test_the_words_of_an_unexpected_error_stay_out_of_the_ledger(self, me, engine, stored):
        raised["leak"] = RuntimeError(CANARY)
        job_id = await submit("engine.raise", me, what="leak")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert CANARY not in job.model_dump_json()
        assert (job.error.code, "RuntimeError" in job.error.detail) == ("error", True)

    async def test_a_refusal_of_a_service_is_an_answer_and_ends_the_job(self, me, engine, stored):
        raised["gone"] = NotFound("The document was deleted.")
        job_id = await submit("engine.raise", me, what="gone")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code, job.error.detail) == (
            JobStatus.FAILED,
            "not-found",
            "The document was deleted.",
        )

    async def test_a_service_that_is_away_is_waited_for_as_long_as_it_asks(self, me, engine, stored):
        raised["away"] = Unavailable("The model is away.", retry_after_seconds=20)
        job_id = await submit("engine.raise", me, what="away")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert job.status is JobStatus.QUEUED
        assert job.due_at > now() + timedelta(seconds=18)

    @pytest.mark.parametrize(("retryable", "status"), [(True, JobStatus.QUEUED), (False, JobStatus.FAILED)])
    async def test_so_is_a_language_model(self, me, engine, stored, retryable: bool, status: JobStatus):
        raised["model"] = ModelFailed("model_busy", "It is busy.", retryable=retryable, retry_after_seconds=20)
        job_id = await submit("engine.raise", me, what="model")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code, job.error.detail) == (status, "model_busy", "It is busy.")
        assert not retryable or job.due_at > now() + timedelta(seconds=18)

    async def test_a_database_that_did_not_answer_is_called_that(self, me, engine, stored):
        raised["database"] = ServerSelectionTimeoutError(CANARY)
        job_id = await submit("engine.raise", me, what="database")
        await engine(raise_).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code) == (JobStatus.QUEUED, "unavailable")
        assert CANARY not in job.model_dump_json()

    async def test_an_attempt_that_takes_too_long_is_stopped_and_counted(self, me, engine, stored, make_due):
        job_id = await submit("engine.slow", me)
        await engine(slow).attend(job_id)
        assert (await stored(job_id)).status is JobStatus.QUEUED
        await make_due(job_id)
        await engine(slow).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, "timeout")
        assert "0.2 s" in job.error.detail


class TestPause:
    def test_it_doubles_up_to_a_minute_and_is_spread_over_the_whole_span(self):
        failing = verdict.Verdict(AttemptOutcome.ERROR)
        for failures, longest in ((0, 0.5), (1, 1), (4, 8), (30, 60)):
            job = Job.model_construct(failures=failures)
            pauses = [verdict.pause_seconds(failing, job) for _ in range(300)]
            assert max(pauses) <= longest
            assert max(pauses) > 0.9 * longest
            assert min(pauses) < 0.1 * longest


class TestFence:
    @pytest.fixture
    async def zombie(self, me, engine, gate, make_due, stored):
        """A run whose job another worker has taken over and finished meanwhile."""
        gates["zombie"] = gate
        job_id = await submit("engine.held", me, gate="zombie")
        old = asyncio.create_task(engine(held, worker="old", heartbeat_seconds=30, lease_seconds=30).attend(job_id))
        await until(lambda: gate.came)
        await make_due(job_id)
        new = asyncio.create_task(engine(held, worker="new").attend(job_id))
        await until(lambda: gate.came == 2)
        return job_id, old, new

    async def test_a_run_that_was_replaced_writes_nothing(self, zombie, gate, stored):
        job_id, old, new = zombie
        gate.open()
        await asyncio.gather(old, new)
        job = await stored(job_id)
        assert (job.status, job.worker, job.token) == (JobStatus.COMPLETED, "new", 2)
        assert [a.outcome for a in job.attempt_log] == [AttemptOutcome.CRASHED, AttemptOutcome.COMPLETED]
        assert gate.came == 3  # both in the first step, only the owner in the second

    async def test_the_fence_is_what_stops_it(self, zombie, gate, monkeypatch):
        """The control: without the token in the filter the old run goes on beside the new one."""
        _, old, new = zombie
        monkeypatch.setattr(store, "_fence", lambda job: {"_id": job.id})
        gate.open()
        await asyncio.gather(old, new)
        assert gate.came == 4

    async def test_progress_and_log_lines_are_fenced_too(self, me, engine, stored):
        from elenchus.jobs.lease import Lease

        job_id = await submit("engine.note", me, mark="fenced")
        maker = engine(note)
        job = await claim(job_id, types={"engine.note"}, worker="w1", until=now())
        run = Run(job, Lease(maker._settings))
        await run.progress(0.25, "reading")
        await run.log("page read", page=3)
        assert await run.fenced()
        await Job.across_tenants().update({"_id": job_id}, {"$inc": {"token": 1}})
        assert not await run.fenced()
        for write in (lambda: run.progress(0.9, "writing"), lambda: run.log("never"), lambda: run.checkpoint()):
            with pytest.raises(LostLease):
                await write()
        now_stored = await stored(job_id)
        assert (now_stored.progress, now_stored.stage) == (0.25, "reading")
        assert [(line.sentence, line.fields) for line in now_stored.logs] == [("page read", {"page": 3})]


class TestLease:
    async def test_a_long_run_keeps_its_job(self, me, engine, gate, stored):
        gates["long"] = gate
        job_id = await submit("engine.held", me, gate="long")
        quick = {"lease_seconds": 0.5, "heartbeat_seconds": 0.1, "takeover_grace_seconds": 0.2}
        first = asyncio.create_task(engine(held, worker="first", **quick).attend(job_id))
        await until(lambda: gate.came)
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            await engine(held, worker="second", **quick).attend(job_id)
            await asyncio.sleep(0.05)
        gate.open()
        await first
        job = await stored(job_id)
        assert (job.status, job.worker, job.attempts) == (JobStatus.COMPLETED, "first", 1)

    async def test_a_run_that_overslept_its_lease_does_not_go_on(self, me, engine, stored):
        """Though nobody has taken the job over, and the database would let it write."""
        job_id = await submit("engine.block", me, seconds=0.6)
        sleeper = engine(block, lease_seconds=0.4, heartbeat_seconds=0.1)
        await sleeper.attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.steps) == (JobStatus.RUNNING, [])

    async def test_a_lease_lost_to_an_outage_is_given_back_and_is_no_crash(self, me, engine, stored):
        job_id = await submit("engine.block", me, seconds=0.6)
        sleeper = engine(block, lease_seconds=0.4, heartbeat_seconds=0.1)
        await sleeper.attend(job_id)
        await sleeper.release_expired()
        job = await stored(job_id)
        assert (job.status, job.failures, job.crashes_between_steps) == (JobStatus.QUEUED, 0, 0)
        assert job.attempt_log[0].outcome is AttemptOutcome.LOST
        await engine(block, worker="w2").attend(job_id)
        assert (await stored(job_id)).status is JobStatus.COMPLETED

    async def test_what_another_worker_has_is_not_given_back(self, me, engine, stored, make_due):
        job_id = await submit("engine.block", me, seconds=0.6)
        sleeper = engine(block, lease_seconds=0.4, heartbeat_seconds=0.1)
        await sleeper.attend(job_id)
        await make_due(job_id)
        await engine(block, worker="w2").attend(job_id)
        before = await stored(job_id)
        await sleeper.release_expired()
        assert await stored(job_id) == before


class TestSwallowedCancellation:
    """Client libraries do that (see `lease.cut_off`); a lost cancellation must not become a job without an end."""

    async def test_a_heartbeat_that_swallows_it_holds_nothing_up(self, me, engine, gate, stored, monkeypatch):
        gates["swallow"] = gate
        beats = []

        async def swallowing(job, **_):
            beats.append(1)
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(20)
            return True

        monkeypatch.setattr(store, "renew", swallowing)
        job_id = await submit("engine.held", me, gate="swallow")
        running = asyncio.create_task(engine(held, heartbeat_seconds=0.01, lease_seconds=30).attend(job_id))
        await until(lambda: beats)
        gate.open()
        await asyncio.wait_for(running, 5)
        assert (await stored(job_id)).status is JobStatus.COMPLETED
        assert len(beats) == 1

    async def test_work_that_swallows_it_is_told_again(self, me, engine, gate, stored):
        gates["deaf"] = gate
        job_id = await submit("engine.deaf", me, gate="deaf")
        running = asyncio.create_task(engine(deaf, heartbeat_seconds=0.1).attend(job_id))
        await until(lambda: gate.came)
        await jobs.cancel(me, job_id)
        await asyncio.wait_for(running, 5)
        assert (await stored(job_id)).status is JobStatus.CANCELLED

    async def test_a_stopping_worker_insists_too(self, me, engine, gate, stored):
        gates["deaf"] = gate
        job_id = await submit("engine.deaf", me, gate="deaf")
        leaving = engine(deaf)
        running = asyncio.create_task(leaving.attend(job_id))
        await until(lambda: gate.came)
        await leaving.drain(0)
        await asyncio.wait_for(running, 5)
        assert (await stored(job_id)).attempt_log[0].outcome is AttemptOutcome.RELEASED


class TestTelling:
    def of(self, job_id):
        return [row[1:] for row in told if row[0] == str(job_id)]

    async def test_the_room_learns_of_success_and_of_failure(self, me, engine, stored):
        raised["broken"] = Fatal("corrupt", "The file is damaged.")
        good, bad = await submit("engine.told", me), await submit("engine.told", me, what="broken")
        for job_id in (good, bad):
            await engine(told_task).attend(job_id)
            assert not (await stored(job_id)).open
        assert self.of(good) == [(JobStatus.COMPLETED, None)]
        assert self.of(bad) == [(JobStatus.FAILED, "corrupt")]

    async def test_it_learns_of_a_job_that_never_began(self, me, engine):
        job_id = await submit("engine.told", me)
        await jobs.cancel(me, job_id)
        await engine(told_task).attend(job_id)
        assert self.of(job_id) == [(JobStatus.CANCELLED, "cancelled")]

    async def test_a_room_that_could_not_listen_is_told_again(self, me, engine, stored, make_due):
        job_id = await submit("engine.told", me)
        raised[f"telling {job_id}"] = RuntimeError("the room is on fire")
        await engine(told_task).attend(job_id)
        assert (await stored(job_id)).open
        await engine(told_task).attend(job_id)
        assert len(self.of(job_id)) == 1  # not at once: another worker may be telling it
        del raised[f"telling {job_id}"]
        await make_due(job_id)
        await engine(told_task).attend(job_id)
        await make_due(job_id)
        await engine(told_task).attend(job_id)
        assert self.of(job_id) == [(JobStatus.COMPLETED, None)] * 2
        assert not (await stored(job_id)).open


class TestCrash:
    """A worker that dies leaves its job running; here its attempt is cut off without a last word."""

    async def crash(self, engine, job_id, gate, make_due):
        came = gate.came
        dying = asyncio.create_task(engine(held, worker="dying").attend(job_id))
        await until(lambda: gate.came > came)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await make_due(job_id)

    async def test_the_next_worker_goes_on_and_the_crash_is_in_the_log(self, me, engine, gate, stored, make_due):
        gates["crash"] = gate
        job_id = await submit("engine.held", me, gate="crash")
        await self.crash(engine, job_id, gate, make_due)
        gate.open()
        await engine(held, worker="w2").attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.attempts, job.failures) == (JobStatus.COMPLETED, 2, 0)
        assert [a.outcome for a in job.attempt_log] == [AttemptOutcome.CRASHED, AttemptOutcome.COMPLETED]
        assert [step.crashes for step in job.steps] == [1, 0]

    async def test_a_step_that_kills_three_workers_is_poison(self, me, engine, gate, stored, make_due):
        gates["poison"] = gate
        job_id = await submit("engine.held", me, gate="poison")
        for _ in range(3):
            await self.crash(engine, job_id, gate, make_due)
        await engine(held).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, "poison")
        assert "'wait'" in job.error.detail
        assert gate.came == 3
        assert job.failures == 0

    async def test_a_crash_before_any_step_counts_as_well(self, me, stored, engine, make_due):
        job_id = await submit("engine.note", me, mark="poison between steps")
        for _ in range(3):
            assert await claim(job_id, types={"engine.note"}, worker="dying", until=now())
            await make_due(job_id)
        await engine(note).attend(job_id)
        assert (await stored(job_id)).error.code == "poison"
        assert "poison between steps" not in ran

    async def test_a_step_left_by_an_error_is_not_blamed_for_a_later_crash(self, me, engine, gate, stored, make_due):
        gates["late"] = gate
        job_id = await submit("engine.held", me, gate="late")
        first = engine(held, timeout_seconds=0.3)
        await first.attend(job_id)
        job = await stored(job_id)
        assert job.steps[0].state is StepState.PENDING
        await make_due(job_id)
        assert await claim(job_id, types={"engine.held"}, worker="dying", until=now())
        await make_due(job_id)
        gate.open()
        await engine(held).attend(job_id)
        job = await stored(job_id)
        assert (job.status, job.steps[0].crashes) == (JobStatus.COMPLETED, 0)
