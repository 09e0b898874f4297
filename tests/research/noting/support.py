"""What a client of notes does."""

from typing import Any

import httpx

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.research import store
from elenchus.research.noting.models import Note, NoteOrigin
from elenchus.research.placing import new_conversation
from tests.research.support import CONVERSATIONS
from tests.support import Firm


def notes_of(talk: str | Id) -> str:
    return f"{CONVERSATIONS}/{talk}/notes"


async def write(firm: Firm, talk: str, **body: Any) -> httpx.Response:
    return await firm.client.post(notes_of(talk), json=body)


async def written(firm: Firm, talk: str, **body: Any) -> dict[str, Any]:
    answer = await write(firm, talk, **body)
    assert answer.status_code == 201, answer.text
    note: dict[str, Any] = answer.json()
    return note


async def listed(firm: Firm, talk: str, **params: Any) -> dict[str, Any]:
    answer = await firm.client.get(notes_of(talk), params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def a_talk(owner: Principal, **more: Any) -> Id:
    """A conversation without messages."""
    made = new_conversation(owner, id_=new_id(), title="Rent", session_id=None, document_ids=[])
    await store.insert(owner, made.model_copy(update=more))
    return made.id


def a_note(owner: Principal, talk: Id, content: str = "Mind the notice.") -> Note:
    return Note(
        tenant_id=owner.tenant_id, user_id=owner.user_id, conversation_id=talk, origin=NoteOrigin.MINE,
        content=content, created_at=now(), updated_at=now(),
    )  # fmt: skip
