"""Schedules as they cross the border."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from elenchus.core.ids import IdField
from elenchus.identity.schemas import TimeZone
from elenchus.jobs.schemas import Priority
from elenchus.workflows.scheduling.cron import checked
from elenchus.workflows.schemas import Budget, InputData, Line

Cron = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(checked)]


class Missed(StrEnum):
    """What becomes of ticks that nobody was there for. `run_once`: one execution for the last of them."""

    RUN_ONCE = "run_once"
    SKIP = "skip"


class Overlap(StrEnum):
    """At a tick while the execution of the one before is still under way."""

    SKIP = "skip"
    ALLOW = "allow"


class TickOutcome(StrEnum):
    STARTED = "started"
    SKIPPED = "skipped"
    FAILED = "failed"


class ScheduleIn(BaseModel):
    """`cron` has five fields, minute to weekday, and at least five minutes between two ticks."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    template_id: IdField
    input_data: InputData = {}
    cron: Cron
    timezone: TimeZone = "UTC"
    missed: Missed = Missed.RUN_ONCE
    overlap: Overlap = Overlap.SKIP
    priority: Priority = Priority.NORMAL
    budget: Budget | None = None
    is_active: bool = True


class ScheduleChange(BaseModel):
    """Only what is sent is changed."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    input_data: InputData | None = None
    cron: Cron | None = None
    timezone: TimeZone | None = None
    missed: Missed | None = None
    overlap: Overlap | None = None
    priority: Priority | None = None
    budget: Budget | None = None
    is_active: bool | None = None


class TickOut(BaseModel):
    """`missed` counts the ticks before this one that were passed over with it."""

    due_at: datetime
    at: datetime
    outcome: TickOutcome
    execution_id: str | None
    reason: str | None
    missed: int


class ScheduleOut(BaseModel):
    """`ticks` are the latest, newest last."""

    id: IdField
    name: str
    template_id: IdField
    input_data: InputData
    cron: str
    timezone: str
    missed: Missed
    overlap: Overlap
    priority: Priority
    budget: Budget | None
    is_active: bool
    next_run_at: datetime | None
    ticks: Annotated[list[TickOut], Field(max_length=50)]
    created_by: IdField
    created_at: datetime
    updated_at: datetime
