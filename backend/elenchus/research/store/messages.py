"""Messages wherever they are: in the tail of their conversation or on a page."""

from collections.abc import Mapping

import bson

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.principal import Principal
from elenchus.research.branches import START, path
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Conversation, ConversationPage, Message, MessageStatus
from elenchus.research.store import pages
from elenchus.research.store.conversations import mine
from elenchus.research.tail import Head, as_row, size_of


async def messages_before(
    principal: Principal, conversation_id: Id, before: str | None, *, limit: int
) -> tuple[list[Row], bool] | None:
    """Up to `limit` messages, newest first, and whether there are older ones; None when `before` is not among them.
    At most three commands at any length."""
    row = await _inline(principal, conversation_id)
    end = row["tail_start"] + len(row["messages"])
    number = end if before is None else await _number(principal, conversation_id, row, before)
    if number is None:
        return None
    first = max(0, number - limit)
    rows = await _between(principal, conversation_id, row, first, number)
    return rows[::-1], first > 0


async def branch(principal: Principal, at: Head, tip: str, *, limit: int) -> list[Row]:
    """Up to `limit` messages of the branch that ends with `tip`, oldest first; none when it is no message of this
    conversation. A branch of the last messages, which came with the head, asks for nothing; else it is at most three
    commands for each time that it leads out of what has been read."""
    found = path(at.last, tip)
    is_whole = at.count <= len(at.last)
    rows = [] if found else await _ending(principal, at.id, tip, is_in=True, limit=limit)
    found = found or path(rows, tip)
    while found and len(found) < limit:
        first, link = found[0], found[0].get("parent_id")
        if link == START or (link is None and is_whole and first["id"] == at.last[0]["id"]):
            break
        rows = await _ending(principal, at.id, link or first["id"], is_in=link is not None, limit=limit)
        if not rows:
            break
        found = path(rows) + found
    return found[-limit:]


async def _ending(principal: Principal, conversation_id: Id, message_id: str, *, is_in: bool, limit: int) -> list[Row]:
    """The messages before this one, or up to it, oldest first; none when it is not there."""
    row = await _inline(principal, conversation_id)
    number = await _number(principal, conversation_id, row, message_id)
    if number is None:
        return []
    end = number + is_in
    return await _between(principal, conversation_id, row, max(0, end - limit), end)


async def _inline(principal: Principal, conversation_id: Id) -> Row:
    wanted = {"tail_start": 1, "messages": 1}
    row = await Conversation.owned_by(principal).row(mine(principal, conversation_id), fields=wanted)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return row


async def _between(principal: Principal, conversation_id: Id, row: Row, first: int, end: int) -> list[Row]:
    """Messages number `first` up to, not including, `end`, of a conversation whose tail has been read."""
    tail_start, inline = row["tail_start"], row["messages"]
    rows: list[Row] = inline[max(0, first - tail_start) : max(0, end - tail_start)]
    if first < tail_start:
        rows = await pages.between(principal, conversation_id, first, min(end, tail_start)) + rows
    return rows


async def _number(principal: Principal, conversation_id: Id, row: Row, message_id: str) -> int | None:
    for index, message in enumerate(row["messages"]):
        if message["id"] == message_id:
            return int(row["tail_start"] + index)
    place = await pages.place_of(principal, conversation_id, message_id)
    return place[1] if place and place[1] < row["tail_start"] else None


async def message(owner: HasTenant, conversation_id: Id, message_id: Id) -> Message | None:
    """Wherever it is."""
    named = {"messages": {"$elemMatch": {"id": str(message_id)}}}
    row = await Conversation.owned_by(owner).row({"_id": conversation_id, **named}, fields=named)
    if row is None and (place := await pages.place_of(owner, conversation_id, str(message_id))):
        row = await ConversationPage.owned_by(owner).row({"_id": place[0], **named}, fields=named)
    return Message.model_validate(row["messages"][0]) if row else None


async def finish_message(owner: HasTenant, conversation_id: Id, draft: Message, final: Message) -> bool:
    """Put the finished message in the draft's place, in one write; False when the draft is no longer one."""
    unfinished = {"id": draft.id, "status": MessageStatus.STREAMING}
    row = as_row(final)
    changed = {
        "$set": {"messages.$": row, "updated_at": now()},
        "$inc": {"revision": 1, "tail_bytes": size_of(row) - size_of(as_row(draft))},
    }
    wanted = {"_id": conversation_id, "messages": {"$elemMatch": unfinished}}
    return await Conversation.owned_by(owner).update(wanted, changed)


async def set_feedback(owner: HasTenant, conversation_id: Id, message_id: Id, feedback: Row) -> bool:
    """Not on a draft, whose end would undo it."""
    named = {"id": str(message_id), "status": {"$ne": MessageStatus.STREAMING}}
    given = {"$set": {"messages.$.feedback": feedback}}
    return await change_message(owner, conversation_id, named, given, grown=len(bson.encode({"feedback": feedback})))


async def change_message(
    owner: HasTenant, conversation_id: Id, named: Row, change: Mapping[str, Row], *, grown: int
) -> bool:
    """In the tail or, when it has moved, on its page. The new revision keeps it from moving at this moment."""
    message = {"messages": {"$elemMatch": named}}
    counted = {**change, "$inc": {"revision": 1, "tail_bytes": grown}}
    if await Conversation.owned_by(owner).update({"_id": conversation_id, **message}, counted):
        return True
    place = await pages.place_of(owner, conversation_id, named["id"])
    return place is not None and await ConversationPage.owned_by(owner).update({"_id": place[0], **message}, change)
