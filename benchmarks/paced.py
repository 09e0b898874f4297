"""Google's Gemini endpoint that speaks at the pace which the question asks for, as a process of its own.

A question says `<pieces> pieces every <n> us`. The first piece and each hundredth is the time at which it was sent, by
the clock that all processes of a machine share.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

WANTED = re.compile(rb"(\d+) pieces every (\d+) us")
STAMPED_EVERY = 100
USAGE = {"promptTokenCount": 900, "candidatesTokenCount": 2000, "totalTokenCount": 2900}


def question(pieces: int, every_us: int) -> str:
    return f"When must the supplier deliver the goods? Say {pieces} pieces every {every_us} us"


def _piece(text: str) -> bytes:
    return _event({"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]})


def _event(body: dict[str, object]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\r\n\r\n"


WORD = _piece("the supplier ")
END = _event(
    {"candidates": [{"content": {"role": "model", "parts": []}, "finishReason": "STOP"}], "usageMetadata": USAGE}
)


FORM = {"parts": [{"text": json.dumps({"title": "Delivery of the goods", "summary": "Asked about delivery."})}]}


async def answer(request: Request) -> Response:
    """A stream at its pace, or a form filled in at once."""
    if request.url.path.endswith(":generateContent"):
        return JSONResponse({"candidates": [{"content": FORM, "finishReason": "STOP"}], "usageMetadata": USAGE})
    pieces, every_us = map(int, WANTED.findall(await request.body())[-1])
    return StreamingResponse(_pieces(pieces, every_us / 1e6), media_type="text/event-stream")


async def _pieces(count: int, every_seconds: float) -> AsyncIterator[bytes]:
    """By the clock and not by the sleeps: what was late is caught up with."""
    began = time.monotonic()
    for number in range(count):
        wait = began + number * every_seconds - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        yield WORD if number % STAMPED_EVERY else _piece(f"{time.monotonic_ns()} ")
    yield END


app = Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
