"""Asking a provider again, where its LangChain class does not, and what its refusals mean."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx

from elenchus.core import logs
from elenchus.core.llm.base import ModelFailed
from elenchus.core.settings_models import LONGEST_WAIT_SECONDS

FIRST_WAIT_SECONDS = 1.0
MOST_CAUSES = 20
BUSY, PASSING = frozenset({429}), frozenset({408, 500, 502, 503, 504, 529})
_SECONDS = re.compile(r"\s*(\d{1,6}(?:\.\d+)?)\s*")
_RETRY_INFO = re.compile(r"[\"']retryDelay[\"']: [\"'](\d{1,6}(?:\.\d+)?)s[\"']")
log = logs.get(__name__)

T = TypeVar("T")


def _passes(failed: ModelFailed) -> bool:
    return failed.retryable


def _uncounted(_failed: ModelFailed) -> None: ...


async def persistently(
    ask: Callable[[], Awaitable[T]],
    *,
    attempts: int,
    may_repeat: Callable[[ModelFailed], bool] = _passes,
    repeats: Callable[[ModelFailed], None] = _uncounted,
) -> T:
    """Again after a random share of a wait that doubles, while the failure is one that passes. `repeats` is told each
    time."""
    for attempt in range(1, attempts):
        try:
            return await ask()
        except ModelFailed as error:
            if not may_repeat(error):
                raise
            await rest_before(attempt, error)
            repeats(error)
    return await ask()


async def rest_before(attempt: int, failed: ModelFailed) -> None:
    """As long as the provider says, or a random share of a wait that doubles. Raises the failure again when the
    provider wants longer than anybody would wait."""
    told = failed.retry_after_seconds
    if told is not None and told > LONGEST_WAIT_SECONDS:
        raise failed
    wait = random.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt))  # noqa: S311 - no secret
    wait = max(wait, told or 0)
    log.info("model is asked again", reason=failed.code, attempt=attempt, seconds=round(wait, 1))
    await asyncio.sleep(wait)


def told_wait(error: BaseException) -> float | None:
    """What the provider says how long to wait: a Retry-After in seconds, or Google's RetryInfo."""
    for cause in _causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", None) or {}
        found = _SECONDS.fullmatch(str(headers.get("retry-after", ""))) or _RETRY_INFO.search(str(cause))
        if found:
            return float(found[1])
    return None


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
