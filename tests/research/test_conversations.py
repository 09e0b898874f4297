"""Conversations over HTTP: made, listed, read page by page, changed, removed; one person's and nobody else's."""

import json

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.research import service, store
from elenchus.research.models import Answer, Conversation, ConversationPage, Message
from elenchus.research.models import MessageRole as Role
from elenchus.research.placing import new_conversation
from elenchus.research.store import removing
from tests.research.support import CHAT, CONVERSATIONS, RENT, asked, conversation, shown
from tests.support import COMMANDS, Firm

FIELDS = (
    "id title session_id context_summary metadata document_ids is_active is_archived message_count messages created_at "
    "updated_at"
).split()

WHEN = "2026-11-20T12:00:00.000000Z"


async def long_talk(firm: Firm, count: int, content: str = "words") -> tuple[str, list[str]]:
    """A conversation of `count` messages; its id and theirs."""
    made = new_conversation(firm.principal, id_=new_id(), title="Long", session_id=None, document_ids=[])
    await store.insert(firm.principal, made)
    ids: list[str] = []
    for first in range(0, count, 10):
        rows = [
            Message(
                id=str(new_id()),
                role=Role.USER,
                content=f"{content} {number}",
                created_at="2026-11-20T12:00:00.000000Z",
            )
            for number in range(first, min(first + 10, count))
        ]
        await store.append(firm.principal, await store.head(firm.principal, made.id, last=1), rows)
        ids += [row.id for row in rows]
    return str(made.id), ids


class TestMaking:
    async def test_it_is_made_as_asked(self, firm):
        f = await firm()
        answered = await f.client.post(
            CONVERSATIONS, json={"title": "Smith v. Jones", "session_id": "s", "metadata": {"matter": {"no": 7}}}
        )
        assert answered.status_code == 201
        made = answered.json()
        assert answered.headers["location"] == f"{CONVERSATIONS}/{made['id']}"
        assert sorted(made) == sorted(FIELDS)
        assert (made["title"], made["session_id"], made["metadata"]) == ("Smith v. Jones", "s", {"matter": {"no": 7}})
        assert (made["messages"], made["message_count"], made["is_active"], made["is_archived"]) == ([], 0, True, False)
        assert await shown(f, made["id"]) == made

    @pytest.mark.parametrize(
        "body",
        [
            {"title": ""},
            {"title": "x" * 201},
            {"tenant_id": "6" * 24},
            {"user_id": "6" * 24},
            {"message_count": 5},
            {"messages": []},
            {"metadata": {"$where": "1"}},
            {"metadata": {"a": [{"$set": {}}]}},
            {"metadata": {"a.b": 1}},
            {"metadata": {"__proto__": 1}},
            {"metadata": {"": 1}},
            {"metadata": {"a": {"b": {"c": {"d": {"e": 1}}}}}},
            {"metadata": {"a": "x" * 8_001}},
            {"metadata": []},
            {"document_ids": ["nonsense"]},
            {"session_id": "x" * 129},
        ],
    )
    async def test_nonsense_is_refused(self, firm, body):
        f = await firm()
        assert (await f.client.post(CONVERSATIONS, json=body)).status_code == 422

    async def test_a_foreign_document_does_not_exist(self, firm):
        f = await firm()
        for body in ({"document_ids": [str(new_id())]},):
            assert (await f.client.post(CONVERSATIONS, json=body)).status_code == 404
        talk = await conversation(f)
        changed = await f.client.patch(f"{CONVERSATIONS}/{talk['id']}", json={"document_ids": [str(new_id())]})
        assert changed.status_code == 404


class TestListing:
    async def test_newest_first_without_messages_page_by_page(self, firm):
        f = await firm()
        made = [(await conversation(f, title=f"Matter {number}"))["id"] for number in range(5)]
        first = (await f.client.get(CONVERSATIONS, params={"limit": 3})).json()
        assert [row["id"] for row in first["items"]] == made[:1:-1]
        assert sorted(first["items"][0]) == sorted(set(FIELDS) - {"messages"})
        rest = (await f.client.get(CONVERSATIONS, params={"limit": 3, "cursor": first["next_cursor"]})).json()
        assert [row["id"] for row in rest["items"]] == made[1::-1]
        assert rest["next_cursor"] is None

    async def test_a_list_loads_no_messages_and_is_one_command(self, firm):
        f = await firm()
        await long_talk(f, 120)
        await f.client.get(CONVERSATIONS)  # who asks is remembered for a second
        with COMMANDS.record() as sent:
            listed = await f.client.get(CONVERSATIONS)
        assert len(sent) <= 2
        assert listed.json()["items"][0]["message_count"] == 120
        assert len(listed.content) < 600

    async def test_by_a_part_of_the_title(self, firm):
        f = await firm()
        wanted = await conversation(f, title="Rent (2024) of Harbour Estates")
        await conversation(f, title="Another")
        for part in ("harbour", "rent (2024)"):
            listed = (await f.client.get(CONVERSATIONS, params={"q": part})).json()["items"]
            assert [row["id"] for row in listed] == [wanted["id"]]
        for pattern in (".*", "(?:", "rent|another", "^R"):
            assert (await f.client.get(CONVERSATIONS, params={"q": pattern})).json()["items"] == []

    async def test_archived_ones_are_apart(self, firm):
        f = await firm()
        kept, put_away = await conversation(f), await conversation(f)
        await f.client.patch(f"{CONVERSATIONS}/{put_away['id']}", json={"is_archived": True})
        assert [row["id"] for row in (await f.client.get(CONVERSATIONS)).json()["items"]] == [kept["id"]]
        archived = (await f.client.get(CONVERSATIONS, params={"archived": True})).json()["items"]
        assert [row["id"] for row in archived] == [put_away["id"]]

    async def test_a_broken_cursor_is_refused(self, firm):
        f = await firm()
        assert (await f.client.get(CONVERSATIONS, params={"cursor": "!!"})).status_code == 422


