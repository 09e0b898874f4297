"""The course of an execution as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic_core import to_json

from elenchus.core import telling
from elenchus.core.principal import CurrentPrincipal
from elenchus.core.stopping import stopping
from elenchus.core.telling import EventStream
from elenchus.workflows import service as executions
from elenchus.workflows.following import service
from elenchus.workflows.following.schemas import ExecutionEvent
from elenchus.workflows.schemas import ExecutionName

router = APIRouter(prefix="/workflows", tags=["workflows"])

LONGEST_NUMBER = 9


@router.get(
    "/executions/{execution_id}/events",
    operation_id="follow_execution",
    response_class=EventStream,
    responses={200: {"model": ExecutionEvent}, 204: {"description": "It is over."}},
)
async def follow_execution(
    principal: CurrentPrincipal,
    request: Request,
    execution_id: Annotated[ExecutionName, Path(description="the execution's id")],
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """First a `snapshot`, which is what `GET` gives; then `execution`, `step`, `progress` and `usage`, each with the
    states that it has changed, until the execution is over. After a break, what comes after `Last-Event-ID`; 204 when
    nothing will, so that a browser does not come back."""
    execution, after = await executions.found(principal, execution_id), _number(last_event_id)
    if execution.status.is_over and after == execution.seq:
        return Response(status_code=204)
    events = service.follow(principal, execution.id, after, until=stopping(request.scope))
    return telling.stream(request, principal, events, _block)


def _block(event: service.Told) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.n, event.type.encode(), to_json(event.data))


def _number(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= LONGEST_NUMBER):
        raise telling.unknown_place()
    return int(last_event_id)
