"""HTTP for notes."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.research.noting import service
from elenchus.research.noting.schemas import NoteChange, NoteIn, NoteOut, NotePage

router = APIRouter(prefix="/chat", tags=["chat"])

NOTES = "/conversations/{conversation_id}/notes"
ConversationId = Annotated[IdField, Path(description="the conversation's id")]
NoteId = Annotated[IdField, Path(description="the note's id")]


@router.get(NOTES, operation_id="list_notes")
async def list_notes(principal: CurrentPrincipal, conversation_id: ConversationId, page: PageParams) -> NotePage:
    """What you kept from this conversation, newest first."""
    return await service.page(principal, conversation_id, page)


@router.post(NOTES, operation_id="write_note", status_code=201)
async def write_note(
    principal: MemberPrincipal, conversation_id: ConversationId, wanted: NoteIn, request: Request, response: Response
) -> NoteOut:
    """Words of your own, or with `message_id` an answer with what it cites, or an excerpt of one."""
    note = await service.write(principal, conversation_id, wanted)
    response.headers["Location"] = f"{request.url.path}/{note.id}"
    return note


@router.patch(NOTES + "/{note_id}", operation_id="change_note")
async def change_note(
    principal: MemberPrincipal, conversation_id: ConversationId, note_id: NoteId, wanted: NoteChange
) -> NoteOut:
    """What an answer's note cites stays; it says from then on that its words were changed."""
    return await service.change(principal, conversation_id, note_id, wanted)


@router.delete(NOTES + "/{note_id}", operation_id="remove_note", status_code=204)
async def remove_note(principal: MemberPrincipal, conversation_id: ConversationId, note_id: NoteId) -> None:
    await service.remove(principal, conversation_id, note_id)
