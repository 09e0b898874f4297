"""One attempt at one step: its input made, its kind run, its end judged and written."""

import asyncio
import json
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from elenchus.core import logs, problems, tracing
from elenchus.core.clock import now
from elenchus.core.principal import Principal, Role
from elenchus.jobs import run as runs
from elenchus.jobs import service as jobs
from elenchus.jobs import verdict
from elenchus.jobs.errors import Fatal, JobInterrupted, JobIsOver, JobNotFound, Retryable
from elenchus.jobs.schemas import AttemptOutcome, JobError
from elenchus.workflows import kinds
from elenchus.workflows.definition import StepDef
from elenchus.workflows.errors import WaitsForJob, WaitsForPerson
from elenchus.workflows.models import INPUT, OUTPUT, Execution, Reserved, Step, StepAttempt, Wait, inline
from elenchus.workflows.running.desk import LegOver, StepDesk, as_json, evaluated
from elenchus.workflows.running.record import gone
from elenchus.workflows.schemas import StepStatus

if TYPE_CHECKING:
    from elenchus.workflows.running.course import Course

ATTEMPTS_KEPT = 20
LONGEST_PAUSE_SECONDS = 3_600.0
OUTAGES_ALLOWED = 20  # of one step: more than ten minutes
AWAY_PAUSE_SECONDS, LONGEST_AWAY_SECONDS = 1.0, 60.0
UNKNOWN = JobError(code="error", detail="It failed. The log has more under the job's id.")
_dice = random.SystemRandom()
log = logs.get(__name__)


async def attempt(course: "Course", step: StepDef) -> None:
    """Returns when the step has ended, is skipped, or waits. Raises `LegOver` and what interrupts a run."""
    row = course.record.step(course.steps[step.name][0])
    if row.status is StepStatus.PENDING and step.when is not None and not await _is_wanted(course, step):
        return
    with tracing.span(f"step {step.type}") as span:  # its name is the firm's word
        span.facts(index=course.steps[step.name][0], attempt=row.attempt)
        await _attempted(course, step)


async def _is_wanted(course: "Course", step: StepDef) -> bool:
    index, _ = course.steps[step.name]
    try:
        wanted = await evaluated(step.when, course.scope(), step.name)
    except Fatal as error:
        await _failed(course, step, shown(error))
        return False
    if not wanted:
        course.outputs[step.name] = None
        await course.record.change_step(index, status=StepStatus.SKIPPED, completed_at=now())
    return bool(wanted)


async def _attempted(course: "Course", step: StepDef) -> None:
    index, _ = course.steps[step.name]
    desk = _desk(course, step)
    limit = asyncio.timeout(course.seconds_for(step.timeout_seconds or kinds.of(step.type).seconds))
    try:
        given, text = await _given(course, step)
        await _begin(course, step, text)
        async with limit:
            output = await _worked(course, step, desk, given)
    except WaitsForPerson as wait:
        asked = {"title": wait.title, "details": wait.details, "four_eyes": wait.four_eyes}
        await _wait(course, index, Wait(kind="approval", since=now(), until=wait.until, **asked))
    except WaitsForJob as wait:
        until = now() + timedelta(minutes=10)  # it wakes us; this is for the day that it could not
        begun: dict[str, Any] = {"job_id": wait.job_id, "others": wait.others}
        await _wait(course, index, Wait(kind="job", since=now(), until=until, **begun), stage=wait.stage)
    except (JobInterrupted, LegOver, asyncio.CancelledError):
        raise
    except TimeoutError as error:
        timed_out = Retryable("It did not end in its time.", code="timeout") if limit.expired() else error
        await _judge(course, step, timed_out)
    except Exception as error:  # noqa: BLE001 - the border to what a step does
        await _judge(course, step, error)
    else:
        await _complete(course, step, output)


def _desk(course: "Course", step: StepDef) -> StepDesk:
    index, _ = course.steps[step.name]
    is_last = course.record.step(index).failures + 1 >= step.retry.max_attempts
    return StepDesk(course.record, course.purse, index, course.scope(), is_last, course.leg_ends)


# ---- what it is given


async def _given(course: "Course", step: StepDef) -> tuple[Any, str]:
    """As its kind takes it, and as JSON."""

    async def evaluate(value: JsonValue) -> JsonValue:
        return await evaluated(value, course.scope(), step.name)

    given, value = await kinds.of(step.type).taken(step.input, evaluate, f"The step {step.name!r}")
    return given, as_json(step.name, value)


# ---- what it does


async def _begin(course: "Course", step: StepDef, text: str) -> None:
    index, _ = course.steps[step.name]
    row, moment = course.record.step(index), now()
    number, attempts = _numbered(course, row)
    kept, size = await course.kept_text(INPUT, step.name, text)
    was_asked = row.wait is not None and row.wait.kind == "approval"
    runs.at("workflow_before_begin")
    await course.record.change_step(
        index,
        status=StepStatus.RUNNING,
        attempt=number,
        attempts=attempts,
        input=kept,
        input_bytes=size,
        wait=None,
        error=None,
        stage=None,
        started_at=row.started_at or moment,
        completed_at=None,
    )
    runs.at("workflow_after_begin")
    if was_asked:
        await course.record.look_for_decision(index)


def _numbered(course: "Course", row: Step) -> tuple[int, list[StepAttempt]]:
    """What waited for a person or a job goes on with its attempt."""
    if row.status is not StepStatus.PENDING and not (row.wait and row.wait.kind == "time"):
        return row.attempt, row.attempts
    begun = StepAttempt(number=row.attempt + 1, worker=course.record.run.worker, started_at=now())
    return begun.number, [*row.attempts, begun][-ATTEMPTS_KEPT:]


