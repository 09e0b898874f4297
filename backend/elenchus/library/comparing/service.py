"""Comparing's door."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.principal import Principal
from elenchus.library.comparing.errors import TooLongToCompare
from elenchus.library.comparing.schemas import MOST_CHARACTERS, Compared, Side
from elenchus.library.errors import DocumentHasNoText
from elenchus.library.quotes import at_hand
from elenchus.library.viewing import existing

if TYPE_CHECKING:
    from elenchus.core.ids import Id
    from elenchus.library.quoting.source import Source

DOCUMENT = "document"
AT_ONCE = 2  # in this process; each is a processor for as long as it lasts
_turn = asyncio.Semaphore(AT_ONCE)


async def compare(principal: Principal, left: Side, right: Side, topics: Sequence[str] = ()) -> Compared:
    """`topics` leave only the clauses about one of them. The same two texts give the same rows.

    Raises `DocumentNotFound`, `DocumentHasNoText`, `TooLongToCompare`.
    """
    ids = list(dict.fromkeys(side.document_id for side in (left, right) if side.document_id))
    for document_id in ids:
        await _require_bounded(principal, document_id)
    sources = await at_hand(principal, ids)
    for document_id in ids:
        if document_id not in sources:
            raise DocumentHasNoText(document_id)
        audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="comparison")
    return await _in_turn(left, right, topics, sources)


async def _require_bounded(principal: Principal, document_id: "Id") -> None:
    row = await existing(principal, document_id)
    if (row.get("char_count") or 0) > MOST_CHARACTERS:
        raise TooLongToCompare(document_id, row["char_count"], MOST_CHARACTERS)


async def _in_turn(left: Side, right: Side, topics: Sequence[str], sources: "dict[Id, Source]") -> Compared:
    """Cancelled, it leaves at once; its thread runs on, and keeps the turn until it has ended."""
    await _turn.acquire()
    thread = asyncio.ensure_future(asyncio.to_thread(_compared, left, right, topics, sources))
    thread.add_done_callback(lambda _: _turn.release())
    return await asyncio.shield(thread)


def _compared(left: Side, right: Side, topics: Sequence[str], sources: "dict[Id, Source]") -> Compared:
    """In a thread, since the first one brings numpy."""
    from elenchus.library.comparing.beside import set_beside
    from elenchus.library.quoting.source import Source

    read = [sources[side.document_id] if side.document_id else Source((side.text or "").split("\f"))
            for side in (left, right)]  # fmt: skip
    return set_beside(read[0], read[1], topics, (left.document_id, right.document_id))
