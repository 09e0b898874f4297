"""From a request to an answer that is being written.

Every refusal comes out here, before anything is told: once a stream has begun nothing can be refused any more.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from elenchus.core import tracing
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.llm.factory import chat_model, require_answering
from elenchus.core.llm.sampling import temperature_of
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import service as library
from elenchus.research import metering, placing, running, store
from elenchus.research.answering import Question, require_fitting
from elenchus.research.errors import AnswerUnderWay, KeyUsedBefore, MessageNotFound
from elenchus.research.following import Reading
from elenchus.research.models import Answer, Conversation, Message, MessageRole, MessageStatus, wire_time
from elenchus.research.placing import Place
from elenchus.research.remembering.recalling import recalled
from elenchus.research.remembering.service import name_at_once
from elenchus.research.schemas import AskAgainIn, AskIn
from elenchus.research.tail import Head, as_row, size_of


@dataclass(frozen=True, slots=True)
class Ids:
    """Of what a request makes. The answer's is the same for the same idempotency key, and whoever stores its row first
    makes the rest; the others follow the order of time, by which conversations are listed."""

    conversation: Id
    user_message: Id
    answer: Id

    @classmethod
    def made(cls, principal: Principal, key: str | None, *verb: object) -> "Ids":
        whose = (principal.tenant_id, principal.user_id, *verb, key)
        return cls(new_id(), new_id(), new_id() if key is None else derived_id(*whose, "answer"))


async def ask(
    principal: Principal,
    asked: AskIn,
    *,
    request_id: str,
    key: str | None = None,
    begun: Conversation | None = None,
) -> Reading:
    """Store question and draft, and let the answer begin. The same key and request again is the same answer. `begun` is
    a new conversation with what was said before, which is stored with the question and not without it."""
    ids, digest = Ids.made(principal, key, "ask"), _digest(asked)
    if key and (given := await _given_before(principal, ids.answer, digest, request_id=request_id)):
        return given
    with running.room():
        chat_model(asked.model)  # an unknown one is refused before anything is read
        await library.require_documents(principal, asked.document_ids)
        place = _new(begun) if begun else await placing.place(principal, asked, id_=ids.conversation)
        question = await _question(principal, asked, ids, place)
        parent_id = str(asked.parent_id) if asked.parent_id else None
        said = _message(ids.user_message, MessageRole.USER, asked.content, parent_id=parent_id)
        return await _answered(question, place, [said, _draft(question)], request_id=request_id, digest=digest)


async def regenerate(
    principal: Principal, message_id: Id, again: AskAgainIn, *, request_id: str, key: str | None = None
) -> Reading:
    """Answer the same question again, or ask it in other words, after all that was said; what was said stays. A new
    answer follows the same question, a new question what the first one followed."""
    made, digest = Ids.made(principal, key, "regenerate", message_id), _digest(again)
    if key and (given := await _given_before(principal, made.answer, digest, request_id=request_id)):
        return given
    with running.room():
        before = await _given(principal, message_id)
        place, follows = await placing.place_again(principal, before)
        is_edited = again.content is not None
        ids = Ids(before.conversation_id, made.user_message if is_edited else before.user_message_id, made.answer)
        question = await _question(principal, _asked_again(before, again), ids, place, document_ids=before.document_ids)
        said = [_message(ids.user_message, MessageRole.USER, question.text, parent_id=follows)] if is_edited else []
        draft = _draft(question, parent_id=None if is_edited else str(ids.user_message))
        return await _answered(question, place, [*said, draft], request_id=request_id, digest=digest)


def _new(begun: Conversation) -> Place:
    return Place(Head.of_new(begun), begun, tuple(begun.messages))


async def _given(principal: Principal, message_id: Id) -> Answer:
    before = await store.answer(principal, message_id)
    if before is None:
        raise MessageNotFound(message_id)
    if before.status is MessageStatus.STREAMING and await _is_unfinished(principal, before):
        raise AnswerUnderWay
    return before


def _asked_again(before: Answer, again: AskAgainIn) -> AskIn:
    first = AskIn(
        content=before.question,
        conversation_id=before.conversation_id,
        model=before.model,
        temperature=None if again.model else before.temperature,  # which another model may not take
        require_verified=before.require_verified,
    )
    return first.model_copy(update=again.model_dump(exclude_none=True))


async def _answered(
    question: Question, place: Place, messages: list[Message], *, request_id: str, digest: str
) -> Reading:
    require_fitting(question)
    require_answering(question.model)
    answer = _answer_row(question, digest=digest)
    if await store.insert_answer(question.principal, answer):
        return await _begin(question, answer, place, messages, request_id=request_id)
    if given := await _given_before(question.principal, answer.id, digest, request_id=request_id):
        return given
    raise KeyUsedBefore


async def _is_unfinished(principal: Principal, answer: Answer) -> bool:
    """The message is finished first, and who has read it may be faster than its row."""
    message = await store.message(principal, answer.conversation_id, answer.id)
    return message is not None and message.status is MessageStatus.STREAMING


async def _question(
    principal: Principal, asked: AskIn, ids: Ids, place: Place, *, document_ids: Sequence[Id] | None = None
) -> Question:
    own_choice = asked.document_ids if document_ids is None else document_ids
    model = chat_model(asked.model)
    return Question(
        principal=principal,
        conversation_id=place.head.id,
        user_message_id=ids.user_message,
        message_id=ids.answer,
        text=asked.content,
        document_ids=tuple(own_choice or place.head.document_ids),
        documents_may_be_gone=not asked.document_ids,
        history=recalled(place.head, place.earlier),
        model=model,
        temperature=temperature_of(model.name, asked.temperature, settings().llm),
        require_verified=asked.require_verified,
        tokens_month=await metering.month(principal, model),
    )


def _answer_row(question: Question, *, digest: str) -> Answer:
    return Answer(
        id=question.message_id,
        tenant_id=question.principal.tenant_id,
        user_id=question.principal.user_id,
        conversation_id=question.conversation_id,
        user_message_id=question.user_message_id,
        alive_until=running.alive_until(),
        question=question.text,
        document_ids=list(question.document_ids),
        model=question.model.name,
        temperature=question.temperature,
        require_verified=question.require_verified,
        request_sha256=digest,
        tokens_month=question.tokens_month,
        created_at=now(),
    )


def _digest(asked: AskIn | AskAgainIn) -> str:
    """Of what was sent, so that it stays what it is when there is more that may be sent."""
    return hashlib.sha256(asked.model_dump_json(exclude_unset=True).encode()).hexdigest()


async def _given_before(principal: Principal, answer_id: Id, digest: str, *, request_id: str) -> Reading | None:
    """The answer to the same request, also when it could not be asked any more: documents go, models rest, months end.
    Raises `KeyUsedBefore` when it was another request."""
    before = await store.answer(principal, answer_id)
    if before is None:
        return None
    if before.request_sha256 != digest:
        raise KeyUsedBefore
    return Reading(principal, before, request_id, running.find(before.id), is_repeated=True)


def _message(id_: Id, role: MessageRole, content: str, *, parent_id: str | None) -> Message:
    return Message(id=str(id_), role=role, content=content, created_at=wire_time(now()), parent_id=parent_id)


def _draft(question: Question, *, parent_id: str | None = None) -> Message:
    return _message(question.message_id, MessageRole.ASSISTANT, "", parent_id=parent_id).model_copy(
        update={
            "status": MessageStatus.STREAMING,
            "model": question.model.name,
            "trace_id": tracing.trace_id(question.message_id),
        }
    )


async def _begin(
    question: Question, answer: Answer, place: Place, messages: list[Message], *, request_id: str
) -> Reading:
    """The answer's row is there first, so a draft that loses its process is always found."""
    try:
        await metering.hold(question)
        await _write(question.principal, place, messages)
    except Refusal:
        await metering.settle(question.principal, question.message_id, 0, month=question.tokens_month)
        await store.drop_answer(question.principal, question.message_id)
        raise
    if now() >= answer.alive_until:
        answer = await _revived(question, answer)
    here = running.start(question, messages[-1], request_id=request_id)
    return Reading(question.principal, answer, request_id, here)


async def _revived(question: Question, answer: Answer) -> Answer:
    """So late that the sweep may have taken this process for dead: then the row is gone, and nothing is held. When the
    month has no room for it any more, the draft is left to the next sweep."""
    answer = answer.model_copy(update={"alive_until": running.alive_until()})
    await store.insert_answer(question.principal, answer)
    await store.stay_alive([answer.id], answer.alive_until)
    await metering.hold(question)
    return answer


async def _write(principal: Principal, place: Place, messages: list[Message]) -> None:
    if place.new is None:
        await store.append(principal, place.head, messages)
        await name_at_once(principal, place.head, messages[0])
        return
    rows = [*place.new.messages, *map(as_row, messages)]
    place.new.messages, place.new.message_count, place.new.tail_bytes = rows, len(rows), sum(map(size_of, rows))
    await store.insert(principal, place.new)
