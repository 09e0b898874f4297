"""From a question to passages: which documents are on the shelf, what is found in them, the texts.

A search costs two reads, the shelf's version and the texts that are shown; everything between is remembered by the
process under keys that cannot go stale: the listing under that version, the index under documents and generations.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import store
from elenchus.library.atlas.finding import InAtlas
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from elenchus.library.finding import Finder, InProcess, Question
from elenchus.library.looking import Look
from elenchus.library.models import RowKind, row_id
from elenchus.library.schemas import Passage, PassageOut, Retrieved, SearchFilters, SearchIn, SearchMode, SearchOut
from elenchus.library.shelves import Key, Moved, Shelf, memory, shelf_of

if TYPE_CHECKING:
    from elenchus.library.searching.ranking import Hit


async def search(principal: Principal, asked: SearchIn) -> SearchOut:
    began = time.perf_counter()
    found = await retrieve(
        principal,
        asked.query,
        document_ids=asked.document_ids,
        limit=asked.limit,
        filters=asked.filters,
        mode=asked.mode,
    )
    return SearchOut(
        items=[PassageOut.model_validate(passage, from_attributes=True) for passage in found.passages],
        mode_used=SearchMode(found.mode_used),
        by_words_only=found.by_words_only,
        took_ms=round((time.perf_counter() - began) * 1000, 2),
    )


async def retrieve(
    principal: Principal,
    query: str,
    *,
    document_ids: Sequence[Id] = (),
    limit: int = 8,
    filters: SearchFilters | None = None,
    mode: SearchMode = SearchMode.HYBRID,
) -> Retrieved:
    """The best passages for a question, best first; no `document_ids` means the whole library.

    Raises `DocumentNotFound` for an id that is not the tenant's. A document that is not read yet has no passages.
    """
    question = Question(query, tuple(dict.fromkeys(document_ids)), filters or SearchFilters(), limit, mode)
    shelf = await shelf_of(principal)
    try:
        return await _Search(Look(principal, shelf), question).answer()
    except Moved:
        memory.drop(principal.tenant_id)
        return await _Search(Look(principal, await shelf_of(principal), is_last=True), question).answer()


async def require_documents(principal: Principal, document_ids: Iterable[Id]) -> None:
    """Raises `DocumentNotFound` when one of them is missing or another tenant's."""
    wanted = list(dict.fromkeys(document_ids))
    existing = await store.existing(principal, wanted)
    for document_id in wanted:
        if document_id not in existing:
            raise DocumentNotFound(document_id)


async def require_read(principal: Principal, document_ids: Iterable[Id]) -> None:
    """The same, and raises `DocumentHasNoText` for one that a search would pass over, since it was not read (yet)."""
    wanted = list(dict.fromkeys(document_ids))
    await require_documents(principal, wanted)
    shelf = await shelf_of(principal)
    for document_id in wanted:
        if document_id not in shelf.by_id:
            raise DocumentHasNoText(document_id)


@dataclass(frozen=True, slots=True)
class _Search:
    look: Look
    question: Question

    @property
    def shelf(self) -> Shelf:
        return self.look.shelf

    async def answer(self) -> Retrieved:
        asked = self.question.document_ids
        listed = [id_ for id_ in asked if id_ in self.shelf.by_id]
        if len(listed) < len(asked):
            await require_documents(self.look.principal, set(asked).difference(listed))
        keys = self.shelf.keys(listed, self.question.filters) if listed or not asked else frozenset()
        if not keys:
            return Retrieved((), SearchMode.LEXICAL)
        found = await self._finder().find(keys)
        return Retrieved(await self._passages(found.hits), found.mode_used, found.by_words_only)

    def _finder(self) -> Finder:
        if settings().library.search_backend == "atlas":
            return InAtlas(self.look, self.question)
        return InProcess(self.look, self.question)

    async def _passages(self, hits: "Sequence[Hit]") -> tuple[Passage, ...]:
        from elenchus.library.searching.terms import terms

        ids = [row_id(*cast("Key", hit.doc_key), RowKind.CHUNK, hit.chunk_index) for hit in hits]
        found = await self.look.chunks(ids)
        words = frozenset(terms(self.question.text))
        return tuple(
            _passage(found[id_], self.shelf.by_id[found[id_]["document_id"]], score=hit.score, words=words)
            for id_, hit in zip(ids, hits, strict=True)
            if id_ in found
        )


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
