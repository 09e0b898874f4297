"""What a reading model is told: the rules in `legal_assistant.md`, the conversation so far, sources, question."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from elenchus.core.llm.base import Prompt, Source, Speaker, Turn
from elenchus.library.schemas import Passage

#: Of the conversation so far; sources and answer need the room more.
HISTORY_TOKENS = 4_000
_MARKS = re.compile(r"\s*\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_FENCE = re.compile(r"<(?=/?\s*sources?\b)", re.I)


@dataclass(frozen=True, slots=True)
class Rules:
    version: str
    text: str


@cache
def rules() -> Rules:
    text = resources.files(__package__).joinpath("legal_assistant.md").read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    return Rules(head.removeprefix("version:").strip(), body.strip())


def compose(
    question: str, passages: Sequence[Passage], history: Sequence[Turn], *, count: Callable[[str], int]
) -> Prompt:
    """`count` is the model's own way to count tokens; the oldest turns are left out first."""
    asked = f"<sources>\n{_fenced(passages)}\n</sources>\n\nQuestion: {question}"
    turns = (*_recent(history, count), Turn(Speaker.USER, asked))
    sources = tuple(Source(passage.document_title, passage.text) for passage in passages)
    return Prompt(rules().text, turns, question, sources)


def _fenced(passages: Sequence[Passage]) -> str:
    if not passages:
        return "(none were found)"
    return "\n".join(_source(n, passage) for n, passage in enumerate(passages, 1))


def _source(n: int, passage: Passage) -> str:
    title = _inert(passage.document_title.replace('"', "'"))
    pages = f"{passage.page_start}-{passage.page_end}"
    return f'<source n="{n}" document="{title}" pages="{pages}">\n{_inert(passage.text)}\n</source>'


def _inert(text: str) -> str:
    """A document cannot close its own fence."""
    return _FENCE.sub("&lt;", text)


def _recent(history: Sequence[Turn], count: Callable[[str], int]) -> list[Turn]:
    kept: list[Turn] = []
    room = HISTORY_TOKENS
    for turn in reversed(history):
        text = _MARKS.sub("", turn.text)
        room -= count(text)
        if room < 0:
            break
        kept.append(Turn(turn.speaker, text))
    return _from_a_question(kept[::-1])


def _from_a_question(turns: list[Turn]) -> list[Turn]:
    """Providers want a user's turn first."""
    while turns and turns[0].speaker is not Speaker.USER:
        turns = turns[1:]
    return turns


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
