"""What an answer used: its model's tokens, and those of models that were left on the way to it."""

from typing import TYPE_CHECKING

from elenchus.core.clock import now
from elenchus.core.llm.base import ChatModel, Usage, Wasted
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.usage import cost_usd, rough_tokens
from elenchus.research.models import AnswerUsage

if TYPE_CHECKING:
    from elenchus.research.answering import Outcome


def usage_of(asked: ChatModel, outcome: "Outcome") -> AnswerUsage | None:
    """All together; None when no model was sent anything. Where a provider's count never came it is our own."""
    outcome.counted = outcome.counted or _estimated(outcome)
    own = calls(asked, outcome)
    if not own:
        return None
    costs = [cost_usd(call.model, call.usage, on=now().date()) for call in own]
    prompt, completion = (
        sum(getattr(call.usage, name) for call in own) for name in ("prompt_tokens", "completion_tokens")
    )
    return AnswerUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cost_usd=None if None in costs else round(sum(cost for cost in costs if cost is not None), 8),
        is_estimate=any(call.usage.is_estimate for call in own),
    )


def tokens_of(asked: ChatModel, outcome: "Outcome") -> int:
    """Those that somebody pays for: the built-in model's cost nobody anything."""
    return sum(call.usage.total_tokens for call in calls(asked, outcome) if call.model != EXTRACTIVE)


def calls(asked: ChatModel, outcome: "Outcome") -> list[Wasted]:
    """Each by itself, the one that answered last."""
    own = [Wasted(outcome.model or asked.name, outcome.counted)] if outcome.counted else []
    return [*outcome.wasted, *own]


def _estimated(outcome: "Outcome") -> Usage | None:
    """Of an answer that was left in the middle."""
    if outcome.prompt is None or not outcome.is_asked or not (outcome.text or outcome.cut):
        return None
    return Usage(rough_tokens(outcome.prompt.text()), rough_tokens(outcome.text), is_estimate=True)
