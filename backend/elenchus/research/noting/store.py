"""What the notes ask of MongoDB."""

from collections.abc import AsyncIterator
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Conversation, Message
from elenchus.research.noting.errors import TooManyNotes
from elenchus.research.noting.models import Note
from elenchus.research.store import messages
from elenchus.research.store.conversations import mine

MOST_NOTES = 500  # of one conversation
AT_ONCE = 50


async def require_conversation(principal: Principal, conversation_id: Id) -> None:
    """Raises `ConversationNotFound` for what is not this person's."""
    if await Conversation.owned_by(principal).row(mine(principal, conversation_id), fields={"_id": 1}) is None:
        raise ConversationNotFound(conversation_id)


async def require_place(principal: Principal, conversation_id: Id) -> None:
    """Raises `ConversationNotFound`, and `TooManyNotes` when it holds as many as it may."""
    await require_conversation(principal, conversation_id)
    if await _count(principal, conversation_id) >= MOST_NOTES:
        raise TooManyNotes(MOST_NOTES)


async def answer(principal: Principal, conversation_id: Id, message_id: Id) -> Message | None:
    """Of a conversation that is known to be this person's."""
    return await messages.message(principal, conversation_id, message_id)


async def page(principal: Principal, conversation_id: Id, query: PageQuery) -> list[Row]:
    await require_conversation(principal, conversation_id)
    within = {"conversation_id": conversation_id}
    return await Note.owned_by(principal).newest(within, limit=query.fetch, before=query.after)


async def note(principal: Principal, conversation_id: Id, note_id: Id) -> Row | None:
    await require_conversation(principal, conversation_id)
    return await Note.owned_by(principal).row(_named(conversation_id, note_id))


async def add(principal: Principal, kept: Note) -> None:
    """It is looked at again once it is there: the conversation may have been removed meanwhile, whose notes are gone by
    then, and of those who write at once nobody sees the others before. Raises as `require_place` does."""
    notes = Note.owned_by(principal)
    await notes.insert_missing([kept])
    if not await touch(principal, kept.conversation_id):
        await notes.delete({"_id": kept.id})
        raise ConversationNotFound(kept.conversation_id)
    if await _count(principal, kept.conversation_id) > MOST_NOTES:
        await notes.delete({"_id": kept.id})
        raise TooManyNotes(MOST_NOTES)


async def change(principal: Principal, conversation_id: Id, note_id: Id, changes: Row) -> bool:
    """False when it is gone."""
    changed = await Note.owned_by(principal).update(_named(conversation_id, note_id), {"$set": changes})
    return changed and await touch(principal, conversation_id)


async def remove(principal: Principal, conversation_id: Id, note_id: Id) -> bool:
    await require_conversation(principal, conversation_id)
    return await Note.owned_by(principal).delete(_named(conversation_id, note_id))


async def touch(principal: Principal, conversation_id: Id) -> bool:
    """Something has happened in it, so its time begins anew where tenants keep conversations for a time only. False
    when it is not this person's any more."""
    used: dict[str, Any] = {"$set": {"updated_at": now()}, "$inc": {"revision": 1}}
    return await Conversation.owned_by(principal).update(mine(principal, conversation_id), used)


def _named(conversation_id: Id, note_id: Id) -> Row:
    return {"_id": note_id, "conversation_id": conversation_id}


async def _count(owner: HasTenant, conversation_id: Id) -> int:
    return await Note.owned_by(owner).count({"conversation_id": conversation_id})


# ---- all of a person, and all of a tenant


async def of_person(owner: HasTenant, user_id: Id) -> AsyncIterator[Row]:
    """Newest first, some at a time."""
    rows, before = Note.owned_by(owner), None
    while found := await rows.newest({"user_id": user_id}, limit=AT_ONCE, before=before):
        for row in found:
            yield row
        before = found[-1]["_id"]


async def remove_of_person(owner: HasTenant, user_id: Id) -> None:
    await Note.owned_by(owner).delete_many({"user_id": user_id})


async def remove_in(owner: HasTenant) -> None:
    await Note.owned_by(owner).delete_many({})
