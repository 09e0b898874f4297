"""What a reading model is told: the standing rules, whoever asks' instructions, the conversation so far, sources,
question.

In this order, so that the next question's prompt begins as this one's did, to the letter: providers charge a fraction
for a beginning that they have read before.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from elenchus.core.llm.base import Prompt, Source, Speaker, Turn
from elenchus.core.llm.fencing import fenced, inert
from elenchus.core.llm.written import Written, digest, written_in
from elenchus.library.schemas import Passage
from elenchus.research.errors import QuestionTooLong
from elenchus.research.prompts.fitting import NOTHING, Chosen, History, Summary, choices, from_a_question

__all__ = [
    "NO_SOURCES",
    "PER_PART",
    "STANDING",
    "Composed",
    "History",
    "Summary",
    "compose",
    "digest",
    "plain",
    "require_fitting",
    "rules",
    "source",
    "standing",
    "written",
]

#: The first words of an answer without sources; `examining` takes them for what they are, and not for a claim.
NO_SOURCES = "Nothing below is from your documents: no passage of them was found for this question."
#: The first words of what whoever asks wishes of every answer. It is said by them, so it stands below our rules.
STANDING = "My standing instructions, as far as your rules allow them:"
_MARKS = re.compile(r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
PER_PART = 4  # tokens of what separates one from the next: a role, a line's end
Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt and what went into it: so many of the conversation's last turns, and what came before them as a
    summary. `tokens` is our own count."""

    prompt: Prompt
    passages: tuple[Passage, ...]
    turns: int
    summary: Summary | None
    tokens: int


def compose(
    question: str, passages: Sequence[Passage], history: History, *, count: Count, room: int, instructions: str = ""
) -> Composed:
    """`count` is the model's own way to count tokens, `room` how many there may be. Raises `QuestionTooLong` when
    question and instructions alone do not fit."""
    told = replace(history, turns=tuple(map(_told, history.turns)))
    fixed = require_fitting(question, count=count, room=room, instructions=instructions)
    sizes = _Sizes(count)
    chosen = next(each for each in choices(told, passages) if fixed + sizes.of(each) <= room)
    return Composed(
        _prompt(question, chosen, instructions),
        chosen.passages,
        len(from_a_question(chosen.history.turns)),
        chosen.history.summary,
        fixed + sizes.of(chosen),
    )


def require_fitting(question: str, *, count: Count, room: int, instructions: str = "") -> int:
    """What rules, instructions and question alone come to. Raises `QuestionTooLong`."""
    bare = _prompt(question, NOTHING, instructions)
    tokens = sum(count(text) + PER_PART for text in (bare.system, *(turn.text for turn in bare.turns)))
    if tokens > room:
        raise QuestionTooLong(room)
    return tokens


def _prompt(question: str, chosen: Chosen, instructions: str) -> Prompt:
    asked = f"<sources>\n{_sources(chosen.passages)}\n</sources>\n\nQuestion: {inert(question)}"
    turns = [*from_a_question(chosen.history.turns), Turn(Speaker.USER, asked)]
    if chosen.history.summary:
        turns[0] = Turn(Speaker.USER, f"{_summary(chosen.history.summary)}\n\n{turns[0].text}")
    if instructions:
        turns.insert(0, Turn(Speaker.USER, inert(standing(instructions))))
    sources = tuple(Source(passage.document_title, passage.text) for passage in chosen.passages)
    return Prompt(rules().text, tuple(turns), question, sources)


def written(name: str) -> Written:
    return written_in(__package__, name)


def rules() -> Written:
    """What every answer is written under."""
    return written("legal_assistant")


def standing(instructions: str) -> str:
    return f"{STANDING}\n\n{instructions}"


def _sources(passages: Sequence[Passage]) -> str:
    if not passages:
        return "(none were found)"
    return "\n".join(source(n, passage) for n, passage in enumerate(passages, 1))


def source(n: int, passage: Passage) -> str:
    pages = f"{passage.page_start}-{passage.page_end}"
    return fenced("source", passage.text, n=str(n), document=passage.document_title, pages=pages)


def _summary(summary: Summary) -> str:
    return fenced("summary", summary.text)


def plain(text: str) -> str:
    """An earlier answer as the model wrote it, without the numbers of sources that are no longer given. Shown what was
    put above its words it would put that there itself, with sources too."""
    *before, last = _MARKS.split(text.removeprefix(f"{NO_SOURCES}\n\n"))
    return "".join(part.rstrip() for part in before) + last


def _told(turn: Turn) -> Turn:
    text = plain(turn.text) if turn.speaker is Speaker.ASSISTANT else turn.text
    return Turn(turn.speaker, inert(text))


class _Sizes:
    """Tokens of what may be told. Each part is counted once, however many choices are weighed."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._known: dict[str, int] = {}

    def of(self, chosen: Chosen) -> int:
        told = [turn.text for turn in from_a_question(chosen.history.turns)]
        given = [source(n, passage) for n, passage in enumerate(chosen.passages, 1)]
        summary = [_summary(chosen.history.summary)] if chosen.history.summary else []
        return sum(map(self._part, [*summary, *told, *given]))

    def _part(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = self._count(text) + PER_PART
        return self._known[text]
