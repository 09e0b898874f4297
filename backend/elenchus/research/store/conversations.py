"""Conversations without their messages, and with the newest of them."""

from collections.abc import Mapping
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research import tail
from elenchus.research.errors import ConversationChanged, ConversationNotFound
from elenchus.research.models import Conversation
from elenchus.research.shown import OUTLINE, TIMES, Memory, Shown, written
from elenchus.research.store import pages
from elenchus.research.tail import Head

COUNTS = dict.fromkeys(["user_id", "document_ids", "message_count", "tail_start", "tail_bytes", "revision"], 1)
_MEMORY = dict.fromkeys(["title", "context_summary", "summarised"], 1)
_TURN = {name: f"$$each.{name}" for name in ("id", "role", "content", "status", "parent_id")}
OUTLINE_FIELDS = dict.fromkeys([*OUTLINE, *TIMES, "revision"], 1)
shown_before = Memory()


def mine(principal: Principal, conversation_id: Id) -> Row:
    return {"_id": conversation_id, "user_id": principal.user_id}


async def insert(principal: Principal, conversation: Conversation) -> None:
    """The driver sends an insert again whose answer was lost; it then meets itself."""
    await Conversation.owned_by(principal).insert_missing([conversation])


async def head(principal: Principal, conversation_id: Id, *, last: int) -> Head:
    """Of the messages only what says what was said and what it follows. Raises `ConversationNotFound`."""
    newest = {"$map": {"input": {"$slice": ["$messages", -last]}, "as": "each", "in": _TURN}}
    fields = {**COUNTS, **_MEMORY, "messages": newest}
    row = await Conversation.owned_by(principal).row(mine(principal, conversation_id), fields=fields)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return Head.of_row(row)


async def outline_json(principal: Principal, conversation_id: Id) -> Shown:
    """A conversation with its newest messages as it goes over the wire. One command, unless the last 50 messages are so
    big that a part of them has moved; messages come only when this process has not yet written this revision."""
    known = shown_before.get(conversation_id)
    newest: Row = {"$slice": -tail.KEPT_MESSAGES}
    if known:
        is_known = {"$eq": ["$revision", known.revision]}
        newest = {"$cond": [is_known, [], {"$slice": ["$messages", -tail.KEPT_MESSAGES]}]}
    fields = {**OUTLINE_FIELDS, "tail_start": 1, "messages": newest}
    row = await Conversation.owned_by(principal).row(mine(principal, conversation_id), fields=fields)
    if row is None:
        shown_before.forget(conversation_id)
        raise ConversationNotFound(conversation_id)
    if known and known.revision == row["revision"]:
        return known
    messages, moved = row["messages"], row["tail_start"]
    if len(messages) < tail.KEPT_MESSAGES and moved > 0:
        older = await pages.between(principal, conversation_id, row["message_count"] - tail.KEPT_MESSAGES, moved)
        return written(row, older + messages)  # not kept: what has moved can change without a new revision
    shown = written(row, messages)
    shown_before.keep(conversation_id, shown)
    return shown


async def change(
    principal: Principal, conversation_id: Id, changes: Mapping[str, Any], *, revision: int | None
) -> None:
    """Raises `ConversationChanged` when it is no longer at `revision`, `ConversationNotFound` when it is not there."""
    own = mine(principal, conversation_id)
    wanted = own if revision is None else {**own, "revision": revision}
    updated = {"$set": {**changes, "updated_at": now()}, "$inc": {"revision": 1}}
    if await Conversation.owned_by(principal).update(wanted, updated):
        return
    if revision is not None and await Conversation.owned_by(principal).row(own, fields={"_id": 1}):
        raise ConversationChanged
    raise ConversationNotFound(conversation_id)
