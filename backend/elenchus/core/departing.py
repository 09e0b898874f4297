"""Work that is for one client alone and is worth nothing once that client has left.

Of the request's body nothing may be read any more: its channel is listened to for the end of the connection.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


@asynccontextmanager
async def when_left(request: Request, do: Callable[[], object]) -> AsyncIterator[None]:
    """Should the client leave within, this is done, once."""
    watching = asyncio.create_task(_watch(request, do))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives. Raises `ClientDisconnect`, and the work has ended by then."""
    doing = asyncio.create_task(work)
    try:
        async with when_left(request, doing.cancel):
            await asyncio.wait({doing})
        if doing.cancelled():
            raise ClientDisconnect
        return doing.result()
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)


async def _watch(request: Request, do: Callable[[], object]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    do()
