"""What watchers are told: the state that a change has made, in small. `GET` says the same of the same moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.workflows.models import APPROVAL, Event, Execution, Step
from elenchus.workflows.schemas import ExecutionStatus, StepStatus

_DONE = frozenset({StepStatus.COMPLETED, StepStatus.SKIPPED})
_UNDER_WAY = frozenset({StepStatus.RUNNING, StepStatus.WAITING})


def progress_percentage(execution: Execution) -> float:
    """Steps that are done, and of those under way the part that they say they have done."""
    if execution.status is ExecutionStatus.COMPLETED:
        return 100.0
    done = sum(1.0 if step.status in _DONE else _part(step) for step in execution.steps)
    return round(min(100.0 * done / len(execution.steps), 99.9), 1)


def _part(step: Step) -> float:
    return min(step.progress, 0.99) if step.status in _UNDER_WAY else 0.0


def current_step(execution: Execution) -> str | None:
    """The first that is under way, or that it failed in."""
    under_way = next((step.name for step in execution.steps if step.status in _UNDER_WAY), None)
    return under_way or execution.error_step


def rejected_step(execution: Execution) -> str | None:
    """The last one that somebody said no to, or that nobody decided in time, and after which it went on. Without what
    the step gave, which a list does not read."""
    rejected = (step.name for step in reversed(execution.steps) if _is_rejected(step))
    return next(rejected, None)


def _is_rejected(step: Step) -> bool:
    is_decided = step.type == APPROVAL and step.status is StepStatus.COMPLETED
    return is_decided and not (step.decision and step.decision.approved)


def seconds(began: datetime | None, ended: datetime | None) -> float | None:
    return None if began is None or ended is None else round((ended - began).total_seconds(), 3)


def of_execution(execution: Execution) -> dict[str, Any]:
    error = execution.error
    return {
        "status": execution.status.value,
        "current_step": current_step(execution),
        "progress_percentage": progress_percentage(execution),
        "error_message": error.detail if error else None,
        "error_step": execution.error_step,
    }


def event(after: Execution, kind: str, changed: Iterable[int]) -> Event:
    """Of the change that has made this state."""
    steps = [of_step(after, index) for index in changed]
    return Event(n=after.seq, at=now(), type=kind, data={"execution": of_execution(after), "steps": steps})


def of_step(execution: Execution, index: int) -> dict[str, Any]:
    step = execution.steps[index]
    return {
        "name": step.name,
        "index": index,
        "status": step.status.value,
        "attempt": step.attempt,
        "progress": step.progress,
        "stage": step.stage,
        "error": step.error.model_dump() if step.error else None,
        "total_tokens": step.spent.total_tokens,
    }
