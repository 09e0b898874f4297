"""What is said to a model and what comes back, whoever makes it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar, overload

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)
Json = dict[str, Any]  # an object, or the schema of one
V = TypeVar("V", bound=BaseModel | Json)


class Speaker(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that may be cited; its number is its place in `Prompt.sources`, counted from 1."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """`system` and `turns` are for models that read; `question` and `sources` are the same for one that looks up."""

    system: str
    turns: tuple[Turn, ...]
    question: str
    sources: tuple[Source, ...]

    def text(self) -> str:
        """All that a reading model is sent, for hashing and counting."""
        return "\n\n".join([self.system, *(f"{turn.speaker}: {turn.text}" for turn in self.turns)])


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """From here on another model answers than the one that was asked."""

    model: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used. `cached_tokens` are part of the prompt's, `reasoning_tokens` of the completion's."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    #: Counted by us because the provider's count never came (the answer was stopped, or the provider sends none).
    is_estimate: bool = False
    #: The model ran into its output limit, so its last words are missing.
    is_cut: bool = False

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Wasted:
    """What a model used before it was left for another."""

    model: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Structured(Generic[V]):
    """`value` is None when what came back does not have the form that was asked for; it was paid for all the same.
    `usage.is_cut` says when that is because the model had no room to end."""

    value: V | None
    usage: Usage


Piece = StandIn | TextDelta | Usage | Wasted


class ModelFailed(Exception):
    """No answer came. `detail` is a sentence for who asked; `retryable` says whether asking again may help."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        retryable: bool,
        retry_after_seconds: float | None = None,
        had_begun: bool = False,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds  # when asking again may help, where that is known
        self.had_begun = had_begun  # the provider had said something, words or not
        self.usage = usage  # that it cost all the same; None: the provider refused, or was not asked


class ChatModel(Protocol):
    """A model that answers from sources with marks like [2]."""

    @property
    def name(self) -> str:
        """`provider:model`, or `extractive`."""

    def stream(self, prompt: Prompt, *, temperature: float | None = None) -> AsyncGenerator[Piece, None]:
        """The answer's pieces as they come and, last, one `Usage`; before them a `StandIn` if another model gives
        them, and what was `Wasted` on the way. Without a temperature it is the deployment's; a model that has its own
        is sent none. Raises `ModelFailed` and nothing else."""

    def wait_seconds(self) -> int:
        """How long asking is known to be in vain; 0: it may be asked."""

    def count_tokens(self, text: str) -> int:
        """How many tokens the model would count, without asking it over the network."""


class StructuredModel(Protocol):
    """A model that fills in a form."""

    @property
    def name(self) -> str:
        """`provider:model`."""

    def count_tokens(self, text: str) -> int: ...

    @overload
    async def structured(self, system: str, text: str, schema: type[T]) -> Structured[T]: ...

    @overload
    async def structured(self, system: str, text: str, schema: Json) -> Structured[Json]: ...

    async def structured(self, system: str, text: str, schema: type[BaseModel] | Json) -> Structured[Any]:
        """`text` read under the rules `system`, as this schema: a model's, or a JSON Schema of an object that holds
        no `$ref`. Raises `ModelFailed` and nothing else."""
