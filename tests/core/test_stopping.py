"""A response without an end, and a server that stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from elenchus.core.http import BoundedHttp
from elenchus.core.stopping import lifespan_state, stopping
from tests.fixtures.serving import served
from tests.support import http_client


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    yield lifespan_state()


async def test_it_is_told_and_ends_in_order():
    """Cut off, it would break its connection, and only after the grace."""
    app = FastAPI(lifespan=lifespan)

    @app.get("/endless")
    async def endless(request: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"hello "
            await stopping(request.scope).wait()
            yield b"goodbye"

        return StreamingResponse(pieces())

    async with served(app, grace_seconds=600, http=BoundedHttp) as one:
        async with http_client(base_url=one.url) as http, http.stream("GET", "/endless") as answer:
            pieces = answer.aiter_bytes()
            assert await anext(pieces) == b"hello "
            one.server.should_exit = True
            assert [piece async for piece in pieces] == [b"goodbye"]
        await asyncio.wait_for(asyncio.shield(one.ended), 20)


async def test_a_server_without_such_a_word_never_says_it():
    assert not stopping({"type": "http"}).is_set()
