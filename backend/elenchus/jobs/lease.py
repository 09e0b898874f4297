"""The right to run one job, renewed in a task of its own and measured by this process's monotonic clock.

A stopped process, a blocked loop and a database that does not answer all end in the same way: the lease is over before
the row says that another worker may take the job, and the run does not go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from elenchus.core import logs, problems
from elenchus.core.clock import now
from elenchus.core.settings import JobSettings
from elenchus.jobs import store
from elenchus.jobs.errors import Cancelled, LostLease
from elenchus.jobs.models import Job

RETRY_SECONDS = 0.2  # between two tries of a write while the database is away
SHORTEST_TRY_SECONDS = 0.1
TRIES = 3  # for which a lease has time
CUT_OFF_TRIES, CUT_OFF_SECONDS = 20, 0.1
log = logs.get(__name__)


def longest(settings: JobSettings) -> float:
    """Seconds that one command may take: a connection that hangs must not cost those behind it their leases."""
    return settings.lease_seconds / TRIES


async def cut_off(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel until they have ended, or will not.

    Once is not enough: PyMongo 4.20 swallows about one in six cancellations that meet it inside a command, redis-py 5.3
    those that meet it while it connects, and the task then goes on.
    """
    for _ in range(CUT_OFF_TRIES):
        if not (pending := [task for task in tasks if not task.done()]):
            return
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CUT_OFF_SECONDS)


def term(settings: JobSettings) -> timedelta:
    """How long the row keeps others away: the lease, and a grace for clocks that disagree."""
    return timedelta(seconds=settings.lease_seconds + settings.takeover_grace_seconds)


class Lease:
    """Begins before the claim is sent, so that it always ends before the row says so."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings
        self._nudged = asyncio.Event()
        self._closed = False
        self.lost = False
        self.cancelled = False
        self.ends = time.monotonic() + settings.lease_seconds

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    def check(self) -> None:
        """Raise when the run must not go on."""
        self.check_held()
        if self.cancelled:
            raise Cancelled

    def check_held(self) -> None:
        if self.lost or self.left <= 0:
            raise self.lose()

    def lose(self) -> LostLease:
        self.lost = True
        return LostLease()

    def close(self) -> None:
        """The run has ended: no more renewals."""
        self._closed = True

    def nudge(self) -> None:
        """Look at the row now: somebody has asked for a cancellation."""
        self._nudged.set()

    async def keep(self, job: Job, *, stop: Callable[[], object]) -> None:
        """Renew until closed. `stop` is called when the run must end, and at each later beat until it has (`cut_off`
        says why)."""
        pause = self._settings.heartbeat_seconds
        while not self._closed:
            await self._pause(pause if self.lost else min(pause, max(self.left, 0)))
            renewed = not self.lost and await self._beat(job)
            pause = self._settings.heartbeat_seconds if renewed or self.lost else RETRY_SECONDS
            self.lost = self.lost or self.left <= 0
            if self.lost or self.cancelled:
                stop()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        self._nudged.clear()

    async def _beat(self, job: Job) -> bool:
        """One renewal; what it finds is in `lost` and `cancelled`."""
        began = time.monotonic()
        try:
            with pymongo.timeout(max(self.left, SHORTEST_TRY_SECONDS)):
                await self._renew(job)
        except PyMongoError as error:
            log.warning("a lease was not renewed", error=type(error).__name__, seconds_left=round(self.left, 1))
            return False
        if self.left > 0:  # an answer that came too late renews nothing here
            self.ends = began + self._settings.lease_seconds
        return True

    async def _renew(self, job: Job) -> None:
        """One command in the usual case: that nobody asked for a cancellation is part of its filter."""
        until = now() + term(self._settings)
        if await store.renew(job, until=until, even_if_cancelled=self.cancelled):
            return
        if not self.cancelled and await store.renew(job, until=until, even_if_cancelled=True):
            self.cancelled = True
        else:
            self.lost = True

    async def write(self, attempt: Callable[[], Awaitable[bool]]) -> None:
        """One fenced write; a database that is away is waited for, as long as the lease holds."""
        while True:
            self.check_held()
            try:
                with pymongo.timeout(max(self.left, SHORTEST_TRY_SECONDS)):
                    if await attempt():
                        return
            except PyMongoError as error:
                if problems.away(error) is None:
                    raise
                log.warning("a write waits for the database", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                raise self.lose()
