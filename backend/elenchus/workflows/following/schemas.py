"""The events of an execution, for the API document: what `running.telling` writes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from elenchus.core.telling import ErrorEvent, SentEvent
from elenchus.jobs.schemas import JobError
from elenchus.workflows.schemas import ExecutionOut, ExecutionStatus, StepStatus


class ExecutionTold(BaseModel):
    status: ExecutionStatus
    current_step: str | None
    progress_percentage: float
    error_message: str | None
    error_step: str | None


class StepTold(BaseModel):
    name: str
    index: int
    status: StepStatus
    attempt: int
    progress: float
    stage: str | None
    error: JobError | None
    total_tokens: int


class ExecutionChange(BaseModel):
    """`steps` are those that this change has touched."""

    execution: ExecutionTold
    steps: list[StepTold]


class Snapshot(SentEvent):
    """The whole state, as `GET` gives it: the first event, and whenever too much was missed."""

    event: Literal["snapshot"]
    data: ExecutionOut


class ExecutionChanged(SentEvent):
    event: Literal["execution", "step", "progress", "usage"]
    data: ExecutionChange


class ExecutionEvent(RootModel[Annotated[Snapshot | ExecutionChanged | ErrorEvent, Field(discriminator="event")]]):
    """One event of the stream of an execution; it ends with the execution."""
