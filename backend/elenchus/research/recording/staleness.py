"""Answers whose documents say no longer what was quoted.

The library calls when it has removed a text. An answer that ends at that moment is not among those that cite it yet, so
each looks, once it is, whether its passages are still there: one of the two sees the other.
"""

import asyncio
from collections.abc import Mapping, Sequence

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.library import service as library
from elenchus.research.models import Citation, Message, Stale, StaleReason, wire_time
from elenchus.research.recording import store
from elenchus.research.recording.store import Cited

WRITES_AT_ONCE = 8
log = logs.get(__name__)


async def recheck(owner: HasTenant, document_id: Id) -> None:
    """All answers that cite the document; safe to repeat, and where it broke off nothing is written again."""
    marked = 0
    async for batch in store.citing(owner, document_id):
        marked += await _recheck(owner, batch, document_id)
    if marked:
        log.info("answers marked stale", document_id=str(document_id), answers=marked)


async def watch(owner: HasTenant, conversation_id: Id, message: Message) -> None:
    """One that has just ended. Its row counts as unfinished until this is done, so the sweep finds what breaks off."""
    wanted = {Id(row.chunk_id): Id(row.document_id) for row in message.citations}
    if not wanted:
        return
    await store.set_cited(owner, Id(message.id), {*wanted.values()})
    there = await library.still_there(owner, list(wanted))
    for document_id in {wanted[chunk_id] for chunk_id in wanted.keys() - there}:
        await _recheck(owner, [Cited.of(conversation_id, message)], document_id)


async def lapsed(owner: HasTenant, document_id: Id, citations: Sequence[Citation]) -> Stale | None:
    """None while every quotation stands, wherever it has moved to."""
    return _lapsed(await _said(owner, document_id, citations), citations)


async def _recheck(owner: HasTenant, batch: Sequence[Cited], document_id: Id) -> int:
    """How many are stale now and were not before."""
    own = {one.message_id: [row for row in one.citations if row.document_id == str(document_id)] for one in batch}
    said = await _said(owner, document_id, [row for rows in own.values() for row in rows])
    found = [(one, _lapsed(said, own[one.message_id])) for one in batch]
    changed = [(one, now_lost) for one, now_lost in found if not _is_known(one.stale.get(str(document_id)), now_lost)]
    for at in range(0, len(changed), WRITES_AT_ONCE):
        part = changed[at : at + WRITES_AT_ONCE]
        await asyncio.gather(*(_mark(owner, one, document_id, now_lost) for one, now_lost in part))
    return sum(1 for one, now_lost in changed if now_lost and str(document_id) not in one.stale)


def _is_known(before: Stale | None, found: Stale | None) -> bool:
    """Since when does not count: it stays what it was."""
    if before is None or found is None:
        return before is found
    return (before.reason, before.citations) == (found.reason, found.citations)


async def _mark(owner: HasTenant, cited: Cited, document_id: Id, found: Stale | None) -> None:
    if found:
        await store.set_stale(owner, cited, document_id, found)
    else:
        await store.clear_stale(owner, cited, document_id)


async def _said(owner: HasTenant, document_id: Id, citations: Sequence[Citation]) -> Mapping[str, bool] | None:
    """Of each quotation whether the document says it now; None when there is no such document any more. Many answers
    quote the same words, which are looked for once."""
    quotes = list(dict.fromkeys(row.quote for row in citations))
    said = await library.still_said(owner, document_id, quotes)
    return None if said is None else dict(zip(quotes, said, strict=True))


def _lapsed(said: Mapping[str, bool] | None, citations: Sequence[Citation]) -> Stale | None:
    lost = sorted({row.n for row in citations if said is None or not said[row.quote]})
    reason = StaleReason.DELETED if said is None else StaleReason.CHANGED
    return Stale(reason=reason, citations=lost, since=wire_time(now())) if lost else None


LISTENERS = (library.when_text_changes("research.staleness", recheck),)
