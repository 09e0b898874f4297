"""A *task* is a name for a verb; a *job* is one run of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from elenchus.core.principal import Principal
from elenchus.jobs.errors import UnknownTask
from elenchus.jobs.schemas import JobOutcome, Subject

if TYPE_CHECKING:
    from elenchus.jobs.run import Run

Work = Callable[["Run"], Awaitable[None]]
OnEnd = Callable[[Principal, Subject, JobOutcome], Awaitable[None]]

_known: dict[str, "Task"] = {}


@dataclass(frozen=True, slots=True)
class Task:
    """`on_end` is told of every end, at least once and perhaps again after a crash, so it must bear repetition."""

    name: str
    work: Work
    max_attempts: int
    timeout_seconds: float | None
    on_end: OnEnd | None


def task(
    name: str, *, max_attempts: int = 5, timeout_seconds: float | None = None, on_end: OnEnd | None = None
) -> Callable[[Work], Task]:
    """Make the function a task. It must be safe to run twice: put what costs or changes anything into steps.

    `timeout_seconds` bounds one attempt, below the deployment's own limit.
    """

    def name_it(work: Work) -> Task:
        if name in _known:
            raise ValueError(f"Two tasks are called {name!r}.")
        _known[name] = Task(name, work, max_attempts, timeout_seconds, on_end)
        return _known[name]

    return name_it


def named(name: str) -> Task:
    if name not in _known:
        raise UnknownTask(f"No task is called {name!r}; is its module in the registry?")
    return _known[name]


def is_told(name: str) -> bool:
    """Whether the room wants to know how a job of this task ended."""
    return name in _known and _known[name].on_end is not None


@dataclass(frozen=True, slots=True)
class Every:
    """Run `work(due_at)` each interval, on one worker of all; it must bear repetition and end within the timeout.

    A tick that was missed while no worker ran is made up once; the others are recorded as skipped.
    """

    name: str
    interval_seconds: float
    work: Callable[[datetime], Awaitable[None]]
    timeout_seconds: float = 60
