"""How much of a conversation stays inline: the newest 60 messages at most, and never more than 1 MB."""

from collections.abc import Sequence
from dataclasses import dataclass

import bson
from pydantic import BaseModel

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.research.models import Conversation, Message, MessageRole, MessageStatus, Verification
from elenchus.research.prompts.fitting import Summary

TAIL_MESSAGES = 60  # each message more makes every write dearer, each one less makes moving more frequent
PAGE_MESSAGES = 100
AT_ONCE = 10  # messages that one append may add: as many as there is room for after a move
TAIL_BYTES = 900_000  # with the fields beside the messages a conversation stays below 1 MB
KEPT_MESSAGES = 50  # in the tail when the others move: as many as a conversation shows at once
KEPT_BYTES = 450_000
#: Past these nothing can be appended: answers still being written hold everything after them in the tail.
MOST_MESSAGES, MOST_BYTES = 400, 4_000_000
DRAFT_BYTES = 64_000  # kept free in the tail for an answer that is being written
MOST_MESSAGE_BYTES = 200_000
LEAST_TOLD = 10  # of what was found of each kind: an answer that falls is never left without why


@dataclass(frozen=True, slots=True)
class Head:
    """A conversation without its messages but the last few, oldest first."""

    id: Id
    user_id: Id
    document_ids: tuple[Id, ...]
    count: int
    tail_start: int
    tail_bytes: int
    last: tuple[Row, ...]
    title: str = ""
    summary: Summary | None = None

    @classmethod
    def of_row(cls, row: Row) -> "Head":
        return cls(
            row["_id"],
            row["user_id"],
            tuple(row["document_ids"]),
            row["message_count"],
            row["tail_start"],
            row["tail_bytes"],
            tuple(row["messages"]),
            row.get("title", ""),
            _summary(row),
        )

    @classmethod
    def of_new(cls, conversation: Conversation) -> "Head":
        """Of one that has just been made."""
        return cls(conversation.id, conversation.user_id, tuple(conversation.document_ids), 0, 0, 0, ())

    def has_room(self, rows: Sequence[Row], size: int) -> bool:
        return self.count - self.tail_start + len(rows) <= TAIL_MESSAGES and self.tail_bytes + size <= TAIL_BYTES


def _summary(row: Row) -> Summary | None:
    of = row.get("summarised")
    return Summary(row["context_summary"], of["until"], of["prompt_version"]) if of else None


_ALWAYS = frozenset({"id", "role", "content", "created_at"})
_BLANK: Row = Message(id="", role=MessageRole.USER, content="", created_at="").model_dump(mode="json")


def as_row(message: Message) -> Row:
    """As it is stored: without what every message has by default."""
    row: Row = message.model_dump(mode="json")
    return {name: value for name, value in row.items() if name in _ALWAYS or value != _BLANK[name]}


def as_wire(row: Row) -> Row:
    """As it goes out: with all its fields, in their order."""
    return _BLANK | row


def fitted(message: Message) -> Message:
    """An answer that cites without end, or whose faults have no end, loses the last of them rather than its place in
    the tail: half of what is longest, again and again."""
    while len(bson.encode(as_row(message))) > MOST_MESSAGE_BYTES and (longest := _longest(message)):
        whole, name = longest
        kept = getattr(whole, name)
        shorter = whole.model_copy(update={name: kept[: max(len(kept) // 2, LEAST_TOLD)]})
        message = shorter if isinstance(shorter, Message) else message.model_copy(update={"verification": shorter})
    return message


def _longest(message: Message) -> tuple[Message | Verification, str] | None:
    """Of the lists that may still lose something."""
    lists: list[tuple[Message | Verification, str]] = [(message, "citations")]
    if found := message.verification:
        lists += [(found, name) for name in ("quotes", "legal_citations", "unsupported_sentences", "failing")]
    able = [(whole, name) for whole, name in lists if len(getattr(whole, name)) > LEAST_TOLD]
    return max(able, key=lambda each: _bytes_of(*each), default=None)


def _bytes_of(whole: BaseModel, name: str) -> int:
    return len(bson.encode(whole.model_dump(mode="json", include={name})))


def size_of(row: Row) -> int:
    """Bytes in the database; a draft counts as what it may become."""
    size = len(bson.encode(row))
    return max(size, DRAFT_BYTES) if is_draft(row) else size


def is_draft(row: Row) -> bool:
    """Whether it is still being written."""
    return row.get("status") == MessageStatus.STREAMING


def fits(tail: Sequence[Row], added: Sequence[Row], size: int) -> bool:
    return len(tail) + len(added) <= TAIL_MESSAGES and sum(map(size_of, tail)) + size <= TAIL_BYTES


def leaving(tail: Sequence[Row], added: Sequence[Row], size: int) -> int:
    """How many of the oldest messages move to a page before more are added.

    One that is being written never moves, nor what comes after it. The number follows from the tail alone, so two
    processes that move at the same revision write the same page.
    """
    sizes = list(map(size_of, tail))
    if fits(tail, added, size):
        return 0
    moving, left_bytes = 0, sum(sizes)
    while moving < min(len(tail), PAGE_MESSAGES) and not is_draft(tail[moving]):
        if len(tail) - moving <= KEPT_MESSAGES and left_bytes <= KEPT_BYTES:
            break
        left_bytes -= sizes[moving]
        moving += 1
    return moving
