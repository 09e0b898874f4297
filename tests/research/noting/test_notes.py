"""Notes of one's own: written, listed, changed and removed, by nobody else and up to a number."""

import asyncio

import pytest

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Role
from elenchus.research import service as research
from elenchus.research.errors import ConversationNotFound
from elenchus.research.noting import service, store
from elenchus.research.noting.models import Note
from elenchus.research.noting.schemas import LONGEST_NOTE, NoteChange, NoteIn
from tests.research.noting.support import a_note, a_talk, listed, notes_of, write, written
from tests.research.support import shown

OWN = "**Notice** is late; see clause 4."


@pytest.fixture
async def talk(firm):
    """A firm, and a conversation of its owner's."""
    f = await firm()
    return f, str(await a_talk(f.principal))


class TestWriting:
    async def test_it_is_kept_as_it_was_written(self, talk):
        f, talk_id = talk
        answer = await write(f, talk_id, content=f"  {OWN}\n")
        assert answer.status_code == 201, answer.text
        note = answer.json()
        assert answer.headers["location"] == f"{notes_of(talk_id)}/{note['id']}"
        assert note == {
            "id": note["id"], "conversation_id": talk_id, "origin": "mine", "message_id": None, "content": OWN,
            "citations": [], "edited": False, "created_at": note["created_at"], "updated_at": note["created_at"],
        }  # fmt: skip
        assert note["created_at"].endswith("Z")
        assert await listed(f, talk_id) == {"items": [note], "next_cursor": None, "has_more": False}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"content": None},
            {"content": " \n\t"},
            {"content": "x" * (LONGEST_NOTE + 1)},
            {"content": "a\x00b"},
            {"content": {"$ne": ""}},
            {"content": "x", "origin": "answer"},
            {"content": "x", "citations": []},
            {"message_id": "12"},
        ],
    )
    async def test_what_is_no_note_is_refused(self, talk, body):
        f, talk_id = talk
        assert (await write(f, talk_id, **body)).status_code == 422
        assert (await listed(f, talk_id))["items"] == []

    async def test_the_longest_is_taken_whatever_space_is_around_it(self, talk):
        f, talk_id = talk
        note = await written(f, talk_id, content=f" {'x' * LONGEST_NOTE} ")
        assert len(note["content"]) == LONGEST_NOTE == 20_000

    async def test_the_conversation_says_that_something_has_happened_in_it(self, talk):
        f, talk_id = talk
        before = await shown(f, talk_id)
        note = await written(f, talk_id, content=OWN)
        after = await shown(f, talk_id)
        assert after["updated_at"] >= note["created_at"] > before["updated_at"]
        changed = await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json={"content": "Other"})
        assert (await shown(f, talk_id))["updated_at"] >= changed.json()["updated_at"]

    async def test_it_is_on_the_record_without_its_words(self, talk):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json={"content": "Other"})
        await f.client.delete(f"{notes_of(talk_id)}/{note['id']}")
        await listed(f, talk_id)
        await audit.drain(5)
        rows = await AuditRow.owned_by(f.principal).rows({"object.id": note["id"]}, sort=[("seq", 1)])
        assert [row["action"] for row in rows] == ["note.written", "note.changed", "note.removed"]
        assert [row["details"] for row in rows] == [
            {"conversation_id": talk_id, "origin": "mine"}, *[{"conversation_id": talk_id}] * 2
        ]  # fmt: skip
        read = await AuditRow.owned_by(f.principal).rows({"object.id": talk_id, "action": "conversation.read"})
        assert [row["details"] for row in read] == [{"notes": 0}]


class TestPages:
    async def test_the_newest_come_first_and_none_is_skipped(self, talk):
        f, talk_id = talk
        ids = [(await written(f, talk_id, content=f"{n}"))["id"] for n in range(5)]
        found, cursor, more = [], None, True
        while more:
            page = await listed(f, talk_id, limit=2, **({"cursor": cursor} if cursor else {}))
            found += [[note["id"] for note in page["items"]]]
            cursor, more = page["next_cursor"], page["has_more"]
            assert more == (cursor is not None)
        assert found == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]

    async def test_those_of_another_conversation_are_not_among_them(self, talk):
        f, talk_id = talk
        other = str(await a_talk(f.principal))
        note = await written(f, other, content=OWN)
        assert (await listed(f, talk_id))["items"] == []
        assert [row["id"] for row in (await listed(f, other))["items"]] == [note["id"]]

    @pytest.mark.parametrize("params", [{"cursor": "!"}, {"limit": 0}, {"limit": 201}])
    async def test_a_broken_question_is_refused(self, talk, params):
        f, talk_id = talk
        assert (await f.client.get(notes_of(talk_id), params=params)).status_code == 422


