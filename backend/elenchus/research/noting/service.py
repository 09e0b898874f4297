"""Notes of a conversation: written, kept from an answer, changed and removed. They are private as it is."""

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal
from elenchus.research.errors import AnswerUnderWay
from elenchus.research.examining import marks
from elenchus.research.models import Citation, Message, MessageRole, MessageStatus
from elenchus.research.noting import store
from elenchus.research.noting.errors import NoteNotFound, NothingToKeep, NotInAnswer, UnknownAnswer
from elenchus.research.noting.models import Note, NoteOrigin
from elenchus.research.noting.schemas import NoteChange, NoteIn, NoteOut, NotePage

CONVERSATION, NOTE = "conversation", "note"
SETTLED = (MessageStatus.COMPLETE, MessageStatus.STOPPED)


async def page(principal: Principal, conversation_id: Id, query: PageQuery) -> NotePage:
    """Raises `ConversationNotFound`."""
    found = query.page(await store.page(principal, conversation_id, query), NoteOut.of)
    audit.note(principal, Action.CONVERSATION_READ, CONVERSATION, conversation_id, notes=len(found.items))
    return NotePage(items=found.items, next_cursor=found.next_cursor, has_more=found.next_cursor is not None)


async def write(principal: Principal, conversation_id: Id, wanted: NoteIn) -> NoteOut:
    """Raises `ConversationNotFound`, `TooManyNotes`, and what `_kept` raises."""
    await store.require_place(principal, conversation_id)
    content, citations = await _kept(principal, conversation_id, wanted)
    moment = now()
    note = Note(
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        conversation_id=conversation_id,
        origin=NoteOrigin.ANSWER if wanted.message_id else NoteOrigin.MINE,
        message_id=wanted.message_id,
        content=content,
        citations=citations,
        created_at=moment,
        updated_at=moment,
    )
    await store.add(principal, note)
    about = {"conversation_id": str(conversation_id), "origin": note.origin.value}
    await audit.record(principal, Action.NOTE_WRITTEN, NOTE, note.id, **about)
    return NoteOut.model_validate(note.model_dump())


async def _kept(principal: Principal, conversation_id: Id, wanted: NoteIn) -> tuple[str, list[Citation]]:
    """Words, and what they cite. Raises `UnknownAnswer`, `AnswerUnderWay`, `NothingToKeep`, `NotInAnswer`."""
    if wanted.message_id is None:
        return wanted.content or "", []
    answer = await store.answer(principal, conversation_id, wanted.message_id)
    if answer is None or answer.role is not MessageRole.ASSISTANT:
        raise UnknownAnswer(wanted.message_id)
    if answer.status is MessageStatus.STREAMING:
        raise AnswerUnderWay
    if answer.status not in SETTLED or not answer.content.strip():
        raise NothingToKeep(wanted.message_id)
    return _excerpt(answer, wanted.content) if wanted.content else (answer.content, answer.citations)


def _excerpt(answer: Message, words: str) -> tuple[str, list[Citation]]:
    """Only white space may differ."""
    if _folded(words) not in _folded(answer.content):
        raise NotInAnswer
    called = set(marks.numbers(words))
    return words, [cited for cited in answer.citations if cited.n in called]


def _folded(text: str) -> str:
    return " ".join(text.split())


async def change(principal: Principal, conversation_id: Id, note_id: Id, wanted: NoteChange) -> NoteOut:
    """What it cites stays. The same words again change nothing. Raises `ConversationNotFound`, `NoteNotFound`."""
    row = await store.note(principal, conversation_id, note_id)
    if row is None:
        raise NoteNotFound(note_id)
    if row["content"] == wanted.content:
        return NoteOut.of(row)
    edited = row["origin"] == NoteOrigin.ANSWER
    changes = {"content": wanted.content, "edited": edited, "updated_at": now()}
    if not await store.change(principal, conversation_id, note_id, changes):
        raise NoteNotFound(note_id)
    await audit.record(principal, Action.NOTE_CHANGED, NOTE, note_id, conversation_id=str(conversation_id))
    return NoteOut.of({**row, **changes})


async def remove(principal: Principal, conversation_id: Id, note_id: Id) -> None:
    """Raises `ConversationNotFound`, `NoteNotFound`."""
    if not await store.remove(principal, conversation_id, note_id):
        raise NoteNotFound(note_id)
    await audit.record(principal, Action.NOTE_REMOVED, NOTE, note_id, conversation_id=str(conversation_id))
