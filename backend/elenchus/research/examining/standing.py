"""In which of the given passages a quotation stands. The whole document's verdict comes from the library.

Here it is about the number: a quotation that stands in the document, but in none of the passages that its marks name,
has the wrong number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from elenchus.library.checking import Asked
from elenchus.library.quoting.schemas import QuoteOut
from elenchus.library.quoting.verdicts import Finding, Verdict
from elenchus.library.schemas import Passage
from elenchus.research.examining import judging
from elenchus.research.examining.reading import Quoted, pages_of

if TYPE_CHECKING:
    from elenchus.library.quoting.source import Source

CLOSE_ENOUGH: Final = {Verdict.EXACT, Verdict.NORMALIZED, Verdict.MISLEADING_ELLIPSIS, Verdict.ALTERED}


@dataclass(frozen=True, slots=True)
class Near:
    """The passage that says it, or comes nearest of those it is cited to; none when nothing is like it."""

    passage: Passage | None
    finding: Finding


def nearest_passages(quoted: Sequence[Quoted], passages: Sequence[Passage]) -> list[Near]:
    """Blocks: it is meant for a thread."""
    return [_nearest(one, passages) for one in quoted]


def _nearest(one: Quoted, passages: Sequence[Passage]) -> Near:
    cited = [passages[n - 1] for n in one.numbers if 1 <= n <= len(passages)]
    found = [Near(passage, _finding(one.text, passage)) for passage in cited or passages]
    best = min(found, key=lambda near: near.finding.verdict.rank, default=Near(None, Finding(Verdict.NOT_FOUND)))
    return best if cited or best.finding.verdict in CLOSE_ENOUGH else Near(None, best.finding)


def _finding(text: str, passage: Passage) -> Finding:
    from elenchus.library.quoting.verifying import verify

    return verify(text, _source(passage.text))


@lru_cache(maxsize=32)
def _source(text: str) -> "Source":
    from elenchus.library.quoting.source import Source

    return Source(text.split("\f"))


def asked(quoted: Sequence[Quoted], near: Sequence[Near]) -> list[Asked]:
    """What the library is to look for, and where each is said to stand."""
    return [
        Asked(one.text, at.passage.document_id, tuple(pages_of(at.passage))) if at.passage else Asked(one.text)
        for one, at in zip(quoted, near, strict=True)
    ]


def verdicts(
    quoted: Sequence[Quoted], rows: Sequence[QuoteOut], near: Sequence[Near], passages: Sequence[Passage]
) -> dict[int, judging.Verdict]:
    """By the start of the quotation; `rows` are what the library says of each."""
    return {
        one.quotation.start: judging.Verdict(row, stands(one, row, at, passages))
        for one, row, at in zip(quoted, rows, near, strict=True)
    }


def stands(one: Quoted, row: QuoteOut, near: Near, passages: Sequence[Passage]) -> bool:
    """Too few words to be found for sure may be a term; where a source is named, it must have them all the same."""
    if row.verdict is Verdict.TOO_SHORT:
        cited = [passages[n - 1] for n in one.numbers if 1 <= n <= len(passages)]
        return not cited or any(_has_letters(one.text, passage) for passage in cited)
    if not row.verified or near.passage is None:
        return row.verified
    return near.finding.verdict.is_verified or _touches(row, near.passage)


def _has_letters(text: str, passage: Passage) -> bool:
    from elenchus.library.quoting.readings import readings

    views = _source(passage.text).views
    return any(
        all(_is_in(part.wanted.letters, [view.letters for view in views]) for part in reading.parts)
        for reading in readings(text)
    )


def _is_in(letters: str, texts: Sequence[str]) -> bool:
    return any(letters in text for text in texts)


def _touches(row: QuoteOut, passage: Passage) -> bool:
    """It may begin before the passage or end behind it."""
    if row.document_id != passage.document_id or row.start_char is None or row.end_char is None:
        return False
    return row.start_char < passage.end_char and passage.start_char < row.end_char
