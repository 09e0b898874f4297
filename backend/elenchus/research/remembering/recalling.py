"""What of a conversation is told again with its next question."""

from collections.abc import Sequence
from dataclasses import dataclass

from elenchus.core.llm.base import Speaker, Turn
from elenchus.core.mongo import Row
from elenchus.research.models import MessageRole, MessageStatus
from elenchus.research.prompts.fitting import BLOCK, History
from elenchus.research.tail import Head

READABLE = frozenset({MessageStatus.COMPLETE, MessageStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a turn. `number` is its place in the conversation; on a branch, about that."""

    id: str
    number: int
    turn: Turn


def readable(rows: Sequence[Row], *, first: int = 0) -> list[Said]:
    """Those of a branch's messages that say something, oldest first; `first` is the number of the first of them."""
    return [
        Said(row["id"], first + place, Turn(Speaker(row["role"]), row["content"]))
        for place, row in enumerate(rows)
        if row["content"]
        and row["role"] != MessageRole.SYSTEM
        and MessageStatus(row.get("status") or MessageStatus.COMPLETE) in READABLE
    ]


def since(said: Sequence[Said], rows: Sequence[Row], until: str | None) -> list[Said] | None:
    """What came after the message `until`; None when it is not on this branch, as far as `rows` show it."""
    place = next((place for place, row in enumerate(rows) if row["id"] == until), None)
    if until is None or place is None:
        return None
    after = {row["id"] for row in rows[place + 1 :]}
    return [each for each in said if each.id in after]


def recalled(head: Head, rows: Sequence[Row]) -> History:
    """Of a branch's messages up to a question, oldest first; it may have more before them.

    A summary counts when its last message is on this branch: it never speaks of another one.
    """
    said = readable(rows, first=max(0, head.count - len(rows)))
    left = since(said, rows, head.summary.until) if head.summary else None
    told = said if left is None else left
    starts = [place for place, each in enumerate(told) if place and each.number % BLOCK == 0]
    return History(None if left is None else head.summary, tuple(each.turn for each in told), tuple(starts))
