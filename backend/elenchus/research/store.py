"""All that research asks of MongoDB.

A conversation's tail stays short: what is appended pushes the oldest messages out to a page. The page is written first
and counts from the moment when the tail is cut, which is the same write that appends; both insist on the revision that
was read. A crash in between leaves a page that does not count yet and is written again.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import bson

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import DuplicateKeyError, HasTenant, Row
from elenchus.core.pages import NEWEST_FIRST, PageQuery
from elenchus.core.principal import Principal
from elenchus.research import tail
from elenchus.research.errors import ConversationBusy, ConversationChanged, ConversationNotFound
from elenchus.research.models import Answer, Conversation, ConversationPage, Message, MessageStatus
from elenchus.research.shown import OUTLINE, TIMES, Memory, Shown, written
from elenchus.research.tail import Head, as_row, size_of

ATTEMPTS = 20

_OUTLINE_FIELDS = dict.fromkeys([*OUTLINE, *TIMES, "revision"], 1)
_COUNTS = dict.fromkeys(["user_id", "document_ids", "message_count", "tail_start", "tail_bytes", "revision"], 1)
_memory = Memory()


# ---- conversations


def _mine(principal: Principal, conversation_id: Id) -> Row:
    return {"_id": conversation_id, "user_id": principal.user_id}


async def insert(principal: Principal, conversation: Conversation) -> None:
    """The driver sends an insert again whose answer was lost; it then meets itself."""
    await Conversation.owned_by(principal).insert_missing([conversation])


async def head(principal: Principal, conversation_id: Id, *, last: int) -> Head:
    """Raises `ConversationNotFound`."""
    fields = {**_COUNTS, "messages": {"$slice": -last}}
    row = await Conversation.owned_by(principal).row(_mine(principal, conversation_id), fields=fields)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return Head.of_row(row)


async def outline_json(principal: Principal, conversation_id: Id) -> Shown:
    """A conversation with its newest messages as it goes over the wire. One command, unless the last 50 messages are so
    big that a part of them has moved; messages come only when this process has not yet written this revision."""
    known = _memory.get(conversation_id)
    newest: Row = {"$slice": -tail.KEPT_MESSAGES}
    if known:
        is_known = {"$eq": ["$revision", known.revision]}
        newest = {"$cond": [is_known, [], {"$slice": ["$messages", -tail.KEPT_MESSAGES]}]}
    fields = {**_OUTLINE_FIELDS, "tail_start": 1, "messages": newest}
    row = await Conversation.owned_by(principal).row(_mine(principal, conversation_id), fields=fields)
    if row is None:
        _memory.forget(conversation_id)
        raise ConversationNotFound(conversation_id)
    if known and known.revision == row["revision"]:
        return known
    messages, moved = row["messages"], row["tail_start"]
    if len(messages) < tail.KEPT_MESSAGES and moved > 0:
        older = await _paged(principal, conversation_id, row["message_count"] - tail.KEPT_MESSAGES, moved)
        return written(row, older + messages)  # not kept: what has moved can change without a new revision
    shown = written(row, messages)
    _memory.keep(conversation_id, shown)
    return shown


async def outlines(principal: Principal, *, query: str | None, archived: bool, page: PageQuery) -> list[Row]:
    """Newest first, without messages, one more than the page shows."""
    wanted: Row = {"user_id": principal.user_id, "is_archived": archived, **page.filter()}
    if query:
        wanted["title"] = {"$regex": re.escape(query), "$options": "i"}
    rows = Conversation.owned_by(principal)
    return await rows.rows(wanted, fields=_OUTLINE_FIELDS, sort=NEWEST_FIRST, limit=page.fetch)


async def change(
    principal: Principal, conversation_id: Id, changes: Mapping[str, Any], *, revision: int | None
) -> None:
    """Raises `ConversationChanged` when it is no longer at `revision`, `ConversationNotFound` when it is not there."""
    mine = _mine(principal, conversation_id)
    wanted = mine if revision is None else {**mine, "revision": revision}
    updated = {"$set": {**changes, "updated_at": now()}, "$inc": {"revision": 1}}
    if await Conversation.owned_by(principal).update(wanted, updated):
        return
    if revision is not None and await Conversation.owned_by(principal).row(mine, fields={"_id": 1}):
        raise ConversationChanged
    raise ConversationNotFound(conversation_id)


async def delete(principal: Principal, conversation_id: Id) -> None:
    """The conversation goes first: nothing can be added to what is being removed."""
    _memory.forget(conversation_id)
    if not await Conversation.owned_by(principal).delete(_mine(principal, conversation_id)):
        raise ConversationNotFound(conversation_id)
    await delete_parts(principal, conversation_id)


async def delete_parts(owner: HasTenant, conversation_id: Id) -> None:
    """An answer that is being written holds tokens: its row goes when they are settled."""
    within = {"conversation_id": conversation_id}
    await ConversationPage.owned_by(owner).delete_many(within)
    await Answer.owned_by(owner).delete_many({**within, "status": {"$ne": MessageStatus.STREAMING}})


# ---- messages


async def append(owner: HasTenant, at: Head, messages: Sequence[Message]) -> None:
    """Add messages at the end, together and in order, whoever else is adding. `at` may be out of date: it only says
    which way is likely the shorter one. At most three commands without a rival."""
    if len(messages) > tail.AT_ONCE:
        raise ValueError(f"At most {tail.AT_ONCE} messages are added at once.")
    rows = [as_row(message) for message in messages]
    size = sum(map(size_of, rows))
    if at.has_room(rows, size) and await _push(owner, at, rows, size):
        return
    for _ in range(ATTEMPTS):
        if await _push_moving(owner, at, rows, size):
            return
    raise ConversationBusy


async def _push(owner: HasTenant, at: Head, rows: list[Row], size: int) -> bool:
    still_fits = {
        "_id": at.id,
        "user_id": at.user_id,
        f"messages.{tail.TAIL_MESSAGES - len(rows)}": {"$exists": False},
        "tail_bytes": {"$lte": tail.TAIL_BYTES - size},
    }
    return await Conversation.owned_by(owner).update(still_fits, _appending(rows, size))


def _appending(rows: list[Row], size: int) -> Row:
    added = {"revision": 1, "message_count": len(rows), "tail_bytes": size}
    return {"$push": {"messages": {"$each": rows}}, "$inc": added, "$set": {"updated_at": now()}}


def _cutting(kept: Sequence[Row], rows: list[Row], size: int, *, moved: int) -> Row:
    """Cut the tail down to what is kept and append, in one change."""
    left = len(kept) + len(rows)
    return {
        "$push": {"messages": {"$each": rows, "$slice": -left}},
        "$inc": {"revision": 1, "message_count": len(rows), "tail_start": moved},
        "$set": {"updated_at": now(), "tail_bytes": sum(map(size_of, kept)) + size},
    }


async def _push_moving(owner: HasTenant, at: Head, rows: list[Row], size: int) -> bool:
    """Move the oldest to a page, then cut them off and append in one write on the revision that was read."""
    mine = {"_id": at.id, "user_id": at.user_id}
    seen = await Conversation.owned_by(owner).row(mine, fields={**_COUNTS, "messages": 1})
    if seen is None:
        await ConversationPage.owned_by(owner).delete_many({"conversation_id": at.id})  # one may have been left by us
        raise ConversationNotFound(at.id)
    inline = seen["messages"]
    moving = tail.leaving(inline, rows, size)
    if not moving:
        return await _push_unmoved(owner, at, rows, size=size, seen=seen)
    await _write_page(owner, at.id, seen["tail_start"], seen["revision"], inline[:moving])
    kept = inline[moving:]
    has_room = tail.fits(kept, rows, size) or (bool(kept) and tail.is_draft(kept[0]))
    cut = _cutting(kept, rows, size, moved=moving) if has_room else _cutting(kept, [], 0, moved=moving)
    return await Conversation.owned_by(owner).update({**mine, "revision": seen["revision"]}, cut) and has_room


async def _push_unmoved(owner: HasTenant, at: Head, rows: list[Row], *, size: int, seen: Row) -> bool:
    """A rival has made room, or an answer that is being written holds everything after it in the tail."""
    if Head.of_row(seen).has_room(rows, size):
        return await _push(owner, at, rows, size)
    if len(seen["messages"]) > tail.MOST_MESSAGES or seen["tail_bytes"] > tail.MOST_BYTES:
        raise ConversationBusy
    return await Conversation.owned_by(owner).update({"_id": at.id, "user_id": at.user_id}, _appending(rows, size))


async def _write_page(owner: HasTenant, conversation_id: Id, start: int, revision: int, rows: list[Row]) -> None:
    """A page that was left by a crash is replaced when it is older than this one, and is this one when it is not."""
    page: Row = {
        "_id": derived_id(conversation_id, "page", start),
        "tenant_id": owner.tenant_id,
        "conversation_id": conversation_id,
        "start": start,
        "revision": revision,
        "messages": rows,
    }
    pages = ConversationPage.owned_by(owner)
    if not await pages.insert_missing_rows([page]):
        older = {"_id": page["_id"], "revision": {"$lt": revision}}
        await pages.update(older, {"$set": {"revision": revision, "messages": rows}})


async def _paged(owner: HasTenant, conversation_id: Id, first: int, end: int) -> list[Row]:
    """Messages number `first` up to, not including, `end`, all of which have moved to pages. A page holds at most 100,
    so the range is tight and costs the same in a conversation of any length."""
    place = {"conversation_id": conversation_id, "start": {"$gt": first - tail.PAGE_MESSAGES, "$lt": end}}
    pages = await ConversationPage.owned_by(owner).rows(place, sort=[("start", 1)])
    numbered = [(page["start"] + index, row) for page in pages for index, row in enumerate(page["messages"])]
    return [row for number, row in numbered if first <= number < end]


async def messages_before(
    principal: Principal, conversation_id: Id, before: str | None, *, limit: int
) -> tuple[list[Row], bool] | None:
    """Up to `limit` messages, newest first, and whether there are older ones; None when `before` is not among them.
    At most three commands at any length."""
    wanted = {"tail_start": 1, "message_count": 1, "messages": 1}
    row = await Conversation.owned_by(principal).row(_mine(principal, conversation_id), fields=wanted)
    if row is None:
        raise ConversationNotFound(conversation_id)
    tail_start, inline = row["tail_start"], row["messages"]
    end = tail_start + len(inline) if before is None else await _number(principal, conversation_id, row, before)
    if end is None:
        return None
    first = max(0, end - limit)
    rows = inline[max(0, first - tail_start) : max(0, end - tail_start)]
    if first < tail_start:
        rows = await _paged(principal, conversation_id, first, min(end, tail_start)) + rows
    return rows[::-1], first > 0


async def _number(principal: Principal, conversation_id: Id, row: Row, message_id: str) -> int | None:
    for index, message in enumerate(row["messages"]):
        if message["id"] == message_id:
            return int(row["tail_start"] + index)
    wanted = {"messages.id": message_id, "conversation_id": conversation_id, "start": {"$lt": row["tail_start"]}}
    page = await ConversationPage.owned_by(principal).row(wanted)
    if page is None:
        return None
    return int(page["start"] + [message["id"] for message in page["messages"]].index(message_id))


async def message(owner: HasTenant, conversation_id: Id, message_id: Id) -> Message | None:
    """Wherever it is."""
    named = {"messages": {"$elemMatch": {"id": str(message_id)}}}
    row = await Conversation.owned_by(owner).row({"_id": conversation_id, **named}, fields=named)
    if row is None:
        paged = {"messages.id": str(message_id), "conversation_id": conversation_id}
        row = await ConversationPage.owned_by(owner).row(paged, fields=named)
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
    """In the tail or, when it has moved, on its page."""
    named = {"messages.id": str(message_id)}
    grown = {"revision": 1, "tail_bytes": len(bson.encode({"feedback": feedback}))}
    changed = {"$set": {"messages.$.feedback": feedback}, "$inc": grown}
    if await Conversation.owned_by(owner).update({"_id": conversation_id, **named}, changed):
        return True
    paged, given = {"conversation_id": conversation_id, **named}, {"messages.$.feedback": feedback}
    return await ConversationPage.owned_by(owner).update(paged, {"$set": given})


# ---- answers


async def insert_answer(owner: HasTenant, answer: Answer) -> bool:
    """False when an earlier request has made it, under the same key."""
    rows = Answer.owned_by(owner)
    try:
        await rows.insert(answer)
    except DuplicateKeyError:
        return await rows.row({"_id": answer.id, "insertion": answer.insertion}, fields={"_id": 1}) is not None
    return True


async def answer(principal: Principal, message_id: Id) -> Answer | None:
    return await Answer.owned_by(principal).first({"_id": message_id, "user_id": principal.user_id})


async def finish_answer(owner: HasTenant, message_id: Id, status: MessageStatus, record: Row) -> None:
    done = {"status": status, "finished_at": now(), "record": record}
    await Answer.owned_by(owner).update({"_id": message_id, "status": MessageStatus.STREAMING}, {"$set": done})


async def drop_answer(owner: HasTenant, message_id: Id) -> None:
    await Answer.owned_by(owner).delete({"_id": message_id})


async def request_stop(principal: Principal, message_id: Id) -> None:
    unfinished = {"_id": message_id, "user_id": principal.user_id, "status": MessageStatus.STREAMING}
    await Answer.owned_by(principal).update(unfinished, {"$set": {"stop_requested": True}})


async def stay_alive(message_ids: Sequence[Id], until: datetime) -> frozenset[Id]:
    """Say for all that this process is writing that it lives, and learn which of them shall stop.

    Over all tenants: the ids are this process's own.
    """
    mine = {"_id": {"$in": list(message_ids)}}
    await Answer.across_tenants().update_many(mine, {"$set": {"alive_until": until}})
    rows = await Answer.across_tenants().rows({**mine, "stop_requested": True}, fields={"_id": 1})
    return frozenset(row["_id"] for row in rows)


async def abandoned(before: datetime, *, limit: int) -> list[Answer]:
    """Answers that nobody is writing any more; over all tenants, for the sweep."""
    dead = {"status": MessageStatus.STREAMING, "alive_until": {"$lt": before}}
    return await Answer.across_tenants().find(dead, limit=limit)