class TestReading:
    async def test_one_is_one_command(self, firm):
        f = await firm()
        talk_id, _ = await long_talk(f, 60)
        await shown(f, talk_id)
        with COMMANDS.record() as sent:
            await f.client.get(f"{CONVERSATIONS}/{talk_id}")
        assert sent == ["find"]

    @pytest.mark.parametrize("count", [3, 50, 51, 170])
    async def test_the_newest_fifty_oldest_first(self, firm, count):
        f = await firm()
        talk_id, ids = await long_talk(f, count)
        kept = await shown(f, talk_id)
        assert [row["id"] for row in kept["messages"]] == ids[-50:]
        assert kept["message_count"] == count

    async def test_the_newest_fifty_also_when_they_are_too_big_to_stay_inline(self, firm):
        f = await firm()
        talk_id, ids = await long_talk(f, 60, content="x" * 30_000)
        assert [row["id"] for row in (await shown(f, talk_id))["messages"]] == ids[-50:]

    async def test_its_bytes_are_what_the_model_of_the_contract_would_write(self, firm):
        f = await firm()
        body = await asked(f)
        got = await f.client.get(f"{CONVERSATIONS}/{body['conversation_id']}")
        from elenchus.research.schemas import ConversationDetail

        assert json.loads(ConversationDetail.model_validate(got.json()).model_dump_json()) == got.json()

    async def test_going_back_page_by_page(self, firm):
        f = await firm()
        talk_id, ids = await long_talk(f, 230)
        seen: list[str] = []
        before = None
        while True:
            params = {"limit": 60} | ({"before": before} if before else {})
            page = (await f.client.get(f"{CONVERSATIONS}/{talk_id}/messages", params=params)).json()
            seen += [row["id"] for row in page["items"]]
            before = page["next_cursor"]
            if before is None:
                break
        assert seen == ids[::-1]

    async def test_any_message_can_be_the_place(self, firm):
        f = await firm()
        talk_id, ids = await long_talk(f, 130)
        for place in (1, 40, 79, 80, 81, 129):
            page = await f.client.get(f"{CONVERSATIONS}/{talk_id}/messages", params={"before": ids[place], "limit": 5})
            assert [row["id"] for row in page.json()["items"]] == ids[max(0, place - 5) : place][::-1]
        nothing_older = await f.client.get(f"{CONVERSATIONS}/{talk_id}/messages", params={"before": ids[0]})
        assert nothing_older.json() == {"items": [], "next_cursor": None}

    async def test_a_message_of_another_conversation_is_no_place(self, firm):
        f = await firm()
        talk_id, _ = await long_talk(f, 5)
        _, other_ids = await long_talk(f, 130)
        for place in (other_ids[0], other_ids[-1], "nonsense", str(new_id())):
            page = await f.client.get(f"{CONVERSATIONS}/{talk_id}/messages", params={"before": place})
            assert page.status_code == 422


class TestChanging:
    async def test_only_what_is_sent_changes(self, firm):
        f = await firm()
        talk = await conversation(f, title="Old", metadata={"a": 1})
        changed = await f.client.patch(f"{CONVERSATIONS}/{talk['id']}", json={"title": "New"})
        assert changed.status_code == 200
        assert (changed.json()["title"], changed.json()["metadata"]) == ("New", {"a": 1})
        assert await shown(f, talk["id"]) == changed.json()

    async def test_a_change_on_what_is_no_longer_so_is_refused(self, firm):
        f = await firm()
        talk = await conversation(f)
        url = f"{CONVERSATIONS}/{talk['id']}"
        tag = (await f.client.get(url)).headers["etag"]
        first = await f.client.patch(url, json={"title": "First"}, headers={"If-Match": tag})
        assert first.status_code == 200
        assert first.headers["etag"] != tag
        late = await f.client.patch(url, json={"title": "Second"}, headers={"If-Match": tag})
        assert late.status_code == 412
        assert (await shown(f, talk["id"]))["title"] == "First"
        for other in ('"x"', "nonsense", '"-1"'):
            assert (await f.client.patch(url, json={"title": "T"}, headers={"If-Match": other})).status_code == 412
        assert (await f.client.patch(url, json={"title": "T"}, headers={"If-Match": "*"})).status_code == 200

    async def test_operators_in_metadata_stay_out(self, firm):
        f = await firm()
        talk = await conversation(f)
        changed = await f.client.patch(
            f"{CONVERSATIONS}/{talk['id']}", json={"metadata": {"$inc": {"message_count": 9}}}
        )
        assert changed.status_code == 422


