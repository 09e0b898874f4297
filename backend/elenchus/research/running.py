"""Answers that this process is writing. Each runs in a task of its own: a client that leaves ends nothing.

A draft stands in the conversation before the first word; one write makes it final. While it is written this process
says every few seconds that it lives; when it no longer does, the sweep ends the draft with a reason.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo.errors import PyMongoError

from elenchus.core import logs, problems, tracing
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import service as library
from elenchus.library.schemas import Retrieved
from elenchus.research import accounts, answering, metering, relaying, store, wording
from elenchus.research.answering import Failed, Finished, Outcome, Question
from elenchus.research.errors import MessageNotFound, TooManyAnswers, refusal_of
from elenchus.research.leash import Cut, Leash
from elenchus.research.models import Message, MessageError, MessageStatus
from elenchus.research.recording import making, staleness
from elenchus.research.remembering import service as remembering
from elenchus.research.streams import Broadcast
from elenchus.research.tail import fitted

MOST_AT_ONCE = 1_000  # answers that one process writes; each holds its events, some 100 kB
STORE_RETRY_SECONDS = 0.5
FAREWELL_SECONDS = 3.0  # of a shutdown: for the last writes
RELAY_SECONDS = 3.0  # that a finished answer waits for Redis to have all of it
log = logs.get(__name__)


@dataclass(slots=True)
class Running:
    """One answer being written. `final` is the stored message, there when `ended` is set."""

    question: Question
    draft: Message
    request_id: str
    broadcast: Broadcast = field(default_factory=Broadcast)
    leash: Leash = field(default_factory=Leash)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    final: Message | None = None
    refusal: Refusal | None = None
    task: asyncio.Task[None] | None = None


_running: dict[Id, Running] = {}
_beginning = 0
_pulse: asyncio.Task[None] | None = None


def find(message_id: Id) -> Running | None:
    return _running.get(message_id)


@contextmanager
def room() -> Iterator[None]:
    """For an answer that is about to begin, so that many at once are counted too. Raises `TooManyAnswers`."""
    global _beginning
    if len(_running) + _beginning >= MOST_AT_ONCE:
        raise TooManyAnswers
    _beginning += 1
    try:
        yield
    finally:
        _beginning -= 1


def start(question: Question, draft: Message, *, request_id: str) -> Running:
    """The draft is stored already. The first event is there when this returns."""
    running = Running(question, draft, request_id)
    meta = {
        "conversation_id": str(question.conversation_id),
        "user_message_id": str(question.user_message_id),
        "message_id": draft.id,
        "model": question.model.name,
        "trace_id": draft.trace_id,
    }
    running.broadcast.publish("meta", wording.json_of(meta))
    _running[question.message_id] = running
    running.task = asyncio.create_task(_traced(running))
    _keep_pulse()
    return running


async def _traced(running: Running) -> None:
    question = running.question
    with tracing.trace("chat.turn", question.message_id, question.principal, question.conversation_id) as turn:
        turn.asked(question.text)
        await _run(running)
        if (final := running.final) is not None:
            turn.answered(final.content)
            turn.facts(status=final.status, latency_ms=final.latency_ms or 0)
        if running.refusal:
            turn.failed(running.refusal.slug)


async def _run(running: Running) -> None:
    question = running.question
    relay = asyncio.create_task(relaying.relay(question.message_id, running.broadcast, running.leash.stop))
    try:
        async with aclosing(answering.answer(question, retrieve, running.leash)) as steps:
            async for step in steps:
                if isinstance(step, Finished | Failed):
                    await _end(running, step)
                else:
                    wording.publish(running.broadcast, step)
        await asyncio.wait([relay], timeout=RELAY_SECONDS)
    finally:
        relay.cancel()
        if not running.broadcast.is_over:  # cancelled, or a fault of ours: the sweep ends the draft, readers end here
            running.refusal = refusal_of(_INTERRUPTED, message_id=str(question.message_id))
            running.broadcast.publish(
                "error", wording.problem_event(running.refusal, question.message_id, running.request_id)
            )
        running.ended.set()
        _running.pop(question.message_id, None)


async def retrieve(principal: Principal, query: str, document_ids: Sequence[Id]) -> Retrieved:
    limit = settings().research.sources_per_answer
    return await library.retrieve(principal, query, document_ids=document_ids, limit=limit)


async def _end(running: Running, step: Finished | Failed) -> None:
    """Store first, tell afterwards: who reads `done` finds the message as it says."""
    question, outcome = running.question, step.outcome
    error = step.error if isinstance(step, Failed) else None
    final = final_of(running.draft, outcome, error)
    try:
        stored = await _stored(running, final)
    except PyMongoError as failed:
        log.error("an answer could not be stored", error=type(failed).__name__)
        stored, error = None, _NOT_STORED
    running.final = stored
    settled = await _settled(question, outcome)
    if error or stored is None or stored.error:
        error = error or (stored.error if stored else None)
        running.refusal = _refusal(question, error, step)
        running.broadcast.publish(
            "error", wording.problem_event(running.refusal, question.message_id, running.request_id)
        )
    else:
        running.broadcast.publish("done", wording.done_event(stored))
    running.ended.set()
    if settled and error is not _NOT_STORED:
        await _close_row(question, outcome, stored)
    if stored:
        await remembering.consider(question, outcome, stored)


async def _settled(question: Question, outcome: Outcome) -> bool:
    """Before the end is told, so that whoever asks on is asking within the limit. Also an answer that nobody gets was
    paid for. False leaves it to the sweep, with the row."""
    used = accounts.tokens_of(question.model, outcome)
    try:
        await metering.settle(question.principal, question.message_id, used, month=question.tokens_month)
    except PyMongoError as failed:
        log.warning("an answer's tokens are left to the sweep", error=type(failed).__name__)
        return False
    return True


def _refusal(question: Question, error: MessageError | None, step: Finished | Failed) -> Refusal:
    if error is None:
        return MessageNotFound(question.message_id)  # the conversation was deleted meanwhile
    fields = step.fields if isinstance(step, Failed) else {}
    return refusal_of(error, message_id=str(question.message_id), **fields)


_NOT_STORED = MessageError(
    code="not_stored", detail="The answer could not be stored; the database does not answer. Ask again.", retryable=True
)
_INTERRUPTED = MessageError(code="interrupted", detail="The answer was interrupted. Ask again.", retryable=True)


def final_of(draft: Message, outcome: Outcome, error: MessageError | None) -> Message:
    status = MessageStatus.FAILED if error else MessageStatus.STOPPED if outcome.cut else MessageStatus.COMPLETE
    final = draft.model_copy(
        update={
            "content": outcome.text,
            "status": status,
            "model": outcome.model or draft.model,
            "citations": outcome.citations,
            "verification": outcome.verification,
            "usage": outcome.usage,
            "latency_ms": outcome.latency_ms,
            "is_cut": outcome.is_cut,
            "error": error,
            **tracing.here(),
        }
    )
    return fitted(final)


async def _stored(running: Running, final: Message) -> Message | None:
    """The message as it stands in the conversation now: ours, or what another has ended it with before us; None when
    the conversation is gone. Waits for a database that is away for as long as the draft counts as alive."""
    question = running.question
    deadline = alive_until()
    while True:
        try:
            if await store.finish_message(question.principal, question.conversation_id, running.draft, final):
                return final
            return await store.message(question.principal, question.conversation_id, question.message_id)
        except PyMongoError as error:
            if problems.away(error) is None or now() > deadline:
                raise
            await asyncio.sleep(STORE_RETRY_SECONDS)


async def _close_row(question: Question, outcome: Outcome, stored: Message | None) -> None:
    """With the conversation its answers' rows are gone. If this is lost the sweep does it, from the message."""
    try:
        if stored is None:
            await store.drop_answer(question.principal, question.message_id)
        else:
            await staleness.watch(question.principal, question.conversation_id, stored)
            record = making.made(question, outcome)
            ids = question.conversation_id, question.message_id
            await store.finish_answer(question.principal, *ids, status=stored.status, record=record)
    except PyMongoError as error:
        log.warning("an answer's row is left to the sweep", error=type(error).__name__)


