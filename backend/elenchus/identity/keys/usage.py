"""How often each key was used: counted in memory, written every few seconds, so that no request waits for a write.

A process that dies takes the last seconds' counts with it. They are for people who wonder whether a key is still in
use; limits are counted elsewhere.
"""

import asyncio
from collections import Counter
from datetime import datetime

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.identity.keys import store

FLUSH_SECONDS = 10.0
log = logs.get(__name__)


class Usage:
    def __init__(self) -> None:
        self._requests: Counter[Id] = Counter()
        self._last: dict[Id, datetime] = {}
        self._writing = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None

    def count(self, key_id: Id) -> None:
        self._requests[key_id] += 1
        self._last[key_id] = now()
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._flush_later())

    async def flush(self) -> None:
        """One update a key. What could not be written is kept for the next time."""
        async with self._writing:
            requests, self._requests = self._requests, Counter()
            last, self._last = self._last, {}
            try:
                for key_id in list(requests):
                    await store.add_usage(key_id, requests=requests[key_id], last_used_at=last[key_id])
                    del requests[key_id]
            finally:
                self._requests.update(requests)
                self._last = {key_id: last[key_id] for key_id in requests} | self._last

    async def _flush_later(self) -> None:
        while self._requests:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._flush_or_say()

    async def _flush_or_say(self) -> None:
        try:
            await self.flush()
        except PyMongoError as error:
            log.warning("the use of API keys was not written yet", error=type(error).__name__)

    async def drain(self, seconds: float) -> None:
        """What was counted so far, before the process stops."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            async with asyncio.timeout(seconds):
                await self._flush_or_say()
        except TimeoutError:
            log.warning("the last use of API keys is lost", keys=len(self._requests))


_usage = Usage()
count = _usage.count
flush = _usage.flush
drain = _usage.drain