class TestChanging:
    async def test_the_words_are_others_from_then_on(self, talk):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        answer = await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json={"content": " Mine. "})
        assert answer.status_code == 200, answer.text
        changed = answer.json()
        assert changed == {**note, "content": "Mine.", "updated_at": changed["updated_at"]}
        assert changed["updated_at"] > note["updated_at"]
        assert (await listed(f, talk_id))["items"] == [changed]

    async def test_the_same_words_again_change_nothing(self, talk):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        before = await shown(f, talk_id)
        answer = await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json={"content": OWN})
        assert (answer.status_code, answer.json()) == (200, note)
        assert await shown(f, talk_id) == before

    @pytest.mark.parametrize(
        "body", [{}, {"content": " "}, {"content": "x" * (LONGEST_NOTE + 1)}, {"content": "x", "edited": False}]
    )
    async def test_what_is_no_note_is_refused(self, talk, body):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        assert (await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json=body)).status_code == 422
        assert (await listed(f, talk_id))["items"] == [note]


class TestRemoving:
    async def test_it_is_gone_and_no_other(self, talk):
        f, talk_id = talk
        first, second = [await written(f, talk_id, content=OWN) for _ in range(2)]
        path = f"{notes_of(talk_id)}/{first['id']}"
        assert (await f.client.delete(path)).status_code == 204
        assert (await listed(f, talk_id))["items"] == [second]
        assert (await f.client.delete(path)).status_code == 404
        assert (await f.client.patch(path, json={"content": "x"})).status_code == 404

    async def test_one_that_is_removed_while_it_is_changed_stays_removed(self, talk, monkeypatch):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        row = await store.note(f.principal, Id(talk_id), Id(note["id"]))
        await f.client.delete(f"{notes_of(talk_id)}/{note['id']}")

        async def seen_before(*_: object):
            return row

        monkeypatch.setattr(store, "note", seen_before)
        refused = await f.client.patch(f"{notes_of(talk_id)}/{note['id']}", json={"content": "x"})
        assert refused.status_code == 404


class TestOthers:
    async def test_a_note_is_found_in_its_own_conversation_only(self, talk):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        path = f"{notes_of(await a_talk(f.principal))}/{note['id']}"
        assert (await f.client.patch(path, json={"content": "x"})).status_code == 404
        assert (await f.client.delete(path)).status_code == 404
        assert (await listed(f, talk_id))["items"] == [note]

    async def test_to_another_firm_there_is_nothing(self, talk, firm):
        f, talk_id = talk
        note = await written(f, talk_id, content=OWN)
        stranger, path = await firm(), f"{notes_of(talk_id)}/{note['id']}"
        answers = [
            await stranger.client.get(notes_of(talk_id)),
            await stranger.client.post(notes_of(talk_id), json={"content": "x"}),
            await stranger.client.patch(path, json={"content": "x"}),
            await stranger.client.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert (await listed(f, talk_id))["items"] == [note]

    async def test_to_a_colleague_there_is_nothing_whatever_their_role(self, new_principal, resources_):
        owner = new_principal()
        colleague = new_principal(Role.OWNER, owner.tenant_id)
        talk_id = await a_talk(owner)
        note = await service.write(owner, talk_id, NoteIn(content=OWN))
        for asked in (
            service.page(colleague, talk_id, PageQuery()),
            service.write(colleague, talk_id, NoteIn(content="x")),
            service.change(colleague, talk_id, note.id, NoteChange(content="x")),
            service.remove(colleague, talk_id, note.id),
        ):
            with pytest.raises(ConversationNotFound):
                await asked
        assert (await service.page(owner, talk_id, PageQuery())).items == [note]
        assert await Note.owned_by(owner).count({}) == 1


class TestLimits:
    async def test_one_more_than_there_may_be_is_refused_and_changes_nothing(self, talk, monkeypatch):
        f, talk_id = talk
        monkeypatch.setattr(store, "MOST_NOTES", 2)
        for _ in range(2):
            note = await written(f, talk_id, content=OWN)
        before = await shown(f, talk_id)
        refused = await write(f, talk_id, content=OWN)
        assert refused.status_code == 409
        assert refused.json()["detail"] == "It holds up to 2. Remove some of them first."
        assert await shown(f, talk_id) == before
        await f.client.delete(f"{notes_of(talk_id)}/{note['id']}")
        await written(f, talk_id, content=OWN)

    async def test_of_those_who_write_at_once_nobody_gets_past_it(self, talk, monkeypatch):
        """Each finds room for one more before any of them has written."""
        f, talk_id = talk
        monkeypatch.setattr(store, "MOST_NOTES", 2)
        monkeypatch.setattr(store, "require_place", store.require_conversation)
        for _ in range(2):
            await written(f, talk_id, content=OWN)
        answers = await asyncio.gather(*(write(f, talk_id, content=OWN) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {409}
        assert len((await listed(f, talk_id))["items"]) == 2

    def test_there_may_be_five_hundred(self):
        assert store.MOST_NOTES == 500

    async def test_what_is_written_while_the_conversation_goes_goes_with_it(self, new_principal, resources_):
        owner = new_principal()
        talk_id = await a_talk(owner)
        await research.delete(owner, talk_id)
        with pytest.raises(ConversationNotFound):
            await store.add(owner, a_note(owner, talk_id))
        with pytest.raises(ConversationNotFound):
            await service.write(owner, new_id(), NoteIn(content=OWN))
        assert await Note.owned_by(owner).count({}) == 0
