"""What comes before the body, on a real socket."""

import asyncio
import re
import time

import httpx
import pytest
from fastapi import FastAPI

from elenchus.core import problems
from elenchus.core.http import MOST_HEADER_BYTES, BoundedHttp
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
