"""An answer made again as it was made: the same question, history, model and temperature, over the library as it is
today or from the very passages that it was made of. Nothing is added to the conversation."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from elenchus.core import tracing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.factory import chat_model, require_answering
from elenchus.core.places import Places
from elenchus.core.principal import Principal
from elenchus.research import accounts, answering, metering, placing, running, store
from elenchus.research.answering import Failed, Finished, Outcome, Question
from elenchus.research.choosing import Retrieve
from elenchus.research.errors import AnswerFailed, TooManyAnswers, refusal_of
from elenchus.research.leash import Leash
from elenchus.research.models import Answer, Message, MessageRole, wire_time
from elenchus.research.prompts import History, digest
from elenchus.research.recording import making
from elenchus.research.recording.errors import TooManyReplays
from elenchus.research.recording.pinning import pinned
from elenchus.research.recording.schemas import Made, Sources
from elenchus.research.remembering.recalling import readable

MOST_AT_ONCE = 16  # that one process makes; nobody reads along, so they may wait for each other
MOST_OF_ONE = 4  # person, so that nobody's comparing keeps the others from it
MOST_SECONDS = 600.0
MARGIN_SECONDS = 30.0  # after which the sweep takes the process for dead and lets the tokens go
_KEPT = (
    "tenant_id", "user_id", "conversation_id", "user_message_id", "question", "document_ids", "model", "temperature",
    "require_verified",
)  # fmt: skip

_places = Places()


@dataclass(frozen=True, slots=True)
class Replayed:
    made: Made
    message: Message


async def replay(principal: Principal, answer: Answer, sources: Sources, leash: Leash) -> Replayed:
    """Raises what went wrong, as the refusal that it is. Whoever waits for it no longer pulls the leash: a call that is
    broken off was paid for, and what it used would not be known."""
    with _room(principal.user_id):
        question = await _question(principal, answer)
        retrieve = running.retrieve if sources is Sources.TODAY else await pinned(principal, answer)
        with tracing.trace("chat.replay", question.message_id, principal, answer.conversation_id) as turn:
            turn.asked(question.text)
            return await _replayed(question, answer, retrieve, leash)


async def _replayed(question: Question, answer: Answer, retrieve: Retrieve, leash: Leash) -> Replayed:
    async with _accounted(question, answer) as outcomes:
        end = await _ended(question, retrieve, leash)
        outcomes.append(end.outcome)
    if isinstance(end, Failed):
        raise refusal_of(end.error, **end.fields)
    if end.outcome.cut:
        raise AnswerFailed("The language model took too long. Try again.")
    message = running.final_of(_draft(question), end.outcome, None)
    return Replayed(Made.model_validate(making.made(question, end.outcome)), message)


@contextmanager
def _room(user_id: Id) -> Iterator[None]:
    """Raises `TooManyReplays`, `TooManyAnswers`."""
    own = _places.one(user_id, most=MOST_OF_ONE, full=TooManyReplays())
    with own, _places.one(None, most=MOST_AT_ONCE, full=TooManyAnswers()):
        yield


async def _question(principal: Principal, answer: Answer) -> Question:
    model = chat_model(answer.model)
    require_answering(model)
    return Question(
        principal=principal,
        conversation_id=answer.conversation_id,
        user_message_id=answer.user_message_id,
        message_id=new_id(),
        text=answer.question,
        document_ids=tuple(answer.document_ids),
        documents_may_be_gone=True,
        history=await _history(principal, answer),
        model=model,
        temperature=answer.temperature,
        require_verified=answer.require_verified,
        tokens_month=await metering.month(principal, model),
    )


async def _history(principal: Principal, answer: Answer) -> History:
    """As many turns before the question, on its branch, as were told then; what came before them is in a summary only
    as long as that one has not grown on."""
    place, _ = await placing.place_again(principal, answer)
    made, summary = Made.model_validate(answer.record), place.head.summary
    turns = tuple(each.turn for each in readable(place.earlier))
    if not (summary and made.summary and digest(summary.text) == made.summary.sha256):
        summary = None
    return History(summary, turns if made.history_turns is None else turns[max(0, len(turns) - made.history_turns) :])


@asynccontextmanager
async def _accounted(question: Question, answer: Answer) -> AsyncIterator[list[Outcome]]:
    """Its tokens are held by a row of its own, which the sweep ends when this process dies."""
    whose = {name: getattr(answer, name) for name in _KEPT}
    row = Answer(
        id=question.message_id,
        alive_until=now() + timedelta(seconds=MOST_SECONDS + MARGIN_SECONDS),
        tokens_month=question.tokens_month,
        created_at=now(),
        **whose,
    )
    await store.insert_answer(question.principal, row)
    outcomes: list[Outcome] = []
    try:
        await metering.hold(question)
        yield outcomes
    finally:
        used = sum(accounts.tokens_of(question.model, each) for each in outcomes)
        await metering.settle(question.principal, question.message_id, used, month=question.tokens_month)
        await store.drop_answer(question.principal, question.message_id)


async def _ended(question: Question, retrieve: Retrieve, leash: Leash) -> Finished | Failed:
    """The last of the steps; the others are for somebody who reads along."""
    timer = asyncio.get_running_loop().call_later(MOST_SECONDS, leash.stop)
    try:
        async with aclosing(answering.answer(question, retrieve, leash)) as steps:
            async for step in steps:
                if isinstance(step, Finished | Failed):
                    return step
    finally:
        timer.cancel()
    raise AssertionError("An answer ended without an end.")


def _draft(question: Question) -> Message:
    return Message(
        id=str(question.message_id),
        role=MessageRole.ASSISTANT,
        content="",
        model=question.model.name,
        created_at=wire_time(now()),
    )