class TestRemoving:
    async def test_nothing_of_it_is_left(self, firm):
        f = await firm()
        talk_id, _ = await long_talk(f, 130)
        body = await asked(f, conversation_id=talk_id)
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk_id}")).status_code == 204
        assert (await f.client.get(f"{CONVERSATIONS}/{talk_id}")).status_code == 404
        assert (await f.client.get(f"{CHAT}/messages/{body['message']['id']}/stream")).status_code == 404
        for kind in (ConversationPage, Answer):
            assert await kind.owned_by(f.principal).rows({"conversation_id": Id(talk_id)}) == []
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk_id}")).status_code == 404

    async def test_what_breaks_off_is_carried_on(self, firm, monkeypatch):
        f = await firm()
        talk_id, _ = await long_talk(f, 130)
        await asked(f, conversation_id=talk_id)
        with monkeypatch.context() as dying:
            dying.setattr(removing, "delete_parts", _dies)
            with pytest.raises(_Dead):
                await service.delete(f.principal, Id(talk_id))
        assert (await f.client.get(f"{CONVERSATIONS}/{talk_id}")).status_code == 404
        assert (await f.client.get(CONVERSATIONS)).json()["items"] == []
        refused = await f.client.post(CHAT, json={"content": RENT, "conversation_id": talk_id})
        assert refused.status_code == 404
        await service.finish_removals()  # it may be under way
        assert await Conversation.owned_by(f.principal).get(Id(talk_id))
        monkeypatch.setattr(service, "REMOVAL_SECONDS", -1)
        await service.finish_removals()
        assert await Conversation.owned_by(f.principal).get(Id(talk_id)) is None
        for kind in (ConversationPage, Answer):
            assert await kind.owned_by(f.principal).rows({"conversation_id": Id(talk_id)}) == []


class _Dead(Exception):
    pass


async def _dies(*_: object) -> None:
    raise _Dead


class TestOthers:
    """Another tenant's, and another person's of the same tenant, do not exist."""

    @pytest.fixture
    async def theirs(self, firm) -> tuple[Firm, dict]:
        owner = await firm()
        return owner, await asked(owner)

    @pytest.fixture
    async def colleague(self, theirs):
        """Another person of the owner's tenant, by their own principal."""
        from elenchus.core.principal import Principal
        from elenchus.core.principal import Role as Rank

        owner, _ = theirs
        return Principal(owner.principal.tenant_id, new_id(), Rank.OWNER)

    async def test_by_every_route(self, firm, theirs):
        f = await firm()
        owner, body = theirs
        talk, message = f"{CONVERSATIONS}/{body['conversation_id']}", f"{CHAT}/messages/{body['message']['id']}"
        before = await shown(owner, body["conversation_id"])
        for method, url, sent in [
            ("GET", talk, None),
            ("PATCH", talk, {"title": "mine now"}),
            ("DELETE", talk, None),
            ("GET", f"{talk}/messages", None),
            ("POST", CHAT, {"content": RENT, "conversation_id": body["conversation_id"]}),
            ("GET", f"{message}/stream", None),
            ("POST", f"{message}/stop", None),
            ("POST", f"{message}/regenerate", None),
            ("POST", f"{message}/feedback", {"score": 1}),
        ]:
            answered = await f.client.request(method, url, json=sent)
            assert answered.status_code == 404, (method, url)
        assert (await f.client.get(CONVERSATIONS)).json()["items"] == []
        assert await shown(owner, body["conversation_id"]) == before

    async def test_a_colleague_of_the_same_tenant_does_not_see_it_either(self, theirs, colleague):
        from elenchus.core.pages import PageQuery
        from elenchus.research.errors import ConversationNotFound, MessageNotFound

        _, body = theirs
        talk_id, message_id = Id(body["conversation_id"]), Id(body["message"]["id"])
        listed = await service.conversations(colleague, query=None, archived=False, page=PageQuery())
        assert listed.items == []
        for attempt in (
            service.conversation(colleague, talk_id),
            service.messages(colleague, talk_id, before=None, limit=5),
            service.delete(colleague, talk_id),
        ):
            with pytest.raises(ConversationNotFound):
                await attempt
        with pytest.raises(MessageNotFound):
            await service.reading(colleague, message_id, request_id="")


async def test_a_new_conversation_that_the_driver_sends_again_meets_itself(new_principal, resources_):
    principal = new_principal()
    made = new_conversation(principal, id_=new_id(), title="Once", session_id=None, document_ids=[])
    await store.insert(principal, made)
    await store.insert(principal, made)
    assert (await store.head(principal, made.id, last=1)).count == 0
