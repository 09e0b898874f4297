"""The events of one execution, in order, each once.

An event is the state that a change has made, written with that change in one write, so what is polled and what is told
are the same. The row is looked at twice a second for each execution that has watchers, however many those are. Of the
events the latest are kept: whoever comes back after more of them than that gets the whole state once, as a `snapshot`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.workflows import presenting, service, store
from elenchus.workflows.errors import ExecutionNotFound
from elenchus.workflows.schemas import ExecutionStatus

LOOK_SECONDS = 0.4
FRESH_SECONDS = 0.9 * LOOK_SECONDS  # one look serves all watchers for so long
REMEMBERED = 256  # executions
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """`is_last`: nothing comes after it, unless somebody runs the execution again."""

    n: int
    type: str
    data: dict[str, Any]
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Look:
    taken: float
    row: Row | None


_looks: dict[Id, _Look] = {}
_looking: dict[Id, asyncio.Lock] = {}


async def _look(principal: Principal, execution_id: Id) -> Row | None:
    """At most so old as to be taken for the present. Whoever asks has been let see the execution."""
    async with _looking.setdefault(execution_id, asyncio.Lock()):
        known = _looks.get(execution_id)
        if known is None or time.monotonic() - known.taken >= FRESH_SECONDS:
            known = _Look(time.monotonic(), await store.told(principal, execution_id))
            _looks.pop(execution_id, None)
            _looks[execution_id] = known
            _forget_oldest()
        return known.row


def _forget_oldest() -> None:
    for oldest in [*_looks][:-REMEMBERED]:
        if (looking := _looking.get(oldest)) is None or not looking.locked():
            _looks.pop(oldest, None)
            _looking.pop(oldest, None)


async def follow(
    principal: Principal, execution_id: Id, after: int | None, *, until: asyncio.Event
) -> AsyncGenerator[Told | None, None]:
    """All that comes after the event of this number; without one the state as it is now, and then what comes. None when
    there is nothing new for a moment. Ends when the execution is over, or gone."""
    place = after
    while not until.is_set():
        try:
            events = await _after(principal, execution_id, place)
        except PyMongoError as error:
            log.warning("watchers of an execution wait for the database", error=type(error).__name__)
            events = []
        if events is None:
            return
        for event in events:
            place = event.n
            yield event
        if events and events[-1].is_last:
            return
        yield None
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), LOOK_SECONDS)


async def _after(principal: Principal, execution_id: Id, place: int | None) -> Sequence[Told] | None:
    row = await _look(principal, execution_id)
    if row is None:
        return None
    is_over = ExecutionStatus(row["status"]).is_over
    events = row["events"]
    first_kept = events[0]["n"] if events else row["seq"] + 1
    if place is None or place > row["seq"] or place + 1 < first_kept:
        return await _snapshot(principal, execution_id)
    new = [event for event in events if event["n"] > place]
    if not new and is_over:  # it has been told before
        return None
    return [Told(event["n"], event["type"], event["data"], is_over and event is new[-1]) for event in new]


async def _snapshot(principal: Principal, execution_id: Id) -> Sequence[Told] | None:
    try:
        execution = await service.found(principal, str(execution_id))
    except ExecutionNotFound:  # since it was looked at
        return None
    shown = await presenting.whole(execution)
    data = shown.model_dump(mode="json")
    return [Told(execution.seq, "snapshot", data, execution.status.is_over)]
