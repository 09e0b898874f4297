"""What of an answer falls: quotations that do not stand, marks whose source does not say it, statements of which the
sources say otherwise, and what no source says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from elenchus.core.llm.terms import folded, words
from elenchus.library.quoting.schemas import QuoteOut
from elenchus.library.schemas import Passage
from elenchus.research.examining import support
from elenchus.research.examining.citations import Claim
from elenchus.research.examining.marks import GAP_AND_MARK
from elenchus.research.examining.quotations import blanked
from elenchus.research.examining.reading import Quoted, Reading, pages_of
from elenchus.research.examining.statements import Kind
from elenchus.research.models import Failing

LONGEST_TOLD: Final = 600  # characters of each
SENTENCES_NEXT: Final = 2  # of the answer, in which the exception to a rule may stand
_EDGES: Final = " \t\n\f.,;:!?"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the library says of a quotation, and whether that holds for the passages it is cited to."""

    row: QuoteOut
    stands: bool


def told(text: str) -> str:
    return folded(text)[:LONGEST_TOLD]


class Judging:
    """`authorities` are the legal citations of the answer as they are written: where no source is named, whether the
    library has them is told apart from what the sources say."""

    def __init__(self, reading: Reading, verdicts: Mapping[int, Verdict], authorities: Iterable[str] = ()) -> None:
        self.reading = reading
        self.authorities = tuple(authorities)
        self.verdicts = verdicts
        self.witnesses = [_witness(passage) for passage in reading.passages]
        self.asked = frozenset(words(reading.question))

    @cached_property
    def all(self) -> support.Witness:
        """Every source, and what the question states."""
        return support.together([*self.witnesses, support.stated(self.reading.question)])

    @cached_property
    def faults(self) -> list[str | None]:
        """Of each statement."""
        return [self._fault_of(at) for at in range(len(self.reading.claims))]

    def failing(self) -> Iterator[Failing]:
        yield from self._quotes()
        for claim, fault in zip(self.reading.claims, self.faults, strict=True):
            if fault and claim.numbers:
                yield Failing(kind="citation", reason=fault, text=told(claim.text), citations=list(claim.numbers))
            elif fault and (fault in support.CONTRADICTIONS or not self.witnesses):
                yield Failing(kind="statement", reason=fault, text=told(claim.text))

    def unsupported(self) -> Iterator[str]:
        """Sentences that state something and that no given source says."""
        yield from (told(claim.text) for claim, fault in zip(self.reading.claims, self.faults, strict=True) if fault)

    def _quotes(self) -> Iterator[Failing]:
        for one in self.reading.quotes:
            verdict = self.verdicts.get(one.quotation.start)
            if verdict is None or not verdict.stands:
                reason = verdict.row.verdict if verdict else "too_many"
                yield Failing(kind="quote", reason=reason, text=told(one.text), citations=list(one.numbers))

    def _fault_of(self, at: int) -> str | None:
        claim, kind = self.reading.claims[at], self.reading.statements[at].kind
        if claim.numbers:
            return self._against_marks(at, claim)
        if kind not in {Kind.CLAIM, Kind.BLOCK} or not claim.text.strip(_EDGES):
            return None
        if not self.witnesses:
            return "no_source"
        return self._quote_fault(at) or self._fault(at, self.all)

    def _against_marks(self, at: int, claim: Claim) -> str | None:
        if any(not 1 <= n <= len(self.witnesses) for n in claim.numbers):
            return "no_source"
        cited = [self.witnesses[n - 1] for n in claim.numbers]
        return self._quote_fault(at) or self._fault(at, support.together(cited))

    def _quote_fault(self, at: int) -> str | None:
        return "quote" if any(not self._stands(one) for one in self.reading.quoted[at]) else None

    def _stands(self, one: Quoted) -> bool:
        verdict = self.verdicts.get(one.quotation.start)
        return verdict is not None and verdict.stands

    def _fault(self, at: int, source: support.Witness) -> str | None:
        """What a verified quotation says needs no other support; what is said around it does."""
        text = self._text(self.reading.claims[at])
        if self.reading.statements[at].kind is Kind.BLOCK:
            return None if self.reading.quoted[at] else "words"
        if proved := [one.text for one in self.reading.quoted[at] if self._is_verified(one)]:
            # a quotation that is too short to be verified stays in what is judged
            if len(proved) == len(self.reading.quoted[at]) and support.says_nothing(
                self._beside_quotations(at), source
            ):
                return None
            source = support.with_said(source, proved)
        return support.fault(text, source, self._around(at))

    def _beside_quotations(self, at: int) -> str:
        each, said = self.reading.statements[at], self.reading.quoted[at]
        spans = [(one.quotation.start - each.start, one.quotation.end - each.start) for one in said]
        return GAP_AND_MARK.sub(" ", blanked(each.raw, spans))

    def _text(self, claim: Claim) -> str:
        text = claim.text
        for authority in () if claim.numbers else self.authorities:
            text = text.replace(folded(authority), "")
        return text

    def _is_verified(self, one: Quoted) -> bool:
        verdict = self.verdicts.get(one.quotation.start)
        return verdict is not None and verdict.row.verified and verdict.stands

    def _around(self, at: int) -> support.Around:
        following = self.reading.claims[at + 1 : at + 1 + SENTENCES_NEXT]
        return support.Around(self.asked, self.all.naming, " ".join(claim.text for claim in following))


def _witness(passage: Passage) -> support.Witness:
    pages = " ".join(map(str, pages_of(passage)))
    return support.witness(passage.text, f"{passage.document_title} {passage.section or ''} {pages}")
