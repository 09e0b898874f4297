"""A tenant's schedules."""

from datetime import datetime
from typing import ClassVar

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import TenantOwned
from elenchus.core.principal import Role
from elenchus.jobs.schemas import Priority
from elenchus.workflows.scheduling.schemas import Missed, Overlap, TickOutcome
from elenchus.workflows.schemas import Budget


class ScheduleTick(BaseModel):
    due_at: datetime
    at: datetime
    outcome: TickOutcome
    execution_id: str | None = None
    reason: str | None = None
    missed: int = 0


class WorkflowSchedule(TenantOwned):
    """`since` is when its owner last said what it does: who is removed and let in again begins anew."""

    id: Id = Field(default_factory=new_id)
    user_id: Id
    role: Role
    name: str
    template_id: Id
    input: str
    cron: str
    timezone: str
    missed: Missed
    overlap: Overlap
    priority: Priority
    budget: Budget | None = None
    is_active: bool = True
    next_run_at: datetime | None = None
    #: When a tick of it went wrong at last, for no fault of its own; none has gone well since.
    failed_at: datetime | None = None
    last_execution_id: str | None = None
    ticks: list[ScheduleTick] = Field(default_factory=list)
    since: datetime
    created_at: datetime
    updated_at: datetime

    class Settings:
        name = "workflow_schedules"
        indexes: ClassVar = [
            IndexModel(
                [("is_active", ASCENDING), ("next_run_at", ASCENDING)],
                name="all_tenants_due",
                partialFilterExpression={"is_active": True},
            )
        ]


MODELS: tuple[type[Document], ...] = (WorkflowSchedule,)
