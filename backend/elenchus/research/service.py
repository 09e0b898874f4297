"""Conversations: made, listed, read, changed, removed. Asking is in `asking`, following an answer in `following`."""

from elenchus.core.ids import Id, new_id
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal
from elenchus.library import service as library
from elenchus.research import store
from elenchus.research.asking import ask, new_conversation, regenerate
from elenchus.research.errors import UnknownPlace
from elenchus.research.following import abandon_lost, give_feedback, reading
from elenchus.research.models import Message
from elenchus.research.running import drain
from elenchus.research.schemas import (
    ConversationChange,
    ConversationDetail,
    ConversationIn,
    ConversationOut,
    MessagePage,
)
from elenchus.research.shown import Shown

NEW_TITLE = "New conversation"

__all__ = ["abandon_lost", "ask", "drain", "give_feedback", "reading", "regenerate"]


async def create(principal: Principal, wanted: ConversationIn) -> ConversationDetail:
    await library.require_documents(principal, wanted.document_ids)
    conversation = new_conversation(
        principal,
        id_=new_id(),
        title=wanted.title or NEW_TITLE,
        session_id=wanted.session_id,
        document_ids=wanted.document_ids,
    )
    conversation.metadata = wanted.metadata
    await store.insert(principal, conversation)
    return ConversationDetail.model_validate(conversation.model_dump())


async def conversations(
    principal: Principal, *, query: str | None, archived: bool, page: PageQuery
) -> Page[ConversationOut]:
    rows = await store.outlines(principal, query=query, archived=archived, page=page)
    return page.page(rows, ConversationOut.of)


async def conversation(principal: Principal, conversation_id: Id) -> Shown:
    """With its newest messages, as it goes over the wire."""
    return await store.outline_json(principal, conversation_id)


async def change(
    principal: Principal, conversation_id: Id, wanted: ConversationChange, *, revision: int | None
) -> Shown:
    changes = {name: value for name, value in wanted.model_dump(exclude_unset=True).items() if value is not None}
    await library.require_documents(principal, wanted.document_ids or [])
    await store.change(principal, conversation_id, changes, revision=revision)
    return await store.outline_json(principal, conversation_id)


async def delete(principal: Principal, conversation_id: Id) -> None:
    await store.delete(principal, conversation_id)


async def messages(principal: Principal, conversation_id: Id, *, before: str | None, limit: int) -> MessagePage:
    found = await store.messages_before(principal, conversation_id, before, limit=limit)
    if found is None:
        raise UnknownPlace(before or "")
    rows, more = found
    return MessagePage(
        items=[Message.model_validate(row) for row in rows], next_cursor=rows[-1]["id"] if more and rows else None
    )
