"""What is read: a document, a text that is none, or passages; how a model is shown it, and its quotations looked up.

Whatever it is lies before the reader as a `Paper`: of passages it is one that has them one after the other.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.fencing import fenced
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.jobs.errors import Retryable
from elenchus.library import quotes, retrieval, store
from elenchus.library.analysing import grounding
from elenchus.library.analysing.paper import Paper, Section, load
from elenchus.library.analysing.paper import Passage as Part
from elenchus.library.analysing.schemas import CitationOut
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from elenchus.library.extracting.schemas import Extraction
from elenchus.library.quoting.verdicts import Verdict
from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.values import PageText
from elenchus.library.schemas import Passage

if TYPE_CHECKING:
    from elenchus.library.quoting.source import Source

PAGE = 1.0  # the width of what has no pages
#: Quotations that the text does not hold, for which what comes nearest is looked for: 0.1 s each in a long one. A word
#: that a scanner read wrong is found in that way only.
MOST_LOST = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """A quotation, and the section that it is said to stand in."""

    quote: str
    section: Section


@dataclass(frozen=True, slots=True)
class Cited:
    """A quotation and the document that it was looked up in."""

    document_id: Id | None
    document_title: str | None
    citation: CitationOut


Proven = dict[Proof, tuple[Cited, ...]]


class Material(Protocol):
    @property
    def paper(self) -> Paper: ...

    @property
    def edition(self) -> str:
        """Another when what was read of it before is not in the same places any more."""

    @property
    def searches_at_once(self) -> int: ...

    def shown(self, section: Section, *, of: int) -> str:
        """As a model is given it: fenced, so that it is data."""

    async def proven(self, proofs: Sequence[Proof]) -> Proven:
        """What each came to in the document; of one that is no text nothing."""

    async def passages(self, words: str, *, limit: int) -> list[Part]:
        """Those that speak of these words, best first."""


async def material_of(principal: Principal, asked: Extraction) -> Material:
    """Raises `DocumentNotFound`, `DocumentHasNoText`, or `Retryable` when the document is read anew right now."""
    if asked.document_id is not None:
        return OfDocument(await _paper(principal, asked.document_id), principal)
    if asked.text is not None:
        return OfText(await asyncio.to_thread(_paper_of_text, asked.text))
    return OfPassages(await asyncio.to_thread(_paper_of_passages, asked.passages), principal, asked.passages)


async def _paper(principal: Principal, document_id: Id) -> Paper:
    document = await store.document(principal, document_id)
    if document is None:
        raise DocumentNotFound(document_id)
    if document["generation"] is None:
        raise DocumentHasNoText(document_id)
    paper = await load(principal, document)
    if paper is None:
        raise Retryable("The document was read anew at this moment.")
    audit.note(principal, Action.DOCUMENT_READ, "document", document_id, part="extraction")
    return paper


@dataclass(frozen=True, slots=True)
class OfDocument:
    paper: Paper
    principal: Principal
    searches_at_once: ClassVar = 4  # each waits for the database

    @property
    def edition(self) -> str:
        return str(self.paper.generation)

    def shown(self, section: Section, *, of: int) -> str:
        return fenced(
            "document",
            self.paper.text[section.start : section.end],
            title=self.paper.title,
            part=f"{section.number} of {of}",
            pages=_pages(section.pages.start, section.pages.stop - 1),
        )

    async def proven(self, proofs: Sequence[Proof]) -> Proven:
        return await asyncio.to_thread(_looked_up, self.paper, self.paper.document_id, proofs)

    async def passages(self, words: str, *, limit: int) -> list[Part]:
        found = await retrieval.retrieve(self.principal, words, document_ids=[self.paper.document_id], limit=limit)
        known = {part.id: part for part in self.paper.passages}
        return [known[each.chunk_id] for each in found.passages if each.chunk_id in known]


@dataclass(frozen=True, slots=True)
class OfText:
    paper: Paper
    searches_at_once: ClassVar = 1

    @property
    def edition(self) -> str:
        return "0"

    def shown(self, section: Section, *, of: int) -> str:
        return fenced("document", self.paper.text[section.start : section.end], part=f"{section.number} of {of}")

    async def proven(self, proofs: Sequence[Proof]) -> Proven:
        found = await asyncio.to_thread(_looked_up, self.paper, None, proofs)
        nowhere = {"chunk_id": None, "page_start": None, "page_end": None}
        return {
            proof: tuple(Cited(None, None, each.citation.model_copy(update=nowhere)) for each in cited)
            for proof, cited in found.items()
        }

    async def passages(self, words: str, *, limit: int) -> list[Part]:
        return await asyncio.to_thread(_best, self.paper, words, limit)


@dataclass(frozen=True, slots=True)
class OfPassages:
    """Their text may have come any way: a quotation is verified by the document that it is said to be from."""

    paper: Paper
    principal: Principal
    given: tuple[Passage, ...]
    searches_at_once: ClassVar = 1

    @property
    def edition(self) -> str:
        return "0"

    def shown(self, section: Section, *, of: int) -> str:
        return "\n\n".join(
            fenced(
                "document",
                part.text[max(0, section.start - part.start) : section.end - part.start],
                number=str(number),
                title=passage.document_title,
                pages=_pages(passage.page_start, passage.page_end),
            )
            for number, (part, passage) in enumerate(zip(self.paper.passages, self.given, strict=True), 1)
            if part.start < section.end and part.end > section.start
        )

    async def proven(self, proofs: Sequence[Proof]) -> Proven:
        here = await asyncio.to_thread(_looked_up, self.paper, None, proofs)
        sources = await quotes.at_hand(self.principal, (passage.document_id for passage in self.given))
        found = await asyncio.to_thread(self._in_documents, here, sources)
        shown = sorted({str(each.document_id) for cited in found.values() for each in cited if each.document_id})
        audit.note(self.principal, Action.DOCUMENT_SEARCHED, "document", None, quotes=len(found), documents=[*shown])
        return found

    async def passages(self, words: str, *, limit: int) -> list[Part]:
        return await asyncio.to_thread(_best, self.paper, words, limit)

    def _in_documents(self, here: Proven, sources: "dict[Id, Source]") -> Proven:
        return {proof: tuple(self._in_document(each, sources) for each in cited) for proof, cited in here.items()}

    def _in_document(self, cited: Cited, sources: "dict[Id, Source]") -> Cited:
        from elenchus.library.quoting.verifying import verify

        citation = cited.citation
        nowhere = {"chunk_id": None, "start_char": None, "end_char": None, "page_start": None, "page_end": None}
        part = None if citation.start_char is None else self.paper.passage_at(citation.start_char)
        if part is None or not citation.verified:
            return Cited(None, None, citation.model_copy(update=nowhere))
        passage = self.given[self.paper.passages.index(part)]
        named = passage.document_id, passage.document_title
        source = sources.get(passage.document_id)
        if source is None:
            lost = {"verified": False, "verdict": Verdict.NOT_FOUND}
            return Cited(*named, citation.model_copy(update=nowhere | lost))
        finding = verify(citation.quote, source, pages=range(passage.page_start, passage.page_end + 1))
        if finding.verdict is Verdict.WRONG_PAGE:
            finding = verify(citation.quote, source)
        span, verified = finding.span, finding.verdict.is_verified
        said = {
            "chunk_id": passage.chunk_id if verified else None,
            "start_char": span and span.start,
            "end_char": span and span.end,
            "page_start": span and span.page_start,
            "page_end": span and span.page_end,
            "quote": source.text[span.start : span.end] if span and verified else citation.quote,
            "verified": verified,
            "verdict": finding.verdict,
        }
        return Cited(*named, citation.model_copy(update=said))


def _looked_up(paper: Paper, document_id: Id | None, proofs: Iterable[Proof]) -> Proven:
    """Blocks: see `grounding.citations`."""
    found: Proven = {}
    lost = 0
    for proof in dict.fromkeys(proofs):
        if lost < MOST_LOST or _stands(paper, proof.quote):
            cited = grounding.citations(paper, [proof.quote], pages=proof.section.pages)
        else:
            cited = [_nowhere(proof.quote)]
        lost += sum(not one.verified for one in cited)
        found[proof] = tuple(Cited(document_id, paper.title, one) for one in cited)
    return found


def _stands(paper: Paper, quote: str) -> bool:
    from elenchus.library.quoting.verifying import standing

    return standing(quote, {"": paper.source}) is not None


def _nowhere(quote: str) -> CitationOut:
    places = dict.fromkeys(("chunk_id", "start_char", "end_char", "page_start", "page_end"))
    return CitationOut(**places, quote=quote[: grounding.LONGEST_QUOTE], verified=False, verdict=Verdict.NOT_FOUND)


def _pages(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _best(paper: Paper, words: str, limit: int) -> list[Part]:
    """By how many of the words they say."""
    from elenchus.core.llm.terms import overlap, related, terms

    wanted = terms(words)
    wide = {*wanted}.union(*map(related, wanted))
    scored = ((overlap(wide, said), part) for said, part in zip(paper.passage_terms, paper.passages, strict=True))
    best = sorted((row for row in scored if row[0] > 0), key=lambda row: -row[0])
    return [part for _, part in best[:limit]]


def _paper_of_text(text: str) -> Paper:
    return _laid(text.split("\f"))


def _laid(pages: Sequence[str]) -> Paper:
    """A text with form feeds keeps them as the ends of pages, and all its places with them."""
    from elenchus.library.quoting.source import Source

    sheets, at = [], 0
    for number, page in enumerate(pages, 1):
        sheets.append(PageText(number, page, PAGE, PAGE, at, at + len(page)))
        at += len(page) + 1
    parts = [
        Part(new_id(), each.start_char, each.end_char, each.page_start, each.page_end, each.section, each.text)
        for each in chunk(sheets)
    ]
    return Paper(_unnamed(), parts, Source(pages))


def _paper_of_passages(passages: Sequence[Passage]) -> Paper:
    from elenchus.library.quoting.source import Source

    parts, at = [], 0
    for number, passage in enumerate(passages, 1):
        end = at + len(passage.text)
        parts.append(Part(passage.chunk_id, at, end, number, number, passage.section, passage.text))
        at = end + 1
    return Paper(_unnamed(), parts, Source([passage.text for passage in passages]))


def _unnamed() -> Row:
    return {"_id": new_id(), "generation": 0, "title": "", "language": None}
