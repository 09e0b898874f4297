"""An answer's record: looked at, and made again to be compared with it."""

import asyncio

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.research import running, store
from elenchus.research.errors import AnswerUnderWay, MessageNotFound
from elenchus.research.leash import Leash
from elenchus.research.models import Answer, Message, MessageStatus
from elenchus.research.recording import replaying
from elenchus.research.recording.comparing import difference
from elenchus.research.recording.schemas import Made, RecordOut, ReplayOut, Sources

ANSWER = "answer"
CLOSING_SECONDS = 5.0


async def record(principal: Principal, message_id: Id) -> RecordOut:
    """Raises `MessageNotFound` for what is not an answer to this person, `AnswerUnderWay` before its end."""
    answer, message = await _ended(principal, message_id)
    audit.note(principal, Action.ANSWER_READ, ANSWER, message_id, part="record")
    return _record(answer, message)


async def replay(principal: Principal, message_id: Id, sources: Sources, leash: Leash) -> ReplayOut:
    """Pull the leash to end it; what it used by then counts all the same."""
    answer, message = await _ended(principal, message_id)
    await audit.record(principal, Action.ANSWER_REPLAYED, ANSWER, message_id, model=answer.model, sources=sources.value)
    again = await replaying.replay(principal, answer, sources, leash)
    before = Made.model_validate(answer.record)
    compared = await asyncio.to_thread(difference, before, again.made, was=message, now=again.message)
    return ReplayOut(record=_record(answer, message), replayed=again.made, message=again.message, difference=compared)


async def _ended(principal: Principal, message_id: Id) -> tuple[Answer, Message]:
    await _closed_here(message_id)
    answer = await store.answer(principal, message_id)
    message = await store.message(principal, answer.conversation_id, message_id) if answer else None
    if answer is None or message is None:
        raise MessageNotFound(message_id)
    if answer.status is MessageStatus.STREAMING:
        raise AnswerUnderWay
    return answer, message


async def _closed_here(message_id: Id) -> None:
    """Who has just been told the end may be faster than the row."""
    here = running.find(message_id)
    if here and here.task and here.ended.is_set():
        await asyncio.wait([here.task], timeout=CLOSING_SECONDS)


def _record(answer: Answer, message: Message) -> RecordOut:
    """What the row and the message say counts before what was noted beside them."""
    own = answer.model_dump(exclude={"record"})
    more = {"message_id": answer.id, "usage": message.usage, "stale": message.stale}
    return RecordOut.model_validate({**answer.record, **own, **more})
