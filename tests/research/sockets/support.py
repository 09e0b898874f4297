"""What a client of a socket does."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.research.support import RENT

Talk = Callable[..., Any]


async def say(socket: ClientConnection, **said: Any) -> None:
    await socket.send(json.dumps(said))


async def ask(socket: ClientConnection, content: str = RENT, **more: Any) -> None:
    await say(socket, type="message", content=content, **more)


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(20):
        said: dict[str, Any] = json.loads(await socket.recv())
        return said


async def to_the_end(socket: ClientConnection) -> list[dict[str, Any]]:
    events = [await heard(socket)]
    while events[-1]["type"] not in ("done", "error"):
        events.append(await heard(socket))
    return events


async def until_words(socket: ClientConnection) -> list[dict[str, Any]]:
    """Up to the first delta."""
    events = [await heard(socket)]
    while events[-1]["type"] != "delta":
        events.append(await heard(socket))
    return events


async def closed(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """What was still said, and the code of the end."""
    events: list[dict[str, Any]] = []
    try:
        while True:
            events.append(await heard(socket))
    except ConnectionClosed:
        return events, socket.close_code
