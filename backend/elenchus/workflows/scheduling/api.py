"""HTTP for schedules."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.workflows.scheduling import service
from elenchus.workflows.scheduling.schemas import ScheduleChange, ScheduleIn, ScheduleOut

router = APIRouter(prefix="/workflows/schedules", tags=["workflows"])

ScheduleId = Annotated[IdField, Path(description="the schedule's id")]


@router.get("", operation_id="list_schedules")
async def list_schedules(principal: CurrentPrincipal, page: PageParams) -> Page[ScheduleOut]:
    """Your own, or for an administrator the tenant's; newest first."""
    return await service.list_schedules(principal, page)


@router.post("", operation_id="create_schedule", status_code=201)
async def create_schedule(
    principal: MemberPrincipal, given: ScheduleIn, request: Request, response: Response
) -> ScheduleOut:
    """An execution of the template at each tick, on your behalf."""
    made = await service.create(principal, given)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return made


@router.get("/{schedule_id}", operation_id="get_schedule")
async def get_schedule(principal: CurrentPrincipal, schedule_id: ScheduleId) -> ScheduleOut:
    return await service.get(principal, schedule_id)


@router.patch("/{schedule_id}", operation_id="change_schedule")
async def change_schedule(principal: MemberPrincipal, schedule_id: ScheduleId, given: ScheduleChange) -> ScheduleOut:
    """Whoever changes it answers for it from here on."""
    return await service.change(principal, schedule_id, given)


@router.delete("/{schedule_id}", operation_id="delete_schedule", status_code=204)
async def delete_schedule(principal: MemberPrincipal, schedule_id: ScheduleId) -> None:
    """Executions that it has begun go on."""
    await service.delete(principal, schedule_id)
