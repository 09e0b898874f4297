"""One call of a model as its trace tells of it, whoever asked: a turn, a job, a replay."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from elenchus.core import tracing
from elenchus.core.clock import now
from elenchus.core.llm.base import ModelFailed, TextDelta, Usage
from elenchus.core.llm.usage import cost_usd, rough_tokens
from elenchus.core.tracing import Kind, Observation


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of whom. `model` is `provider:model`, `text` all that it is sent."""

    model: str
    text: str
    temperature: float | None = None

    @property
    def provider(self) -> str:
        return self.model.partition(":")[0]


@dataclass(slots=True)
class Heard:
    """How far it came. `usage` is an estimate when it was left before the provider told."""

    asking: Asking
    part: Observation
    words: list[str] = field(default_factory=list)
    usage: Usage | None = None

    def take(self, piece: TextDelta | Usage) -> None:
        self.part.first_word()
        if isinstance(piece, Usage):
            self.usage = piece
        else:
            self.words.append(piece.text)

    def left(self) -> None:
        """In the middle, by who asked. A provider bills what it had read and written by then."""
        if self.usage is None:
            asked, said = rough_tokens(self.asking.text), rough_tokens("".join(self.words))
            self.usage = Usage(asked, said, is_estimate=True)

    def tell(self) -> None:
        self.part.answered("".join(self.words))
        if self.usage:
            self.part.used(self.usage, cost_usd=cost_usd(self.asking.model, self.usage, on=now().date()))


@contextmanager
def heard(asking: Asking) -> Iterator[Heard]:
    """May stand around a `yield`."""
    with tracing.span("generation", Kind.GENERATION) as part:
        part.called(asking.model, temperature=asking.temperature)
        part.asked(asking.text)
        told = Heard(asking, part)
        try:
            yield told
        except ModelFailed as failed:
            told.usage = failed.usage
            raise
        except (GeneratorExit, asyncio.CancelledError):
            told.left()
            raise
        finally:
            told.tell()
