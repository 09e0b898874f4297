"""What crosses the room's border: states, subjects, and jobs as clients see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue, computed_field, field_validator

from elenchus.core.clock import now
from elenchus.core.ids import Id, IdField
from elenchus.jobs import bounds

NEVER_STARTED_AFTER = timedelta(minutes=1)


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
#: The ends that are looked for among the many good ones.
SELDOM = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


class AttemptOutcome(StrEnum):
    """How one attempt ended. `crashed`: its worker died; `lost`: it could not renew its lease; `released`: it was told
    to stop while its worker was shutting down; `parked`: it had nothing to do but to wait. The last three count against
    nobody."""

    COMPLETED = "completed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    CRASHED = "crashed"
    LOST = "lost"
    RELEASED = "released"
    PARKED = "parked"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class StepState(StrEnum):
    """`pending`: begun by an attempt that ended before it."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"


class Key:
    """One thing by which a job is found. The word before the id keeps what belongs to different nouns apart."""

    @staticmethod
    def user(user_id: Id) -> str:
        return f"user {user_id}"

    @staticmethod
    def type(name: str) -> str:
        return f"type {name}"

    @staticmethod
    def about(object_id: Id) -> str:
        return f"about {object_id}"

    @staticmethod
    def status(status: JobStatus) -> str:
        """Of one that ended so, when it is one of `SELDOM`."""
        return f"status {status}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the job is about, so that a client can find the way from one to the other."""

    type: str
    id: Id


class JobError(BaseModel):
    """A stable code and a sentence that a person can read and act on; never an exception's own text."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str

    @field_validator("detail")
    @classmethod
    def _short(cls, detail: str) -> str:
        return bounds.cut(detail, bounds.DETAIL_CHARACTERS)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job ended, for the room that started it. `token` is that of the run that ended it, where there was one:
    told late, its end is not that of a later one."""

    job_id: Id
    type: str
    status: JobStatus
    error: JobError | None
    params: Mapping[str, JsonValue]
    token: int | None = None


class SubjectOut(BaseModel):
    type: str
    id: IdField


class JobOut(BaseModel):
    id: IdField
    tenant_id: IdField
    user_id: IdField
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

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the ledger, or its fields that are listed."""
        return cls.model_validate({**row, "id": row["_id"]})

    @field_validator("stage")
    @classmethod
    def _short_stage(cls, stage: str | None) -> str | None:
        return stage and bounds.cut(stage, bounds.STAGE_CHARACTERS)

    @computed_field(description="it ended, or has been waiting for a minute, without having begun")  # type: ignore[prop-decorator]
    @property
    def never_started(self) -> bool:
        return self.started_at is None and (self.status.is_over or now() - self.queued_at > NEVER_STARTED_AFTER)


class AttemptOut(BaseModel):
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome | None
    error: JobError | None


class JobStepOut(BaseModel):
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


class TimelineEntry(BaseModel):
    """What one attempt did, in order. Of steps and lines from before the attempts that are kept nobody knows any more
    whose they were: they come first, with no attempt."""

    attempt: AttemptOut | None
    steps: list[JobStepOut]
    logs: list[LogOut]


class JobDetail(JobOut):
    """Of attempts, steps and log lines the newest; the counts are of the attempts that were begun, of all steps, and of
    the lines that are kept."""

    request_id: str | None
    attempt_log: list[AttemptOut]
    steps: list[JobStepOut]
    step_count: int
    logs: list[LogOut]
    log_count: int
    timeline: list[TimelineEntry]
    timings: Timings
