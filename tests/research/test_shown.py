"""What this process remembers of conversations is bounded, and never shown when it is no longer so."""

from elenchus.core.ids import new_id
from elenchus.research.shown import Memory, Shown
from tests.research.support import CONVERSATIONS, asked, conversation, shown
from tests.support import COMMANDS


def body(size: int, revision: int = 1) -> Shown:
    return Shown(revision, b"x" * size)


class TestMemory:
    def test_the_least_used_go_first_when_it_is_full(self):
        memory, (a, b, c) = Memory(100), (new_id() for _ in range(3))
        memory.keep(a, body(40))
        memory.keep(b, body(40))
        assert memory.get(a)
        memory.keep(c, body(40))
        assert memory.get(b) is None
        assert memory.get(a)
        assert memory.get(c)

    def test_a_newer_one_takes_the_place_of_the_older(self):
        memory, a, b = Memory(100), new_id(), new_id()
        for revision in range(50):
            memory.keep(a, body(60, revision))
        memory.keep(b, body(40))
        assert memory.get(a) == body(60, 49)
        assert memory.get(b)

    def test_one_that_is_too_big_is_not_kept(self):
        memory, a = Memory(100), new_id()
        memory.keep(a, body(101))
        assert memory.get(a) is None

    def test_what_is_forgotten_makes_room(self):
        memory, a, b = Memory(100), new_id(), new_id()
        memory.keep(a, body(100))
        memory.forget(a)
        memory.forget(a)
        memory.keep(b, body(100))
        assert memory.get(b)


class TestShowing:
    async def test_every_change_shows_at_once(self, firm):
        f = await firm()
        talk = await conversation(f, title="First")
        url = f"{CONVERSATIONS}/{talk['id']}"
        assert (await shown(f, talk["id"]))["title"] == "First"
        await f.client.patch(url, json={"title": "Second"})
        assert (await shown(f, talk["id"]))["title"] == "Second"
        message = (await asked(f, conversation_id=talk["id"]))["message"]
        assert (await shown(f, talk["id"]))["messages"][-1] == message
        await f.client.post(f"/api/v1/chat/messages/{message['id']}/feedback", json={"score": 1})
        assert (await shown(f, talk["id"]))["messages"][-1]["feedback"] == {"score": 1, "comment": None}

    async def test_an_unchanged_one_is_asked_for_and_not_read_again(self, firm):
        f = await firm()
        talk = await conversation(f)
        first = await f.client.get(f"{CONVERSATIONS}/{talk['id']}")
        with COMMANDS.record() as sent:
            again = await f.client.get(f"{CONVERSATIONS}/{talk['id']}")
        assert sent == ["find"]
        assert again.content == first.content
        assert again.headers["etag"] == first.headers["etag"]

    async def test_a_remembered_one_is_still_only_its_owner_s(self, firm):
        mine, theirs = await firm(), await firm()
        talk = await conversation(theirs)
        await shown(theirs, talk["id"])
        assert (await mine.client.get(f"{CONVERSATIONS}/{talk['id']}")).status_code == 404
        assert (await theirs.client.get(f"{CONVERSATIONS}/{talk['id']}")).status_code == 200

    async def test_a_deleted_one_is_gone(self, firm):
        f = await firm()
        talk = await conversation(f)
        await shown(f, talk["id"])
        await f.client.delete(f"{CONVERSATIONS}/{talk['id']}")
        assert (await f.client.get(f"{CONVERSATIONS}/{talk['id']}")).status_code == 404
