"""What a kind of step is, and what it has before it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.jobs.errors import Fatal
from elenchus.workflows.models import Decision, File, Spent

G = TypeVar("G", bound=BaseModel)
DEFAULT_SECONDS = 900.0


class Given(BaseModel):
    """What a step of some kind is given, once its expressions are evaluated."""

    model_config = ConfigDict(extra="forbid")


class Spending(Protocol):
    """Calls of a language model, held before and told afterwards. A step may make several of them side by side."""

    async def hold(self, prompt_tokens: int, completion_tokens: int) -> Id:
        """Before a call, the most of both. Raises `Fatal` or `QuotaExceeded` when so many are not left; then nothing
        must be asked."""

    async def used(self, hold_id: Id, spent: Spent | None) -> None:
        """After a call that was sent, however it ended; None: it costs nobody anything."""

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
    def decision(self) -> Decision | None:
        """Of a person, once there is one."""

    @property
    def is_last_attempt(self) -> bool: ...

    @property
    def round(self) -> int:
        """How often somebody has told the step to begin again after it had failed."""

    @property
    def turn(self) -> str:
        """Another one once it is written that the step has failed, and not before."""

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

    def reserve(self, id_: Id, most_tokens: int, model: str | None, *, job_id: Id) -> None:
        """Of the budget, before a job of its own is begun that counts in the month itself: once under an id. When the
        step fails the job is stopped. Raises `Fatal` when so many are not left."""

    async def spent_elsewhere(self, id_: Id, spent: Spent) -> None:
        """By the job for which they were reserved, which has ended; once."""

    async def progress(self, fraction: float, stage: str) -> None: ...

    async def checkpoint(self) -> None:
        """Raises when the run must end, or should: the step then begins again with what was kept."""

    async def add_file(self, file: File, save: Callable[[Path], Awaitable[None]]) -> None:
        """With what `save` writes."""


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

    async def taken(
        self, raw: Mapping[str, JsonValue], evaluated: Callable[[JsonValue], Awaitable[JsonValue]], whose: str
    ) -> tuple[G, JsonValue]:
        """As it takes it, and as JSON, once all but the lazy keys are evaluated. Raises `Fatal`."""
        lazy = {name: value for name, value in raw.items() if name in self.lazy}
        value = await evaluated({name: value for name, value in raw.items() if name not in lazy})
        assert isinstance(value, dict)
        value |= lazy
        try:
            return self.given.model_validate(value), value
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"]))
            detail = f"{whose} cannot take its input {place!r}: {first['msg']}"
            raise Fatal("step_input", detail[:500]) from error


Table = Mapping[str, Kind[Any]]
