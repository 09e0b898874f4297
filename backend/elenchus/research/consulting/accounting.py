"""What a consultation may use is told to its caller before the model is asked, and what it used afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from elenchus.core.llm.base import ChatModel, ModelFailed
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.settings import settings
from elenchus.research import accounts
from elenchus.research.answering import Outcome
from elenchus.research.consulting.schemas import Hold, Spent, Used
from elenchus.research.leash import Cut
from elenchus.research.models import AnswerUsage

_NOTHING = AnswerUsage(prompt_tokens=0, completion_tokens=0, total_tokens=0, cost_usd=0.0)
#: The loop itself keeps no task alive.
_telling: set[asyncio.Future[None]] = set()


@asynccontextmanager
async def accounted(model: ChatModel, outcome: Outcome, hold: Hold, used: Used) -> AsyncIterator[None]:
    """Around the asking. The built-in model's tokens cost nobody anything, so neither is called for it."""
    if model.name == EXTRACTIVE:
        yield
        return
    prompt = outcome.composed.tokens if outcome.composed else settings().llm.prompt_tokens
    hold_id = await hold(prompt, settings().llm.max_output_tokens)
    try:
        yield
    except ModelFailed as failed:
        outcome.counted = failed.usage
        raise
    except asyncio.CancelledError:
        outcome.cut = outcome.cut or Cut.STOPPED  # what a model that was left had read is estimated
        raise
    finally:
        await _to_the_end(used(hold_id, spent(model, outcome)))


async def _to_the_end(telling: Awaitable[None]) -> None:
    """Also when the caller is cancelled once more meanwhile: what is not told stays held."""
    task = asyncio.ensure_future(telling)
    _telling.add(task)
    task.add_done_callback(_telling.discard)
    await asyncio.shield(task)


def spent(model: ChatModel, outcome: Outcome) -> Spent:
    together = accounts.usage_of(model, outcome) or _NOTHING
    usages = [call.usage for call in accounts.calls(model, outcome)]
    return Spent(
        **together.model_dump(),
        model=outcome.model or model.name,
        cached_tokens=sum(usage.cached_tokens for usage in usages),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in usages),
        paid_tokens=accounts.tokens_of(model, outcome),
    )
