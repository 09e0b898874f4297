"""What the end of an attempt means for its job. Decides only; the engine does it."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from elenchus.core import problems
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.llm.base import ModelFailed
from elenchus.jobs.errors import Cancelled, Fatal, LostLease, Parked, Retryable, StepMisused
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Attempt, Job
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobStatus, StepState

CRASHES_ALLOWED = 3
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 60.0
PASSING_STATUSES = frozenset({423, 429, 503})  # a refusal that another moment may lift
CANCELLED_ERROR = JobError(code="cancelled", detail="It was stopped by a user.")
#: When a parked job goes on that nobody wakes: it has no other end than its cancellation.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: AttemptOutcome
    error: JobError | None = None
    after_seconds: float = 0.0
    parked: Parked | None = None

    @property
    def is_failure(self) -> bool:
        """Counts against the job's attempts."""
        return self.outcome in {AttemptOutcome.ERROR, AttemptOutcome.TIMEOUT}


COMPLETED = Verdict(AttemptOutcome.COMPLETED)
CANCELLED = Verdict(AttemptOutcome.CANCELLED, CANCELLED_ERROR)
LOST = Verdict(AttemptOutcome.LOST)
RELEASED = Verdict(AttemptOutcome.RELEASED)


def timed_out(limit_seconds: float) -> Verdict:
    return Verdict(
        AttemptOutcome.TIMEOUT, JobError(code="timeout", detail=f"It did not end within {limit_seconds:g} s.")
    )


def of(work: asyncio.Task[None], lease: Lease, *, interrupted: Verdict | None) -> Verdict:
    """The verdict over ended work. `interrupted`: why the engine had cancelled it, if it had."""
    if lease.lost or lease.left <= 0:
        return LOST
    error = asyncio.CancelledError() if work.cancelled() else work.exception()
    if error is None:
        return COMPLETED
    if lease.cancelled or isinstance(error, Cancelled):
        return CANCELLED
    if isinstance(error, LostLease):
        return LOST
    if interrupted is not None and isinstance(error, (asyncio.CancelledError, TimeoutError)):
        return interrupted
    return of_error(error)


def of_error(error: BaseException) -> Verdict:
    """Only sentences that were written to be shown are shown: any other exception may quote a client's text."""
    match error:
        case Fatal():
            return Verdict(AttemptOutcome.FAILED, JobError(code=error.code, detail=error.detail))
        case Parked():
            return Verdict(AttemptOutcome.PARKED, parked=error)
        case Retryable():
            shown = JobError(code=error.code, detail=error.detail)
            return Verdict(AttemptOutcome.ERROR, shown, error.after_seconds or 0.0)
        case Refusal():
            shown = JobError(code=error.slug, detail=error.detail)
            passing = error.status in PASSING_STATUSES
            outcome = AttemptOutcome.ERROR if passing else AttemptOutcome.FAILED
            return Verdict(outcome, shown, float(error.retry_after_seconds or 0))
        case ModelFailed():
            shown = JobError(code=error.code, detail=error.detail)
            outcome = AttemptOutcome.ERROR if error.retryable else AttemptOutcome.FAILED
            return Verdict(outcome, shown, error.retry_after_seconds or 0.0)
        case StepMisused():
            return Verdict(AttemptOutcome.FAILED, _unexpected(error))
        case Exception() if gone := problems.away(error):
            return Verdict(AttemptOutcome.ERROR, JobError(code=gone.slug, detail=gone.detail))
        case _:
            return Verdict(AttemptOutcome.ERROR, _unexpected(error))


def _unexpected(error: BaseException) -> JobError:
    detail = f"An unexpected error ({type(error).__name__}). The log has it under the job's id."
    return JobError(code="error", detail=detail)


def status_after(verdict: Verdict, job: Job) -> JobStatus:
    """Where the job stands after this attempt; QUEUED means again."""
    match verdict.outcome:
        case AttemptOutcome.COMPLETED:
            return JobStatus.COMPLETED
        case AttemptOutcome.CANCELLED:
            return JobStatus.CANCELLED
        case AttemptOutcome.RELEASED | AttemptOutcome.PARKED:
            return JobStatus.QUEUED
        case AttemptOutcome.ERROR | AttemptOutcome.TIMEOUT if job.failures + 1 < job.max_attempts:
            return JobStatus.QUEUED
    return JobStatus.FAILED


def pause_seconds(verdict: Verdict, job: Job) -> float:
    """Full jitter: many jobs that failed together do not come back together."""
    if not verdict.is_failure:
        return 0.0
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(job.failures, 10))
    return verdict.after_seconds + _dice.uniform(0, longest)


def last_error(verdict: Verdict, job: Job) -> JobError | None:
    """What the ended job shows: the attempt's error, and that it was tried enough."""
    if verdict.error is None or not verdict.is_failure or job.max_attempts == 1:
        return verdict.error
    detail = f"{verdict.error.detail} It was tried {job.failures + 1} times."
    return JobError(code=verdict.error.code, detail=detail)


def crashed_attempts(job: Job) -> Sequence[Attempt]:
    """Attempts before this one that have no end: their workers died."""
    return [attempt for attempt in job.attempt_log[:-1] if attempt.ended_at is None]


def blame(job: Job) -> None:
    """Count each crash to the steps it interrupted, or to none if it came between two."""
    crashed = crashed_attempts(job)
    interrupted = [step for step in job.steps if step.state is StepState.RUNNING]
    for attempt in crashed:
        attempt.ended_at, attempt.outcome = now(), AttemptOutcome.CRASHED
    for step in interrupted:
        step.crashes += len(crashed)
        step.state = StepState.PENDING
    if not interrupted:
        job.crashes_between_steps += len(crashed)


def poisoned(job: Job) -> Verdict | None:
    """A job that takes its worker down again and again must not take all of them down for ever."""
    where = next((f"in the step {step.name!r}" for step in job.steps if step.crashes >= CRASHES_ALLOWED), None)
    if where is None and job.crashes_between_steps < CRASHES_ALLOWED:
        return None
    detail = f"Its worker ended unexpectedly {CRASHES_ALLOWED} times {where or 'while it ran'}; it is not tried again."
    return Verdict(AttemptOutcome.FAILED, JobError(code="poison", detail=detail))
