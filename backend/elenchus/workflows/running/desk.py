"""What one attempt at a step has before it, and how it keeps what the step finds."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from elenchus.core.ids import Id, derived_id
from elenchus.core.llm.factory import full_name
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.jobs import run as runs
from elenchus.jobs.errors import Fatal
from elenchus.workflows import files, kinds, store
from elenchus.workflows.expressions import BadExpression, evaluate
from elenchus.workflows.kinds.base import Kind
from elenchus.workflows.models import Decision, File, Spent, Step
from elenchus.workflows.running.purse import Purse
from elenchus.workflows.running.record import Record, gone

MOST_BYTES = 2 * 1024 * 1024  # of JSON, that one step gives
PROGRESS_SECONDS = 0.5  # between two events of one stage
Scope = Mapping[str, JsonValue]


class LegOver(Exception):
    """The run has worked long enough for one: the step begins again in the next, with what it has kept."""


@dataclass(frozen=True, slots=True)
class StepDesk:
    record: Record
    purse: Purse
    index: int
    scope: Scope
    is_last_attempt: bool
    leg_ends: float
    prefix: str = ""
    told: dict[str, float] = field(default_factory=dict)

    @property
    def row(self) -> Step:
        return self.record.step(self.index)

    @property
    def step(self) -> str:
        return self.row.name

    @property
    def principal(self) -> Principal:
        return self.record.run.principal

    @property
    def execution_id(self) -> Id:
        return self.record.execution.id

    @property
    def job_id(self) -> Id:
        return self.record.run.job_id

    @property
    def decision(self) -> Decision | None:
        return self.row.decision

    @property
    def round(self) -> int:
        return self.row.rounds

    @property
    def turn(self) -> str:
        return f"{self.row.rounds}.{self.row.failures}"

    def effect_id(self, *parts: object) -> Id:
        return derived_id("workflow effect", self.execution_id, self.step, self.prefix, *parts)

    async def kept(self, name: str, work: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        place = f"{self.prefix}{name}"
        found = await self.record.part(self.step, place)
        if found is None:
            await self.checkpoint()
            text = as_json(self.step, await work())
            runs.at("workflow_after_work")
            found = await self.record.keep_part(self.step, place, text)
            runs.at("workflow_after_part")
        return json.loads(found)  # type: ignore[no-any-return]  # we wrote it, and it was JSON

    def spending(self, model: str | None) -> "StepSpending":
        return StepSpending(self.purse, self.index, full_name(model, settings().llm))

    def part(self, name: str) -> "StepDesk":
        return replace(self, prefix=f"{self.prefix}{name}/")

    def kind(self, name: str) -> Kind[Any]:
        if name not in kinds.INNER:
            raise Fatal("step_input", f"A step of the kind {name!r} cannot be done for many items.")
        return kinds.of(name)

    async def evaluated(self, value: JsonValue, more: Scope) -> JsonValue:
        return await evaluated(value, {**self.scope, **more}, self.step)

    def reserve(self, id_: Id, most_tokens: int, model: str | None, *, job_id: Id) -> None:
        self.purse.reserve(self.index, id_, most_tokens, full_name(model, settings().llm), job_id=job_id)

    async def spent_elsewhere(self, id_: Id, spent: Spent) -> None:
        if spent.calls:
            await self.record.spend_once(self.index, spent, str(id_))
        self.purse.reserved[self.index].pop(id_, None)

    async def progress(self, fraction: float, stage: str) -> None:
        """Told at most twice a second within one stage; only the step itself has one, not its items."""
        if self.prefix or time.monotonic() - self.told.get(stage, 0.0) < PROGRESS_SECONDS:
            return
        self.told[stage] = time.monotonic()
        bounded = min(max(fraction, 0.0), 1.0)
        await self.record.change_step(self.index, event="progress", progress=bounded, stage=stage[:100])

    async def checkpoint(self) -> None:
        await self.record.run.checkpoint()
        if time.monotonic() > self.leg_ends:
            raise LegOver

    async def add_file(self, file: File, save: Callable[[Path], Awaitable[None]]) -> None:
        """Named first, so that its bytes go with the execution. What is gone meanwhile keeps none. Raises `Fatal`."""
        execution = self.record.execution
        await self.record.ask(lambda: store.name_file(execution, execution.id, file))
        await files.take(execution, file.id, save)
        runs.at("workflow_after_bytes")
        await self.record.ask(lambda: store.add_file(execution, execution.id, file))
        if await self.record.ask(lambda: store.place(execution, execution.id)) is None:
            await files.delete(execution, file.id)
            raise gone()


@dataclass(slots=True)
class StepSpending:
    """One step's calls of one model."""

    purse: Purse
    index: int
    model: str
    held: set[Id] = field(default_factory=set)

    async def hold(self, prompt_tokens: int, completion_tokens: int) -> Id:
        hold_id = await self.purse.hold(prompt_tokens, completion_tokens, self.model)
        self.held.add(hold_id)
        return hold_id

    async def used(self, hold_id: Id, spent: Spent | None) -> None:
        """Shielded: a cancelled call was paid for all the same."""
        self.held.remove(hold_id)
        telling = asyncio.ensure_future(self.purse.used(self.index, hold_id, spent))
        telling.add_done_callback(_heard)
        await asyncio.shield(telling)

    async def release(self) -> None:
        """What was held for calls that were not sent."""
        while self.held:
            await self.purse.release(self.held.pop())


def _heard(telling: asyncio.Future[None]) -> None:
    """What went wrong with it goes wrong again with the next write; nobody else may be there to hear it."""
    if not telling.cancelled():
        telling.exception()


def as_json(step: str, value: JsonValue) -> str:
    """Exact, and bounded. Raises `Fatal`."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Fatal("output", f"What the step {step!r} gave is no JSON.") from error
    if len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise Fatal("too_large", f"The step {step!r} gives more than {MOST_BYTES >> 20} MB; ask it for less.")
    return text


async def evaluated(value: JsonValue, scope: Scope, what: str) -> JsonValue:
    """In a thread: an expression may take a while. Raises `Fatal`."""
    try:
        return await asyncio.to_thread(evaluate, value, scope)
    except BadExpression as error:
        raise Fatal("expression", f"{what}: {error.detail}") from error
