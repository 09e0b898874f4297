"""A call of a provider, and again where that may help: measured, traced, and through its breakers.

A stream is begun again only while the provider has not said a thing: after its first byte words may have been told,
and were paid for.
"""

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from elenchus.core.llm import metrics
from elenchus.core.llm.base import Json, ModelFailed, Structured, TextDelta, Usage, V
from elenchus.core.llm.breaker import RESTING, guarded
from elenchus.core.llm.hearing import Asking, Heard, heard
from elenchus.core.llm.persistence import persistently, rest_before
from elenchus.core.settings import LlmSettings

Pieces = AsyncGenerator[TextDelta | Usage, None]


async def streamed(asking: Asking, ask: Callable[[], Pieces], options: LlmSettings) -> Pieces:
    """The pieces of the first call that goes well."""
    attempt = 1
    while True:
        try:
            async with aclosing(_once_streamed(asking, ask, options)) as pieces:
                async for piece in pieces:
                    yield piece
        except ModelFailed as failed:
            if attempt >= options.max_attempts or not may_repeat(failed):
                raise
            await rest_before(attempt, failed)
            _count_repeat(asking, failed)
            attempt += 1
        else:
            return


def may_repeat(failed: ModelFailed) -> bool:
    """Not after a silence: who asked has waited long enough for this model."""
    return failed.retryable and not failed.had_begun and failed.code not in (RESTING, "model_slow")


async def asked(asking: Asking, ask: Callable[[], Awaitable[Structured[V]]], options: LlmSettings) -> Structured[V]:
    """What the first call that goes well gives."""

    async def once() -> Structured[V]:
        with _measured(asking, options) as call:
            answer = await ask()
            call.heard.usage = answer.usage
            if answer.value is not None:
                call.heard.words.append(_written(answer.value))
        return answer

    repeats = partial(_count_repeat, asking)
    return await persistently(once, attempts=options.max_attempts, may_repeat=may_repeat, repeats=repeats)


def _written(value: BaseModel | Json) -> str:
    return value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value, ensure_ascii=False)


def _count_repeat(asking: Asking, failed: ModelFailed) -> None:
    metrics.retries.labels(asking.provider, failed.code).inc()


async def _once_streamed(asking: Asking, ask: Callable[[], Pieces], options: LlmSettings) -> Pieces:
    with _measured(asking, options) as call:
        async with aclosing(ask()) as pieces:
            async for piece in pieces:
                call.takes(piece)
                yield piece


@dataclass(slots=True)
class _Call:
    """One HTTP request and its answer."""

    heard: Heard
    spoke: Callable[[], None]
    began: float
    has_spoken: bool = False

    def takes(self, piece: TextDelta | Usage) -> None:
        if not self.has_spoken:
            self.has_spoken = True
            self.spoke()
            provider = self.heard.asking.provider
            metrics.first_words_seconds.labels(provider).observe(time.perf_counter() - self.began)
        self.heard.take(piece)


@contextmanager
def _measured(asking: Asking, options: LlmSettings) -> Iterator[_Call]:
    outcome = "left"  # by who asked, in the middle
    told: Heard | None = None
    try:
        with guarded(asking.model, options) as spoke, heard(asking) as told:
            yield _Call(told, spoke, time.perf_counter())
        outcome = "ok"
    except ModelFailed as failed:
        outcome = failed.code
        raise
    finally:
        metrics.calls.labels(asking.provider, outcome).inc()
        if told and told.usage:
            _count(asking.provider, told.usage)


def _count(provider: str, usage: Usage) -> None:
    kinds = {
        "prompt": usage.prompt_tokens,
        "cached": usage.cached_tokens,
        "completion": usage.completion_tokens,
        "reasoning": usage.reasoning_tokens,
    }
    for kind, count in kinds.items():
        metrics.tokens.labels(provider, kind).inc(count)
