"""An answer as its owner follows it, wherever it is written: its events, its end, the wish to stop it, feedback."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from pymongo.errors import PyMongoError

from elenchus.core import logs, problems
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.research import metering, running, store, streams, wording
from elenchus.research.errors import AccessEnded, AnswerUnderWay, MessageNotFound, refusal_of
from elenchus.research.models import Answer, Message, MessageError, MessageStatus
from elenchus.research.recording import staleness
from elenchus.research.running import Running
from elenchus.research.schemas import AnswerOut, FeedbackIn
from elenchus.research.streams import Event

STOP_WITHIN_SECONDS = 5.0
SWEEP_AT_ONCE = 200
LOST = MessageError(code="lost", detail="The server that wrote this answer went away. Ask again.", retryable=True)
log = logs.get(__name__)


@dataclass(slots=True)
class Reading:
    """`here` is the answer itself when this process writes it. `is_repeated`: the question was asked before, under the
    same idempotency key."""

    principal: Principal
    answer: Answer
    request_id: str
    here: Running | None = None
    is_repeated: bool = False

    @property
    def message_id(self) -> Id:
        return self.answer.id

    async def events(self, after: int = 0) -> AsyncGenerator[Event | None, None]:
        """Everything after event `after`, always up to `done` or `error`; None when there is nothing for a moment."""
        async with aclosing(self._told(after)) as told:
            async for event in told:
                yield event
                after = event.seq if event else after
                if event and event.name in streams.LAST:
                    return
        yield await self._stored_end(after)

    async def _told(self, after: int) -> AsyncGenerator[Event | None, None]:
        if self.here:
            async for event in self.here.broadcast.follow(after):
                yield event
        elif self.answer.status is MessageStatus.STREAMING:
            async for event in streams.follow_elsewhere(self.message_id, after, self._is_being_written):
                yield event
        else:
            for event in streams.merged(await streams.copied(self.message_id, after)):
                yield event

    async def _is_being_written(self) -> bool:
        """As far as anybody knows: while the database is away, it is."""
        try:
            answer = await store.answer(self.principal, self.message_id)
            if answer is None or answer.status is not MessageStatus.STREAMING:
                return False
            if answer.alive_until < now():
                await abandon(answer)
                return False
        except PyMongoError as error:
            if problems.away(error) is None:
                raise
        return True

    async def _stored_end(self, after: int) -> Event:
        """For a reader who comes when the events are no longer kept: the whole message says it all. While the database
        is away it is still to come, for one who tries again."""
        try:
            message = await self._stored()
        except PyMongoError as failed:
            if (away := problems.away(failed)) is None:
                raise
            return Event(after, "error", wording.problem_event(away, self.message_id, self.request_id))
        seq = after + 1
        if message and message.status in (MessageStatus.COMPLETE, MessageStatus.STOPPED):
            return Event(seq, "done", wording.done_event(message))
        error = message.error if message else None
        refusal = refusal_of(error, message_id=str(self.message_id)) if error else MessageNotFound(self.message_id)
        return Event(seq, "error", wording.problem_event(refusal, self.message_id, self.request_id))

    def cut_off(self, after: int) -> Event:
        """For a reader who may read no longer. What follows `after` is still to come for one who may."""
        return Event(after, "error", wording.problem_event(AccessEnded(), self.message_id, self.request_id))

    async def _stored(self) -> Message | None:
        return await store.message(self.principal, self.answer.conversation_id, self.message_id)

    async def outcome(self) -> AnswerOut:
        """Wait for the end. Raises what went wrong, as the refusal that it is."""
        await self._end()
        if self.here and self.here.refusal:
            raise self.here.refusal
        message = self.here.final if self.here else await self._stored()
        if message and message.error:
            raise refusal_of(message.error, message_id=message.id)
        return self._out(message)

    def _out(self, message: Message | None) -> AnswerOut:
        if message is None:
            raise MessageNotFound(self.message_id)
        return AnswerOut(message=message, conversation_id=self.answer.conversation_id, usage=message.usage)

    async def stop(self) -> AnswerOut:
        """End it with the text so far; one that has ended stays as it is."""
        if self.here:
            self.here.leash.stop()
        elif self.answer.status is MessageStatus.STREAMING:
            await store.request_stop(self.principal, self.message_id)
            await streams.request_stop(self.message_id)
        try:
            async with asyncio.timeout(STOP_WITHIN_SECONDS):
                await self._end()
        except TimeoutError:
            log.warning("an answer does not stop", message_id=str(self.message_id))
        return self._out(await self._stored())

    async def _end(self) -> None:
        if self.here:
            await self.here.ended.wait()
        else:
            async with aclosing(self._told(0)) as told:
                async for _ in told:
                    pass


async def reading(principal: Principal, message_id: Id, *, request_id: str) -> Reading:
    """Raises `MessageNotFound` for what is not an answer to this person."""
    answer = await store.answer(principal, message_id)
    if answer is None:
        raise MessageNotFound(message_id)
    return Reading(principal, answer, request_id, running.find(message_id))


async def give_feedback(principal: Principal, message_id: Id, given: FeedbackIn) -> Message:
    answer = await store.answer(principal, message_id)
    if answer is None:
        raise MessageNotFound(message_id)
    is_given = await store.set_feedback(principal, answer.conversation_id, message_id, given.model_dump())
    message = await store.message(principal, answer.conversation_id, message_id)
    if message is None:
        raise MessageNotFound(message_id)
    if not is_given:
        raise AnswerUnderWay
    return message


async def abandon_lost() -> int:
    """End every draft whose process has died, and say how many; safe to run anywhere at any time."""
    ended = 0
    for answer in await store.abandoned(now(), limit=SWEEP_AT_ONCE):
        try:
            await abandon(answer)
            ended += 1
        except Exception as error:  # the worker border: one draft's trouble is not the others'
            if problems.away(error):
                raise
            log.error("a lost answer could not be ended", message_id=str(answer.id), error=type(error).__name__)
    return ended


async def abandon(answer: Answer) -> None:
    """End one draft as failed, with what Redis still has of its words. The message first: when this breaks off in
    between, the row is still found and it is done again."""
    message_id = answer.id
    draft = await store.message(answer, answer.conversation_id, message_id)
    if draft is None:
        await metering.settle(answer, message_id, 0, month=answer.tokens_month)
        await store.drop_answer(answer, message_id)  # the conversation is gone, or never had it
        return
    is_lost = draft.status is MessageStatus.STREAMING
    if is_lost and not await _failed(answer, draft):
        return  # its process lives after all, or another sweep was faster: who has ended it does the rest
    used = draft.usage.total_tokens if draft.usage else 0  # what a lost one did use nobody knows
    await metering.settle(answer, message_id, used, month=answer.tokens_month)
    if is_lost:
        await _tell_loss(message_id)
    await staleness.watch(answer, answer.conversation_id, draft)
    status = MessageStatus.FAILED if is_lost else draft.status
    await store.finish_answer(answer, answer.conversation_id, message_id, status=status, record=answer.record)


async def _failed(answer: Answer, draft: Message) -> bool:
    """False when it is a draft no longer."""
    words = await _words_of(answer.id)
    final = draft.model_copy(update={"status": MessageStatus.FAILED, "content": words, "error": LOST})
    return await store.finish_message(answer, answer.conversation_id, draft, final)


async def _tell_loss(message_id: Id) -> None:
    refusal = refusal_of(LOST, message_id=str(message_id))
    await streams.publish_end(message_id, "error", wording.problem_event(refusal, message_id, ""))
    log.warning("an answer was lost with its process", message_id=str(message_id))


async def _words_of(message_id: Id) -> str:
    told = await streams.copied(message_id)
    return "".join(json.loads(event.data)["text"] for event in told if event.name == streams.DELTA)
