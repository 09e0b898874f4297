"""Quotations against the documents: which are looked into, their texts ready to be searched, what is answered.

A text is loaded whole and prepared once (600 pages: 0.1 s); then a quotation is found in it within a millisecond. Texts
are remembered by document and generation, so none can go stale. The event loop only waits: preparing, searching
and the first import of numpy happen in threads.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from elenchus.library.quoting.schemas import DifferenceOut, QuoteIn, QuoteOut
from elenchus.library.quoting.verdicts import Finding, Verdict
from elenchus.library.retrieval import require_documents, retrieve
from elenchus.library.schemas import MAX_QUERY, SearchMode

if TYPE_CHECKING:
    from elenchus.library.quoting.source import Source

REMEMBERED_BYTES = 64 << 20  # about ten documents of 600 pages
PASSAGES = 50  # of the library, that say most of what the quotation says
DOCUMENTS = 8  # that these belong to and that are looked into
LOADS = 3  # before a document that is read anew again and again is given up

Key = tuple[Id, Id, int]
Found = tuple[Id | None, Finding]


class _Memory:
    """What this process remembers; losing it costs time and nothing else."""

    def __init__(self) -> None:
        self.sources: OrderedDict[Key, Source] = OrderedDict()
        self.loading: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    def keep(self, key: Key, source: "Source") -> None:
        """The newest stays even when it alone is too much: it is being used."""
        self.sources[key] = source
        self.sources.move_to_end(key)
        while len(self.sources) > 1 and sum(each.size for each in self.sources.values()) > REMEMBERED_BYTES:
            self.sources.popitem(last=False)


_memory = _Memory()


async def verify_quotes(principal: Principal, quotes: Sequence[QuoteIn]) -> list[QuoteOut]:
    """For each in order whether it stands in its document, or in any when it names none.

    Raises `DocumentNotFound` for an id that is not the tenant's and `DocumentHasNoText` for one that was never read.
    """
    await require_documents(principal, [quote.document_id for quote in quotes if quote.document_id])
    answers = [answered(*await _look(principal, quote)) for quote in quotes]
    shown = sorted({str(answer.document_id) for answer in answers if answer.document_id})
    audit.note(principal, Action.DOCUMENT_SEARCHED, "document", None, quotes=len(quotes), documents=[*shown])
    return answers


async def still_said(owner: HasTenant, document_id: Id, quotes: Sequence[str]) -> list[bool] | None:
    """For each whether the document says it now, wherever; None when there is no such document any more. Nobody is
    shown anything, so nothing of it is on the record."""
    source = await _source_or_none(owner, document_id)
    return await asyncio.to_thread(_say, quotes, source) if source else None


def _say(quotes: Sequence[str], source: "Source") -> list[bool]:
    """First to the letter but for white space, which also a quotation of two words can stand."""
    said = f" {' '.join(source.text.split())} "
    return [f" {' '.join(quote.split())} " in said or _is_verified(quote, source) for quote in quotes]


def _is_verified(quote: str, source: "Source") -> bool:
    from elenchus.library.quoting.verifying import verify

    return verify(quote, source, pages=[]).verdict.is_verified


async def still_there(owner: HasTenant, chunk_ids: Sequence[Id]) -> frozenset[Id]:
    """Those of the passages that the library has today."""
    return await store.existing_chunks(owner, chunk_ids)


async def _look(principal: Principal, quote: QuoteIn) -> Found:
    if quote.document_id is None:
        return await _anywhere(principal, quote)
    claimed = await _verified(principal, quote.document_id, quote)
    if claimed.verdict.is_lost:
        elsewhere, found = await _anywhere(principal, quote.model_copy(update={"pages": []}), but=quote.document_id)
        if found.verdict.is_verified:
            return elsewhere, replace(found, verdict=Verdict.WRONG_DOCUMENT)
    return quote.document_id, claimed


async def _anywhere(principal: Principal, quote: QuoteIn, *, but: Id | None = None) -> Found:
    """The first document that it stands in, else the one that comes nearest."""
    best: Found = None, Finding(Verdict.NOT_FOUND)
    async for document_id in _candidates(principal, quote.text, but=but):
        try:
            found = await _verified(principal, document_id, quote)
        except (DocumentNotFound, DocumentHasNoText):  # deleted since it was found
            continue
        if found.verdict.is_verified or found.verdict is Verdict.TOO_SHORT:
            return (document_id if found.span else None), found
        if found.verdict.rank < best[1].verdict.rank:
            best = document_id, found
    return best


async def _candidates(principal: Principal, text: str, *, but: Id | None) -> AsyncIterator[Id]:
    found = await retrieve(principal, text[:MAX_QUERY], limit=PASSAGES, mode=SearchMode.LEXICAL)
    ids = dict.fromkeys(passage.document_id for passage in found.passages)
    for document_id in [each for each in ids if each != but][:DOCUMENTS]:
        yield document_id


async def _verified(principal: Principal, document_id: Id, quote: QuoteIn) -> Finding:
    source = await _source(principal, document_id)
    return await asyncio.to_thread(_verdict, quote, source)


def _verdict(quote: QuoteIn, source: "Source") -> Finding:
    """In a thread, like `_prepared`."""
    from elenchus.library.quoting.verifying import verify

    return verify(quote.text, source, pages=quote.pages)


async def at_hand(owner: HasTenant, document_ids: Iterable[Id]) -> "dict[Id, Source]":
    """The prepared texts, loaded together where they are not remembered. One that is gone or has none is left out."""
    wanted = list(dict.fromkeys(document_ids))
    found = await asyncio.gather(*(_source_or_none(owner, id_) for id_ in wanted))
    return {id_: source for id_, source in zip(wanted, found, strict=True) if source}


async def _source_or_none(owner: HasTenant, document_id: Id) -> "Source | None":
    try:
        return await _source(owner, document_id)
    except (DocumentNotFound, DocumentHasNoText):
        return None


def forget() -> None:
    """As a process that has just begun."""
    _memory.sources.clear()


async def _source(owner: HasTenant, document_id: Id) -> "Source":
    for _ in range(LOADS):
        row = await _read_document(owner, document_id)
        key = (owner.tenant_id, document_id, row["generation"])
        lock = _memory.loading.setdefault(key, asyncio.Lock())
        async with lock:
            source = _memory.sources.get(key) or await _loaded(owner, row)
        if source:
            _memory.keep(key, source)
            return source
    raise DocumentHasNoText(document_id)


async def _read_document(owner: HasTenant, document_id: Id) -> Row:
    row = await store.document(owner, document_id)
    if row is None:
        raise DocumentNotFound(document_id)
    if row["generation"] is None:
        raise DocumentHasNoText(document_id)
    return row


async def _loaded(owner: HasTenant, row: Row) -> "Source | None":
    """None when another generation took its place meanwhile."""
    pages = await store.page_texts(owner, row["_id"], row["generation"], row["page_count"])
    return None if pages is None else await asyncio.to_thread(_prepared, pages)


def _prepared(pages: Sequence[str]) -> "Source":
    """In a thread, since the first one brings numpy."""
    from elenchus.library.quoting.source import Source

    return Source(pages)


def answered(document_id: Id | None, found: Finding) -> QuoteOut:
    span = found.span
    return QuoteOut(
        verdict=found.verdict,
        verified=found.verdict.is_verified,
        document_id=document_id if span else None,
        page_start=span and span.page_start,
        page_end=span and span.page_end,
        start_char=span and span.start,
        end_char=span and span.end,
        differences=[DifferenceOut.model_validate(each, from_attributes=True) for each in found.differences],
    )
