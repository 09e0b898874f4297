"""HTTP for a conversation as a file."""

from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from elenchus.core.departing import while_there
from elenchus.core.ids import IdField
from elenchus.core.places import Places
from elenchus.core.principal import CurrentPrincipal, Principal, credential_of
from elenchus.identity import service as identity
from elenchus.research import service as research
from elenchus.research.errors import AccessEnded
from elenchus.research.exporting import service
from elenchus.research.exporting.errors import TooManyExports
from elenchus.research.exporting.names import attachment
from elenchus.research.exporting.schemas import Format

router = APIRouter(prefix="/chat", tags=["chat"])

MOST_OF_ONE = 2  # person; as many as are set at once, so others wait for two files of theirs and not for all of them
_places = Places()


async def _place(principal: CurrentPrincipal) -> AsyncIterator[None]:
    """Held until the last byte has left. Raises `TooManyExports`."""
    with _places.one(principal.user_id, most=MOST_OF_ONE, full=TooManyExports()):
        yield


#: For `dependencies=[...]` of a route that makes a file.
OnePlace = Depends(_place)


@router.get(
    "/conversations/{conversation_id}/export",
    operation_id="export_conversation",
    dependencies=[OnePlace],
    response_class=StreamingResponse,
    responses={200: {"content": {each.media_type: {} for each in Format}}},
)
async def export_conversation(
    request: Request,
    principal: CurrentPrincipal,
    conversation_id: Annotated[IdField, Path(description="the conversation's id")],
    wanted: Annotated[Format, Query(alias="format")] = Format.MARKDOWN,
) -> StreamingResponse:
    """All of it, with footnotes that give document, page and quote. A JSON file ends with `"complete": true`."""
    return await as_file(request, principal, service.export(principal, conversation_id, wanted))


async def as_file(
    request: Request, principal: Principal, work: Coroutine[Any, Any, service.Exported]
) -> StreamingResponse:
    """What the work makes, for as long as whoever asked is there and may read it."""
    credential = credential_of(request.scope)
    with research.while_allowed(credential, principal):
        exported = await while_there(request, work)
    headers = {"Content-Disposition": attachment(exported.filename), "Cache-Control": "no-store"}
    blocks = _while_allowed(exported.blocks, credential, principal)
    return StreamingResponse(blocks, media_type=exported.media_type, headers=headers)


async def _while_allowed(blocks: AsyncIterator[bytes], credential: str, principal: Principal) -> AsyncIterator[bytes]:
    """Broken off, as a client sees, when its reader may read no longer."""
    with identity.watched(credential, principal) as watch:
        async for block in blocks:
            if watch.ended.is_set():
                raise AccessEnded
            yield block
