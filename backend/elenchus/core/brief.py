"""Redis for whatever can do without it: never waited for long, and left alone for a moment after it did not answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from redis.asyncio import Redis
from redis.exceptions import RedisError

from elenchus.core.resources import resources

#: What `Brief.redis` raises when there is no Redis to be had.
REDIS_TROUBLE = (RedisError, OSError, TimeoutError)


GRACE_SECONDS = 0.1


@asynccontextmanager
async def _patiently(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout`, which yet does not take its own loop's being busy for the other side's silence: what lies
    unread in the socket when the time is over is read first."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as patience:
        over = loop.call_later(seconds, lambda: patience.reschedule(loop.time() + GRACE_SECONDS))
        try:
            yield
        finally:
            over.cancel()


class Brief:
    """How patient one purpose is: a Redis that froze would else hold everyone up, again and again."""

    def __init__(self, within_seconds: float, *, silence_seconds: float = 1.0) -> None:
        self.within_seconds = within_seconds
        self.silence_seconds = silence_seconds
        self._silent_until: WeakKeyDictionary[Redis, float] = WeakKeyDictionary()

    @asynccontextmanager
    async def redis(self) -> AsyncIterator[Redis]:
        """For `within_seconds` at most, and not at all for a moment after it did not answer."""
        redis = resources().redis
        if time.monotonic() < self._silent_until.get(redis, 0.0):
            raise RedisError("Redis did not answer a moment ago.")
        try:
            async with _patiently(self.within_seconds):
                yield redis
        except REDIS_TROUBLE:
            self._silent_until[redis] = time.monotonic() + self.silence_seconds
            raise
