"""The rule-based extract of a whole document."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from elenchus.core.llm.terms import folded
from elenchus.library.analysing import grounding
from elenchus.library.analysing.desk import Desk, Found
from elenchus.library.analysing.fitting import fitted
from elenchus.library.analysing.models import AnalysisType, Spent
from elenchus.library.analysing.paper import Paper
from elenchus.library.analysing.rules import answering, captions
from elenchus.library.analysing.rules.cues import CLAUSES, EXPECTED, ClauseCue
from elenchus.library.analysing.rules.dates import days
from elenchus.library.analysing.rules.kinds import Kind, kind_of
from elenchus.library.analysing.rules.lines import Line, distinct, line_at, lines
from elenchus.library.analysing.rules.parties import parties
from elenchus.library.analysing.rules.risks import risks_for
from elenchus.library.analysing.schemas import (
    AnalysisResult,
    Answer,
    Clause,
    DateStated,
    Party,
    Recommendation,
    Risk,
    Statement,
    Term,
)

NOTE = (
    "Made by rules without a language model: it lists passages by their headings and usual words, word for word. "
    "What is put in other words is not found, and nothing here weighs what it means."
)
NOT_ENGLISH = "The rules know English legal prose; this document seems to be written in another language."
OTHER_KIND = "By its form this seems to be of another kind ({}) than the one that it was analysed as."
FEW_PARTIES = "Fewer than two parties were recognised; there may be others."
S = TypeVar("S", bound=Statement)
MOST_OF_A_KIND = 40  # sentences of one kind of clause or risk outside of a section that is named for it
_DEFINED = re.compile(
    r"(?:^|[\s(;])[“\"](?P<term>[^“”\"]{2,80})[”\"],?\s+(?:shall\s+)?(?:means?|has\s+the\s+meaning|refers?\s+to|includes?)\b"
)
_CALLED = re.compile(
    r"\((?:the|each,?|an?|collectively,?|together,?|hereinafter,?)[^()“”\"]{0,40}[“\"](?P<term>[^“”\"()]{2,60})[”\"][^()]{0,40}\)",
    re.I,
)
_THIS = r"this\s+(?:\w+\s+){0,3}?(?:agreement|contract|lease|act|appeal|case|motion|action|document|order)"
#: The first that finds anything.
_PURPOSES = tuple(
    re.compile(words, re.I)
    for words in (
        rf"\bpurpose\s+of\s+{_THIS}\s+is\b|\b{_THIS}\s+(?:sets\s+(?:forth|out)|concerns|governs|arises|relates\s+to)\b|\ban\s+act\s+to\b",
        r"\b(?:whereas\b|^[A-Z]\.\s).*\b(?:desires?|wish(?:es)?|intends?)\s+to\b",
    )
)
PURPOSE_HEAD = 12_000  # characters; further down it is another matter


async def analyse(desk: Desk) -> AnalysisResult:
    async def extract() -> Found:
        found = await asyncio.to_thread(_extract, desk.paper, desk.analysis.analysis_type)
        return fitted(found).model_dump(mode="json"), Spent()

    async def answer() -> Found:
        answers = [await answering.answer(desk.principal, desk.paper, each) for each in desk.analysis.questions]
        return {"answers": [each.model_dump(mode="json") for each in answers]}, Spent()

    await desk.run.progress(0.1, "extracting")
    result = AnalysisResult.model_validate(await desk.kept("extract", extract))
    await desk.run.progress(0.8, "answering")
    answers = (await desk.kept("answers", answer))["answers"]
    return result.model_copy(update={"answers": [Answer.model_validate(each) for each in answers]})


def _extract(paper: Paper, type_: AnalysisType) -> AnalysisResult:
    extract = _Extract(paper, type_)
    clauses, risks = proven(extract.clauses()), proven(extract.risks())
    named = proven(extract.parties())
    return AnalysisResult(
        document_type=extract.document_type(),
        purpose=extract.purpose(),
        parties=named,
        dates=proven(extract.dates()),
        key_terms=proven(extract.key_terms()),
        clauses=clauses,
        risks=risks,
        recommendations=[*extract.checks(risks), *extract.missing(clauses)],
        sections_read=len({passage.section for passage in paper.passages}),
        characters_read=len(paper.text),
        notes=list(extract.notes(named)),
    )


def proven(found: Iterable[S]) -> list[S]:
    """What cannot be shown in the document is left out: rules state nothing else."""
    return [one for one in found if one.supported]


class _Extract:
    def __init__(self, paper: Paper, type_: AnalysisType) -> None:
        self.paper = paper
        self.lines = lines(paper)
        self.type = type_

    @cached_property
    def kind(self) -> Kind:
        return kind_of(self.paper.text, self.lines)

    @cached_property
    def law(self) -> AnalysisType:
        """Whose usual words are looked for."""
        return (self.kind.type or AnalysisType.CONTRACT) if self.type is AnalysisType.GENERAL else self.type

    @cached_property
    def prose(self) -> list[Line]:
        return distinct(line for line in self.lines if not line.is_heading)

    def notes(self, named: Sequence[Party]) -> Iterator[str]:
        yield NOTE
        if len(named) == 1 or (not named and self.kind.type is AnalysisType.CONTRACT):
            yield FEW_PARTIES
        if self.paper.language not in {None, "en"}:
            yield NOT_ENGLISH
        if self.kind.type and self.type not in {AnalysisType.GENERAL, AnalysisType.RISK, self.kind.type}:
            yield OTHER_KIND.format(self.kind.type.replace("_", " "))

    def document_type(self) -> Statement:
        title = self.kind.title
        return self._stated(self.kind.name, title and self._with_next(title))

    def purpose(self) -> Statement:
        head = [line for line in self.prose if line.start < PURPOSE_HEAD]
        found = next((line for words in _PURPOSES for line in head if words.search(folded(line.text))), None)
        return self._stated(found.shown if found else "The document does not say by the usual words.", found)

    def parties(self) -> Iterator[Party]:
        named = captions.parties if self.kind.is_of_court else parties
        for one in named(self.paper.text):
            line = line_at(self.lines, one.place)
            stated = self._stated(f"{one.name} ({one.role})" if one.role else one.name, line and self._with_next(line))
            yield Party(**dict(stated), name=one.name, role=one.role)

    def dates(self) -> Iterator[DateStated]:
        for day in days(self.lines):
            text = f"{day.event}: {day.line.shown}" if day.event else day.line.shown
            yield DateStated(**dict(self._stated(text, self._with_next(day.line))), date=day.day, written=day.written)

    def key_terms(self) -> Iterator[Term]:
        seen: set[str] = set()
        for pattern in (_DEFINED, _CALLED):
            for line in self.prose:
                for match in pattern.finditer(line.text):
                    term = " ".join(match["term"].split()).strip(" ,.")
                    if term.casefold() not in seen:
                        seen.add(term.casefold())
                        yield Term(**dict(self._stated(line.shown, line)), term=term)

    def clauses(self) -> Iterator[Clause]:
        """Sections by their headings, then the sentences that speak of what no heading names."""
        cues = CLAUSES[self.law]
        for first in self._first_of_sections():
            kind = next((cue.kind for cue in cues if cue.heading.search(first.section or "")), "section")
            yield Clause(**dict(self._stated(first.shown, first)), kind=kind, title=first.section)
        for cue in cues:
            yield from self._of_cue(cue)

    def _of_cue(self, cue: ClauseCue) -> Iterator[Clause]:
        found = [line for line in self.prose if cue.sentence.search(line.text)]
        for line in found[:MOST_OF_A_KIND]:
            yield Clause(**dict(self._stated(line.shown, line)), kind=cue.kind, title=line.section)

    def _first_of_sections(self) -> list[Line]:
        from elenchus.library.quoting.verifying import is_too_short

        first: dict[str, Line] = {}
        for line in self.lines:
            if line.section and not line.is_heading and not is_too_short(line.text):
                first.setdefault(line.section, line)
        return list(first.values())

    def risks(self) -> Iterator[Risk]:
        for cue in risks_for(self.law):
            for line in [line for line in self.prose if cue.sentence.search(line.text)][:MOST_OF_A_KIND]:
                yield Risk(**dict(self._stated(line.shown, line)), severity=cue.severity, kind=cue.kind)

    def checks(self, risks: Sequence[Risk]) -> Iterator[Recommendation]:
        """One for each kind of risk, at the first passage that has it."""
        for cue in risks_for(self.law):
            first = next((risk for risk in risks if risk.kind == cue.kind), None)
            if first:
                where = f" ({len([risk for risk in risks if risk.kind == cue.kind])} passages)"
                text = f"Check {cue.kind.replace('_', ' ')}{where}: {cue.check}."
                yield Recommendation(
                    text=text, citations=first.citations, supported=first.supported, basis="found", about=cue.kind
                )

    def missing(self, clauses: Sequence[Clause]) -> Iterator[Recommendation]:
        """Nothing is missing from what nobody knows the kind of."""
        found = {clause.kind for clause in clauses}
        for kind in EXPECTED[self.law] if self.type is not AnalysisType.GENERAL or self.kind.type else ():
            if kind not in found:
                words = kind.replace("_", " ")
                text = f"Check whether the document deals with {words}: none of the usual words for it was found."
                yield Recommendation(text=text, basis="missing", about=kind)

    def _with_next(self, line: Line) -> Line:
        """A title or a name alone is too little to be proven by: with the sentence after it."""
        following = line_at(self.lines, line.end) if line.is_heading else None
        if following is None:
            return line
        end = following.end
        return Line(line.start, end, self.paper.text[line.start : end], line.section, is_heading=False)

    def _stated(self, text: str, line: Line | None) -> Statement:
        citations = [grounding.citation_at(self.paper, line.start, line.end)] if line else []
        return Statement(text=text, citations=citations, supported=any(one.verified for one in citations))
