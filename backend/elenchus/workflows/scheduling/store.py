"""All MongoDB verbs of schedules. A tick is claimed by what it follows: the moment that was due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.workflows.scheduling.models import ScheduleTick, WorkflowSchedule

TICKS_KEPT = 50
MOST = 200  # of one tenant


async def add(schedule: WorkflowSchedule) -> None:
    await WorkflowSchedule.owned_by(schedule).insert(schedule)


async def find(owner: HasTenant, schedule_id: Id) -> WorkflowSchedule | None:
    return await WorkflowSchedule.owned_by(owner).get(schedule_id)


async def page(owner: HasTenant, query: PageQuery, *, user_id: Id | None) -> list[Row]:
    """Of one person, or of all."""
    wanted = {"user_id": user_id} if user_id else {}
    return await WorkflowSchedule.owned_by(owner).newest(wanted, limit=query.fetch, before=query.after)


async def made_by(owner: HasTenant, user_id: Id) -> list[WorkflowSchedule]:
    return await WorkflowSchedule.owned_by(owner).find({"user_id": user_id}, limit=MOST)


async def number(owner: HasTenant) -> int:
    return await WorkflowSchedule.owned_by(owner).count({})


async def change(owner: HasTenant, schedule_id: Id, values: Mapping[str, Any]) -> bool:
    return await WorkflowSchedule.owned_by(owner).update({"_id": schedule_id}, {"$set": dict(values)})


async def remove(owner: HasTenant, schedule_id: Id) -> bool:
    return await WorkflowSchedule.owned_by(owner).delete({"_id": schedule_id})


async def remove_of(owner: HasTenant, wanted: Mapping[str, Id]) -> int:
    return await WorkflowSchedule.owned_by(owner).delete_many(dict(wanted))


async def due(before: datetime, *, limit: int) -> list[WorkflowSchedule]:
    """Of all tenants: the clock's errand. The longest due first, behind all others those that could not tick."""
    wanted = {"is_active": True, "next_run_at": {"$lte": before}}
    in_turn = [("failed_at", 1), ("next_run_at", 1)]
    return await WorkflowSchedule.across_tenants().find(wanted, sort=in_turn, limit=limit)


async def push_back(schedule: WorkflowSchedule) -> None:
    """It is due still, and comes after the others that are."""
    await WorkflowSchedule.owned_by(schedule).update({"_id": schedule.id}, {"$set": {"failed_at": now()}})


async def ticked(schedule: WorkflowSchedule, tick: ScheduleTick, values: Mapping[str, Any]) -> bool:
    """False when somebody was first, or the schedule was changed meanwhile."""
    as_seen = {"_id": schedule.id, "next_run_at": schedule.next_run_at, "since": schedule.since}
    pushed = {"ticks": {"$each": [tick.model_dump()], "$slice": -TICKS_KEPT}}
    return await WorkflowSchedule.owned_by(schedule).update(
        as_seen, {"$set": {"failed_at": None, **values}, "$push": pushed}
    )
