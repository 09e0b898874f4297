"""An answer as a stream over HTTP, for as long as whoever reads it may."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from fastapi import Request

from elenchus.core.principal import credential_of
from elenchus.core.telling import EventStream
from elenchus.identity import service as identity
from elenchus.research.following import Reading
from elenchus.research.streams import PING, PING_SECONDS, Event

_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
Write = Callable[[Event], bytes]


def stream(reading: Reading, request: Request, write: Write, *, after: int = 0) -> EventStream:
    """What comes after event `after`, each as `write` puts it; of one that is nothing to it nothing is said."""
    lines = _lines(reading, credential_of(request.scope), write, after)
    return EventStream(lines, headers=_HEADERS)


async def _lines(reading: Reading, credential: str, write: Write, after: int) -> AsyncIterator[bytes]:
    """Up to the last event, or until the reader may read no longer."""
    spoke = time.monotonic()
    with identity.watched(credential, reading.principal) as watch:
        async with aclosing(reading.events(after)) as events:
            async for event in events:
                if watch.ended.is_set():
                    yield write(reading.cut_off(after))
                    return
                line = write(event) if event else b""
                if line or time.monotonic() - spoke >= PING_SECONDS:
                    spoke = time.monotonic()
                    yield line or PING
                after = event.seq if event else after
