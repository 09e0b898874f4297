"""After an answer: whether there is anything to remember it by, and the job that does it.

Nothing waits for it and nothing fails with it. What could not be done is due again with the next answer.
"""

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, derived_id
from elenchus.core.llm.base import Speaker
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.factory import full_name
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import JobOutcome, Subject
from elenchus.research.answering import Outcome, Question
from elenchus.research.models import Message
from elenchus.research.placing import NEW_TITLE, title_of
from elenchus.research.remembering import store, summaries
from elenchus.research.remembering.recalling import READABLE
from elenchus.research.remembering.titles import is_made
from elenchus.research.tail import Head

REMEMBER = "research.remember"
CONVERSATION = "conversation"
SAME, NONE = "same", "none"
TITLE = "title"
MOST_ROUNDS = 4  # of a job: what was never recorded before comes in parts
log = logs.get(__name__)


async def name_at_once(owner: HasTenant, head: Head, question: Message) -> None:
    """One that was opened without a title has its first question's."""
    if not head.count and head.title == NEW_TITLE:
        await store.retitle(owner, head.id, before=NEW_TITLE, title=title_of(question.content))


async def consider(question: Question, outcome: Outcome, stored: Message) -> None:
    """Once an answer is final and told."""
    if stored.status not in READABLE or not stored.content:
        return
    try:
        model = _model(outcome.model or question.model.name)
        if model and await _is_due(question, stored):
            await _submit(question, model)
    except (PyMongoError, Refusal) as error:
        log.warning("a conversation is remembered later", error=type(error).__name__)


def _model(answered_by: str) -> str | None:
    """The built-in model only quotes: what it answers is neither named nor recorded by another, unless that is set.
    Raises `Refusal` when what is set means nothing."""
    wanted = settings().research.memory_model
    if wanted == NONE:
        return None
    name = answered_by if wanted == SAME else full_name(wanted, settings().llm)
    return None if name == EXTRACTIVE else name


async def _is_due(question: Question, stored: Message) -> bool:
    history, count = question.history, question.model.count_tokens
    turns = [*(turn.text for turn in history.turns), question.text, stored.content]
    if summaries.is_due(len(turns), sum(map(count, turns)), room=settings().llm.prompt_tokens):
        return True
    if history.summary or any(turn.speaker is Speaker.ASSISTANT for turn in history.turns):
        return False  # it was named after its first answer, or not
    kept = await store.remembered(question.principal, question.conversation_id)
    first = history.turns[0].text if history.turns else question.text
    return kept is not None and is_made(kept.title, first)


async def _submit(question: Question, model: str) -> None:
    principal, conversation_id, message_id = question.principal, question.conversation_id, question.message_id
    await jobs.submit(
        REMEMBER,
        principal,
        subject=Subject(CONVERSATION, conversation_id),
        params={
            "message_id": str(message_id),
            "model": model,
            "month": question.tokens_month or await identity.usage.month(principal),
        },
        job_id=derived_id(conversation_id, REMEMBER, message_id),
    )


def call_id(job_id: Id, step: str) -> Id:
    """Under which the tokens of a step are held."""
    return derived_id(job_id, "tokens", step)


def steps() -> list[str]:
    return [TITLE, *(f"summary-{n}" for n in range(1, MOST_ROUNDS + 1))]


async def ended(principal: Principal, _subject: Subject, outcome: JobOutcome) -> None:
    """A worker that was killed may have left tokens held, also for a step that a later attempt had no need of."""
    for step in steps():
        month = str(outcome.params["month"])
        await identity.usage.settle_tokens(principal, call_id(outcome.job_id, step), 0, month=month)