async def _worked(course: "Course", step: StepDef, desk: StepDesk, given: Any) -> str:
    """What it gave, as JSON: kept before the job's ledger knows that the step is done."""
    kind, record = kinds.of(step.type), course.record
    text: str | None = None
    if kind.is_pure:
        text = as_json(step.name, await kind.run(desk, given))
        await course.kept_text(OUTPUT, step.name, text)
        return text

    async def work() -> None:
        nonlocal text
        text = await record.part(step.name, OUTPUT)
        if text is None:
            found = as_json(step.name, await kind.run(desk, given))
            runs.at("workflow_after_kind")
            text = await record.keep_part(step.name, OUTPUT, found)
            runs.at("workflow_after_output")

    await record.run.step(step.name, work)
    runs.at("workflow_after_job_step")
    text = text or await record.part(step.name, OUTPUT)
    if text is None:
        raise gone()
    return text


# ---- how it ended


async def _complete(course: "Course", step: StepDef, text: str) -> None:
    index, _ = course.steps[step.name]
    kept, size = inline(text)
    course.purse.reserved[index].clear()
    course.outputs[step.name] = json.loads(text)  # first: it may be cut off once it has written
    await course.record.change_step(
        index,
        status=StepStatus.COMPLETED,
        failures=0,
        progress=1.0,
        output=kept,
        output_bytes=size,
        reserved=[],
        completed_at=now(),
        attempts=closed(course.record.step(index), AttemptOutcome.COMPLETED, None),
    )
    runs.at("workflow_after_complete")


async def _wait(course: "Course", index: int, wait: Wait, *, stage: str | None = None) -> None:
    reserved = course.purse.reserved_by(index)
    await course.record.change_step(index, status=StepStatus.WAITING, wait=wait, stage=stage, reserved=reserved)


async def _judge(course: "Course", step: StepDef, error: Exception) -> None:
    """Once more after a pause, or not."""
    found = verdict.of_error(error)
    told = found.error or UNKNOWN
    index, _ = course.steps[step.name]
    row = _as_begun(course, index)
    if told.code == "error" and not isinstance(error, Retryable):
        log.error("a step of a workflow raised", step_kind=step.type, exc_info=error)
    if problems.away(error) is not None and row.outages < OUTAGES_ALLOWED:
        # that our own database or queue was away is no failure of the step
        pause = min(LONGEST_AWAY_SECONDS, AWAY_PAUSE_SECONDS * 2.0**row.outages)
        await _try_again(course, index, row, AttemptOutcome.LOST, told, pause, {"outages": row.outages + 1})
        return
    if not found.is_failure or row.failures + 1 >= step.retry.max_attempts:
        await _failed(course, step, told)
        return
    most = min(LONGEST_PAUSE_SECONDS, step.retry.first_pause_seconds * 2.0**row.failures)
    pause = min(LONGEST_PAUSE_SECONDS, found.after_seconds + _dice.uniform(most / 2, most))
    await _try_again(course, index, row, AttemptOutcome.ERROR, told, pause, {"failures": row.failures + 1})


async def _try_again(
    course: "Course", index: int, row: Step, outcome: str, told: JobError, pause: float, counted: dict[str, Any]
) -> None:
    """After so many seconds, for which no worker is held."""
    wait = Wait(kind="time", since=now(), until=now() + timedelta(seconds=pause))
    await course.record.change_step(
        index,
        status=StepStatus.WAITING,
        attempt=row.attempt,
        error=told,
        wait=wait,
        reserved=course.purse.reserved_by(index),
        attempts=closed(row, outcome, told),
        **counted,
    )


async def _failed(course: "Course", step: StepDef, error: JobError) -> None:
    index, _ = course.steps[step.name]
    row = _as_begun(course, index)
    course.outputs[step.name] = None
    await course.record.ask(lambda: stop(course.execution, course.purse.reserved_by(index)))
    course.purse.reserved[index].clear()
    await course.record.change_step(
        index,
        status=StepStatus.FAILED,
        attempt=row.attempt,
        failures=row.failures + 1,
        error=error,
        wait=None,
        reserved=[],
        started_at=row.started_at or now(),
        completed_at=now(),
        attempts=closed(row, AttemptOutcome.FAILED, error),
    )


async def stop(execution: Execution, reserved: Iterable[Reserved]) -> None:
    """The jobs that nobody waits for any more."""
    whoever_may = Principal(execution.tenant_id, execution.user_id, Role.ADMIN)
    for job_id in [each.job_id for each in reserved if each.job_id]:
        with suppress(JobIsOver, JobNotFound):
            await jobs.cancel(whoever_may, job_id)


def _as_begun(course: "Course", index: int) -> Step:
    """Also one that did not come so far as to be given its input."""
    row = course.record.step(index)
    number, attempts = _numbered(course, row)
    return row.model_copy(update={"attempt": number, "attempts": attempts})


def closed(row: Step, outcome: str, error: JobError | None) -> list[StepAttempt]:
    """Its attempts, of which the last ends now if it has not."""
    if not row.attempts or row.attempts[-1].ended_at is not None:
        return row.attempts
    ended = row.attempts[-1].model_copy(update={"ended_at": now(), "outcome": str(outcome), "error": error})
    return [*row.attempts[:-1], ended]


def shown(error: Fatal) -> JobError:
    return JobError(code=error.code, detail=error.detail)
