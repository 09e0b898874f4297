"""How an answer that is being written is ended from outside."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from elenchus.core.llm.base import ModelFailed

T = TypeVar("T")


class Cut(StrEnum):
    """Why generation is ended from outside."""

    STOPPED = "stopped"
    RESTART = "restart"


@dataclass(slots=True)
class Leash:
    """By which a running answer is stopped."""

    reason: Cut | None = None
    pulled: asyncio.Event = field(default_factory=asyncio.Event)

    def pull(self, reason: Cut) -> None:
        self.reason = self.reason or reason
        self.pulled.set()

    def stop(self) -> None:
        self.pull(Cut.STOPPED)


async def until_pulled(stream: AsyncIterator[T], leash: Leash, *, timeout_seconds: float) -> AsyncGenerator[T, None]:
    """The stream's items until it ends or the leash is pulled; a stalled one is left at once.

    Raises `ModelFailed` when nothing comes for longer than the timeout.
    """
    pulled = asyncio.ensure_future(leash.pulled.wait())
    step: asyncio.Future[T] | None = None
    try:
        while not leash.pulled.is_set():
            step = asyncio.ensure_future(_next(stream))
            await asyncio.wait({step, pulled}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                if not leash.pulled.is_set():
                    raise ModelFailed("model_slow", "The language model fell silent. Ask again.", retryable=True)
                return
            try:
                item = step.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        pulled.cancel()
        if step and not step.done():
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)


async def _next(stream: AsyncIterator[T]) -> T:
    return await anext(stream)
