"""What of a conversation and its sources a model is told, when its window does not hold all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from elenchus.core.llm.base import Speaker, Turn
from elenchus.library.schemas import Passage

BLOCK = 8  # messages that are left out together: the prompt's beginning then stays the same for four questions


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a conversation up to and with the message `until`, written under this version of its prompt."""

    text: str
    until: str
    prompt_version: str


@dataclass(frozen=True, slots=True)
class History:
    """What of a conversation is told again: a summary of its beginning, and the turns since.

    `starts` are the places in `turns` where the telling may begin instead, the earliest first.
    """

    summary: Summary | None = None
    turns: tuple[Turn, ...] = ()
    starts: tuple[int, ...] = ()

    def since(self, start: int) -> "History":
        return replace(self, turns=self.turns[start:], starts=())


@dataclass(frozen=True, slots=True)
class Chosen:
    history: History
    passages: tuple[Passage, ...]


NOTHING = Chosen(History(), ())


def choices(history: History, passages: Sequence[Passage]) -> Iterator[Chosen]:
    """From everything down to nothing: the oldest turns go first, then the weakest passages, at last the summary."""
    passages = tuple(passages)
    for start in (0, *history.starts, len(history.turns)):
        yield Chosen(history.since(start), passages)
    bare = history.since(len(history.turns))
    for count in range(len(passages) - 1, 0, -1):
        yield Chosen(bare, _strongest(passages, count))
    yield Chosen(History(), _strongest(passages, 1))
    yield NOTHING


def _strongest(passages: tuple[Passage, ...], count: int) -> tuple[Passage, ...]:
    """In their old order. Passages come best first, so of two that are as good the later one is the weaker."""
    by_score = sorted(range(len(passages)), key=lambda place: (-passages[place].score, place))
    return tuple(passages[place] for place in sorted(by_score[:count]))


def from_a_question(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Providers want a user's turn first."""
    first = next((place for place, turn in enumerate(turns) if turn.speaker is Speaker.USER), len(turns))
    return turns[first:]
