"""An answer as it is read: its statements, the sources that each names, what it puts in quotation marks."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from elenchus.core.llm.terms import folded
from elenchus.library.schemas import Passage
from elenchus.research.examining import citations, marks, outside
from elenchus.research.examining.citations import Claim
from elenchus.research.examining.quotations import Quotation
from elenchus.research.examining.statements import Kind, Statement, statements

MOST_PAGES_NAMED: Final = 40  # of a passage; more say nothing about the place


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation with the marks that it may stand on, the nearest first; none when it has none."""

    quotation: Quotation
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        return self.quotation.text


@dataclass(frozen=True, slots=True)
class Reading:
    """`answer` is as it was written, `shown` as a reader sees it; `claims` are those of the statements, without the
    quotations' own marks."""

    answer: str
    shown: str
    question: str
    passages: tuple[Passage, ...]
    statements: tuple[Statement, ...]
    claims: tuple[Claim, ...]
    quoted: tuple[tuple[Quoted, ...], ...]

    @property
    def quotes(self) -> list[Quoted]:
        return [one for each in self.quoted for one in each]


def pages_of(passage: Passage) -> range:
    return range(passage.page_start, min(passage.page_end + 1, passage.page_start + MOST_PAGES_NAMED))


def read(answer: str, passages: Sequence[Passage], question: str = "") -> Reading:
    shown = outside.as_read(answer)
    found = tuple(statements(shown))
    claims = tuple(_claims(found, passages))
    asked = folded(question).casefold()
    quoted = tuple(
        tuple(one for one in _quoted(each, claim) if one.numbers or folded(one.text).casefold() not in asked)
        for each, claim in zip(found, claims, strict=True)
    )
    return Reading(answer, shown, question, tuple(passages), found, claims, quoted)


def _claims(found: Sequence[Statement], passages: Sequence[Passage]) -> Iterator[Claim]:
    """A block without marks stands on those of the sentence that announces it, or that follows it at once."""
    claims = [citations.claim_of(each.raw, passages) for each in found]
    for at, (each, claim) in enumerate(zip(found, claims, strict=True)):
        if each.kind is Kind.BLOCK and not claim.numbers:
            near = [claims[place] for place in (at - 1, at + 1) if 0 <= place < len(claims)]
            claim = Claim(claim.text, next((one.numbers for one in near if one.numbers), ()))
        text = each.quotations[0].text if each.kind is Kind.BLOCK else claim.text
        is_cut = any(one.is_cut for one in each.quotations)  # its last word may be half of one
        yield Claim(text.rpartition(" ")[0] if is_cut else text, claim.numbers)


def _quoted(each: Statement, claim: Claim) -> Iterator[Quoted]:
    """Each with the group of marks that follows it next, and those that stand before it and behind the one before."""
    if each.kind is Kind.BLOCK:
        yield from (Quoted(one, claim.numbers) for one in each.quotations[:1])
        return
    groups = [(found.start(1) + each.start, found.end() + each.start) for found in marks.GROUP.finditer(each.raw)]
    starts = [start for start, _ in groups]
    taken = each.start
    for one in each.quotations:
        following = bisect_left(starts, one.end)
        start, end = groups[following] if following < len(groups) else (one.end, one.end)
        near = each.raw[start - each.start : end - each.start] + each.raw[taken - each.start : one.start - each.start]
        taken = end
        named = marks.numbers(near) if groups else ()
        yield Quoted(one, tuple(n for n in named or claim.numbers if n in claim.numbers))
