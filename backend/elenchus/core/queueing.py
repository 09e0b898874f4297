"""Wake-ups for workers, carried by arq on Redis. They hold ids only: losing every one of them costs seconds, not work.

arq's worker polls its queue; ours waits on a *doorbell*, a Redis list that each wake-up also pushes to, with the poll
as fallback. That needs a private name of arq (`_poll_iteration`), so arq is pinned to its exact version and a test
holds what we rely on.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.jobs import serialize_job
from arq.utils import to_unix_ms
from arq.worker import Worker as ArqWorker
from arq.worker import func
from redis.asyncio import Redis

from elenchus.core import logs
from elenchus.core.brief import REDIS_TROUBLE, Brief
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.resources import resources

FUNCTION = "run"
WAKE_WITHIN_SECONDS = 2.0
POLL_SECONDS = 1  # below the client's socket timeout of 2 s, which a longer blocking pop would run into
RETRY_SECONDS = 1.0  # while Redis is away
BELL_LENGTH = 1000  # a bell that nobody hears must not grow; more rings than workers wake nobody else
NUDGE_KEPT_SECONDS = 60
READ_LIMIT = 2000  # ids of dead workers stay at the queue's head until they expire; 100 of them starved the others
PAYLOAD_KEPT_MS = 7 * 86_400_000
log = logs.get(__name__)
_brief = Brief(WAKE_WITHIN_SECONDS)


def _to_json(payload: dict[str, Any]) -> bytes:
    """arq also passes its own errors through here, as results that nobody keeps."""
    return json.dumps(payload, default=repr).encode()


def _from_json(payload: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload)
    return value


def _queue() -> ArqRedis:
    """arq's verbs on the connections that this process has anyway."""
    held = resources()
    return ArqRedis(
        held.redis.connection_pool,
        job_serializer=_to_json,  # arq's own choice is pickle, which whoever can write to Redis could run code with
        job_deserializer=_from_json,
        default_queue_name=held.settings.jobs.queue,
        expires_extra_ms=PAYLOAD_KEPT_MS,
    )


def _bell() -> str:
    return f"{resources().settings.jobs.queue}:bell"


def _nudges(worker: str) -> str:
    return f"{resources().settings.jobs.queue}:nudge:{worker}"


async def wake(job_id: Id, token: int, *, at: datetime | None = None, ahead: timedelta = timedelta(0)) -> bool:
    """Best effort: the ledger has the job, and the sweep finds it without this. One wake-up per job and token. One that
    is due at once stands in the queue as if it had come so much earlier."""
    try:
        async with _brief.redis() as redis:
            await _enqueue(redis, f"{job_id}:{token}", str(job_id), at=at, ahead=ahead)
    except REDIS_TROUBLE as error:
        log.warning("a job waits for the sweep: Redis does not answer", job=str(job_id), error=type(error).__name__)
        return False
    return True


async def _enqueue(redis: Redis, name: str, job_id: str, *, at: datetime | None, ahead: timedelta) -> None:
    """What arq's `enqueue_job` does, and the bell, in one round trip instead of four."""
    sent_ms = to_unix_ms(now())
    due_ms = to_unix_ms(now() - ahead) if at is None else to_unix_ms(at)
    payload = serialize_job(FUNCTION, (job_id,), {}, None, sent_ms, serializer=_to_json)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(job_key_prefix + name, payload, px=max(0, due_ms - sent_ms) + PAYLOAD_KEPT_MS, nx=True)
        pipe.zadd(resources().settings.jobs.queue, {name: due_ms}, nx=True)
        if at is None:
            pipe.lpush(_bell(), 1)
            pipe.ltrim(_bell(), 0, BELL_LENGTH - 1)
        await pipe.execute()


