"""One run's hold on an execution. Each change is one write with its event: in order, once, none after a takeover."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.jobs.errors import Fatal
from elenchus.jobs.run import Run
from elenchus.workflows import store
from elenchus.workflows.models import Execution, Spent, Step
from elenchus.workflows.running import telling

Steps = Mapping[int, Step]
T = TypeVar("T")


async def patiently(run: Run, ask: Callable[[], Awaitable[T]]) -> T:
    """Of the database, and nothing else, which is waited for as long as the lease holds. It must bear repetition."""
    found: list[T] = []

    async def attempt() -> bool:
        found[:] = [await ask()]
        return True

    await run.write(attempt)
    return found[0]


class Record:
    """`execution` is what the database has. All changes raise `LostLease`; the database is waited for, as long as the
    lease holds."""

    def __init__(self, run: Run, execution: Execution) -> None:
        self.run = run
        self.execution = execution
        self._writing = asyncio.Lock()

    def step(self, index: int) -> Step:
        return self.execution.steps[index]

    async def change_step(self, index: int, *, event: str = "step", **fields: Any) -> None:
        await self._change(lambda: {index: self.step(index).model_copy(update=fields)}, {}, event)

    async def spend(self, index: int, more: Spent, *, hold_id: Id, unsettled: Collection[Id]) -> None:
        """By a call that held tokens of the month; whose holds are not settled yet."""

        def counted() -> dict[int, Step]:
            step = self.step(index)
            left = {name: tokens for name, tokens in step.unsettled.items() if Id(name) in unsettled}
            left[str(hold_id)] = more.total_tokens
            return {index: step.model_copy(update={"spent": step.spent.plus(more), "unsettled": left})}

        await self._change(counted, {}, "usage")

    async def spend_once(self, index: int, more: Spent, name: str) -> None:
        """What was reserved under this name is not any more."""

        def counted() -> dict[int, Step]:
            step = self.step(index)
            told = {"spent": step.spent.plus(more), "counted": [*step.counted, name]}
            left = [each for each in step.reserved if str(each.id) != name]
            return {index: step.model_copy(update={**told, "reserved": left})}

        if name not in self.step(index).counted:
            await self._change(counted, {}, "usage")

    async def change(self, steps: Steps | None = None, **fields: Any) -> None:
        """Of the execution itself, and of steps that nobody works on."""
        await self._change(lambda: steps or {}, fields, "execution")

    async def _change(self, steps: Callable[[], Steps], fields: Mapping[str, Any], event: str) -> None:
        """Shielded: a step that is cut off in the middle of it must not leave what is known here behind the row."""
        writing = asyncio.create_task(self._write(steps, fields, event))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()  # what went wrong goes wrong again with the next change
            raise

    async def _write(self, changed: Callable[[], Steps], fields: Mapping[str, Any], event: str) -> None:
        async with self._writing:
            before, steps = self.execution, changed()
            rows = [steps.get(index, step) for index, step in enumerate(before.steps)]
            after = before.model_copy(update={**fields, "steps": rows, "seq": before.seq + 1})
            happened = telling.event(after, event, steps)
            row = after.model_dump(include=set(fields)) | _changed(before, steps)
            await self.run.write(lambda: store.write(before, row, happened))
            self.execution = after

    # ---- what stands beside the execution

    async def ask(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await patiently(self.run, ask)

    async def part(self, step: str, name: str) -> str | None:
        return await self.ask(lambda: store.part(self.execution, self.execution.id, step, name))

    async def keep_part(self, step: str, name: str, text: str) -> str:
        """What stands there then: the first that was written stays. Nothing outlives the execution: whoever erases it
        looks for parts when it is gone. Raises `Fatal`."""
        execution = self.execution
        is_first = await self.ask(lambda: store.keep_part(execution, execution.id, step, name, text))
        if await self.ask(lambda: store.place(execution, execution.id)) is None:
            await self.ask(lambda: store.drop_parts(execution, execution.id))
            raise gone()
        found = text if is_first else await self.part(step, name)
        if found is None:
            raise gone()
        return found

    async def look_for_decision(self, index: int) -> None:
        """Once the step does not wait any more, so that none can come after it."""
        execution = self.execution
        found = await self.ask(lambda: store.decision(execution, execution.id, index))
        async with self._writing:
            steps = [*self.execution.steps]
            steps[index] = steps[index].model_copy(update={"decision": found})
            self.execution = self.execution.model_copy(update={"steps": steps})


def _changed(before: Execution, steps: Steps) -> Row:
    """Field by field: a decision that was made meanwhile is not known here, and must not be written over."""
    row: Row = {}
    for index, step in steps.items():
        old = before.steps[index].model_dump()
        row |= {f"steps.{index}.{name}": value for name, value in step.model_dump().items() if value != old[name]}
    return row


def gone() -> Fatal:
    return Fatal("execution_gone", "The execution was deleted while it ran.")
