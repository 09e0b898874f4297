"""From a question to passages: which documents are on the shelf, their merged index, the ranking, the texts.

A search costs two reads, the shelf's version and the texts that are shown; everything between is remembered by the
process under keys that cannot go stale: the listing under that version, the index under documents and generations.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import store
from elenchus.library.errors import DocumentNotFound
from elenchus.library.models import RowKind, row_id
from elenchus.library.schemas import Passage, PassageOut, Retrieved, SearchFilters, SearchIn, SearchMode, SearchOut

if TYPE_CHECKING:
    from elenchus.library.searching.cache import IndexCache
    from elenchus.library.searching.index import LibraryIndex
    from elenchus.library.searching.ranking import Hit
    from elenchus.library.searching.segment import Segment

REMEMBERED_LISTINGS = 64  # tenants; a listing of 1,000 documents has about 0.7 MB
HEAD_CHARACTERS = 1_500  # where a document names its parties and its kind
HEAD_CHUNKS = 4  # enough to hold that many
log = logs.get(__name__)

Key = tuple[Id, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a tenant's searches may find, as of `version`."""

    version: int
    by_id: Mapping[Id, Row]

    @property
    def all_keys(self) -> frozenset[Key]:
        return frozenset((row["_id"], row["generation"]) for row in self.by_id.values())

    def keys(self, document_ids: Sequence[Id], filters: SearchFilters) -> frozenset[Key]:
        rows = [self.by_id[id_] for id_ in document_ids] if document_ids else self.by_id.values()
        wanted = filters.model_dump(exclude_none=True)
        return frozenset((row["_id"], row["generation"]) for row in rows if _has_labels(row, wanted))


