"""What comes before the body, on a real socket."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from elenchus.core import problems
from elenchus.core.http import MOST_HEADER_BYTES, MOST_PIECES, WEBSOCKETS, BoundedHttp, PatientWebSocket
from elenchus.core.web import Border
from tests.fixtures.serving import served
from tests.support import http_client, until


@pytest.fixture(scope="module")
async def url():
    app = FastAPI()

    @app.get("/here")
    async def here() -> dict[str, str]:
        return {"it": "is"}

    @app.post("/take")
    async def take(body: dict[str, int]) -> dict[str, int]:
        return body

    app.add_middleware(Border, max_body_bytes=2_000, other_limits={"/small": 10})
    problems.install(app)
    async with served(app, http=BoundedHttp) as one:
        yield one.url


async def raw(url: str, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    except (ConnectionResetError, BrokenPipeError):
        return b"reset"
    finally:
        writer.close()


CLOSE = b"GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


class TestHead:
    async def test_a_usual_one_passes(self, url):
        assert (await raw(url, CLOSE + b"X-A: " + b"a" * 8_000 + b"\r\n\r\n")).startswith(b"HTTP/1.1 200")

    @pytest.mark.parametrize(
        "more",
        [
            b"X-A: " + b"a" * (MOST_HEADER_BYTES + 1) + b"\r\n\r\n",
            b"".join(b"X-%d: a\r\n" % n for n in range(300)) + b"\r\n",
        ],
        ids=["one huge field", "many fields"],
    )
    async def test_a_huge_one_is_refused(self, url, more):
        answer = await raw(url, CLOSE + more)
        assert answer.startswith(b"HTTP/1.1 400") or answer == b"reset"

    async def test_one_that_never_ends_is_refused(self, url):
        answer = await raw(url, CLOSE + b"X-A: ", *[b"a" * 10_000] * 20)
        assert answer.startswith(b"HTTP/1.1 400") or answer == b"reset"

    async def test_a_large_body_is_not_a_large_head(self, url):
        body = b"x" * (MOST_HEADER_BYTES * 3)
        answer = await raw(url, b"POST /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)  # fmt: skip
        assert answer.startswith(b"HTTP/1.1 413")


class TestBody:
    async def test_who_sends_too_much_unannounced_hears_why(self, url):
        """Cut off while it sends, a client has its connection reset before it reads a word."""
        head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        pieces = [b"186a0\r\n" + b"1" * 100_000 + b"\r\n"] * 40
        answer = await raw(url, head + b"Connection: close\r\n\r\n", *pieces, b"0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413")
        assert b'"limit_bytes": 2000' in answer

    @pytest.mark.parametrize("body", [b"[" * 1_000, b"1" * 2_001])
    async def test_who_sent_all_of_it_need_not_wait(self, url, body):
        began = time.monotonic()
        head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
        answer = await raw(url, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert answer.startswith(b"HTTP/1.1 4")
        assert time.monotonic() - began < 1


class TestMethods:
    async def test_head_is_get_without_the_body(self, url):
        async with http_client(base_url=url) as http:
            answer = await http.head("/here")
            whole = await http.get("/here")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == whole.headers["content-length"]

    async def test_a_path_may_have_a_limit_of_its_own(self, url):
        async with http_client(base_url=url) as http:
            assert (await http.post("/small", content=b"x" * 11)).status_code == 413
            assert (await http.post("/small", content=b"x" * 10)).status_code == 404


async def test_who_is_cut_off_by_a_restart_is_told_to_come_back():
    """Its own server, since it is stopped."""
    app = FastAPI()

    @app.get("/forever")
    async def forever() -> None:
        await asyncio.Event().wait()

    app.add_middleware(Border, max_body_bytes=2_000)
    problems.install(app)
    async with served(app, http=BoundedHttp) as one:
        waiting = asyncio.create_task(raw(one.url, b"GET /forever HTTP/1.1\r\nHost: x\r\n\r\n"))
        await until(lambda: one.server.server_state.tasks)
        one.server.should_exit = True
        answer = await waiting
    assert answer.startswith(b"HTTP/1.1 503")
    assert re.search(rb"retry-after: \d+", answer, re.I)
    assert b"application/problem+json" in answer


UPGRADE = (
    b"GET /talk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
#: With a mask of noughts, as which their bytes stay what they are.
PING = b"\x89\xfd\0\0\0\0" + b"x" * 125
BEGINNING, NOTHING_MORE = b"\x01\x80\0\0\0\0", b"\x00\x80\0\0\0\0"


class TestWebSockets:
    """What stays in memory of what a client sends before anybody has asked who it is."""

    async def test_pongs_do_not_pile_up_for_one_who_does_not_read(self):
        async with talking() as (writer, kept):
            kept.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
            most = 0
            for _ in range(200):
                writer.write(PING * 500)
                await writer.drain()
                await asyncio.sleep(0)
                most = max(most, kept.transport.get_write_buffer_size())
            assert most < 1_000_000

    async def test_nor_do_empty_pieces_of_a_message_without_end(self):
        async with talking() as (writer, kept):
            writer.write(BEGINNING + NOTHING_MORE * (MOST_PIECES * 3))
            assert await until(kept.transport.is_closing)
            assert len(kept.frames) <= MOST_PIECES + 1

    async def test_a_message_may_come_in_pieces(self):
        async with talking() as (writer, kept):
            writer.write(BEGINNING + NOTHING_MORE * (MOST_PIECES // 2) + b"\x80\x82\0\0\0\0hi")
            assert await until(lambda: heard == ["hi"])
            assert not kept.transport.is_closing()


heard: list[str] = []


@asynccontextmanager
async def talking() -> AsyncIterator[tuple[asyncio.StreamWriter, PatientWebSocket]]:
    """The client's end, which reads nothing but the handshake, and the server's."""

    async def app(_scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        while (said := await receive())["type"] == "websocket.receive":
            heard.append(said["text"])

    heard.clear()
    async with served(app, http=BoundedHttp, lifespan="off", **WEBSOCKETS) as one:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(one.url).port)
        try:
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            reader._transport.pause_reading()
            [kept] = one.server.server_state.connections
            yield writer, kept
        finally:
            writer.transport.abort()
