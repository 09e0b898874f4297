"""The verdict on an answer, from its statements, its sources and what the library says of its quotations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from elenchus.library.authorities import Cited
from elenchus.research.examining import citations, outside
from elenchus.research.examining.judging import LONGEST_TOLD as LONGEST_TOLD
from elenchus.research.examining.judging import Judging, Verdict
from elenchus.research.examining.reading import Reading
from elenchus.research.models import Citation, Failing, Verification

MOST_QUOTES: Final = 60  # of one answer that are looked up; what is beyond counts as unverified
MOST_TOLD: Final = 100  # failings and sentences
MOST_DIFFERENCES: Final = 3  # of a quotation; the message they are stored with is bounded


@dataclass(frozen=True, slots=True)
class Examined:
    citations: list[Citation]
    verification: Verification

    @property
    def failing(self) -> list[Failing]:
        return self.verification.failing


def examined(reading: Reading, verdicts: Mapping[int, Verdict], legal: Sequence[Cited]) -> Examined:
    """`verdicts` by the start of the quotation."""
    cited = citations.found(reading.shown, reading.passages)
    judging = Judging(reading, verdicts, [one.text for one in legal])
    failing = [*judging.failing(), *_outside(reading)]
    rows = [{"quote": one.text[:LONGEST_TOLD], **_row(verdicts[one.quotation.start])}
            for one in reading.quotes if one.quotation.start in verdicts]  # fmt: skip
    return Examined(
        cited.citations,
        Verification(
            quotes=rows,
            citations_valid=not any(one.kind == "citation" for one in failing),
            unsupported_sentences=list(judging.unsupported())[:MOST_TOLD],
            legal_citations=[one.row() for one in legal],
            invalid_citations=cited.invalid,
            failing=failing[:MOST_TOLD],
        ),
    )


def _row(verdict: Verdict) -> dict[str, JsonValue]:
    row = verdict.row
    return row.model_copy(update={"differences": row.differences[:MOST_DIFFERENCES]}).model_dump(mode="json")


def _outside(reading: Reading) -> Iterator[Failing]:
    known = "\n".join([reading.question, *(passage.text for passage in reading.passages)])
    for reason, text in outside.reaching_out(reading.answer, known):
        yield Failing(kind="outside", reason=reason, text=text)
