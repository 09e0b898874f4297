"""HTTP for links: three routes for whom the conversation belongs to, and one for everybody who has a link."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import MAX_LIMIT
from elenchus.core.principal import MemberPrincipal
from elenchus.research.sharing import service
from elenchus.research.sharing.schemas import SharedConversation, ShareIn, ShareOut, StandingLink

router = APIRouter(prefix="/chat", tags=["chat"])

ConversationId = Annotated[IdField, Path(description="the conversation's id")]
LONGEST_TOKEN = 100
#: For search engines. That no cache keeps it and no other page learns of the link each answer says.
PRIVATE = {"X-Robots-Tag": "noindex, nofollow"}


@router.post("/conversations/{conversation_id}/share", operation_id="share_conversation", status_code=201)
async def share_conversation(
    principal: MemberPrincipal, conversation_id: ConversationId, wanted: ShareIn, response: Response
) -> ShareOut:
    """A link by which anybody who has it reads what has been said so far. It takes the place of an earlier one."""
    response.headers.update(PRIVATE)
    return await service.share(principal, conversation_id, wanted)


@router.get("/conversations/{conversation_id}/share", operation_id="get_share")
async def get_share(principal: MemberPrincipal, conversation_id: ConversationId) -> StandingLink | None:
    """Until when the link works and how much it shows; null while there is none. What opens it is told once only."""
    return await service.standing(principal, conversation_id)


@router.delete("/conversations/{conversation_id}/share", operation_id="unshare_conversation", status_code=204)
async def unshare_conversation(principal: MemberPrincipal, conversation_id: ConversationId) -> None:
    """The link opens nothing from now on."""
    await service.unshare(principal, conversation_id)


@router.get("/shared/{token}", operation_id="read_shared_conversation")
async def read_shared_conversation(
    token: Annotated[str, Path(max_length=LONGEST_TOKEN, description="of the link")],
    response: Response,
    start: Annotated[int, Query(ge=0, le=1_000_000_000, description="the number of the first message")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> SharedConversation:
    """Oldest first, with the quotes that are cited and nothing else of the documents."""
    response.headers.update(PRIVATE)
    return await service.shared(token, start=start, limit=limit)
