"""The parts that need no model: what is given back as it came, what nothing was found for, and conclusion and actions
where only the built-in model spoke, which writes nothing of its own."""

from collections.abc import Sequence

from elenchus.core.llm.extractive import NO_ANSWER
from elenchus.research.briefing.writing import Draft
from elenchus.research.examining import marks

CLIENT, RULES = "client", "rules"


def as_given(facts: str) -> Draft:
    return Draft(facts, CLIENT)


def unanswered() -> Draft:
    return Draft(NO_ANSWER, RULES)


def extracted(text: str, numbers: Sequence[int]) -> str:
    """What the built-in model found, without what it says of itself, under the brief's numbers. It counts the sources
    that it was given from 1; its marks are its own, never a source's."""
    found = [part for part in text.split("\n\n") if marks.MARK.search(part)]
    return marks.MARK.sub(lambda mark: _named(mark[0], numbers), "\n\n".join(found)) or NO_ANSWER


def _named(mark: str, numbers: Sequence[int]) -> str:
    return "".join(f"[{numbers[place - 1]}]" for place in marks.numbers(mark))


def conclusion(issues: Sequence[str], analyses: Sequence[str]) -> Draft:
    """Of each analysis what answers best, which stands first."""
    found = [f"{_as_heading(issue)}\n\n{_first(analysis)}" for issue, analysis in zip(issues, analyses, strict=True)]
    return Draft("\n\n".join(found), RULES)


def actions(issues: Sequence[str], analyses: Sequence[str]) -> Draft:
    lines = [
        f"{number}. {_next(analysis)} This concerns: {issue}"
        for number, (issue, analysis) in enumerate(zip(issues, analyses, strict=True), 1)
    ]
    return Draft("\n".join(lines), RULES)


def _as_heading(issue: str) -> str:
    words = " ".join(issue.split()).replace("*", "")
    return f"**{words}**"


def _first(analysis: str) -> str:
    return next((part for part in analysis.split("\n\n") if marks.MARK.search(part)), NO_ANSWER)


def _next(analysis: str) -> str:
    if marks.MARK.search(analysis):
        return "Read the cited passages in full before relying on them."
    return "Find out what the documents at hand do not say, and add the documents that do."
