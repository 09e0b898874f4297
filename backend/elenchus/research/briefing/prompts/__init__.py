"""What a model is told of each part of a brief: the rules in the part's file, and everything that was given as data."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache

from elenchus.core.llm.base import ChatModel, Prompt, Source, Speaker, Turn
from elenchus.core.llm.fencing import fenced
from elenchus.core.llm.written import Written, written_in
from elenchus.library.schemas import Passage
from elenchus.research.prompts import source

__all__ = ["Part", "most_tokens", "of_actions", "of_analysis", "of_conclusion", "of_facts", "rules", "source"]


class Part(StrEnum):
    """A file of this folder each."""

    ANALYSIS = "analysis"
    FACTS = "facts"
    CONCLUSION = "conclusion"
    ACTIONS = "actions"


@cache
def rules(part: Part) -> Written:
    """Those of the part, then those that hold for all of them; the version names both."""
    own, common = written_in(__package__, part), written_in(__package__, "common")
    return Written(f"brief_{part}", f"{own.version}.{common.version}", f"{own.text}\n\n{common.text}")


def most_tokens(model: ChatModel) -> int:
    return max(model.count_tokens(rules(part).text) for part in Part)


def of_analysis(facts: str, issue: str, sources: Mapping[int, Passage]) -> Prompt:
    """The numbers are the brief's; a model that only looks up counts the sources from 1 instead."""
    told = f"{_facts(facts)}\n\n{_sources(sources)}\n\n{fenced('issue', issue)}\n\nAnalyse this issue."
    looked_up = tuple(Source(passage.document_title, passage.text) for passage in sources.values())
    return Prompt(rules(Part.ANALYSIS).text, (Turn(Speaker.USER, told),), issue, looked_up)


def of_facts(facts: str, sources: Mapping[int, Passage]) -> Prompt:
    told = f"{_facts(facts)}\n\n{_sources(sources)}\n\nWrite the statement of facts."
    return _reading(Part.FACTS, told)


def of_conclusion(issues: Sequence[str], analyses: Sequence[str]) -> Prompt:
    return _reading(Part.CONCLUSION, f"{_analyses(issues, analyses)}\n\nWrite the conclusion.")


def of_actions(issues: Sequence[str], analyses: Sequence[str], conclusion: str) -> Prompt:
    concluded = fenced("conclusion", conclusion)
    return _reading(Part.ACTIONS, f"{_analyses(issues, analyses)}\n\n{concluded}\n\nList the recommended actions.")


def _reading(part: Part, told: str) -> Prompt:
    """For models that read; there is nothing to look up in it."""
    return Prompt(rules(part).text, (Turn(Speaker.USER, told),), "", ())


def _facts(facts: str) -> str:
    return fenced("facts", facts)


def _sources(sources: Mapping[int, Passage]) -> str:
    found = "\n".join(source(n, passage) for n, passage in sources.items()) or "(none were found)"
    return f"<sources>\n{found}\n</sources>"


def _analyses(issues: Sequence[str], analyses: Sequence[str]) -> str:
    return "\n".join(
        f"{fenced('issue', issue, n=str(n))}\n{fenced('analysis', analysis, n=str(n))}"
        for n, (issue, analysis) in enumerate(zip(issues, analyses, strict=True), 1)
    )
