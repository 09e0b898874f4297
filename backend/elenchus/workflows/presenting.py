"""Executions as clients see them."""

import json

from pydantic import JsonValue

from elenchus.core.mongo import Row
from elenchus.workflows import store
from elenchus.workflows.models import INPUT, OUTPUT, Execution, Spent, Step, Wait
from elenchus.workflows.running import telling
from elenchus.workflows.schemas import (
    ExecutionListed,
    ExecutionOut,
    FileOut,
    SpentOut,
    StepAttemptOut,
    StepOut,
    StepValueOut,
    WaitOut,
)

MOST_BYTES = 1024 * 1024  # of inputs and outputs in one answer; the output of the whole is in it whatever it takes
_UNLISTED = {"definition": "{}", "input": "{}"}


def listed(row: Row) -> ExecutionListed:
    return ExecutionListed(**_head(Execution.model_validate({**row, **_UNLISTED})))


def _head(execution: Execution) -> dict[str, object]:
    error = execution.error
    return {
        "execution_id": execution.execution_id,
        "template_id": execution.template_id,
        "template_name": execution.template_name,
        "template_version": execution.template_version,
        "title": execution.title,
        "status": execution.status,
        "priority": execution.priority,
        "current_step": telling.current_step(execution),
        "total_steps": len(execution.steps),
        "progress_percentage": telling.progress_percentage(execution),
        "error_message": error.detail if error else None,
        "error_step": execution.error_step,
        "rejected_step": telling.rejected_step(execution),
        "usage": spent(execution.spent),
        "job_id": execution.job_id,
        "parent_execution_id": execution.parent_id,
        "schedule_id": execution.schedule_id,
        "started_by": execution.user_id,
        "trace_id": execution.trace_id,
        "started_at": execution.started_at,
        "completed_at": execution.completed_at,
        "duration_seconds": telling.seconds(execution.started_at, execution.completed_at),
        "created_at": execution.created_at,
    }


async def whole(execution: Execution) -> ExecutionOut:
    """With what stands in parts too, as long as the answer has room for it."""
    output = await text_of(execution, "", OUTPUT, execution.output, execution.output_bytes)
    steps = [_step(index, step) for index, step in enumerate(execution.steps)]
    inline = sum(len(text) for step in execution.steps for text in (step.input, step.output) if text)
    await _fill(execution, steps, room=MOST_BYTES - execution.output_bytes - inline)
    return ExecutionOut(
        **_head(execution),
        input_data=json.loads(execution.input),
        output_data=_value(output),
        output_bytes=execution.output_bytes,
        error_code=execution.error.code if execution.error else None,
        budget=execution.budget,
        steps=steps,
        files=[
            FileOut(file_id=file.id, **file.model_dump(exclude={"id", "is_there"}))
            for file in execution.files
            if file.is_there
        ],
        last_event_id=execution.seq,
    )


async def _fill(execution: Execution, steps: list[StepOut], *, room: int) -> None:
    fitting: dict[tuple[str, str], StepOut] = {}
    for shown, step in zip(steps, execution.steps, strict=True):
        for name, text, size in ((INPUT, step.input, step.input_bytes), (OUTPUT, step.output, step.output_bytes)):
            if text is None and 0 < size <= room:
                room -= size
                fitting[step.name, name] = shown
    for (step_name, name), text in (await store.parts(execution, execution.id, fitting)).items():
        setattr(fitting[step_name, name], f"{name}_data", _value(text))


async def values(execution: Execution, step: Step) -> StepValueOut:
    return StepValueOut(
        name=step.name,
        input_data=_value(await text_of(execution, step.name, INPUT, step.input, step.input_bytes)),
        output_data=_value(await text_of(execution, step.name, OUTPUT, step.output, step.output_bytes)),
    )


async def text_of(execution: Execution, step: str, name: str, inline: str | None, size: int) -> str | None:
    if inline is not None or size == 0:
        return inline
    return await store.part(execution, execution.id, step, name)


def _value(text: str | None) -> JsonValue:
    return None if text is None else json.loads(text)


def _step(index: int, step: Step) -> StepOut:
    shown = {name: getattr(step, name) for name in _SAME}
    return StepOut(
        **shown,
        index=index,
        input_data=_value(step.input),
        output_data=_value(step.output),
        waiting_for=_wait(step.wait),
        attempts=[StepAttemptOut(**attempt.model_dump()) for attempt in step.attempts],
        usage=spent(step.spent),
        duration_seconds=telling.seconds(step.started_at, step.completed_at),
    )


_SAME = (
    "name", "type", "title", "status", "attempt", "progress", "stage", "input_bytes", "output_bytes", "error",
    "started_at", "completed_at",
)  # fmt: skip


def _wait(wait: Wait | None) -> WaitOut | None:
    return WaitOut(**wait.model_dump(exclude={"four_eyes", "others"})) if wait else None


def spent(sums: Spent) -> SpentOut:
    return SpentOut(
        calls=sums.calls,
        prompt_tokens=sums.prompt_tokens,
        completion_tokens=sums.completion_tokens,
        total_tokens=sums.total_tokens,
        cost_usd=None if sums.unpriced else round(sums.cost_usd, 8),
    )
