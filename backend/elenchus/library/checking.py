"""The quotations of one answer against the documents that it was given, all at once.

The documents are loaded once and stay at hand; a quotation that none of them says costs a search in letters and no
reading. Only for the first few of those is the library asked whether another document says them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.library.quotes import Found, answered, at_hand
from elenchus.library.quoting.schemas import QuoteOut
from elenchus.library.quoting.verdicts import Finding, Verdict
from elenchus.library.retrieval import retrieve
from elenchus.library.schemas import MAX_QUERY, Passage, SearchMode

if TYPE_CHECKING:
    from elenchus.library.quoting.source import Source

MOST_ELSEWHERE: Final = 3  # quotations of one answer that the whole library is searched for; each costs some 20 ms
PASSAGES: Final = 10  # of the library, that say most of what it says
DOCUMENTS: Final = 2  # of the library that are looked into for one of them
RUN: Final = 5  # words; who says the quotation says so many of its words in a row


@dataclass(frozen=True, slots=True)
class Asked:
    """`document_id` is the document that it is said to stand in, `pages` where."""

    text: str
    document_id: Id | None = None
    pages: tuple[int, ...] = ()


async def check_quotes(principal: Principal, quotes: Sequence[Asked], given: Iterable[Id]) -> list[QuoteOut]:
    """For each in order whether it stands in its document; else whether in another given one, or in the library.

    A document that was deleted meanwhile says nothing any more. Without quotations nothing is on the record either.
    """
    if not quotes:
        return []
    wanted = dict.fromkeys([*given, *(quote.document_id for quote in quotes if quote.document_id)])
    sources = await at_hand(principal, wanted)
    found = await asyncio.to_thread(judged, quotes, sources)
    lost = [number for number, (_, finding) in enumerate(found) if finding.verdict.is_lost]
    searched = lost[:MOST_ELSEWHERE]
    elsewhere = await asyncio.gather(*(_elsewhere(principal, quotes[n].text, but=sources) for n in searched))
    for number, other in zip(searched, elsewhere, strict=True):
        found[number] = other or found[number]
    rows = [answered(*one) for one in found]
    shown = sorted({str(row.document_id) for row in rows if row.document_id})
    audit.note(principal, Action.DOCUMENT_SEARCHED, "document", None, quotes=len(quotes), documents=[*shown])
    return rows


def judged(quotes: Sequence[Asked], sources: "dict[Id, Source]") -> list[Found]:
    """In a thread, since it takes the CPU and brings numpy."""
    return [_look(quote, sources) for quote in quotes]


def _look(quote: Asked, sources: "dict[Id, Source]") -> Found:
    from elenchus.library.quoting.verifying import is_too_short, standing, verify

    if is_too_short(quote.text):
        return quote.document_id, Finding(Verdict.TOO_SHORT)
    source = sources.get(quote.document_id) if quote.document_id else None
    claimed = verify(quote.text, source, pages=quote.pages) if source else Finding(Verdict.NOT_FOUND)
    if claimed.verdict.is_lost:
        others = {id_: other for id_, other in sources.items() if id_ != quote.document_id}
        if found := standing(quote.text, others):
            return found[0], _otherwhere(found[1]) if quote.document_id else found[1]
    return quote.document_id, claimed


def _otherwhere(found: Finding) -> Finding:
    return replace(found, verdict=Verdict.WRONG_DOCUMENT)


async def _elsewhere(principal: Principal, text: str, *, but: "dict[Id, Source]") -> Found | None:
    hits = await retrieve(principal, text[:MAX_QUERY], limit=PASSAGES, mode=SearchMode.LEXICAL)
    others = [passage for passage in hits.passages if passage.document_id not in but]
    likely = await asyncio.to_thread(_likely, text, others)
    sources = await at_hand(principal, likely[:DOCUMENTS])
    found = await asyncio.to_thread(_standing, text, sources) if sources else None
    return (found[0], _otherwhere(found[1])) if found else None


def _standing(text: str, sources: "dict[Id, Source]") -> tuple[Id, Finding] | None:
    from elenchus.library.quoting.verifying import standing

    return standing(text, sources)


def _likely(text: str, passages: Sequence[Passage]) -> list[Id]:
    """The documents of passages that say some words of it in a row."""
    words = _letters(text)
    runs = [" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1))]
    said = ((passage.document_id, f" {' '.join(_letters(passage.text))} ") for passage in passages)
    return list(dict.fromkeys(id_ for id_, there in said if any(f" {run} " in there for run in runs)))


def _letters(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
