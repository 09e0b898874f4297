"""The jobs of the caller as server-sent events."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request

from elenchus.core import telling
from elenchus.core.clock import now
from elenchus.core.ids import IdField
from elenchus.core.principal import CurrentPrincipal
from elenchus.core.stopping import stopping
from elenchus.core.telling import EventStream
from elenchus.jobs.following import service
from elenchus.jobs.following.schemas import JobEvent
from elenchus.jobs.following.service import Place
from elenchus.jobs.reach import Scope, Tenant, narrowed

router = APIRouter(prefix="/jobs", tags=["jobs"])

CLOCKS = timedelta(minutes=1)  # by which those of two servers may differ
_PLACE = re.compile(r"(\d{1,15})-(\d{1,9})", re.ASCII)


@router.get(
    "/events",
    operation_id="follow_jobs",
    response_class=EventStream,
    responses={200: {"model": JobEvent}},
)
async def follow_jobs(
    principal: CurrentPrincipal,
    request: Request,
    scope: Annotated[Literal["me", "tenant"], Query(description="whose jobs; the tenant's for administrators")] = "me",
    tenant_id: Annotated[IdField | None, Query(description="another tenant than yours: for superusers only")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """An event `job` for each of your jobs that is under way, then one whenever a job changes, as `GET /jobs` shows it.
    After a break, what has changed since `Last-Event-ID`."""
    reach = narrowed(principal, Scope(scope), tenant_id)
    owner = Tenant(reach.tenant_id or principal.tenant_id)
    events = service.follow(owner, reach.user_id, _place(last_event_id), until=stopping(request.scope))
    return telling.stream(request, principal, events, _block)


def _block(event: service.Event) -> bytes:
    return f"id: {event.place}\nevent: job\ndata: {event.job.model_dump_json()}\n\n".encode()


def _place(last_event_id: str | None) -> Place:
    if not last_event_id:
        return Place()
    found = _PLACE.fullmatch(last_event_id)
    if found is None or int(found[1]) > (now() + CLOCKS).timestamp() * 1000:
        raise telling.unknown_place()
    return Place(int(found[1]), int(found[2]))
