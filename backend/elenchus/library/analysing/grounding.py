"""Quotations against the document: each becomes a citation that says whether it was found, word for word."""

from collections.abc import Iterable, Sequence

from elenchus.library.analysing.paper import Paper
from elenchus.library.analysing.schemas import Authority, CitationOut
from elenchus.library.quoting.verdicts import Finding, Verdict

MOST_QUOTES = 8  # that one statement is shown with
LONGEST_QUOTE = 4_000  # characters
MOST_AUTHORITIES = 2_000


def citations(paper: Paper, quotes: Iterable[str], *, pages: Sequence[int] = ()) -> list[CitationOut]:
    """Once for each place. `pages` are where to look first: one sentence may stand in many places. Blocks: a text of a
    thousand pages that does not hold a quotation takes 0.1 s to say so."""
    wanted = list(dict.fromkeys(quote.strip() for quote in quotes if quote.strip()))[:MOST_QUOTES]
    found = [_citation(paper, quote[:LONGEST_QUOTE], pages) for quote in wanted]
    return list({(one.start_char, one.quote): one for one in found}.values())


def _citation(paper: Paper, quote: str, pages: Sequence[int]) -> CitationOut:
    from elenchus.library.quoting.verifying import verify

    finding = verify(quote, paper.source, pages=pages)
    if finding.verdict is Verdict.WRONG_PAGE:  # the pages were ours to guess, not claimed with it
        finding = verify(quote, paper.source)
    return _of(paper, quote, finding)


def _of(paper: Paper, quote: str, finding: Finding) -> CitationOut:
    span, verified = finding.span, finding.verdict.is_verified
    passage = paper.passage_at(span.start) if span else None
    return CitationOut(
        chunk_id=passage and passage.id,
        start_char=span and span.start,
        end_char=span and span.end,
        page_start=span and span.page_start,
        page_end=span and span.page_end,
        quote=paper.text[span.start : span.end] if span and verified else quote,
        verified=verified,
        verdict=finding.verdict,
    )


def citation_at(paper: Paper, start: int, end: int) -> CitationOut:
    """Of words whose place is known. They are verified like any others, and keep their own place."""
    quote = paper.text[start:end]
    found = _citation(paper, quote, tuple(paper.pages_of(start, end)))
    if not found.verified:
        return found
    passage, pages = paper.passage_at(start), paper.pages_of(start, end)
    place = {"start_char": start, "end_char": end, "page_start": pages.start, "page_end": pages.stop - 1}
    return found.model_copy(update={**place, "quote": quote, "chunk_id": passage and passage.id})


def authorities(paper: Paper) -> tuple[list[Authority], int]:
    """Each once, where it first stands, and how many there are beyond those. Blocks: 4 s for a million characters."""
    from elenchus.library.citing.extraction import citations as extracted

    found: dict[str, Authority] = {}
    for one in extracted(paper.text):
        key = f"{one.kind} {one.normal or one.text}"
        if key in found:
            found[key] = found[key].model_copy(update={"occurrences": found[key].occurrences + 1})
            continue
        pages, passage = paper.pages_of(one.start, one.end), paper.passage_at(one.start)
        found[key] = Authority(
            text=one.text,
            kind=one.kind,
            jurisdiction=one.jurisdiction,
            normal=one.normal,
            occurrences=1,
            chunk_id=passage and passage.id,
            start_char=one.start,
            end_char=one.end,
            page_start=pages.start,
            page_end=pages.stop - 1,
        )
    every = list(found.values())
    return every[:MOST_AUTHORITIES], max(0, len(every) - MOST_AUTHORITIES)