async def forget(job_id: Id, tokens: Iterable[int]) -> None:
    """Best effort: wake-ups of a worker that died stay at the queue's head for an hour, and every poll stumbles over
    each of them."""
    names = [f"{job_id}:{token}" for token in tokens]
    keys = [
        f"{prefix}{name}" for name in names for prefix in (job_key_prefix, in_progress_key_prefix, retry_key_prefix)
    ]
    try:
        async with _brief.redis() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.zrem(resources().settings.jobs.queue, *names)
            pipe.delete(*keys)
            await pipe.execute()
    except REDIS_TROUBLE as error:
        log.debug("old wake-ups were not removed", error=type(error).__name__)


async def nudge(worker: str, job_id: Id) -> bool:
    """Best effort: tell this worker to look at the job now, instead of at its next heartbeat."""
    try:
        async with _brief.redis() as redis, redis.pipeline(transaction=False) as pipe:
            pipe.lpush(_nudges(worker), str(job_id))
            pipe.expire(_nudges(worker), NUDGE_KEPT_SECONDS)
            await pipe.execute()
    except REDIS_TROUBLE as error:
        log.warning("a nudge was not sent", job=str(job_id), error=type(error).__name__)
        return False
    return True


async def _pop(redis: Redis, key: str) -> bytes | None:
    """The list's newest element, waited for."""
    found = await cast(Awaitable[list[bytes] | None], redis.blpop([key], timeout=POLL_SECONDS))
    return found[1] if found else None


async def hear_nudges(worker: str, hear: Callable[[Id], None]) -> None:
    """Until cancelled. Redis being away is the listener's to report."""
    while True:
        try:
            if told := await _pop(resources().redis, _nudges(worker)):
                hear(Id(told.decode()))
        except Exception as error:  # noqa: BLE001 - the worker border: one bad message must not end the worker
            log.debug("no nudges", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


class Listener(ArqWorker):
    """arq's worker for the one function, awake when the bell rings, and alive whatever happens to Redis."""

    away: bool = False

    def __init__(self, attend: Callable[[Id], Awaitable[object]], *, at_once: int, timeout_seconds: float) -> None:
        async def run(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
            """Never raises, so arq neither retries nor keeps a result: both are the ledger's."""
            try:
                await attend(Id(args[0]))
            except Exception:  # the worker border
                log.exception("a wake-up broke")

        super().__init__(
            [func(run, name=FUNCTION, max_tries=1_000_000_000, keep_result=0)],
            redis_pool=_queue(),
            queue_name=resources().settings.jobs.queue,
            handle_signals=False,
            max_jobs=at_once,
            job_timeout=timeout_seconds,
            keep_result=0,
            poll_delay=POLL_SECONDS,
            queue_read_limit=READ_LIMIT,
            job_serializer=_to_json,
            job_deserializer=_from_json,
            expires_extra_ms=PAYLOAD_KEPT_MS,
            log_results=False,
        )

    async def main(self) -> None:
        """Until `allow_pick_jobs` is False or it is cancelled."""
        while self.allow_pick_jobs:
            try:
                await self._poll_iteration()
                await self._rest()
                self._note(away=False)
            except Exception as error:  # noqa: BLE001 - the worker border: arq's own loop would end the process
                self._note(away=isinstance(error, REDIS_TROUBLE), error=error)
                await asyncio.sleep(RETRY_SECONDS)

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """arq counts a job before it asks Redis for it, and forgets to uncount it when Redis does not answer: after
        `max_jobs` such errors it would never pick a job again."""
        try:
            await super().start_jobs(job_ids)
        except Exception:
            self.job_counter -= 1
            self.sem.release()
            raise

    async def _rest(self) -> None:
        """Until the bell rings or, with no hand free to answer it, until one is."""
        if self.job_counter < self.max_jobs:
            await _pop(self.pool, _bell())
        elif self.tasks:
            await asyncio.wait(self.tasks.values(), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    def _note(self, *, away: bool, error: Exception | None = None) -> None:
        """Once per change, not once per try."""
        if error is not None and not away:
            log.error("the listener stumbled", exc_info=error)
        if away != self.away:
            sentence = "Redis does not answer; jobs are found in the ledger" if away else "Redis answers again"
            log.warning(sentence, error=type(error).__name__ if error else None)
        self.away = away
