"""Is the process up, can it serve, and how are the things it leans on."""

import asyncio
import time
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from elenchus import __version__
from elenchus.core import metrics
from elenchus.core.errors import Unavailable
from elenchus.core.resources import REDIS_AWAY, resources

READY_WITHIN_SECONDS = 2.0

router = APIRouter(tags=["health"])
root_router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    service: str = "elenchus"
    version: str = __version__


class Component(BaseModel):
    status: Literal["ok", "away"]
    latency_ms: float | None = None


class Readiness(BaseModel):
    status: Literal["ready"] = "ready"
    components: dict[str, Component]


class DatabaseHealth(BaseModel):
    status: Literal["ok"] = "ok"
    latency_ms: float
    server_version: str
    pool: dict[str, int]


@router.get("/health", operation_id="health")
@root_router.get("/health", operation_id="root_health")
async def health() -> Health:
    """The process is up. Touches nothing."""
    return Health()


@router.get("/health/ready", operation_id="readiness")
async def ready() -> Readiness:
    """MongoDB and Redis answer."""
    components = dict(zip(("mongodb", "redis"), await asyncio.gather(_probe_mongo(), _probe_redis()), strict=True))
    if away := [name for name, component in components.items() if component.status == "away"]:
        raise Unavailable(f"Waiting for {' and '.join(away)}.", components=components)
    return Readiness(components=components)


@router.get("/health/database", operation_id="database_health")
async def database_health() -> DatabaseHealth:
    """Ping, latency and the server's version."""
    held = resources()
    began = time.perf_counter()
    await held.database.command("ping")
    latency_ms = _ms_since(began)
    build = await held.database.command("buildInfo")
    pool = {"max": held.settings.mongo.max_pool_size}
    return DatabaseHealth(latency_ms=latency_ms, server_version=build["version"], pool=pool)


@root_router.get("/metrics", operation_id="metrics", response_class=Response)
async def exposition() -> Response:
    """Prometheus text."""
    return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)


async def _probe_mongo() -> Component:
    held = resources()
    began = time.perf_counter()
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            await held.bind_models()
            await held.database.command("ping")
    except (PyMongoError, TimeoutError):
        return Component(status="away")
    return Component(status="ok", latency_ms=_ms_since(began))


async def _probe_redis() -> Component:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            await resources().redis.ping()
    except (*REDIS_AWAY, TimeoutError):
        return Component(status="away")
    return Component(status="ok", latency_ms=_ms_since(began))


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
