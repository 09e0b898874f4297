"""Events to whoever watches something, over HTTP, for as long as they are there and may."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Literal, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from pydantic_core import to_json

from elenchus.core import problems
from elenchus.core.apidoc import Problem
from elenchus.core.errors import Invalid, Unauthenticated
from elenchus.core.principal import Principal, credential_of

SSE = "text/event-stream"
PING = b": ping\n\n"
PING_SECONDS = 15.0
RETRY = b"retry: 1000\n\n"  # milliseconds after which a browser comes back
ENDED = "Your session or API key, your membership or your role has ended. Sign in again."
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
E = TypeVar("E")


class EventStream(StreamingResponse):
    """The `response_class` of a route that answers with nothing else: its model is then documented under that type."""

    media_type = SSE


class SentEvent(BaseModel):
    """In the API document: what a reader has of one event's lines, `data` parsed. A kind of event gives `event` the one
    name that it has."""

    id: str = Field("", description="for `Last-Event-ID`; empty for what is told to one reader alone")


class Failure(BaseModel):
    problem: Problem


class ErrorEvent(SentEvent):
    """The last event of a stream that ends before its time."""

    event: Literal["error"]
    data: Failure


def stream(
    request: Request, principal: Principal, events: AsyncGenerator[E | None, None], write: Callable[[E], bytes]
) -> EventStream:
    """Each event as `write` puts it. None, which comes when there is none for a moment, is when it is asked whether the
    reader may still read."""
    return EventStream(_lines(request, principal, events, write), headers=_HEADERS)


async def _lines(
    request: Request, principal: Principal, events: AsyncGenerator[E | None, None], write: Callable[[E], bytes]
) -> AsyncIterator[bytes]:
    credential, spoke = credential_of(request.scope), time.monotonic()
    yield RETRY
    async with aclosing(events):
        async for event in events:
            if event is None and not await request.app.state.still_stands(credential, principal):
                yield _cut_off(request)
                return
            if event is not None or time.monotonic() - spoke >= PING_SECONDS:
                spoke = time.monotonic()
                yield PING if event is None else write(event)


def _cut_off(request: Request) -> bytes:
    refusal = Unauthenticated(ENDED)
    problem = problems.problem(refusal, instance=request.url.path, request_id=request.state.request_id)
    return b"event: error\ndata: " + to_json({"problem": problem}) + b"\n\n"


def unknown_place() -> Invalid:
    detail = "Send the id of the last event you got, unchanged."
    return Invalid(detail, errors=[{"loc": ["header", "last-event-id"], "msg": detail, "type": "event_id"}])
