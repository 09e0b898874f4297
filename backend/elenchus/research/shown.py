"""Conversations as this process last wrote them on the wire, so that one that has not changed is not written anew.

They are never stale: each reading asks the database whether the revision is still this one, and whose it is.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.research.tail import as_wire

MOST_BYTES = 16_000_000  # some 250 conversations of 50 messages
#: In the order of the contract; the messages come before the times.
OUTLINE = ("title session_id context_summary metadata document_ids is_active is_archived message_count").split()
TIMES = ["created_at", "updated_at"]


@dataclass(frozen=True, slots=True)
class Shown:
    revision: int
    body: bytes


def written(row: Row, messages: Sequence[Row]) -> Shown:
    """From the driver's row to bytes without becoming a model, which would double the cost."""
    wire = {"id": row["_id"], **{name: row[name] for name in OUTLINE}, "messages": list(map(as_wire, messages))}
    wire |= {name: row[name] for name in TIMES}
    return Shown(row["revision"], orjson.dumps(wire, default=str, option=orjson.OPT_UTC_Z))


class Memory:
    """The last used stay."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[Id, Shown] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def get(self, conversation_id: Id) -> Shown | None:
        if conversation_id in self._kept:
            self._kept.move_to_end(conversation_id)
        return self._kept.get(conversation_id)

    def keep(self, conversation_id: Id, shown: Shown) -> None:
        self.forget(conversation_id)
        self._kept[conversation_id] = shown
        self._bytes += len(shown.body)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)

    def forget(self, conversation_id: Id) -> None:
        if before := self._kept.pop(conversation_id, None):
            self._bytes -= len(before.body)
