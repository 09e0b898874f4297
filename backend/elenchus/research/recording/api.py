"""HTTP for what an answer was made of."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request

from elenchus.core.departing import when_left
from elenchus.core.ids import IdField
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal, credential_of
from elenchus.research import service as research
from elenchus.research.leash import Leash
from elenchus.research.recording import service
from elenchus.research.recording.schemas import RecordOut, ReplayIn, ReplayOut

router = APIRouter(prefix="/chat", tags=["chat"])

MessageId = Annotated[IdField, Path(description="the id of an assistant's message")]


@router.get("/messages/{message_id}/record", operation_id="get_answer_record")
async def get_answer_record(principal: CurrentPrincipal, message_id: MessageId) -> RecordOut:
    """Model, parameters, rules and prompt by their hashes, the passages with theirs and their scores, times and tokens;
    and what of its citations stands no longer."""
    return await service.record(principal, message_id)


@router.post("/messages/{message_id}/replay", operation_id="replay_answer")
async def replay_answer(
    request: Request,
    principal: MemberPrincipal,
    message_id: MessageId,
    wanted: Annotated[ReplayIn | None, Body()] = None,
) -> ReplayOut:
    """Answer the same question again under the same conditions, over the library as it is today or from the recorded
    passages, and compare. Nothing is added to the conversation; the tokens count."""
    leash = Leash()
    async with when_left(request, leash.stop):
        with research.while_allowed(credential_of(request.scope), principal):
            return await service.replay(principal, message_id, (wanted or ReplayIn()).sources, leash)
