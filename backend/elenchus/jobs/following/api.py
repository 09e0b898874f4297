"""The jobs of the caller as server-sent events."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from elenchus.core import problems
from elenchus.core.clock import now
from elenchus.core.errors import Invalid, Unauthenticated
from elenchus.core.principal import CurrentPrincipal, Principal, credential_of
from elenchus.core.stopping import stopping
from elenchus.jobs.following import service
from elenchus.jobs.following.service import Place

router = APIRouter(prefix="/jobs", tags=["jobs"])

SSE = "text/event-stream"
PING = b": ping\n\n"
PING_SECONDS = 15.0
CLOCKS = timedelta(minutes=1)  # by which those of two servers may differ
RETRY = b"retry: 1000\n\n"  # milliseconds after which a browser comes back
ENDED = "Your session or API key, or your membership, has ended. Sign in again."
_PLACE = re.compile(r"(\d{1,15})-(\d{1,9})", re.ASCII)


@router.get(
    "/events",
    operation_id="follow_jobs",
    response_class=StreamingResponse,
    responses={200: {"content": {SSE: {"schema": {"type": "string"}}}}},
)
async def follow_jobs(
    principal: CurrentPrincipal,
    request: Request,
    scope: Annotated[Literal["me", "tenant"], Query(description="whose jobs")] = "me",
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """An event `job` for each of your jobs that is under way, then one whenever a job changes, as `GET /jobs` shows it.
    After a break, what has changed since `Last-Event-ID`."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    lines = _lines(request, principal, _place(last_event_id), whole_tenant=scope == "tenant")
    return StreamingResponse(lines, media_type=SSE, headers=headers)


async def _lines(request: Request, principal: Principal, after: Place, *, whole_tenant: bool) -> AsyncIterator[bytes]:
    """Until the reader leaves, or may read no longer, or the server stops."""
    credential, spoke = credential_of(request.scope), time.monotonic()
    yield RETRY
    until = stopping(request.scope)
    async with aclosing(service.follow(principal, after, until=until, whole_tenant=whole_tenant)) as events:
        async for event in events:
            if event is None and not await request.app.state.still_stands(credential, principal):
                yield _cut_off(request)
                return
            if event or time.monotonic() - spoke >= PING_SECONDS:
                spoke = time.monotonic()
                yield _block(event) if event else PING


def _block(event: service.Event) -> bytes:
    return f"id: {event.place}\nevent: job\ndata: {event.job.model_dump_json()}\n\n".encode()


def _cut_off(request: Request) -> bytes:
    refusal = Unauthenticated(ENDED)
    problem = problems.problem(refusal, instance=request.url.path, request_id=request.state.request_id)
    return b"event: error\ndata: " + to_json({"problem": problem}) + b"\n\n"


def _place(last_event_id: str | None) -> Place:
    if not last_event_id:
        return Place()
    found = _PLACE.fullmatch(last_event_id)
    if found is None or int(found[1]) > (now() + CLOCKS).timestamp() * 1000:
        detail = "Send the id of the last event you got, unchanged."
        raise Invalid(detail, errors=[{"loc": ["header", "last-event-id"], "msg": detail, "type": "event_id"}])
    return Place(int(found[1]), int(found[2]))
