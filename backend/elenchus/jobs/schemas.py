"""What crosses the room's border: states, subjects, and jobs as clients see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, JsonValue

from elenchus.core.ids import Id, IdField


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self not in UNDER_WAY


UNDER_WAY = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


class AttemptOutcome(StrEnum):
    """How one attempt ended. `crashed`: its worker died; `lost`: it could not renew its lease; `released`: it was told
    to stop while its worker was shutting down. The last two count against nobody."""

    COMPLETED = "completed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    CRASHED = "crashed"
    LOST = "lost"
    RELEASED = "released"


class StepState(StrEnum):
    """`pending`: begun by an attempt that ended before it."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the job is about, so that a client can find the way from one to the other."""

    type: str
    id: Id


class JobError(BaseModel):
    """A stable code and a sentence that a person can read and act on; never an exception's own text."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job ended, for the room that started it."""

    job_id: Id
    type: str
    status: JobStatus
    error: JobError | None
    params: Mapping[str, JsonValue]


class SubjectOut(BaseModel):
    type: str
    id: IdField


class JobOut(BaseModel):
    id: IdField
    type: str
    status: JobStatus
    queue: str
    progress: float
    stage: str | None
    attempts: int
    max_attempts: int
    cancel_requested: bool
    subject: SubjectOut
    error: JobError | None
    queued_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    worker: str | None


class AttemptOut(BaseModel):
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome | None
    error: JobError | None


class StepOut(BaseModel):
    name: str
    state: StepState
    started_at: datetime
    completed_at: datetime | None
    crashes: int


class LogOut(BaseModel):
    at: datetime
    sentence: str
    fields: dict[str, JsonValue]


class Timings(BaseModel):
    """Seconds; None for what has not happened yet."""

    waited_seconds: float | None
    ran_seconds: float | None
    total_seconds: float | None


class JobDetail(JobOut):
    request_id: str | None
    attempt_log: list[AttemptOut]
    steps: list[StepOut]
    logs: list[LogOut]
    timings: Timings


class QueueStats(BaseModel):
    queue: str
    depth: int
    running: int
    done_per_minute: float
    failed_per_minute: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class WorkerOut(BaseModel):
    """`jobs` are the reader's own only; `busy` counts all that run there."""

    name: str
    alive: bool
    started_at: datetime
    seen_at: datetime
    busy: int
    jobs: list[IdField]
    queues: list[str]


class JobStats(BaseModel):
    window_minutes: int
    queues: list[QueueStats]
    workers: list[WorkerOut]
