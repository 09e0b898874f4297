"""Wake-ups for workers, carried by arq on Redis. They hold ids only: losing every one of them costs seconds, not work.

arq's worker polls its queue; ours waits on a *doorbell*, a Redis list that each wake-up also pushes to (`listening`).
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.jobs import serialize_job
from arq.utils import to_unix_ms
from redis.asyncio import Redis

from elenchus.core import logs
from elenchus.core.brief import REDIS_TROUBLE, Brief
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.resources import resources

FUNCTION = "run"
WAKE_WITHIN_SECONDS = 2.0
BELL_LENGTH = 1000  # a bell that nobody hears must not grow; more rings than workers wake nobody else
NUDGE_KEPT_SECONDS = 60
PAYLOAD_KEPT_MS = 7 * 86_400_000
log = logs.get(__name__)
_brief = Brief(WAKE_WITHIN_SECONDS)


def to_json(payload: dict[str, Any]) -> bytes:
    """arq also passes its own errors through here, as results that nobody keeps."""
    return json.dumps(payload, default=repr).encode()


def from_json(payload: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload)
    return value


def queue() -> ArqRedis:
    """arq's verbs on the connections that this process has anyway."""
    held = resources()
    return ArqRedis(
        held.redis.connection_pool,
        job_serializer=to_json,  # arq's own choice is pickle, which whoever can write to Redis could run code with
        job_deserializer=from_json,
        default_queue_name=held.settings.jobs.queue,
        expires_extra_ms=PAYLOAD_KEPT_MS,
    )


def _name(job_id: Id | str, token: int) -> str:
    return f"{job_id}:{token}"


def job_of(name: str) -> Id:
    """Of a wake-up. Raises InvalidId for one that is none of ours."""
    return Id(name.partition(":")[0])


def bell() -> str:
    return f"{resources().settings.jobs.queue}:bell"


def nudges(worker: str) -> str:
    return f"{resources().settings.jobs.queue}:nudge:{worker}"


async def wake(job_id: Id, token: int, *, at: datetime | None = None, ahead: timedelta = timedelta(0)) -> bool:
    """Best effort: the ledger has the job, and the sweep finds it without this. One wake-up per job and token. One that
    is due at once stands in the queue as if it had come so much earlier."""
    try:
        async with _brief.redis() as redis:
            await _enqueue(redis, _name(job_id, token), str(job_id), at=at, ahead=ahead)
    except REDIS_TROUBLE as error:
        log.warning("a job waits for the sweep: Redis does not answer", job=str(job_id), error=type(error).__name__)
        return False
    return True


async def _enqueue(redis: Redis, name: str, job_id: str, *, at: datetime | None, ahead: timedelta) -> None:
    """What arq's `enqueue_job` does, and the bell, in one round trip instead of four."""
    moment = now()
    sent_ms = to_unix_ms(moment)
    due_ms = to_unix_ms(moment - ahead) if at is None else to_unix_ms(at)
    payload = serialize_job(FUNCTION, (job_id,), {}, None, sent_ms, serializer=to_json)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(job_key_prefix + name, payload, px=max(0, due_ms - sent_ms) + PAYLOAD_KEPT_MS, nx=True)
        pipe.zadd(resources().settings.jobs.queue, {name: due_ms}, nx=True)
        if at is None:
            pipe.lpush(bell(), 1)
            pipe.ltrim(bell(), 0, BELL_LENGTH - 1)
        await pipe.execute()


async def forget(job_id: Id, tokens: Iterable[int]) -> None:
    """Best effort: wake-ups of a worker that died stay at the queue's head for an hour, and every poll stumbles over
    each of them."""
    names = [_name(job_id, token) for token in tokens]
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
            pipe.lpush(nudges(worker), str(job_id))
            pipe.expire(nudges(worker), NUDGE_KEPT_SECONDS)
            await pipe.execute()
    except REDIS_TROUBLE as error:
        log.warning("a nudge was not sent", job=str(job_id), error=type(error).__name__)
        return False
    return True
