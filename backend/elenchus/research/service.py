"""Conversations: made, listed, read, changed, removed; questions asked, answers followed. What is done is put on the
record here; how it is done is in `asking` and `following`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import tracing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal
from elenchus.identity import service as identity
from elenchus.library import service as library
from elenchus.research import asking, following, store
from elenchus.research.errors import AccessEnded, UnknownPlace
from elenchus.research.following import Reading, abandon_lost
from elenchus.research.models import Conversation, Message
from elenchus.research.placing import NEW_TITLE, new_conversation
from elenchus.research.running import drain
from elenchus.research.schemas import (
    AnswerOut,
    AskAgainIn,
    AskIn,
    ConversationChange,
    ConversationDetail,
    ConversationIn,
    ConversationOut,
    FeedbackIn,
    MessagePage,
)
from elenchus.research.shown import Shown

REMOVAL_SECONDS = 60  # after which one counts as broken off; it takes four commands
REMOVALS_AT_ONCE = 100
CONVERSATION, ANSWER = "conversation", "answer"

__all__ = ["abandon_lost", "drain"]


async def create(principal: Principal, wanted: ConversationIn) -> ConversationDetail:
    await library.require_documents(principal, wanted.document_ids)
    conversation = new_conversation(
        principal,
        id_=new_id(),
        title=wanted.title or NEW_TITLE,
        session_id=wanted.session_id,
        document_ids=wanted.document_ids,
    )
    conversation.metadata = wanted.metadata
    await store.insert(principal, conversation)
    await audit.record(principal, Action.CONVERSATION_CREATED, CONVERSATION, conversation.id)
    return ConversationDetail.model_validate(conversation.model_dump())


async def conversations(
    principal: Principal, *, query: str | None, archived: bool, page: PageQuery
) -> Page[ConversationOut]:
    rows = await store.outlines(principal, query=query, archived=archived, page=page)
    return page.page(rows, ConversationOut.of)


async def conversation(principal: Principal, conversation_id: Id) -> Shown:
    """With its newest messages, as it goes over the wire."""
    shown = await store.outline_json(principal, conversation_id)
    audit.note(principal, Action.CONVERSATION_READ, CONVERSATION, conversation_id)
    return shown


async def change(
    principal: Principal, conversation_id: Id, wanted: ConversationChange, *, revision: int | None
) -> Shown:
    changes = {name: value for name, value in wanted.model_dump(exclude_unset=True).items() if value is not None}
    await library.require_documents(principal, wanted.document_ids or [])
    await store.change(principal, conversation_id, changes, revision=revision)
    await audit.record(principal, Action.CONVERSATION_CHANGED, CONVERSATION, conversation_id, fields=[*sorted(changes)])
    return await store.outline_json(principal, conversation_id)


async def delete(principal: Principal, conversation_id: Id) -> None:
    await store.delete(principal, conversation_id)
    await audit.record(principal, Action.CONVERSATION_DELETED, CONVERSATION, conversation_id)


async def finish_removals() -> int:
    """Of conversations whose removal broke off; says how many."""
    return await store.finish_removals(now() - timedelta(seconds=REMOVAL_SECONDS), limit=REMOVALS_AT_ONCE)


async def messages(principal: Principal, conversation_id: Id, *, before: str | None, limit: int) -> MessagePage:
    found = await store.messages_before(principal, conversation_id, before, limit=limit)
    if found is None:
        raise UnknownPlace(before or "")
    rows, more = found
    audit.note(principal, Action.CONVERSATION_READ, CONVERSATION, conversation_id, messages=len(rows))
    return MessagePage(
        items=[Message.model_validate(row) for row in rows], next_cursor=rows[-1]["id"] if more and rows else None
    )


async def ask(
    principal: Principal,
    asked: AskIn,
    *,
    request_id: str,
    key: str | None = None,
    begun: Conversation | None = None,
) -> Reading:
    """Store question and draft, and let the answer begin. The same key and request again is the same answer. `begun` is
    a new conversation with what was said before.

    A question's row does not delay its answer: it is on the record within a second.
    """
    to_read = await asking.ask(principal, asked, request_id=request_id, key=key, begun=begun)
    if to_read.is_repeated:
        return to_read
    if asked.conversation_id is None:
        audit.note(principal, Action.CONVERSATION_CREATED, CONVERSATION, to_read.answer.conversation_id)
    _note_question(principal, to_read)
    return to_read


async def regenerate(
    principal: Principal, message_id: Id, again: AskAgainIn, *, request_id: str, key: str | None = None
) -> Reading:
    """Answer the same question again, or ask it in other words; what was said stays."""
    begun = await asking.regenerate(principal, message_id, again, request_id=request_id, key=key)
    if not begun.is_repeated:
        _note_question(principal, begun, again=str(message_id))
    return begun


def _note_question(principal: Principal, begun: Reading, **details: str) -> None:
    answer = begun.answer
    audit.note(
        principal,
        Action.QUESTION_ASKED,
        CONVERSATION,
        answer.conversation_id,
        answer_id=str(answer.id),
        model=answer.model,
        documents=[str(document_id) for document_id in answer.document_ids],
        **details,
    )


async def reading(principal: Principal, message_id: Id, *, request_id: str) -> Reading:
    """Raises `MessageNotFound` for what is not an answer to this person."""
    found = await following.reading(principal, message_id, request_id=request_id)
    audit.note(principal, Action.ANSWER_READ, ANSWER, message_id)
    return found


@contextmanager
def while_allowed(credential: str, principal: Principal) -> Iterator[None]:
    """For what takes long: whoever may no longer hear it at its end is told that and nothing else; also what went wrong
    tells of it. Raises `AccessEnded`."""
    with identity.watched(credential, principal) as watch:
        try:
            yield
        finally:
            if watch.ended.is_set():
                raise AccessEnded


async def stop(reading: Reading) -> AnswerOut:
    """End the answer with the text so far; one that has ended stays as it is."""
    stopped = await reading.stop()
    await audit.record(reading.principal, Action.ANSWER_STOPPED, ANSWER, reading.message_id)
    return stopped


async def give_feedback(principal: Principal, message_id: Id, given: FeedbackIn) -> Message:
    message = await following.give_feedback(principal, message_id, given)
    await audit.record(principal, Action.ANSWER_RATED, ANSWER, message_id, score=given.score)
    if message.trace_id:
        tracing.tracer().score(message.trace_id, "feedback", given.score, comment=given.comment)
    return message
