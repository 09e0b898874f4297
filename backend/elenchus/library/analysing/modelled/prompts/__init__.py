"""What a model is told: the rules, what to look for in this type of document, the document as data, the questions."""

from collections.abc import Sequence
from functools import cache

from elenchus.core.llm.fencing import fenced, inert
from elenchus.core.llm.written import written_in
from elenchus.library.analysing.models import AnalysisType
from elenchus.library.analysing.paper import Paper, Section


@cache
def version() -> str:
    """Of all of them: a change of any is another."""
    return ".".join(written_in(__package__, name).version for name in ("section", "merge", *AnalysisType))


def rules(name: str, type_: AnalysisType) -> str:
    """`name` is `section` or `merge`."""
    return f"{written_in(__package__, name).text}\n\n{written_in(__package__, type_).text}"


def longest() -> str:
    return max((rules(name, type_) for name in ("section", "merge") for type_ in AnalysisType), key=len)


def of_section(paper: Paper, section: Section, *, of: int, questions: Sequence[str]) -> str:
    part, pages = f"{section.number} of {of}", f"{section.pages.start}-{section.pages.stop - 1}"
    text = fenced("document", paper.text[section.start : section.end], title=paper.title, part=part, pages=pages)
    return f"{text}\n\n{_asked(questions)}"


def of_entries(entries: Sequence[str], questions: Sequence[str]) -> str:
    text = fenced("entries", "\n".join(entries))
    return f"{text}\n\n{_asked(questions)}"


def _asked(questions: Sequence[str]) -> str:
    if not questions:
        return "There are no questions."
    return "Questions:\n" + "\n".join(f"{n}. {inert(question)}" for n, question in enumerate(questions, 1))
