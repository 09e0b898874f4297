"""What a process holds open: MongoDB, Redis, storage. Opened once by its main, closed by it, found here by all."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from beanie import Document
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from elenchus.core import mongo, tracing
from elenchus.core.settings import Settings
from elenchus.core.storage import LocalStorage, Storage


class NotOpen(RuntimeError):
    """Our own fault: something asked for a resource before main opened it."""


@dataclass(slots=True)
class Resources:
    settings: Settings
    client: AsyncMongoClient[mongo.Row]
    database: AsyncDatabase[mongo.Row]
    redis: Redis
    storage: Storage
    models: tuple[type[Document], ...] = field(default=())
    models_bound: bool = False

    async def bind_models(self) -> None:
        """Needs MongoDB; may be repeated until it answers."""
        if not self.models_bound:
            await mongo.bind_models(self.database, self.models)
            self.models_bound = True


_open: Resources | None = None


def resources() -> Resources:
    if _open is None:
        raise NotOpen("open_resources() has not run in this process.")
    return _open


def redis_client(url: str) -> Redis:
    """A Redis that accepts and stays mute is given up within about 2 s, one that accepts nobody within 1 s twice.

    Without health checks: the one of a connection that is being opened would open it again, for ever.
    """
    client: Redis = Redis.from_url(
        url,
        socket_timeout=2,
        socket_connect_timeout=1,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries=1),
        retry_on_error=[RedisConnectionError],
        health_check_interval=0,
        decode_responses=False,
    )
    return client


#: What Redis being away looks like.
REDIS_AWAY = (RedisConnectionError, RedisTimeoutError, OSError)


@asynccontextmanager
async def open_resources(
    settings: Settings, models: Iterable[type[Document]], *, timeout_seconds: float
) -> AsyncIterator[Resources]:
    """Opens nothing that must answer now: a service that is away at the start is waited for, not died of."""
    global _open
    if settings.mongo.url is None or settings.redis.url is None:
        raise NotOpen("MONGODB_URL and REDIS_URL are not set; `elenchus up` starts embedded ones.")
    client = mongo.client(settings.mongo.url.get_secret_value(), settings.mongo, timeout_seconds=timeout_seconds)
    redis = redis_client(settings.redis.url.get_secret_value())
    storage = LocalStorage(settings.server.data_dir / "files")
    previous = _open
    _open = Resources(settings, client, client[settings.mongo.database], redis, storage, tuple(models))
    try:
        async with tracing.traced(settings.langfuse):
            yield _open
    finally:
        _open = previous
        await redis.aclose()
        await client.close()
