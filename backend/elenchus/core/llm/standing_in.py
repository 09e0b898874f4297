"""When this deployment's model cannot answer, the next of LLM_FALLBACKS does, and says that it is another."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from elenchus.core import logs
from elenchus.core.llm import metrics
from elenchus.core.llm.base import ChatModel, ModelFailed, Piece, Prompt, StandIn, Usage, Wasted
from elenchus.core.llm.breaker import RESTING
from elenchus.core.llm.providers import ModelNotReady

#: What another model may not suffer from. A filter that held an answer back is not to be got round.
CURABLE = frozenset({"model_away", "model_busy", "model_slow", "model_wrong", "model_key", "model_unknown", RESTING})
log = logs.get(__name__)


class WithStandIns:
    """The first of several models that answers. Its name is the first one's; a `StandIn` tells of another."""

    def __init__(self, first: ChatModel, others: Sequence[ChatModel]) -> None:
        self._first = first
        self._others = tuple(others)

    @property
    def name(self) -> str:
        return self._first.name

    def count_tokens(self, text: str) -> int:
        return self._first.count_tokens(text)

    def wait_seconds(self) -> int:
        return min(model.wait_seconds() for model in (self._first, *self._others))

    async def stream(self, prompt: Prompt, *, temperature: float | None = None) -> AsyncGenerator[Piece, None]:
        models = (self._first, *self._others)
        for place, model in enumerate(models, 1):
            stream = _introduced(model, prompt, temperature=temperature, is_first=model is self._first)
            try:
                async with aclosing(stream) as pieces:
                    async for piece in pieces:
                        yield piece
            except (ModelFailed, ModelNotReady) as failed:
                if wasted := _wasted(failed):
                    yield Wasted(model.name, wasted)
                if place == len(models) or not _is_curable(failed):
                    raise
                log.warning("another language model is asked", instead_of=model.name, reason=_reason(failed))
            else:
                return


def _is_curable(failed: ModelFailed | ModelNotReady) -> bool:
    return isinstance(failed, ModelNotReady) or (failed.code in CURABLE and not failed.had_begun)


def _wasted(failed: ModelFailed | ModelNotReady) -> Usage | None:
    """Of one that never spoke, told under its own name and not once more with the failure."""
    if isinstance(failed, ModelNotReady) or failed.had_begun:
        return None
    usage, failed.usage = failed.usage, None
    return usage


def _reason(failed: ModelFailed | ModelNotReady) -> str:
    return failed.code if isinstance(failed, ModelFailed) else "model_not_ready"


async def _introduced(
    model: ChatModel, prompt: Prompt, *, temperature: float | None, is_first: bool
) -> AsyncGenerator[Piece, None]:
    """A stand-in is named with its first words and not before: it may fail too."""
    is_named = is_first
    async with aclosing(model.stream(prompt, temperature=temperature)) as pieces:
        async for piece in pieces:
            if not is_named:
                is_named = True
                metrics.stand_ins.labels(model.name.partition(":")[0]).inc()
                yield StandIn(model.name)
            yield piece
