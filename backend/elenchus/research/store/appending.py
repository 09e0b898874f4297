"""Messages added at the end. The tail stays short: what is appended pushes the oldest out to a page.

The page is written first; the tail is cut by the same write that appends, on the revision that was read.
"""

from collections.abc import Sequence

from elenchus.core.clock import now
from elenchus.core.mongo import HasTenant, Row
from elenchus.research import tail
from elenchus.research.errors import ConversationBusy, ConversationNotFound
from elenchus.research.models import Conversation, ConversationPage, Message
from elenchus.research.store import pages
from elenchus.research.store.conversations import COUNTS
from elenchus.research.tail import Head, as_row, size_of

ATTEMPTS = 20


async def append(owner: HasTenant, at: Head, messages: Sequence[Message]) -> None:
    """Add messages at the end, together and in order, whoever else is adding; those that are there already are not
    added again. `at` may be out of date: it only says which way is likely the shorter one. At most three commands
    without a rival."""
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
        **_not_there(rows),
    }
    return await Conversation.owned_by(owner).update(still_fits, _appending(rows, size))


def _not_there(rows: Sequence[Row]) -> Row:
    """A write whose answer was lost is sent again, and then meets itself."""
    return {"messages.id": {"$ne": rows[-1]["id"]}}


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
    seen = await Conversation.owned_by(owner).row(mine, fields={**COUNTS, "messages": 1})
    if seen is None:
        await ConversationPage.owned_by(owner).delete_many({"conversation_id": at.id})  # one may have been left by us
        raise ConversationNotFound(at.id)
    inline = seen["messages"]
    if any(row["id"] == rows[-1]["id"] for row in inline):
        return True
    moving = tail.leaving(inline, rows, size)
    if not moving:
        return await _push_unmoved(owner, at, rows, size=size, seen=seen)
    await pages.write(owner, at.id, seen["tail_start"], seen["revision"], inline[:moving])
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
    mine = {"_id": at.id, "user_id": at.user_id, **_not_there(rows)}
    return await Conversation.owned_by(owner).update(mine, _appending(rows, size))
