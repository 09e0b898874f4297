"""Runs jobs: claim, attempt, settle, tell. One engine per worker; whatever it knows of a job is in the ledger."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from pymongo.errors import PyMongoError

from elenchus.core import logs, problems, queueing, tracing
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id
from elenchus.core.llm.base import ModelFailed
from elenchus.core.settings import JobSettings
from elenchus.jobs import metrics, service, store, verdict, waking
from elenchus.jobs import run as runs
from elenchus.jobs.crowding.claims import Claims
from elenchus.jobs.crowding.ends import Ends
from elenchus.jobs.crowding.store import Ending
from elenchus.jobs.errors import Fatal, JobInterrupted, LostLease, Parked, Retryable
from elenchus.jobs.hands import Hand, Hands
from elenchus.jobs.lease import Lease, cut_off, term
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import JobError, JobOutcome, JobStatus
from elenchus.jobs.task import Task
from elenchus.jobs.verdict import Verdict

UNREADABLE_ERROR = JobError(code="unreadable", detail="This version cannot read the job; submit it again.")
INSIST_SECONDS = 5.0  # between two cancellations of work that ran out of time and does not let go
RELEASE_SECONDS = 3.0  # for the last writes of runs that are told to stop
log = logs.get(__name__)


@dataclass(slots=True, eq=False)
class _Held:
    """A run of this process. One that lost its lease and does not let go may be here beside its successor."""

    job_id: Id
    lease: Lease
    work: asyncio.Task[None]
    interrupted: Verdict | None = None

    def interrupt(self, why: Verdict) -> None:
        self.interrupted = why
        self.work.cancel()


def _nobody() -> None:
    """Wants to know."""


class Engine:
    def __init__(self, tasks: Iterable[Task], settings: JobSettings, *, worker: str) -> None:
        self.tasks = {task.name: task for task in tasks}
        self.worker = worker
        self.stopping = False
        self._settings = settings
        turn = asyncio.Lock()
        self._ends = Ends(settings, turn)
        self._claims = Claims(self.tasks, settings, turn, worker=worker)
        self._hands = Hands(settings.concurrency)
        self._held: set[_Held] = set()
        self._expired: list[Job] = []
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def free_hands(self) -> int:
        return 0 if self.stopping else self._hands.free

    @property
    def running(self) -> list[Id]:
        return [held.job_id for held in self._held]

    def start(self, job_id: Id, *, at: datetime | None = None) -> asyncio.Task[None]:
        """`attend` in a task of its own, for a job whose wake-up is late or lost; from then on, when it is said."""
        errand = asyncio.create_task(self._attend_at(job_id, at or now()))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        return errand

    async def _attend_at(self, job_id: Id, at: datetime) -> None:
        """One whose lease this process itself has lost is nobody's crash, and put back by the next sweep."""
        await asyncio.sleep(max(0.0, (at - now()).total_seconds()))
        if all(job.id != job_id for job in self._expired):
            await self.attend(job_id, swept=True)

    async def attend(self, job_id: Id, freed: Callable[[], None] = _nobody, *, swept: bool = False) -> None:
        """Do what the job needs now, if it is due and nobody else does it. Never raises: the sweep comes back to it.

        `freed` is called when the hand that it takes could do another's work, at the latest when this returns.
        """
        async with self._hands.take(freed) as hand:
            try:
                if not self.stopping:
                    await self._attend(job_id, hand, swept=swept)
            except ValidationError as error:
                await self._give_up(job_id, error)
            except Exception as error:  # noqa: BLE001 - the worker border
                _log_trouble(job_id, error)

    async def _attend(self, job_id: Id, hand: Hand, *, swept: bool) -> None:
        runs.at("before_claim")
        lease = Lease(self._settings)
        job = await self._claims.claim(job_id)
        if job is not None:
            stale = swept or bool(verdict.crashed_attempts(job))
            await self._run(job, lease, hand)
            if stale:  # afterwards: a Redis that is away must not cost the run its lease
                await queueing.forget(job.id, (job.token - 1, job.token - 2))
        elif job := await store.claim_telling(job_id, types=self.tasks, again=now() + term(self._settings)):
            await self._tell(job)

    async def _run(self, job: Job, lease: Lease, hand: Hand) -> None:
        runs.at("after_claim")
        _bind_logs(job)
        if job.attempts == 1:
            metrics.pickup_seconds.labels(job.queue).observe((now() - job.queued_at).total_seconds())
        try:
            lease.check_held()  # the claim itself may have taken too long
            found = await self._before(job, lease) or await self._attempt(job, lease)
            metrics.attempts.labels(job.type, found.outcome).inc()
            if found is verdict.LOST:
                raise lease.lose()
            self._hands.ends(hand)
            await self._settle(job, lease, found)
        except LostLease:
            log.warning("the lease was lost; this run writes nothing more")
            if lease.left <= 0:
                self._expired.append(job)

    async def _give_up(self, job_id: Id, error: ValidationError) -> None:
        """A row that cannot be read would be claimed and dropped once a lease, for ever."""
        places = [".".join(map(str, row["loc"])) for row in error.errors(include_input=False)]
        log.error("a job's row cannot be read", job_id=str(job_id), places=places)
        try:
            await store.fail_unreadable(job_id, worker=self.worker, error=UNREADABLE_ERROR)
        except PyMongoError as trouble:
            _log_trouble(job_id, trouble)

    async def _before(self, job: Job, lease: Lease) -> Verdict | None:
        """What earlier attempts leave to do: perhaps there is nothing to attempt any more."""
        if verdict.crashed_attempts(job):
            verdict.blame(job)
            await lease.write(lambda: store.record_crashes(job))
            log.warning("taken over from a worker that died", attempt=job.attempts)
        return verdict.CANCELLED if job.cancel_requested else verdict.poisoned(job)

    async def _attempt(self, job: Job, lease: Lease) -> Verdict:
        task = self.tasks[job.type]
        limit = min(task.timeout_seconds or self._settings.timeout_seconds, self._settings.timeout_seconds)
        began = time.monotonic()
        work = asyncio.create_task(_traced(task, runs.Run(job, lease)))
        beat = asyncio.create_task(lease.keep(job, stop=work.cancel))
        held = _Held(job.id, lease, work)
        self._held.add(held)
        metrics.running.inc()
        try:
            await asyncio.wait({work}, timeout=limit)
            while not work.done():
                held.interrupt(held.interrupted or verdict.timed_out(limit))
                await asyncio.wait({work}, timeout=INSIST_SECONDS)
            return verdict.of(work, lease, interrupted=held.interrupted)
        finally:
            self._held.discard(held)
            metrics.running.dec()
            metrics.seconds.labels(job.type).observe(time.monotonic() - began)
            lease.close()
            await cut_off((beat, work))  # the work is under way only when this attempt is itself cancelled

    async def _settle(self, job: Job, lease: Lease, found: Verdict) -> None:
        status = verdict.status_after(found, job)
        if status is not JobStatus.QUEUED:
            await self._end(job, lease, found, status)
            return
        if found.parked:
            await self._park(job, lease, found.parked)
            return
        pause = verdict.pause_seconds(found, job)
        at = now() + timedelta(seconds=pause)
        runs.at("before_requeue")
        await lease.write(lambda: store.requeue(job, at=at, outcome=found.outcome, error=found.error))
        log.info("job goes back to the queue", outcome=found.outcome, pause_seconds=round(pause, 2))
        await waking.wake(job, at=at if pause else None)

    async def _park(self, job: Job, lease: Lease, parked: Parked) -> None:
        """A wake-up that came during the run found nothing to wake: then it goes on at once."""
        runs.at("before_park")
        until = parked.until or verdict.NEVER
        woken = False

        async def park() -> bool:
            nonlocal woken
            if await store.park(job, at=until, stage=parked.stage):
                return True
            woken = await store.park(job, at=now(), stage=parked.stage, even_if_woken=True)
            return woken

        await lease.write(park)
        log.info("job is parked", until=None if until is verdict.NEVER else until.isoformat(), is_woken=woken)
        if woken or parked.until:
            await waking.wake(job, at=None if woken else until)

    async def _end(self, job: Job, lease: Lease, found: Verdict, status: JobStatus) -> None:
        error = verdict.last_error(found, job)
        is_told = bool(self.tasks[job.type].on_end or job.awaited_by)
        ending = Ending(status, found.outcome, error, is_told)
        runs.at("before_end")
        await lease.write(lambda: self._ends.end(job, ending, lease))
        runs.at("after_end")
        metrics.ended.labels(job.type, status).inc()
        log.info("job ended", status=status, reason=error.code if error else None, attempts=job.attempts)
        await self._tell(job.model_copy(update={"status": status, "error": error}))

    async def _tell(self, job: Job) -> None:
        """Let the room know, and the job that waits for it. It is told again until it has listened; `due_at` of the row
        keeps the others away."""
        on_end = self.tasks[job.type].on_end
        if on_end is None and job.awaited_by is None:
            return
        try:
            if on_end:
                outcome = JobOutcome(job.id, job.type, job.status, job.error, job.params, job.token)
                await on_end(job.principal, job.about, outcome)
            if job.awaited_by:
                await service.unpark(job, job.awaited_by)
        except Exception as error:  # noqa: BLE001 - the worker border
            _log_trouble(job.id, error)
            return
        runs.at("after_on_end")
        await store.told(job)

    def look_at(self, job_id: Id) -> None:
        """Somebody asked for something on this job: find out now."""
        for held in self._held:
            if held.job_id == job_id:
                held.lease.nudge()

    def look_at_all(self) -> None:
        for held in self._held:
            held.lease.nudge()

    async def release_expired(self) -> None:
        """Runs that lost their lease to an outage and not to another worker are no crashes: put them back."""
        while self._expired:
            job = self._expired[0]
            if await store.requeue(job, at=now(), outcome=verdict.LOST.outcome, error=None):
                log.info("job goes back to the queue", outcome=verdict.LOST.outcome, job_id=str(job.id))
            self._expired.pop(0)

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what runs end, then give it back so that another worker goes on at once."""
        self.stopping = True
        await self._hands.until_idle(seconds)
        deadline = time.monotonic() + RELEASE_SECONDS
        while not self._hands.are_idle and time.monotonic() < deadline:
            for held in self._held:
                held.interrupt(verdict.RELEASED)
            await self._hands.until_idle(0.5)


async def _traced(task: Task, run: runs.Run) -> None:
    """All attempts at a job are one trace."""
    with tracing.trace(task.name, run.job_id, run.principal) as attempt:
        attempt.facts(attempt=run.attempt, subject_type=run.subject.type, subject_id=str(run.subject.id))
        await _work(task, run)


async def _work(task: Task, run: runs.Run) -> None:
    try:
        await task.work(run)
    except (JobInterrupted, Parked, Retryable, Fatal, Refusal, ModelFailed) as error:
        log.info("the task ended itself", reason=type(error).__name__)
        raise
    except Exception:
        log.exception("the task raised")
        raise


def _bind_logs(job: Job) -> None:
    logs.unbind_all()
    logs.bind(job_id=str(job.id), job_type=job.type, tenant_id=str(job.tenant_id), user_id=str(job.user_id))
    if job.request_id:
        logs.bind(request_id=job.request_id)


def _log_trouble(job_id: Id, error: Exception) -> None:
    if problems.away(error) is None:
        log.error("a job's run broke", job_id=str(job_id), exc_info=error)
    else:
        log.warning("a job waits for the database", job_id=str(job_id), error=type(error).__name__)