# ---- signs of life


def alive_until() -> datetime:
    """How long an answer counts as being written after a sign of life."""
    return now() + timedelta(seconds=settings().research.answer_lease_seconds)


def _keep_pulse() -> None:
    global _pulse
    if _pulse is None or _pulse.done():
        _pulse = asyncio.create_task(_beat())


async def _beat() -> None:
    """One write for all answers, three times within the time after which they would count as dead."""
    while True:
        await asyncio.sleep(settings().research.answer_lease_seconds / 3)
        if not _running:
            return
        try:
            for message_id in await store.stay_alive(list(_running), alive_until()):
                if message_id in _running:
                    _running[message_id].leash.pull(Cut.STOPPED)
        except PyMongoError as error:
            log.warning("no sign of life could be given", answers=len(_running), error=type(error).__name__)


async def drain(grace_seconds: float) -> None:
    """Let the answers finish; what is not done in time ends as failed, with its text so far and what to do."""
    tasks = [running.task for running in _running.values() if running.task]
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.0, grace_seconds - FAREWELL_SECONDS))
    for running in _running.values():
        running.leash.pull(Cut.RESTART)
    left = [task for task in tasks if not task.done()]
    if left:
        _, late = await asyncio.wait(left, timeout=FAREWELL_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    if _pulse:
        _pulse.cancel()
