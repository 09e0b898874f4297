"""Notes go with their conversation, their person and their firm, and are given to whoever wrote them."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity.people.parts import Leaver
from elenchus.identity.tenants.retention import Term
from elenchus.research import service as research
from elenchus.research.models import Conversation, MessageRole
from elenchus.research.noting import privacy, service, store
from elenchus.research.noting.models import Note
from elenchus.research.noting.schemas import NoteChange, NoteIn
from elenchus.research.retention import service as retention
from elenchus.research.store import removing
from tests.research.noting.support import a_note, a_talk, written
from tests.research.test_exporting import citation, kept, said

MONTH = 30


async def noted(owner, **more) -> Id:
    """A conversation with a note."""
    talk = await a_talk(owner, **more)
    await Note.owned_by(owner).insert(a_note(owner, talk))
    return talk


async def left(owner) -> set[Id]:
    """The conversations that notes are of."""
    return {row["conversation_id"] for row in await Note.owned_by(owner).rows({})}


def days_ago(days: int):
    return now() - timedelta(days=days)


class TestConversation:
    async def test_its_notes_go_with_it_and_no_others(self, new_principal, resources_):
        owner = new_principal()
        gone, stays = await noted(owner), await noted(owner)
        await research.delete(owner, gone)
        assert await left(owner) == {stays}

    async def test_what_breaks_off_is_carried_on(self, new_principal, resources_, monkeypatch):
        owner = new_principal()
        talk = await noted(owner)

        async def dies(*_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as dying:
            dying.setattr(removing, "delete_parts", dies)
            with pytest.raises(RuntimeError):
                await research.delete(owner, talk)
        assert await left(owner) == {talk}
        monkeypatch.setattr(research, "REMOVAL_SECONDS", -1)
        await research.finish_removals()
        assert await left(owner) == set()


class TestTime:
    async def test_they_go_when_the_firms_time_is_over(self, new_principal, resources_):
        owner = new_principal()
        await noted(owner, updated_at=days_ago(MONTH + 1))
        young = await noted(owner, updated_at=days_ago(MONTH - 1))
        await retention._forget_in(Term(owner.tenant_id, MONTH))
        assert await left(owner) == {young}

    async def test_what_was_written_or_changed_of_late_keeps_its_conversation(self, new_principal, resources_):
        owner = new_principal()
        talks = [await a_talk(owner, updated_at=days_ago(MONTH + 1)) for _ in range(3)]
        notes = [await service.write(owner, talk, NoteIn(content="Mind the notice.")) for talk in talks[:2]]
        again = {"$set": {"updated_at": days_ago(MONTH + 1)}}
        assert await Conversation.owned_by(owner).update({"_id": talks[1]}, again)
        await service.change(owner, talks[1], notes[1].id, NoteChange(content="Mind the rent."))
        await retention._forget_in(Term(owner.tenant_id, MONTH))
        assert {row["_id"] for row in await Conversation.owned_by(owner).rows({})} == {*talks[:2]}
        assert await left(owner) == {*talks[:2]}


class TestPeople:
    async def test_a_person_takes_them_along_with_what_they_cite(self, firm, new_principal):
        f = await firm()
        answer = said(MessageRole.ASSISTANT, "Rent is due [1].", citation())
        talk = await kept(f, answer)
        notes = [await written(f, talk, content="Mine."), await written(f, talk, message_id=answer.id)]
        colleague = new_principal(Role.MEMBER, f.principal.tenant_id)
        await noted(colleague)
        file = (await f.client.get(f"/api/v1/users/{f.principal.user_id}/export")).json()
        assert file["notes"] == [{"tenant_id": str(f.principal.tenant_id), **note} for note in notes[::-1]]

    async def test_however_many_there_are(self, new_principal, resources_, monkeypatch):
        monkeypatch.setattr(store, "AT_ONCE", 2)
        owner = new_principal()
        talk = await a_talk(owner)
        ids = [(await service.write(owner, talk, NoteIn(content=f"{n}"))).id for n in range(5)]
        found = [item.fields["id"] async for item in privacy.export_notes(owner, owner.user_id)]
        assert found == [str(id_) for id_ in ids[::-1]]
        assert [item async for item in privacy.export_notes(owner, new_id())] == []

    async def test_they_go_with_their_person_and_no_others(self, new_principal, resources_):
        owner = new_principal()
        colleague = new_principal(Role.MEMBER, owner.tenant_id)
        await noted(owner)
        theirs = await noted(colleague)
        await privacy.erase_notes_of(owner, Leaver(owner.user_id, "x"))
        assert await left(owner) == {theirs}

    async def test_they_go_with_the_firm_and_those_of_others_stay(self, new_principal, resources_):
        owner, stranger = new_principal(), new_principal()
        await noted(owner)
        theirs = await noted(stranger)
        await privacy.PART.erase_tenant(owner)
        assert (await left(owner), await left(stranger)) == (set(), {theirs})
