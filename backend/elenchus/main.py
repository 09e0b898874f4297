"""The API process: resources, the border, routers and problem handlers, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pymongo.errors import PyMongoError
from starlette.types import ASGIApp

from elenchus import __version__, registry
from elenchus.core import apidoc, headers, health, logs, problems
from elenchus.core.idempotency import Idempotency
from elenchus.core.interface import Interface
from elenchus.core.resources import Resources, open_resources
from elenchus.core.settings import Settings, settings
from elenchus.core.stopping import lifespan_state
from elenchus.core.web import Border, only_below
from elenchus.identity import service as identity

API_PREFIX = "/api/v1"
#: Uploads count for themselves while they stream; who is not signed in has little to say.
BODY_LIMITS = {
    f"{API_PREFIX}/documents": None,
    f"{API_PREFIX}/openai/v1/chat/completions": 1_000_000,  # each request brings all that was said before
} | {
    f"{API_PREFIX}/auth/{name}": 16_384
    for name in (
        "register", "login", "refresh", "password/forgot", "password/reset", "email/verify", "google/mfa",
        "browser/login", "browser/token", "browser/logout", "browser/google/mfa",
    )
}  # fmt: skip
#: Where an Idempotency-Key means nothing or is the room's own business: what hands out tokens or secrets of a sign-in,
#: or ends the one that sends it, the question that `research` keeps the answer of, and uploads, which know their bytes
#: again.
NOT_REPEATED = (
    {f"{API_PREFIX}/chat"}
    | {path for path, limit in BODY_LIMITS.items() if limit is None}
    | {
        f"{API_PREFIX}/auth/{name}"
        for name in (
            "login", "refresh", "logout", "logout-all", "switch-tenant", "google/mfa", "mfa/enroll", "mfa/confirm",
            "mfa/disable", "browser/login", "browser/token", "browser/switch-tenant", "browser/logout",
            "browser/google/mfa",
        )
    }
)  # fmt: skip
#: A question that is asked again, which `research` keeps the answer of as well.
NOT_REPEATED_ENDINGS = ("/regenerate",)
#: Asked for every few seconds, by whoever keeps the process alive.
PROBES = (f"{API_PREFIX}/health", f"{API_PREFIX}/health/ready")
EXPOSED_HEADERS = [
    "X-Request-ID", "Location", "ETag", "Retry-After", "WWW-Authenticate", "Idempotency-Replayed",
    "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
]  # fmt: skip
BIND_RETRY_SECONDS = 1.0
DRAIN_SECONDS = 5.0  # for answers that nobody reads; those with a reader had uvicorn's grace already
log = logs.get(__name__)


class Welcome(BaseModel):
    """While the web interface is not built."""

    name: str = "Elenchus"
    version: str = __version__
    docs: str = "/docs"
    openapi: str = f"{API_PREFIX}/openapi.json"
    health: str = f"{API_PREFIX}/health/ready"
    interface: str = "The web interface is not built. `make ui` builds it; reload this page then."


_WELCOME: dict[int | str, dict[str, Any]] = {
    200: {"model": Welcome, "content": {"text/html": {"schema": {"type": "string"}}}}
}


def create_app(config: Settings | None = None) -> FastAPI:
    """An app that opens its resources when it starts and closes them when it stops; nothing happens here yet."""
    config = config or settings()
    app = FastAPI(
        title="Elenchus",
        version=__version__,
        description="Legal research in which every quote and citation is cross-examined against its source.",
        openapi_url=f"{API_PREFIX}/openapi.json",
        lifespan=_lifespan(config),
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    )
    app.state.resolve_principal = identity.resolve
    app.state.still_stands = identity.still_stands
    _add_routes(app)
    _add_interface(app, config)
    _add_borders(app, config)
    problems.install(app)
    apidoc.install(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.operation_id or route.name


def _add_routes(app: FastAPI) -> None:
    app.include_router(health.root_router)
    for router in (health.router, *registry.ROUTERS):
        app.include_router(router, prefix=API_PREFIX)
        if router.prefix:
            only_below(API_PREFIX + router.prefix, app.router.routes[-1])


def _add_interface(app: FastAPI, config: Settings) -> None:
    router = app.router
    router.default = interface = Interface(config.server.ui_dir, api="/api/", otherwise=router.default)

    @app.get("/", operation_id="welcome", tags=["health"], responses=_WELCOME)
    async def welcome(request: Request) -> Response:
        """The web interface; while it is not built, what this is and where to go on."""
        return await interface.answer(request.scope) or JSONResponse(Welcome().model_dump())


def _add_borders(app: FastAPI, config: Settings) -> None:
    """The last one added is the outermost."""
    server = config.server
    app.add_middleware(
        Idempotency, below=f"{API_PREFIX}/", except_paths=NOT_REPEATED, except_endings=NOT_REPEATED_ENDINGS
    )
    app.add_middleware(
        Border,
        max_body_bytes=server.max_body_bytes,
        other_limits=BODY_LIMITS,
        trusted_proxies=server.trusted_proxies,
        public_url=server.public_url,
        cors_origins=server.cors_origins,
        counted=f"{API_PREFIX}/",
        uncounted=PROBES,
        pages=headers.of_pages(app),
        cross_origin=_cross_origin(server.cors_origins) if server.cors_origins else None,
    )


def _cross_origin(origins: Sequence[str]) -> Callable[[ASGIApp], ASGIApp]:
    return partial(
        CORSMiddleware,
        allow_origins=origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
    )


def _lifespan(config: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        if not structlog.is_configured():  # not started by our command: what is printed then tells of secrets
            logs.configure(config.log.level, config.log.format)
        timeout = config.mongo.request_timeout_seconds
        async with open_resources(config, registry.MODELS, timeout_seconds=timeout) as held:
            app.state.resources = held
            binding = asyncio.create_task(_bind_when_database_answers(held))
            try:
                yield lifespan_state()
            finally:
                binding.cancel()
                with suppress(asyncio.CancelledError):
                    await binding
                await _drain()

    return lifespan


async def _drain() -> None:
    """One after the other, for each may still have something to say to the next; none keeps another from its turn."""
    for drain in registry.API_DRAINS:
        try:
            await drain(DRAIN_SECONDS)
        except Exception as error:
            log.error("something was not brought to its end", drain=drain.__module__, exc_info=error)


async def _bind_when_database_answers(held: Resources) -> None:
    """A database that is away at the start delays the service, it does not end it."""
    while not held.models_bound:
        try:
            await held.bind_models()
        except PyMongoError as error:
            if problems.away(error):
                log.warning("waiting for the database", error=type(error).__name__)
            else:
                log.error("the database refuses us; check MONGODB_URL", error=str(error)[:300])
            await asyncio.sleep(BIND_RETRY_SECONDS)
    log.info("ready")
