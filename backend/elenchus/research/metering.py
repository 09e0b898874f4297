"""The tokens of an answer: the most that it may use are held before its model is asked, and settled when it ended."""

from elenchus.core.ids import Id
from elenchus.core.llm.base import ChatModel
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import service as identity
from elenchus.research import prompts
from elenchus.research.answering import Question

SOURCE_CHARACTERS = 1_800  # of one in the prompt: a passage has 1,500 at most, and a title


async def month(principal: Principal, model: ChatModel) -> str:
    """In which its tokens count; empty for the built-in model, whose tokens cost nobody anything."""
    return "" if model.name == EXTRACTIVE else await identity.usage.month(principal)


async def hold(question: Question) -> None:
    """Raises `QuotaExceeded` when the tenant may not use so many."""
    if question.tokens_month:
        most = _most_tokens(question)
        await identity.usage.hold_tokens(question.principal, question.message_id, most, month=question.tokens_month)


async def settle(owner: HasTenant, message_id: Id, used: int, *, month: str) -> None:
    """Safe to repeat, also by another process."""
    if month:
        await identity.usage.settle_tokens(owner, message_id, used, month=month)


def _most_tokens(question: Question) -> int:
    """The sources are not known yet, so they count as many and as long as there may be. Raises `QuestionTooLong`."""
    options, count = settings().llm, question.model.count_tokens
    known = prompts.compose(question.text, (), question.history, count=count, room=options.prompt_tokens)
    sources = count("x" * (settings().research.sources_per_answer * SOURCE_CHARACTERS))
    return min(known.tokens + sources, options.prompt_tokens) + options.max_output_tokens