def _has_labels(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(value in row["keywords"] if name == "keyword" else row[name] == value for name, value in wanted.items())


class _Moved(Exception):
    """What was listed has been replaced since."""


class _Memory:
    """What this process remembers; losing it costs time and nothing else."""

    def __init__(self) -> None:
        self.shelves: OrderedDict[Id, Shelf] = OrderedDict()
        self.indexes: IndexCache | None = None
        self.loading: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def keep(self, tenant_id: Id, shelf: Shelf) -> None:
        self.shelves[tenant_id] = shelf
        self.shelves.move_to_end(tenant_id)
        while len(self.shelves) > REMEMBERED_LISTINGS:
            self.shelves.popitem(last=False)


_memory = _Memory()


async def search(principal: Principal, asked: SearchIn) -> SearchOut:
    began = time.perf_counter()
    found = await retrieve(
        principal, asked.query, document_ids=asked.document_ids, limit=asked.limit, filters=asked.filters
    )
    items = [PassageOut.model_validate(passage, from_attributes=True) for passage in found.passages]
    took_ms = round((time.perf_counter() - began) * 1000, 2)
    return SearchOut(items=items, mode_used=SearchMode(found.mode_used), took_ms=took_ms)


async def retrieve(
    principal: Principal,
    query: str,
    *,
    document_ids: Sequence[Id] = (),
    limit: int = 8,
    filters: SearchFilters | None = None,
) -> Retrieved:
    """The best passages for a question, best first; no `document_ids` means the whole library.

    Raises `DocumentNotFound` for an id that is not the tenant's. A document that is not read yet has no passages.
    """
    question = _Question(query, tuple(dict.fromkeys(document_ids)), filters or SearchFilters(), limit)
    shelf = await _shelf(principal)
    try:
        passages = await _Look(principal, shelf).answer(question)
    except _Moved:
        _memory.shelves.pop(principal.tenant_id, None)
        passages = await _Look(principal, await _shelf(principal), is_last=True).answer(question)
    return Retrieved(passages, SearchMode.LEXICAL)


async def require_documents(principal: Principal, document_ids: Iterable[Id]) -> None:
    """Raises `DocumentNotFound` when one of them is missing or another tenant's."""
    wanted = list(dict.fromkeys(document_ids))
    existing = await store.existing(principal, wanted)
    for document_id in wanted:
        if document_id not in existing:
            raise DocumentNotFound(document_id)


async def _shelf(principal: Principal) -> Shelf:
    """The listing is read after its version, so it is never older than what it is remembered as."""
    version = await store.shelf_version(principal)
    shelf = _memory.shelves.get(principal.tenant_id)
    if shelf is None or shelf.version != version:
        rows = await store.listing(principal)
        shelf = Shelf(version, {row["_id"]: row for row in rows})
    _memory.keep(principal.tenant_id, shelf)
    return shelf


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    document_ids: tuple[Id, ...]
    filters: SearchFilters
    limit: int


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the shelf. The first raises `_Moved` when something on it was replaced meanwhile; the last makes do
    with what is there, so that one damaged document never silences the others."""

    principal: Principal
    shelf: Shelf
    is_last: bool = False

    async def answer(self, question: _Question) -> tuple[Passage, ...]:
        listed = [id_ for id_ in question.document_ids if id_ in self.shelf.by_id]
        if len(listed) < len(question.document_ids):
            await require_documents(self.principal, set(question.document_ids).difference(listed))
            if not listed:
                return ()
        keys = self.shelf.keys(listed, question.filters)
        return await self._passages(question.text, await self._hits(question, keys)) if keys else ()

    async def _hits(self, question: _Question, keys: frozenset[Key]) -> "list[Hit]":
        """Chosen documents have an index of their own: a conversation over three files does not load the library."""
        if question.document_ids:
            index = await self._index((self.principal.tenant_id, keys), keys)
        else:
            index = await self._index(self.principal.tenant_id, self.shelf.all_keys)
        from elenchus.library.searching import ranking

        scope: ranking.Scope = "documents" if question.document_ids else "library"
        return ranking.search(question.text, index, limit=question.limit, scope=scope, within=keys)

    async def _index(self, name: Hashable, keys: frozenset[Key]) -> "LibraryIndex":
        """One load at a time for each index: twenty first questions at once read the segments once."""
        lock = _memory.loading.setdefault(name, asyncio.Lock())
        async with lock:
            indexes = await _indexes()
            plan = indexes.plan(name, keys)
            if not plan.missing:
                return plan.base
            segments = await self._segments(cast("tuple[Key, ...]", plan.missing))
            return await asyncio.to_thread(indexes.complete, plan, segments)

    async def _segments(self, keys: Sequence[Key]) -> "dict[Hashable, Segment]":
        packed = await store.segments(self.principal, {key: self.shelf.by_id[key[0]]["segment_parts"] for key in keys})
        segments: dict[Hashable, Segment] = await asyncio.to_thread(_loaded, packed)
        for key in keys:
            if key not in segments:
                segments[key] = await self._rebuilt(key)
        return segments

    async def _rebuilt(self, key: Key) -> "Segment":
        """From the passages themselves: a segment is only their packed form."""
        from elenchus.library.searching.segment import Segment, pack

        listed = self.shelf.by_id[key[0]]
        ids = [row_id(*key, RowKind.CHUNK, index) for index in range(listed["chunk_count"])]
        found = await self._chunks(ids)
        log.warning("segment built again from its passages", document_id=str(key[0]), missing=len(ids) - len(found))
        texts = [found[id_]["text"] if id_ in found else "" for id_ in ids]
        packed = await asyncio.to_thread(pack, texts, name=listed["title"], head_text=head_of(texts))
        return Segment.load(packed)

    async def _passages(self, text: str, hits: "Sequence[Hit]") -> tuple[Passage, ...]:
        from elenchus.library.searching.terms import terms

        ids = [row_id(*cast("Key", hit.doc_key), RowKind.CHUNK, hit.chunk_index) for hit in hits]
        found = await self._chunks(ids)
        words = frozenset(terms(text))
        return tuple(
            _passage(found[id_], self.shelf.by_id[found[id_]["document_id"]], score=hit.score, words=words)
            for id_, hit in zip(ids, hits, strict=True)
            if id_ in found
        )

    async def _chunks(self, ids: Sequence[Id]) -> dict[Id, Row]:
        found = await store.chunks(self.principal, ids)
        if len(found) < len(ids) and not self.is_last:
            raise _Moved
        return found


async def _indexes() -> "IndexCache":
    """Brings numpy at the first search, in a thread: the import takes 0.1 s and 30 MB."""
    if _memory.indexes is None:
        made = await asyncio.to_thread(_make_indexes)
        _memory.indexes = _memory.indexes or made
    return _memory.indexes


def _make_indexes() -> "IndexCache":
    from elenchus.library.searching import ranking  # noqa: F401 - the first search should not import on the loop
    from elenchus.library.searching.cache import IndexCache

    return IndexCache(settings().library.segment_cache_bytes)


def _loaded(packed: Mapping[Key, bytes]) -> "dict[Hashable, Segment]":
    """Those that can be read; an older version's format cannot."""
    from elenchus.library.searching.segment import CorruptSegment, Segment

    segments: dict[Hashable, Segment] = {}
    for key, data in packed.items():
        with suppress(CorruptSegment):
            segments[key] = Segment.load(data)
    return segments


def head_of(texts: Sequence[str]) -> str:
    """The beginning of a document, from its first passages."""
    return " ".join(texts[:HEAD_CHUNKS])[:HEAD_CHARACTERS]


def _passage(chunk: Row, document: Row, *, score: float, words: frozenset[str]) -> Passage:
    from elenchus.library.searching.terms import matches

    return Passage(
        document_id=document["_id"],
        document_title=document["title"],
        chunk_id=chunk["_id"],
        page_start=chunk["page_start"],
        page_end=chunk["page_end"],
        start_char=chunk["start_char"],
        end_char=chunk["end_char"],
        text=chunk["text"],
        section=chunk["section"],
        score=score,
        highlights=tuple(matches(chunk["text"], words)),
    )
