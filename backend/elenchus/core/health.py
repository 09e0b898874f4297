"""Is the process up, can it serve, and how are the things it leans on."""

import asyncio
import time
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from elenchus import __version__
from elenchus.core import metrics, tracing
from elenchus.core.errors import Unavailable
from elenchus.core.llm import breaker
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.providers import ModelNotReady
from elenchus.core.principal import SuperuserPrincipal
from elenchus.core.resources import REDIS_AWAY, resources
from elenchus.core.settings import settings

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


class ModelHealth(BaseModel):
    """`wait_seconds`: how long this process does not ask it, after failures. `problem`: why it never can be."""

    model: str
    wait_seconds: int
    problem: str | None = None


class TracingHealth(BaseModel):
    """`last` is how the last sending ended: ok, an HTTP status or the name of an error; empty before the first."""

    status: Literal["off", "ok", "away", "unknown"]
    last: str
    sends_text: bool


class DetailedHealth(BaseModel):
    """`breakers` are the model providers, and models, that are left alone after failures, and for how many seconds."""

    components: dict[str, Component]
    ai: ModelHealth
    langfuse: TracingHealth
    breakers: dict[str, int]


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


@router.get("/health/detailed", operation_id="detailed_health")
async def detailed_health(_may: SuperuserPrincipal) -> DetailedHealth:
    """How this process stands with all that it leans on. Asks neither the model's provider nor Langfuse."""
    mongodb, redis = await asyncio.gather(_probe_mongo(), _probe_redis())
    return DetailedHealth(
        components={"mongodb": mongodb, "redis": redis},
        ai=_model(),
        langfuse=_tracing(),
        breakers=breaker.resting_now(),
    )


def _model() -> ModelHealth:
    try:
        model = chat_model()
    except ModelNotReady as problem:
        return ModelHealth(model=settings().llm.model, wait_seconds=0, problem=problem.detail)
    return ModelHealth(model=model.name, wait_seconds=model.wait_seconds())


def _tracing() -> TracingHealth:
    tracer = tracing.tracer()
    known: Literal["off", "ok", "away", "unknown"] = (
        "ok" if tracer.last == "ok" else "away" if tracer.last else "unknown"
    )
    return TracingHealth(status=known if tracer.is_on else "off", last=tracer.last, sends_text=tracer.sends_text)


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
