"""The way of all this process's answers to Redis: their events in one round trip, some times a second, and in one more
command of it the look for wishes to stop. A round trip for each event would cost as much as hearing it from the model,
and one for each silent answer would keep a busy process busy with silence.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError, ResponseError

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.resources import resources
from elenchus.core.settings import settings
from elenchus.research.streams import Broadcast, Event, events_key, in_runs, stop_key

EVERY_SECONDS = 0.05  # by so much a reader in another process is later than one here
LOOK_SECONDS = 0.25  # how soon a stop from another process is seen
RETRY_SECONDS = 0.5
MOST_ROWS = 10_000  # of one answer, as many as events when each has come alone
log = logs.get(__name__)


@dataclass(slots=True, eq=False)
class _Load:
    """One answer's events, of which Redis has `sent`."""

    message_id: Id
    broadcast: Broadcast
    on_stop: Callable[[], None]
    sent: int = 0
    delivered: asyncio.Event = field(default_factory=asyncio.Event)

    def waiting(self) -> list[Event]:
        return self.broadcast.after(self.sent)

    def note_end(self) -> None:
        if self.broadcast.is_over and not self.waiting():
            self.delivered.set()


_loads: set[_Load] = set()
_rounds: asyncio.Task[None] | None = None


async def relay(message_id: Id, broadcast: Broadcast, on_stop: Callable[[], None]) -> None:
    """Copy the events to Redis until the last one, and look there for a wish to stop. With Redis away it is tried again
    for as long as the answer is being written."""
    global _rounds
    load = _Load(message_id, broadcast, on_stop)
    _loads.add(load)
    if _rounds is None or _rounds.done():
        _rounds = asyncio.create_task(_go_round())
    try:
        await load.delivered.wait()
    finally:
        _loads.discard(load)


async def _go_round() -> None:
    looked = 0.0
    while _loads:
        await asyncio.sleep(EVERY_SECONDS)
        loads, looks = list(_loads), time.monotonic() - looked >= LOOK_SECONDS
        try:
            await _copy([(load, events) for load in loads if (events := load.waiting())])
            if looks:
                await _look(loads)
                looked = time.monotonic()
        except (RedisError, OSError) as error:
            log.info("events of answers wait for Redis", error=type(error).__name__)
            for load in loads:
                if load.broadcast.is_over:
                    load.delivered.set()
            await asyncio.sleep(RETRY_SECONDS)


async def _copy(waiting: Sequence[tuple[_Load, list[Event]]]) -> None:
    if not waiting:
        return
    pipeline = resources().redis.pipeline(transaction=False)
    rows: list[tuple[_Load, int] | None] = []  # for each command of the pipeline: how far it brings whom
    for load, events in waiting:
        key = events_key(load.message_id)
        for run in in_runs(events):
            pipeline.xadd(key, _row(run), id=f"{run[-1].seq}-0", maxlen=MOST_ROWS, approximate=True)
            rows.append((load, run[-1].seq))
        pipeline.expire(key, settings().research.stream_ttl_seconds)
        rows.append(None)
    _note(rows, await pipeline.execute(raise_on_error=False))


def _row(run: Sequence[Event]) -> dict[Any, Any]:
    """Neighbouring deltas as one, under the number of the last; their texts stay apart, for a reader may have some."""
    if len(run) == 1:
        return {"name": run[0].name, "data": run[0].data}
    return {"name": run[0].name, "run": f"[{','.join(event.data for event in run)}]"}


def _note(rows: Sequence[tuple[_Load, int] | None], results: Sequence[object]) -> None:
    """What is there already was written by a round whose answer was lost. A load that is refused is given up, for
    nothing may be written past a gap: its readers elsewhere wait for the stored message."""
    for row, result in zip(rows, results, strict=True):
        if row is None or row[0] not in _loads:
            continue
        load, seq = row
        if isinstance(result, Exception) and not _is_there(result):
            log.warning("an answer's events are refused by Redis", error=str(result)[:200])
            _loads.discard(load)
            load.delivered.set()
        else:
            load.sent = seq
            load.note_end()


def _is_there(error: Exception) -> bool:
    return isinstance(error, ResponseError) and "equal or smaller" in str(error)


async def _look(loads: Sequence[_Load]) -> None:
    wishes = await resources().redis.mget([stop_key(load.message_id) for load in loads])
    for load, wish in zip(loads, wishes, strict=True):
        if wish:
            load.on_stop()
