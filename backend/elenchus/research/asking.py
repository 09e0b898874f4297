"""From a request to an answer that is being written.

Every refusal comes out here, before anything is told: once a stream has begun nothing can be refused any more.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.llm.base import Speaker, Turn
from elenchus.core.llm.factory import chat_model
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import service as library
from elenchus.research import metering, running, store
from elenchus.research.answering import Question
from elenchus.research.errors import AnswerUnderWay, KeyUsedBefore, MessageNotFound
from elenchus.research.following import Reading
from elenchus.research.models import Answer, Conversation, Message, MessageStatus, Role, wire_time
from elenchus.research.schemas import TITLE_CHARACTERS, AskIn
from elenchus.research.tail import Head, as_row, size_of

HISTORY_MESSAGES = 12
_NO_WORD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_READABLE = frozenset({MessageStatus.COMPLETE, MessageStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class Ids:
    """Of what a request makes; the same for the same idempotency key."""

    conversation: Id
    user_message: Id
    answer: Id

    @classmethod
    def made(cls, principal: Principal, key: str | None) -> "Ids":
        if key is None:
            return cls(new_id(), new_id(), new_id())
        whose = (principal.tenant_id, principal.user_id, "ask", key)
        return cls(*(derived_id(*whose, what) for what in ("conversation", "question", "answer")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where question and answer go: after the head of a conversation, or into a new one."""

    head: Head
    new: Conversation | None = None


async def ask(principal: Principal, asked: AskIn, *, request_id: str, key: str | None = None) -> Reading:
    """Store question and draft, and let the answer begin. The same key and request again is the same answer."""
    running.require_room()
    chat_model(asked.model)  # an unknown one is refused before anything is read
    await library.require_documents(principal, asked.document_ids)
    ids = Ids.made(principal, key)
    place = await _place(principal, asked, ids)
    question = await _question(principal, asked, ids, place)
    answer = _answer_row(question, digest=_digest(asked))
    if not await store.insert_answer(principal, answer):
        return await _answered_before(principal, answer, request_id=request_id)
    user_message = _message(ids.user_message, Role.USER, asked.content)
    return await _begin(question, answer, place, [user_message], request_id=request_id)


async def regenerate(principal: Principal, message_id: Id, *, request_id: str) -> Reading:
    """Answer the same question again, as a new message after the others; the earlier answer stays."""
    running.require_room()
    before = await store.answer(principal, message_id)
    if before is None:
        raise MessageNotFound(message_id)
    if before.status is MessageStatus.STREAMING and await _is_unfinished(principal, before):
        raise AnswerUnderWay
    asked = AskIn(
        content=before.question,
        conversation_id=before.conversation_id,
        document_ids=[],
        model=before.model,
        temperature=before.temperature,
        require_verified=before.require_verified,
    )
    ids = Ids(before.conversation_id, before.user_message_id, new_id())
    place = Place(await store.head(principal, before.conversation_id, last=HISTORY_MESSAGES))
    question = await _question(principal, asked, ids, place, document_ids=before.document_ids)
    answer = _answer_row(question, digest="")
    await store.insert_answer(principal, answer)
    return await _begin(question, answer, place, [], request_id=request_id)


async def _is_unfinished(principal: Principal, answer: Answer) -> bool:
    """The message is finished first, and who has read it may be faster than its row."""
    message = await store.message(principal, answer.conversation_id, answer.id)
    return message is not None and message.status is MessageStatus.STREAMING


async def _place(principal: Principal, asked: AskIn, ids: Ids) -> Place:
    if asked.conversation_id:
        return Place(await store.head(principal, asked.conversation_id, last=HISTORY_MESSAGES))
    conversation = new_conversation(
        principal,
        id_=ids.conversation,
        title=title_of(asked.content),
        session_id=asked.session_id,
        document_ids=asked.document_ids,
    )
    return Place(Head.of_new(conversation), conversation)


def new_conversation(
    principal: Principal, *, id_: Id, title: str, session_id: str | None, document_ids: Sequence[Id]
) -> Conversation:
    instant = now()
    return Conversation(
        id=id_,
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        title=title,
        session_id=session_id,
        document_ids=list(document_ids),
        created_at=instant,
        updated_at=instant,
    )


def title_of(question: str) -> str:
    """The question's beginning, on one line."""
    words = " ".join(_NO_WORD.sub(" ", question).split())
    if len(words) <= TITLE_CHARACTERS:
        return words
    cut = words[:TITLE_CHARACTERS].rpartition(" ")[0] or words[: TITLE_CHARACTERS - 1]
    return cut[: TITLE_CHARACTERS - 1].rstrip(" ,.;:-–—(") + "…"


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
        history=history(place.head.last, until=str(ids.user_message)),
        model=model,
        temperature=settings().llm.temperature if asked.temperature is None else asked.temperature,
        require_verified=asked.require_verified,
        tokens_month=await metering.month(principal, model),
    )


def history(rows: Sequence[Row], *, until: str) -> tuple[Turn, ...]:
    """The conversation so far as turns, up to the question that is asked (again)."""
    turns: list[Turn] = []
    for row in rows:
        if row["id"] == until:
            break
        message = Message.model_validate(row)
        if message.content and message.status in _READABLE and message.role is not Role.SYSTEM:
            turns.append(Turn(Speaker(message.role), message.content))
    return tuple(turns)


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


def _digest(asked: AskIn) -> str:
    return hashlib.sha256(asked.model_dump_json().encode()).hexdigest()


async def _answered_before(principal: Principal, answer: Answer, *, request_id: str) -> Reading:
    before = await store.answer(principal, answer.id)
    if before is None or before.request_sha256 != answer.request_sha256:
        raise KeyUsedBefore
    return Reading(principal, before, request_id, running.find(before.id), is_repeated=True)


def _message(id_: Id, role: Role, content: str) -> Message:
    return Message(id=str(id_), role=role, content=content, created_at=wire_time(now()))


async def _begin(
    question: Question, answer: Answer, place: Place, before: list[Message], *, request_id: str
) -> Reading:
    """The answer's row is there first, so a draft that loses its process is always found."""
    draft = _message(question.message_id, Role.ASSISTANT, "").model_copy(
        update={"status": MessageStatus.STREAMING, "model": question.model.name}
    )
    messages = [*before, draft]
    try:
        await metering.hold(question)
        await _write(question.principal, place, messages)
    except Refusal:
        await metering.settle(question.principal, question.message_id, 0, month=question.tokens_month)
        await store.drop_answer(question.principal, question.message_id)
        raise
    here = running.start(question, draft, request_id=request_id)
    return Reading(question.principal, answer, request_id, here)


async def _write(principal: Principal, place: Place, messages: list[Message]) -> None:
    if place.new is None:
        await store.append(principal, place.head, messages)
        return
    rows = [as_row(message) for message in messages]
    place.new.messages, place.new.message_count, place.new.tail_bytes = rows, len(rows), sum(map(size_of, rows))
    await store.insert(principal, place.new)
