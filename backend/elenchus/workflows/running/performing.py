"""The job behind an execution: takes it up where it stands, and says at the end how it ended."""

import json
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from pydantic import JsonValue

from elenchus.core.clock import now
from elenchus.core.errors import Unavailable
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal, Role
from elenchus.jobs import run as runs
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobError, JobOutcome, JobStatus, Subject
from elenchus.workflows import store
from elenchus.workflows.catalogue import store as catalogue
from elenchus.workflows.definition import Definition
from elenchus.workflows.models import OUTPUT, Execution, Step
from elenchus.workflows.running import attempting, telling
from elenchus.workflows.running.course import Course
from elenchus.workflows.running.purse import release_all
from elenchus.workflows.running.record import gone, patiently
from elenchus.workflows.schemas import ExecutionStatus, StepStatus

STOPPED = JobError(code="cancelled", detail="It was stopped by a user.")
CUT_OFF = JobError(code="cut_off", detail="Another step has failed, so it was not waited for any longer.")
INTERRUPTED = "interrupted"  # what an attempt came to that nobody has ended
ENDING_TRIES = 5
_ANEW = {"error": None, "error_step": None, "completed_at": None}


async def perform(run: Run) -> None:
    execution = await patiently(run, lambda: store.take(run.principal, run.subject.id, run.token))
    if execution is None:
        return
    runs.at("workflow_taken")
    await patiently(run, lambda: catalogue.count_begun(execution))
    await patiently(run, lambda: release_all(execution))
    course = Course(run, execution, await patiently(run, lambda: outputs_of(execution)))
    await _begin(course)
    await course.carry_on()


async def _begin(course: Course) -> None:
    """What a run left in the middle, or failed in, begins again; what waits goes on waiting."""
    execution = course.execution
    fields = _ANEW | {"status": ExecutionStatus.RUNNING, "started_at": execution.started_at or now()}
    await course.record.change(_to_begin_again(execution), **fields)


async def told_again(execution: Execution, **fields: Any) -> Execution | None:
    """Its job was told to run again: nobody must see it as over any more. None, and nothing is changed, when the run
    was faster."""
    steps = _to_begin_again(execution)
    rows = [steps.get(index, step) for index, step in enumerate(execution.steps)]
    change = _ANEW | fields | {"status": ExecutionStatus.PENDING, "steps": rows}
    after = execution.model_copy(update={**change, "seq": execution.seq + 1})
    row: Row = after.model_dump(include=set(change))
    return after if await store.change(execution, row, telling.event(after, "execution", steps)) else None


def _to_begin_again(execution: Execution) -> dict[int, Step]:
    definition = Definition.model_validate_json(execution.definition)
    may_fail = {step.name for step in definition.steps if step.on_error == "continue"}
    was_over = execution.status.is_over
    return {i: _again(step) for i, step in enumerate(execution.steps) if _is_again(step, was_over, may_fail)}


def _is_again(step: Step, was_over: bool, may_fail: Collection[str]) -> bool:
    """A step that may fail, and did, is not done again because another one did: others have gone on without it."""
    if step.status is StepStatus.FAILED and step.name in may_fail and not _is_cut_off(step):
        return False
    ended = {StepStatus.FAILED, StepStatus.CANCELLED} if was_over else set()
    return step.status in {StepStatus.RUNNING, *ended}


def _is_cut_off(step: Step) -> bool:
    """By the end of the whole, and not by its own."""
    return bool(step.attempts) and step.attempts[-1].ended_at is None


def _again(step: Step) -> Step:
    """What a person has decided stays, unless that is what it failed by."""
    was_running = step.status is StepStatus.RUNNING
    return step.model_copy(
        update={
            "status": StepStatus.PENDING,
            "attempts": attempting.closed(step, INTERRUPTED, None),
            "failures": step.failures if was_running else 0,
            "outages": step.outages if was_running else 0,
            "decision": step.decision if was_running else None,
            "rounds": step.rounds + (not was_running),
            "wait": None,
            "reserved": step.reserved if was_running else [],
            "error": None,
            "completed_at": None,
        }
    )


async def outputs_of(execution: Execution) -> dict[str, JsonValue]:
    """Of the steps that have ended."""
    apart = [step.name for step in execution.steps if step.status is StepStatus.COMPLETED and step.output is None]
    parts = await store.parts(execution, execution.id, [(name, OUTPUT) for name in apart])
    if len(parts) < len(apart):
        raise gone()
    found: dict[str, JsonValue] = {}
    for step in execution.steps:
        if step.status in {StepStatus.SKIPPED, StepStatus.FAILED}:
            found[step.name] = None
        elif step.status is StepStatus.COMPLETED:
            found[step.name] = json.loads(step.output or parts[step.name, OUTPUT])
    return found


# ---- the end


async def ended(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    """However the job ended, its execution says so, once. Safe to repeat, and without effect once a later run has it.
    Raises `Unavailable` when it must be told again."""
    for _ in range(ENDING_TRIES):
        execution = await store.find(principal, subject.id)
        if execution is None or _is_of_later_run(execution, outcome):
            return
        if execution.status.is_over:
            break
        await _end(execution, outcome)
    else:
        raise Unavailable("The execution changes too fast to be ended.")
    runs.at("workflow_before_count")
    await release_all(execution)
    await catalogue.count_ended(execution)
    runs.at("workflow_after_count")


def _is_of_later_run(execution: Execution, outcome: JobOutcome) -> bool:
    return execution.job_id != outcome.job_id or (outcome.token is not None and execution.token > outcome.token)


async def _end(execution: Execution, outcome: JobOutcome) -> bool:
    """For a run that could not say it itself: it was stopped, or it died too often."""
    await _stop_awaited(execution)
    is_cancelled = outcome.status is JobStatus.CANCELLED
    status = ExecutionStatus.CANCELLED if is_cancelled else ExecutionStatus.FAILED
    error = STOPPED if is_cancelled else outcome.error or STOPPED
    steps = [_stopped(step, error, is_cancelled=is_cancelled) for step in execution.steps]
    step_name = execution.error_step or telling.current_step(execution)
    change = {"status": status, "error": error, "error_step": step_name, "completed_at": now(), "steps": steps}
    after = execution.model_copy(update={**change, "seq": execution.seq + 1})
    changed = [index for index, step in enumerate(steps) if step is not execution.steps[index]]
    row: Row = after.model_dump(include=set(change))
    return await store.change(execution, row, telling.event(after, "execution", changed))


async def _stop_awaited(execution: Execution) -> None:
    """Nobody waits for them any more."""
    await attempting.stop(execution, [each for step in execution.steps for each in step.reserved])
    whoever_may = Principal(execution.tenant_id, execution.user_id, Role.ADMIN)
    waits = [step.wait for step in execution.steps if step.wait and step.wait.job_id]
    for job_id in [job_id for wait in waits for job_id in (wait.job_id, *wait.others) if job_id]:
        with suppress(JobIsOver, JobNotFound):
            await jobs.cancel(whoever_may, job_id)


def _stopped(step: Step, error: JobError, *, is_cancelled: bool) -> Step:
    """What was waiting has not failed: nobody waits for it any more."""
    if step.status not in {StepStatus.RUNNING, StepStatus.WAITING}:
        return step
    has_failed = step.status is StepStatus.RUNNING and not is_cancelled
    status = StepStatus.FAILED if has_failed else StepStatus.CANCELLED
    why = error if has_failed or is_cancelled else CUT_OFF
    return step.model_copy(update={"status": status, "error": why, "wait": None, "completed_at": now()})
