"""The events of an answer while it is written, to any number of readers in this process and in others.

They are kept in this process's memory, from where its own readers have them at once, and copied to a Redis stream,
from where readers of other processes have them; without Redis those wait for the stored message. An event's id is its
number, the same in both, so a reader goes on after the last one it saw wherever it comes back to.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

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
RELAY_IDLE_SECONDS = 1.0  # how soon a stop from another process is seen while the model says nothing
RETRY_SECONDS = 0.5
MOST_EVENTS = 10_000  # in Redis; an answer has about one for each token
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
            try:
                await asyncio.wait_for(changed.wait(), timeout_seconds)
            except TimeoutError:
                return []
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


def merged(events: Sequence[Event]) -> list[Event]:
    """Neighbouring deltas as one, under the number of the last."""
    found: list[Event] = []
    for is_delta, group in groupby(events, key=lambda event: event.name == DELTA):
        rows = list(group)
        found += [_joined(rows)] if is_delta and len(rows) > 1 else rows
    return found


def _joined(deltas: Sequence[Event]) -> Event:
    text = "".join(json.loads(event.data)["text"] for event in deltas)
    return Event(deltas[-1].seq, DELTA, json.dumps({"text": text}, ensure_ascii=False))


# ---- between processes


def _events_key(message_id: Id) -> str:
    return f"elenchus:answer:{message_id}:events"


def _stop_key(message_id: Id) -> str:
    return f"elenchus:answer:{message_id}:stop"


async def relay(message_id: Id, broadcast: Broadcast, on_stop: Callable[[], None]) -> None:
    """Copy the events to Redis until the last one, and look there for a wish to stop. With Redis away it tries again
    for as long as the answer is being written."""
    seq = 0
    while True:
        events = await broadcast.more(seq, timeout_seconds=RELAY_IDLE_SECONDS)
        try:
            if await _copy(message_id, events):
                on_stop()
            seq = events[-1].seq if events else seq
        except REDIS_AWAY as error:
            log.info("an answer's events wait for Redis", error=type(error).__name__)
            if broadcast.is_over:
                return
            await asyncio.sleep(RETRY_SECONDS)
            continue
        if broadcast.is_over and not broadcast.after(seq):
            return


async def _copy(message_id: Id, events: Sequence[Event]) -> bool:
    """In one round trip; an event that is there already is left. True when the answer shall stop."""
    pipeline = resources().redis.pipeline(transaction=False)
    key = _events_key(message_id)
    for event in events:
        pipeline.xadd(
            key, {b"name": event.name, b"data": event.data}, id=f"{event.seq}-0", maxlen=MOST_EVENTS, approximate=True
        )
    if events:
        pipeline.expire(key, settings().research.stream_ttl_seconds)
    pipeline.exists(_stop_key(message_id))
    *_, stop = await pipeline.execute(raise_on_error=False)
    if isinstance(stop, Exception):
        raise stop
    return bool(stop)


async def request_stop(message_id: Id) -> None:
    """Best effort: the answer's row carries the wish too."""
    try:
        await resources().redis.set(_stop_key(message_id), "1", ex=settings().research.stream_ttl_seconds)
    except REDIS_AWAY as error:
        log.info("a stop goes by the database alone", error=type(error).__name__)


async def publish_end(message_id: Id, name: str, data: str) -> None:
    """For an answer whose process has died: its readers shall not wait for more."""
    key = _events_key(message_id)
    try:
        await resources().redis.xadd(key, {"name": name, "data": data}, id="*")
        await resources().redis.expire(key, settings().research.stream_ttl_seconds)
    except REDIS_AWAY as error:
        log.info("an answer's end is told by the database alone", error=type(error).__name__)


async def forget(message_ids: Sequence[Id]) -> None:
    """With Redis away they go by themselves, when their time is over."""
    keys = [key for id_ in message_ids for key in (_events_key(id_), _stop_key(id_))]
    try:
        if keys:
            await resources().redis.delete(*keys)
    except REDIS_AWAY as error:
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


async def copied(message_id: Id) -> list[Event]:
    """All that Redis has of an answer; nothing when it is away."""
    try:
        return _events(await resources().redis.xrange(_events_key(message_id)))
    except REDIS_AWAY:
        return []


async def _read(message_id: Id, seq: int) -> list[Event]:
    key = _events_key(message_id)
    try:
        found = await resources().redis.xread({key: f"{seq}-0"}, count=500, block=BLOCK_MS)
    except REDIS_AWAY:
        await asyncio.sleep(BLOCK_MS / 1000)
        return []
    return _events(found[0][1]) if found else []


def _events(rows: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[Event]:
    return [Event(int(id_.split(b"-")[0]), row[b"name"].decode(), row[b"data"].decode()) for id_, row in rows]
