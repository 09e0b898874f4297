"""The tokens of a brief: the most it may use are held before a model is asked, and settled when its job ended."""

from collections.abc import Iterable

from elenchus.core.llm.base import ChatModel
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.usage import tokens_of
from elenchus.core.mongo import HasTenant
from elenchus.core.settings import settings
from elenchus.identity import service as identity
from elenchus.research.briefing import prompts, store
from elenchus.research.briefing.models import Brief, Call
from elenchus.research.metering import SOURCE_CHARACTERS

SYNTHESES = 2  # calls that read all analyses: conclusion, recommended actions


def most_tokens(model: ChatModel, facts: str, issues: list[str]) -> int:
    """Of all calls, when each is given all it may be and writes all it may."""
    written = settings().llm.max_output_tokens
    sources = tokens_of(settings().research.sources_per_answer * SOURCE_CHARACTERS)
    told, asked, rules = model.count_tokens(facts), model.count_tokens("\n".join(issues)), prompts.most_tokens(model)
    number = len(issues)
    analyses = number * (rules + told + sources + written) + asked
    statement = rules + told + number * sources + written
    syntheses = SYNTHESES * (rules + asked + (number + 2) * written)  # the actions read the conclusion too
    return analyses + statement + syntheses


async def hold(owner: HasTenant, brief: Brief) -> None:
    """Safe to repeat; what was settled when an earlier run ended is held anew. Raises `QuotaExceeded`."""
    if brief.tokens_month:
        await identity.usage.hold_tokens(owner, brief.id, brief.most_tokens, month=brief.tokens_month)


async def settle(owner: HasTenant, brief: Brief) -> None:
    """Count what was used, once its calls have ended. Safe to repeat."""
    if not brief.tokens_month:
        return
    used = await _used(owner, brief)
    fresh = max(0, used - brief.tokens_settled)
    await identity.usage.settle_tokens(owner, brief.id, fresh, month=brief.tokens_month)
    await store.note_settled(owner, brief.id, used)


async def count_late(owner: HasTenant, brief: Brief, tokens: int) -> None:
    """Of a call that ended after its brief was deleted, and what it had used settled."""
    if brief.tokens_month and tokens:
        await identity.usage.count_tokens(owner, tokens, month=brief.tokens_month)


def paid_for(calls: Iterable[Call]) -> int:
    """The tokens that somebody pays for: those of the built-in model, which may stand in, cost nobody anything."""
    return sum(call.total_tokens for call in calls if call.model != EXTRACTIVE)


async def _used(owner: HasTenant, brief: Brief) -> int:
    """A brief that is whole says it itself, and its parts are gone."""
    if brief.record is not None:
        calls: Iterable[Call] = map(Call.model_validate, brief.record["calls"])
    else:
        calls = (await store.calls(owner, brief.id)).values()
    return paid_for(calls) + brief.tokens_in_vain
