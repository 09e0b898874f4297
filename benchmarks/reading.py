"""Readers of streams that cost little: raw sockets, and of each event no more is looked at than is measured."""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx

from benchmarks.harness import bare_server

STAMP = re.compile(rb'data: \{"text": ?"[^"]*?(\d{12,}) ')  # of a delta; what is found in an answer is told again


@dataclass
class Told:
    """Of one stream: when it was asked for, when words came, how late they were, how many bytes it had."""

    began: float = 0.0
    ended: float = 0.0
    late_ms: list[float] = field(default_factory=list)
    received: int = 0
    end: bytes = b""

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def hears(self, data: bytes) -> bool:
        """False when that was the end."""
        instant = time.monotonic_ns()
        self.received += len(data)
        self.late_ms += [(instant - int(stamp)) / 1e6 for stamp in STAMP.findall(data)]
        self.end = (self.end + data)[-60_000:]
        return b"event: done\n" not in self.end and b"event: error\n" not in self.end


def ask(url: str, token: str, content: str) -> bytes:
    """The request, as it goes over the line."""
    body = json.dumps({"content": content}).encode()
    host = httpx.URL(url).netloc.decode()
    head = (
        f"POST /api/v1/chat HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def line_to(url: str, said: bytes, *, limit: int = 65_536) -> AsyncIterator[asyncio.StreamReader]:
    """A connection on which this was said."""
    address = httpx.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port, limit=limit)
    try:
        writer.write(said)
        await writer.drain()
        yield reader
    finally:
        writer.close()


async def read(url: str, token: str, content: str) -> Told:
    """One stream to its end, which has to be a good one."""
    told = Told(began=time.perf_counter())
    async with line_to(url, ask(url, token, content)) as reader:
        while data := await reader.read(65_536):
            if not told.hears(data):
                break
    told.ended = time.perf_counter()
    if b"event: done\n" not in told.end:
        raise RuntimeError(told.end[-500:].decode())
    return told


@asynccontextmanager
async def model() -> AsyncIterator[str]:
    """The stub's URL; whatever Elenchus starts in this block has it for a model, and more patience with its database
    than in service: on a busy machine the one of one file is late for a hundred questions at once."""
    async with bare_server("app", module="benchmarks.paced") as (url, _):
        patience = {"MONGODB_REQUEST_TIMEOUT_SECONDS": "30"}
        with _environment(GOOGLE_API_KEY="k", GOOGLE_GEMINI_BASE_URL=url, EMBEDDING_MODEL="none", **patience):
            yield url


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
