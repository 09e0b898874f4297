"""Where in a conversation a question goes, and which messages led to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research import store
from elenchus.research.branches import START
from elenchus.research.errors import MessageNotFound, UnknownParent
from elenchus.research.models import Answer, Conversation
from elenchus.research.schemas import TITLE_CHARACTERS, AskIn
from elenchus.research.tail import Head

NEW_TITLE = "New conversation"
HISTORY_MESSAGES = 48  # that are read; what is told of them is a matter of tokens
_NO_WORD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where question and answer go: to the end of a conversation, or into a new one. `earlier` are the messages of it
    that led to the question, oldest first."""

    head: Head
    new: Conversation | None = None
    earlier: Sequence[Row] = ()


async def place(principal: Principal, asked: AskIn, *, id_: Id) -> Place:
    if asked.conversation_id:
        head = await store.head(principal, asked.conversation_id, last=HISTORY_MESSAGES)
        return Place(head, earlier=await _earlier(principal, head, asked.parent_id))
    if asked.parent_id:
        raise UnknownParent(asked.parent_id)
    conversation = new_conversation(
        principal,
        id_=id_,
        title=title_of(asked.content),
        session_id=asked.session_id,
        document_ids=asked.document_ids,
    )
    return Place(Head.of_new(conversation), conversation)


async def _earlier(principal: Principal, head: Head, parent_id: Id | None) -> Sequence[Row]:
    if parent_id is None:
        tip = head.last[-1]["id"] if head.last else None
        return await store.branch(principal, head, tip, limit=HISTORY_MESSAGES) if tip else ()
    if rows := await store.branch(principal, head, str(parent_id), limit=HISTORY_MESSAGES):
        return rows
    raise UnknownParent(parent_id)


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


async def place_again(principal: Principal, before: Answer) -> tuple[Place, str]:
    """After everything; and what the first question followed, of which `earlier` is the last."""
    head = await store.head(principal, before.conversation_id, last=HISTORY_MESSAGES)
    rows = await store.branch(principal, head, str(before.user_message_id), limit=HISTORY_MESSAGES + 1)
    if not rows:
        raise MessageNotFound(before.id)
    *earlier, said = rows
    follows = said.get("parent_id") or (earlier[-1]["id"] if earlier else START)
    return Place(head, earlier=earlier), follows
