"""The worker's ear: arq's worker, awake as soon as the bell rings, and a list on which it is told to look at a job now.

That needs names of arq that are private or its own affair (`_poll_iteration`, `start_jobs`, `run_job`), so arq is
pinned to its exact version and a test holds what we rely on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.utils import timestamp_ms
from arq.worker import Worker as ArqWorker
from arq.worker import func
from redis.asyncio import Redis

from elenchus.core import logs, queueing
from elenchus.core.brief import REDIS_TROUBLE
from elenchus.core.crowd import Asked, Crowd
from elenchus.core.ids import Id
from elenchus.core.resources import resources

POLL_SECONDS = 1  # below the client's socket timeout of 2 s, which a longer blocking pop would run into
RETRY_SECONDS = 1.0  # while Redis is away
PAGE = 50  # ids read at once; arq reads 100 or more each time that a hand is free
READ_LIMIT = 2000  # ids of dead workers stay at the queue's head until they expire; 100 of them starved the others
Attend = Callable[[Id, Callable[[], None]], Awaitable[object]]
log = logs.get(__name__)


async def _pop(redis: Redis, key: str) -> bytes | None:
    """The list's newest element, waited for."""
    found = await cast(Awaitable[list[bytes] | None], redis.blpop([key], timeout=POLL_SECONDS))
    return found[1] if found else None


async def _unused(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
    """arq's worker insists on a function to run."""


async def hear_nudges(worker: str, hear: Callable[[Id], None]) -> None:
    """Until cancelled. Redis being away is the listener's to report."""
    while True:
        try:
            if told := await _pop(resources().redis, queueing.nudges(worker)):
                hear(Id(told.decode()))
        except Exception as error:  # noqa: BLE001 - the worker border: one bad message must not end the worker
            log.debug("no nudges", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


class Listener(ArqWorker):
    """arq's worker for the one function, awake when the bell rings, and alive whatever happens to Redis."""

    away: bool = False
    _read: int = 0  # of the last page

    def __init__(self, attend: Attend, *, at_once: int, timeout_seconds: float) -> None:
        """`attend` says when it could do another's work, perhaps before it is done, by calling what it is given."""
        self._attend = attend
        self._overs: Crowd[str, None] = Crowd(self._remove, asyncio.Lock())
        self._in_hand: set[str] = set()
        self._hand_free = asyncio.Event()
        super().__init__(
            [func(_unused, name=queueing.FUNCTION)],
            redis_pool=queueing.queue(),
            queue_name=resources().settings.jobs.queue,
            handle_signals=False,
            max_jobs=at_once,
            job_timeout=timeout_seconds,
            poll_delay=POLL_SECONDS,
            queue_read_limit=PAGE,
        )

    async def main(self) -> None:
        """Until `allow_pick_jobs` is False or it is cancelled."""
        while self.allow_pick_jobs:
            try:
                await self._pick()
                await self._rest()
                self._note(away=False)
            except Exception as error:  # noqa: BLE001 - the worker border: arq's own loop would end the process
                self._note(away=isinstance(error, REDIS_TROUBLE), error=error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _pick(self) -> None:
        """Page by page until every hand is full: what stands at the queue's head may be in the hands of others."""
        self._queue_read_offset = 0
        while self._queue_read_offset < READ_LIMIT:
            self._read = 0
            self._hand_free.clear()
            await self._poll_iteration()
            if self._read < PAGE or self.job_counter >= self.max_jobs:
                break
            self._queue_read_offset += PAGE

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """As many as there are hands for, of those that nobody has begun. arq needs four round trips for each job, and
        counts one before it asks Redis for it: after `max_jobs` errors it would never pick a job again."""
        self._read = len(job_ids)
        names = [name for name in (job_id.decode() for job_id in job_ids) if not self._has(name)]
        while names and (free := self.max_jobs - self.job_counter) > 0:
            begun, left_over = await self._begin(names[:free])
            for name, score in begun:
                self._run(name, score)
            if left_over:
                await self.pool.delete(*(in_progress_key_prefix + name for name in left_over))
            names = names[free:]

    async def _begin(self, names: Sequence[str]) -> tuple[list[tuple[str, int]], list[str]]:
        """Those that are ours now with their place in the queue, and those that were over before we took them."""
        kept_ms = int(self.in_progress_timeout_s * 1000)
        async with self.pool.pipeline(transaction=True) as pipe:
            for name in names:
                pipe.set(in_progress_key_prefix + name, b"1", px=kept_ms, nx=True)
                pipe.zscore(self.queue_name, name)
            told = await pipe.execute()
        ours = [(name, score) for name, is_ours, score in zip(names, told[::2], told[1::2], strict=True) if is_ours]
        due = {name: int(score) for name, score in ours if score is not None and score <= timestamp_ms()}
        return [*due.items()], [name for name, _ in ours if name not in due]

    def _run(self, name: str, score: int) -> None:
        self.job_counter += 1
        self._in_hand.add(name)
        running = self.tasks[name] = asyncio.create_task(self.run_job(name, score))
        running.add_done_callback(lambda _: self._free(name))

    async def run_job(self, job_id: str, score: int) -> None:
        """Retries and results are the ledger's, and the wake-up's name says which job is meant. arq counts tries and
        reads the payload first, and asks Redis twice for each job where one command does for many."""
        try:
            async with asyncio.timeout(self.job_timeout_s):
                await self._attend(queueing.job_of(job_id), partial(self._free, job_id))
        except asyncio.CancelledError:  # the worker stops: whoever is next may have it
            await asyncio.shield(self.pool.delete(in_progress_key_prefix + job_id))
            return
        except Exception:  # the worker border
            self.jobs_failed += 1
            log.exception("a wake-up broke")
        else:
            self.jobs_complete += 1
        try:
            await asyncio.shield(self._overs.ask(job_id))
        except REDIS_TROUBLE as error:
            log.debug("a wake-up stays until it expires", name=job_id, error=type(error).__name__)

    async def _remove(self, asked: Sequence[Asked[str, None]]) -> None:
        names = [one.question for one in asked]
        prefixes = (job_key_prefix, in_progress_key_prefix, retry_key_prefix)
        async with self.pool.pipeline(transaction=True) as pipe:
            pipe.zrem(self.queue_name, *names)
            pipe.delete(*(prefix + name for name in names for prefix in prefixes))
            await pipe.execute()
        for one in asked:
            one.give(None)

    def _has(self, name: str) -> bool:
        """A Redis that was killed may have forgotten that we have begun it."""
        return name in self.tasks and not self.tasks[name].done()

    def _free(self, name: str) -> None:
        if name in self._in_hand:
            self._in_hand.discard(name)
            self.job_counter -= 1
            self._hand_free.set()

    async def _rest(self) -> None:
        """Until the bell rings or, with no hand free to answer it, until one is."""
        if self.job_counter < self.max_jobs:
            await _pop(self.pool, queueing.bell())
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._hand_free.wait()

    def _note(self, *, away: bool, error: Exception | None = None) -> None:
        """Once per change, not once per try."""
        if error is not None and not away:
            log.error("the listener stumbled", exc_info=error)
        if away != self.away:
            sentence = "Redis does not answer; jobs are found in the ledger" if away else "Redis answers again"
            log.warning(sentence, error=type(error).__name__ if error else None)
        self.away = away
