"""What crosses the room's border: states, executions and templates as clients see them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from elenchus.core.ids import IdField
from elenchus.core.plain import PlainText, plain_object
from elenchus.jobs.schemas import JobError, Priority

MOST_INPUT = 200_000  # characters of JSON
DEEPEST_INPUT = 12

#: Of an execution: the client's own word, once in a tenant, or an id of ours.
ExecutionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
StepName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
InputData = Annotated[dict[str, JsonValue], plain_object(characters=MOST_INPUT, depth=DEEPEST_INPUT)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), PlainText]


class ExecutionStatus(StrEnum):
    """`waiting`: for a person, another job, or the time of the next try; no worker is held meanwhile."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in OVER


OVER = frozenset({ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.CANCELLED})


class StepStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Budget(BaseModel):
    """Where it ends: tokens and dollars of language models, and seconds in which it works (waiting is free)."""

    model_config = ConfigDict(extra="forbid")

    max_tokens: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    max_cost_usd: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = None
    max_seconds: Annotated[float, Field(gt=0, le=30 * 86_400, allow_inf_nan=False)] | None = None

    def within(self, other: "Budget | None") -> "Budget":
        """The lower of each."""
        if other is None:
            return self
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in Budget.model_fields}
        return Budget(**{name: min((v for v in pair if v is not None), default=None) for name, pair in pairs.items()})


class ExecuteIn(BaseModel):
    """Of which template, by id or by name. Under an `execution_id` of the client's own, asking twice is asking once."""

    model_config = ConfigDict(extra="forbid")

    template_id: IdField | None = None
    template_name: Annotated[str, StringConstraints(min_length=1, max_length=100), PlainText] | None = None
    input_data: InputData = {}
    execution_id: ExecutionName | None = None
    priority: Priority = Priority.NORMAL
    budget: Budget | None = None


class ContinueIn(BaseModel):
    """`outputs` replaces what steps have given; whatever depends on them, and `from_step` with all after it, is done
    anew. `input_data` replaces the input; without `from_step` everything is then done anew. `budget` replaces the one
    that was asked for; nothing of it is spent yet."""

    model_config = ConfigDict(extra="forbid")

    from_step: StepName | None = None
    outputs: Annotated[dict[StepName, JsonValue], plain_object(characters=MOST_INPUT, depth=DEEPEST_INPUT)] = {}
    input_data: InputData | None = None
    budget: Budget | None = None


class DecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    approved: bool
    comment: Comment = ""


class StepAttemptOut(BaseModel):
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    error: JobError | None


class SpentOut(BaseModel):
    """`cost_usd` is null when the price of a model that was asked is not known."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None


class WaitOut(BaseModel):
    """What a step waits for. Of a person: `title` and `details` say what is to be decided."""

    kind: Literal["approval", "job", "time"]
    since: datetime
    until: datetime | None
    job_id: IdField | None = None
    title: str | None = None
    details: str | None = None


class StepOut(BaseModel):
    """`input_data` and `output_data` are null where they are too big for this answer (`…_bytes` says how big); the
    step's own path has them whole."""

    name: str
    index: int
    type: str
    title: str | None
    status: StepStatus
    attempt: int
    progress: float
    stage: str | None
    input_data: JsonValue
    input_bytes: int
    output_data: JsonValue
    output_bytes: int
    error: JobError | None
    waiting_for: WaitOut | None
    attempts: list[StepAttemptOut]
    usage: SpentOut
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None


class ExecutionListed(BaseModel):
    """`rejected_step` is the last approval that was refused, or not decided in time, and did not end it."""

    execution_id: str
    template_id: IdField
    template_name: str
    template_version: int
    title: str
    status: ExecutionStatus
    priority: Priority
    current_step: str | None
    total_steps: int
    progress_percentage: float
    error_message: str | None
    error_step: str | None
    rejected_step: str | None
    usage: SpentOut
    job_id: IdField
    parent_execution_id: str | None
    schedule_id: IdField | None
    started_by: IdField
    trace_id: str | None
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None
    created_at: datetime


class ExecutionOut(ExecutionListed):
    """`last_event_id` is the last event that this answer has in it: what comes after it in the stream is newer."""

    input_data: JsonValue
    output_data: JsonValue
    output_bytes: int
    error_code: str | None
    budget: Budget
    steps: list[StepOut]
    files: list["FileOut"]
    last_event_id: int


class FileOut(BaseModel):
    file_id: IdField
    filename: str
    media_type: str
    bytes: int
    step: str


class StepValueOut(BaseModel):
    """What one step was given and gave, whole."""

    name: str
    input_data: JsonValue
    output_data: JsonValue


# ---- templates


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,79}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PlainText]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), PlainText]


class TemplateIn(BaseModel):
    """`definition` is {steps, output?, budget?}; the schemas are JSON Schemas (2020-12)."""

    model_config = ConfigDict(extra="forbid")

    name: Slug
    title: Line
    description: Prose = ""
    category: Slug = "other"
    icon: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    definition: dict[str, JsonValue]
    input_schema: dict[str, JsonValue]
    output_schema: dict[str, JsonValue] | None = None
    is_active: bool = True
    estimated_duration: Annotated[int, Field(ge=0, le=30 * 86_400)] | None = None


class TemplateChange(BaseModel):
    """Only what is sent is changed, and each change is a new version."""

    model_config = ConfigDict(extra="forbid")

    title: Line | None = None
    description: Prose | None = None
    category: Slug | None = None
    icon: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,40}$")] | None = None
    definition: dict[str, JsonValue] | None = None
    input_schema: dict[str, JsonValue] | None = None
    output_schema: dict[str, JsonValue] | None = None
    is_active: bool | None = None
    estimated_duration: Annotated[int, Field(ge=0, le=30 * 86_400)] | None = None


class TemplateOut(BaseModel):
    """`estimated_duration` and `avg_duration` are seconds; `success_rate` is of those that ended, from 0 to 1. All
    counts are the reader's own tenant's."""

    id: IdField
    name: str
    version: int
    title: str
    description: str
    category: str
    icon: str
    definition: dict[str, Any]
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    is_active: bool
    is_public: bool
    estimated_duration: int | None
    usage_count: int
    success_rate: float | None
    avg_duration: float | None
    created_at: datetime
    updated_at: datetime


class CategoryOut(BaseModel):
    name: str
    title: str
    templates: int
