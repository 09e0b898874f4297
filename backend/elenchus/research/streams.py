"""The events of an answer while it is written, to any number of readers in this process and in others.

They are kept in this process's memory, from where its own readers have them at once, and copied to a Redis stream,
from where readers of other processes have them; without Redis those wait for the stored message. An event's id is its
number, the same in both, so a reader goes on after the last one it saw wherever it comes back to.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from redis.exceptions import RedisError

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.resources import REDIS_AWAY, resources
from elenchus.core.settings import settings

DELTA = "delta"
#: After one of these nothing follows.
LAST = frozenset({"done", "error"})
PING_SECONDS = 15.0
LOOK_SECONDS = 0.5  # how soon a reader without events gets control, to see whether they may still read
BLOCK_MS = 1000  # below the client's socket timeout of 2 s
_NOT_TAKEN = (RedisError, OSError)  # by a Redis that is away, or that is full and answers that it takes nothing more
PING = b": ping\n\n"
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """`data` is JSON on one line."""

    seq: int
    name: str
    data: str

    def sse(self) -> bytes:
        return f"id: {self.seq}\nevent: {self.name}\ndata: {self.data}\n\n".encode()


class Broadcast:
    """One answer's events in this process. Each reader has its own place in the one list: a slow one costs nothing."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._changed = asyncio.Event()

    @property
    def is_over(self) -> bool:
        return bool(self._events) and self._events[-1].name in LAST

    def publish(self, name: str, data: str) -> None:
        self._events.append(Event(len(self._events) + 1, name, data))
        self._changed.set()
        self._changed = asyncio.Event()

    def after(self, seq: int) -> list[Event]:
        return self._events[max(0, seq) :]

    async def more(self, seq: int, *, timeout_seconds: float) -> list[Event]:
        """The events after `seq`, as soon as there are any; none when the time is over."""
        changed = self._changed
        if not self.after(seq) and not self.is_over:
            with suppress(TimeoutError):  # at whose very moment something may have come, even the end
                await asyncio.wait_for(changed.wait(), timeout_seconds)
        return self.after(seq)

    async def follow(self, seq: int = 0) -> AsyncIterator[Event | None]:
        """Everything after `seq` up to the last event; what came while the reader was busy comes together. None:
        nothing has happened for a moment."""
        while True:
            events = await self.more(seq, timeout_seconds=LOOK_SECONDS)
            if not events:
                if self.is_over:
                    return
                yield None
            for event in merged(events):
                yield event
                seq = event.seq
                if event.name in LAST:
                    return


def in_runs(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Neighbouring deltas together, every other event alone."""
    for is_delta, group in groupby(events, key=lambda event: event.name == DELTA):
        run = list(group)
        yield from [run] if is_delta else ([event] for event in run)


def merged(events: Sequence[Event]) -> list[Event]:
    """Neighbouring deltas as one, under the number of the last."""
    return [run[0] if len(run) == 1 else _joined(run) for run in in_runs(events)]


def _joined(deltas: Sequence[Event]) -> Event:
    return _delta(deltas[-1].seq, [json.loads(event.data) for event in deltas])


def _delta(seq: int, pieces: Sequence[dict[str, str]]) -> Event:
    text = "".join(piece["text"] for piece in pieces)
    return Event(seq, DELTA, json.dumps({"text": text}, ensure_ascii=False))


# ---- between processes


def events_key(message_id: Id) -> str:
    return f"elenchus:answer:{message_id}:events"


def stop_key(message_id: Id) -> str:
    return f"elenchus:answer:{message_id}:stop"


async def request_stop(message_id: Id) -> None:
    """Best effort: the answer's row carries the wish too."""
    try:
        await resources().redis.set(stop_key(message_id), "1", ex=settings().research.stream_ttl_seconds)
    except _NOT_TAKEN as error:
        log.info("a stop goes by the database alone", error=type(error).__name__)


async def publish_end(message_id: Id, name: str, data: str) -> None:
    """For an answer whose process has died: its readers shall not wait for more."""
    key = events_key(message_id)
    try:
        await resources().redis.xadd(key, {"name": name, "data": data}, id="*")
        await resources().redis.expire(key, settings().research.stream_ttl_seconds)
    except _NOT_TAKEN as error:
        log.info("an answer's end is told by the database alone", error=type(error).__name__)


async def forget(message_ids: Sequence[Id]) -> None:
    """With Redis away they go by themselves, when their time is over."""
    keys = [key for id_ in message_ids for key in (events_key(id_), stop_key(id_))]
    try:
        if keys:
            await resources().redis.delete(*keys)
    except _NOT_TAKEN as error:
        log.info("events of answers are left to expire", error=type(error).__name__)


async def follow_elsewhere(
    message_id: Id, seq: int, still_written: Callable[[], Awaitable[bool]]
) -> AsyncIterator[Event | None]:
    """Like `Broadcast.follow`, of an answer that another process writes or wrote. Ends without a last event when Redis
    has none and nobody is writing any more; what to say then is in the stored message."""
    while True:
        events = await _read(message_id, seq)
        for event in merged(events):
            yield event
            seq = event.seq
            if event.name in LAST:
                return
        if not events:
            if not await still_written():
                return
            yield None


async def copied(message_id: Id, after: int = 0) -> list[Event]:
    """All that Redis has of an answer after this event; nothing when it is away."""
    try:
        return _events(await resources().redis.xrange(events_key(message_id), min=f"({after}-0"), after)
    except REDIS_AWAY:
        return []


async def _read(message_id: Id, seq: int) -> list[Event]:
    key = events_key(message_id)
    try:
        found = await resources().redis.xread({key: f"{seq}-0"}, count=500, block=BLOCK_MS)
    except REDIS_AWAY:
        await asyncio.sleep(BLOCK_MS / 1000)
        return []
    return _events(found[0][1], seq) if found else []


def _events(rows: Sequence[tuple[bytes, dict[bytes, bytes]]], after: int) -> list[Event]:
    """Of a row that holds several deltas only those that come after."""
    found: list[Event] = []
    for id_, row in rows:
        seq = int(id_.split(b"-")[0])
        if b"run" in row:
            found.append(_delta(seq, json.loads(row[b"run"])[after - seq :]))
        else:
            found.append(Event(seq, row[b"name"].decode(), row[b"data"].decode()))
        after = seq
    return found
