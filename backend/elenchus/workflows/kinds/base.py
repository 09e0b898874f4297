"""What a kind of step is, and what it has before it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.workflows.models import Decision, File

G = TypeVar("G", bound=BaseModel)
DEFAULT_SECONDS = 900.0


class Given(BaseModel):
    """What a step of some kind is given, once its expressions are evaluated."""

    model_config = ConfigDict(extra="forbid")


class Spending(Protocol):
    """Calls of a language model, held before and told afterwards. A step may make several of them side by side."""

    async def hold(self, most_tokens: int) -> None:
        """Before a call. Raises `Fatal` or `QuotaExceeded` when so many are not left; then nothing must be asked."""

    async def used(
        self, prompt_tokens: int, completion_tokens: int, *, model: str, cost_usd: float | None, is_free: bool = False
    ) -> None:
        """After a call that was sent, however it ended. What the built-in model uses is free."""

    async def release(self) -> None:
        """What was held for calls that were not sent."""


class Desk(Protocol):
    """One attempt at one step."""

    @property
    def principal(self) -> Principal: ...
    @property
    def execution_id(self) -> Id: ...
    @property
    def job_id(self) -> Id: ...
    @property
    def step(self) -> str: ...
    @property
    def began_at(self) -> datetime:
        """When the execution was asked for: its own today."""

    @property
    def decision(self) -> Decision | None:
        """Of a person, once there is one."""

    @property
    def is_last_attempt(self) -> bool: ...

    @property
    def round(self) -> int:
        """How often somebody has told the step to begin again after it had failed."""

    def effect_id(self, *parts: object) -> Id:
        """The same in every attempt."""

    async def kept(self, name: str, work: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        """What the work gave, in this attempt or an earlier one: for pieces that cost."""

    def spending(self, model: str | None) -> Spending:
        """Of the model of this name; None is the deployment's own."""

    def part(self, name: str) -> "Desk":
        """The same step's desk for one item of several."""

    def kind(self, name: str) -> "Kind[Any]":
        """Of a step within this one. Raises `Fatal` for one that may not be there."""

    async def evaluated(self, value: JsonValue, more: Mapping[str, JsonValue]) -> JsonValue:
        """Expressions that the engine left alone, with these names beside those of the step."""

    async def spent_elsewhere(
        self, prompt_tokens: int, completion_tokens: int, *, model: str, cost_usd: float | None
    ) -> None:
        """By a job that has counted them for the month itself; once."""

    def tokens_left(self) -> int | None:
        """Of the budget; None: it has no such limit."""

    async def progress(self, fraction: float, stage: str) -> None: ...

    async def log(self, sentence: str, **fields: JsonValue) -> None: ...

    async def checkpoint(self) -> None:
        """Raises when the run must end, or should: the step then begins again with what was kept."""

    async def add_file(self, file: File) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind(Generic[G]):
    """`lazy` are keys of its input whose expressions it evaluates itself. `inner`: it may stand in a map. `is_pure`: it
    neither changes nor costs anything and is done in no time, so that it may be done again. `seconds` is the longest
    that one attempt takes, where the step does not say otherwise."""

    name: str
    given: type[G]
    run: Callable[[Desk, G], Awaitable[JsonValue]]
    lazy: frozenset[str] = frozenset()
    inner: bool = True
    asks_model: bool = False
    is_pure: bool = False
    seconds: float = DEFAULT_SECONDS


Table = Mapping[str, Kind[Any]]
