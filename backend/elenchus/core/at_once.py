"""Several pieces of one work side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


async def each(items: Iterable[S], work: Callable[[S], Awaitable[T]], *, most: int) -> list[T]:
    """The results in the order of the items, `most` of them made at once.

    When one fails no other is begun, and those under way are let finish, since they are paid for; then the failure
    of the first of them, in the items' order, is raised. Cancelled, it leaves none behind.
    """
    room, failed = asyncio.Semaphore(most), False

    async def one(item: S) -> list[T]:
        nonlocal failed
        async with room:
            if failed:
                return []
            try:
                return [await work(item)]
            except BaseException:
                failed = True
                raise

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        if tasks:
            await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # cancelled, nobody asks for what they came to
    return [found for task in tasks for found in task.result()]
