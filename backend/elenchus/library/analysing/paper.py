"""A document as it lies before whoever analyses it: its whole text, its passages, and which holds what."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from elenchus.core.ids import Id
from elenchus.core.llm.terms import terms
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.models import RowKind, row_id

if TYPE_CHECKING:
    from elenchus.library.quoting.source import Source


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk: `text` is the full text from `start` to `end`."""

    id: Id
    start: int
    end: int
    page_start: int
    page_end: int
    section: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """What is read at once: the full text from `start` to `end`. All sections together are all of it."""

    number: int
    start: int
    end: int
    pages: range
    headings: tuple[str, ...]


class Paper:
    """One generation of a document."""

    def __init__(self, document: Row, passages: Sequence[Passage], source: "Source") -> None:
        self.document_id: Id = document["_id"]
        self.generation: int = document["generation"]
        self.title: str = document["title"]
        self.language: str | None = document["language"]
        self.passages = tuple(passages)
        self.source = source
        self._starts = [passage.start for passage in passages]

    @property
    def text(self) -> str:
        return self.source.text

    @cached_property
    def passage_terms(self) -> list[frozenset[str]]:
        """Of each passage with its headings. Blocks: many questions are held against them."""
        return [frozenset(terms(f"{passage.section or ''} {passage.text}")) for passage in self.passages]

    def passage_at(self, place: int) -> Passage | None:
        """The one that holds this place of the full text, or ends before it."""
        index = bisect_right(self._starts, place) - 1
        return self.passages[index] if index >= 0 else None

    def pages_of(self, start: int, end: int) -> range:
        first, last = self.source.page_numbers(start, max(end, start + 1))
        return range(max(first, 1), max(last, 1) + 1)

    def sections(self, characters: int) -> list[Section]:
        """Whole passages up to about so many characters each, cut where a heading's part ends if that is near."""
        cuts = [0]
        for passage, following in zip(self.passages, self.passages[1:], strict=False):
            length = following.start - cuts[-1]
            is_new_part = passage.section != following.section
            if following.end - cuts[-1] > characters or (is_new_part and length > 0.75 * characters):
                cuts.append(following.start)
        bounds = zip(cuts, [*cuts[1:], len(self.text)], strict=True)
        return [self._section(number, start, end) for number, (start, end) in enumerate(bounds, 1)]

    def _section(self, number: int, start: int, end: int) -> Section:
        first, last = bisect_right(self._starts, start - 1), bisect_right(self._starts, end - 1)
        headings = dict.fromkeys(passage.section for passage in self.passages[first:last] if passage.section)
        return Section(number, start, end, self.pages_of(start, end), tuple(headings))

    def halves(self, section: Section) -> tuple[Section, Section]:
        """Cut between two passages nearest to the middle, else at a blank, else anywhere."""
        middle = (section.start + section.end) // 2
        inside = [start for start in self._starts if section.start < start < section.end]
        cut = min(inside, key=lambda start: abs(start - middle), default=self._blank_near(section, middle))
        return self._section(1, section.start, cut), self._section(2, cut, section.end)

    def _blank_near(self, section: Section, middle: int) -> int:
        blank = self.text.rfind(" ", section.start + 1, middle)
        return blank + 1 if blank > 0 else middle


async def load(principal: Principal, document: Row) -> Paper | None:
    """None when another generation took its place meanwhile."""
    document_id, generation = document["_id"], document["generation"]
    pages = await store.page_texts(principal, document_id, generation, document["page_count"])
    ids = [row_id(document_id, generation, RowKind.CHUNK, index) for index in range(document["chunk_count"])]
    found = await store.chunks(principal, ids)
    if pages is None or len(found) < len(ids):
        return None
    return Paper(document, [_passage(found[id_]) for id_ in ids], await asyncio.to_thread(_source, pages))


def _passage(row: Row) -> Passage:
    return Passage(
        row["_id"], row["start_char"], row["end_char"], row["page_start"], row["page_end"], row["section"], row["text"]
    )


def _source(pages: Sequence[str]) -> "Source":
    """In a thread, since the first one brings numpy."""
    from elenchus.library.quoting.source import Source

    return Source(pages)
