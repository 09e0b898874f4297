"""What a task may raise, what it may meet, and what a client is refused.

JobInterrupted                 the run must stop now; a task lets these pass
├── Cancelled
└── LostLease
Retryable · Fatal · Parked     raised by tasks
UnknownTask · StepMisused      our own faults
JobNotFound · JobIsOver · JobNotOver    refusals
"""

from datetime import datetime

from elenchus.core.errors import Conflict, NotFound
from elenchus.core.ids import Id
from elenchus.jobs.schemas import JobStatus


class Retryable(Exception):
    """Back off and try again; `detail` is shown when the last attempt ends so."""

    def __init__(
        self,
        detail: str = "Something it needs did not answer.",
        *,
        code: str = "error",
        after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.after_seconds = code, detail, after_seconds


class Fatal(Exception):
    """The job fails now, with a code and a sentence that says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Parked(Exception):
    """There is nothing to do now. The job goes on at `until`, or as soon as somebody wakes it (`service.unpark`);
    meanwhile it holds no worker, and this counts against nobody. `stage` says to people what it waits for."""

    def __init__(self, stage: str, *, until: datetime | None = None) -> None:
        super().__init__(stage)
        self.stage, self.until = stage, until


class JobInterrupted(Exception):
    """Whatever the task does next, nothing of it will be written."""


class Cancelled(JobInterrupted):
    pass


class LostLease(JobInterrupted):
    """Another worker may be running this job already."""


class UnknownTask(RuntimeError):
    """Our own fault: no task has this name."""


class StepMisused(RuntimeError):
    """Our own fault: a step's name is used twice at once, or its result is no JSON or too large to be kept."""


class JobNotFound(NotFound):
    def __init__(self, job_id: Id) -> None:
        super().__init__("There is no such job.", job_id=job_id)


class JobIsOver(Conflict):
    title = "The job is over"

    def __init__(self, job_id: Id, status: JobStatus) -> None:
        super().__init__(f"It is {status} already.", job_id=job_id, job_status=status)


class JobNotOver(Conflict):
    title = "The job cannot be run again"

    def __init__(self, job_id: Id, status: JobStatus) -> None:
        super().__init__(f"Only a failed or cancelled job can; it is {status}.", job_id=job_id, job_status=status)
