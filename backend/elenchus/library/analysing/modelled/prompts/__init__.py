"""What a model is told: the rules, what to look for in this type of document, the document as data, the questions."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from elenchus.library.analysing.models import AnalysisType
from elenchus.library.analysing.paper import Paper, Section

_FENCE = re.compile(r"<(?=/?\s*(?:document|entries)\b)", re.I)


@cache
def _file(name: str) -> tuple[str, str]:
    """Its version and its text."""
    text = resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    return head.removeprefix("version:").strip(), body.strip()


@cache
def version() -> str:
    """Of all of them: a change of any is another."""
    names = ["section", "merge", *AnalysisType]
    return ".".join(_file(name)[0] for name in names)


def rules(name: str, type_: AnalysisType) -> str:
    """`name` is `section` or `merge`."""
    return f"{_file(name)[1]}\n\n{_file(type_)[1]}"


def longest() -> str:
    return max((rules(name, type_) for name in ("section", "merge") for type_ in AnalysisType), key=len)


def of_section(paper: Paper, section: Section, *, of: int, questions: Sequence[str]) -> str:
    title = inert(paper.title.replace('"', "'"))
    place = f'part="{section.number} of {of}" pages="{section.pages.start}-{section.pages.stop - 1}"'
    text = inert(paper.text[section.start : section.end])
    return f'<document title="{title}" {place}>\n{text}\n</document>\n\n{_asked(questions)}'


def of_entries(entries: Sequence[str], questions: Sequence[str]) -> str:
    lines = "\n".join(map(inert, entries))
    return f"<entries>\n{lines}\n</entries>\n\n{_asked(questions)}"


def _asked(questions: Sequence[str]) -> str:
    if not questions:
        return "There are no questions."
    return "Questions:\n" + "\n".join(f"{n}. {question}" for n, question in enumerate(questions, 1))


def inert(text: str) -> str:
    """A document cannot close its own fence."""
    return _FENCE.sub("&lt;", text)
