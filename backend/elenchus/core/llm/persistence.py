"""Asking a provider again, where its LangChain class does not, and what its refusals mean."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx

from elenchus.core import logs
from elenchus.core.llm.base import ModelFailed

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 20.0
MOST_CAUSES = 20
BUSY, PASSING = frozenset({429}), frozenset({408, 500, 502, 503, 504, 529})
log = logs.get(__name__)

T = TypeVar("T")


async def persistently(ask: Callable[[], Awaitable[T]], *, attempts: int) -> T:
    """Again after a random share of a wait that doubles, while the failure is one that passes."""
    for attempt in range(1, attempts):
        try:
            return await ask()
        except ModelFailed as error:
            if not error.retryable:
                raise
            wait = random.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt))  # noqa: S311 - no secret
            log.info("model is asked again", reason=error.code, attempt=attempt, seconds=round(wait, 1))
            await asyncio.sleep(wait)
    return await ask()


def failure_of(error: BaseException) -> ModelFailed:
    """By the HTTP status, wherever in the chain of causes the provider's client left it."""
    chain = list(_causes(error))
    status = next((code for cause in chain if (code := _status(cause)) is not None), None)
    if status in BUSY:
        return ModelFailed("model_busy", "The model takes no more requests right now.", retryable=True)
    if status in {401, 403}:
        return ModelFailed("model_key", "The model refuses this server's key.", retryable=False)
    if status == httpx.codes.NOT_FOUND:
        return ModelFailed("model_unknown", "The provider does not know this model.", retryable=False)
    if any(isinstance(cause, httpx.TimeoutException | TimeoutError) for cause in chain):
        return ModelFailed("model_slow", "The model did not answer in time.", retryable=True)
    if status in PASSING or any(isinstance(cause, httpx.TransportError | OSError) for cause in chain):
        return ModelFailed("model_away", "The model's provider does not answer.", retryable=True)
    return ModelFailed("model_rejected", "The model could not take this request.", retryable=False)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Up to a few: a client may have made a ring of them."""
    for _ in range(MOST_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    found = (getattr(error, name, None) for name in ("code", "status_code"))
    return next((value for value in found if isinstance(value, int)), None)
