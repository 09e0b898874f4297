"""Links to a conversation: what a stranger with one sees, and when it opens nothing."""

import asyncio
from datetime import timedelta

import pytest

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.identity.models import Tenant, User
from elenchus.research import store
from elenchus.research.models import (
    Conversation,
    Failing,
    Feedback,
    MessageError,
    MessageStatus,
    Stale,
    StaleReason,
    Verification,
)
from elenchus.research.models import (
    MessageRole as Role,
)
from elenchus.research.sharing import store as sharing_store
from elenchus.research.sharing.models import ShareLink
from tests.research.support import CHAT, CONVERSATIONS, RENT_WORDS
from tests.research.test_conversations import long_talk
from tests.research.test_exporting import citation, kept, said
from tests.support import http_client

SHARED = f"{CHAT}/shared"


@pytest.fixture
async def shared(firm):
    """A conversation of two messages with a link, and a stranger."""
    f = await firm()
    talk = await kept(f, said(Role.USER, "What is due?"), said(Role.ASSISTANT, "Rent [1].", citation()), title="Rent")
    made = await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})
    assert made.status_code == 201, made.text
    async with http_client(base_url=str(f.client.base_url)) as stranger:
        yield f, talk, made.json(), stranger


async def refusal(stranger, token: str) -> tuple[int, dict]:
    got = await stranger.get(f"{SHARED}/{token}")
    told = got.json()
    return got.status_code, {name: told.get(name) for name in ("type", "title", "detail", "status")}


class TestReading:
    async def test_a_stranger_sees_what_was_said_and_the_quotes(self, shared):
        _, _, link, stranger = shared
        got = await stranger.get(f"{SHARED}/{link['token']}")
        assert got.status_code == 200, got.text
        seen = got.json()
        assert (seen["title"], seen["message_count"], seen["next"]) == ("Rent", 2, None)
        assert [row["content"] for row in seen["messages"]] == ["What is due?", "Rent [1]."]
        assert seen["messages"][1]["citations"] == [
            {"n": 1, "document_title": "Lease <2024> & more", "page_start": 3, "page_end": 3, "quote": RENT_WORDS,
             "stale": None}
        ]  # fmt: skip
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["referrer-policy"] == "no-referrer"
        assert got.headers["x-robots-tag"] == "noindex, nofollow"

    async def test_both_addresses_of_the_link_are_told_and_one_of_them_is_read_without_a_page(self, shared):
        _, _, link, stranger = shared
        base, _, path = link["api_url"].partition("/api/")
        assert link["url"] == f"{base}/shared/#token={link['token']}"
        assert (await stranger.get(f"/api/{path}")).json()["title"] == "Rent"

    async def test_what_failed_its_examination_is_told_and_what_the_document_has_lost(self, firm):
        f = await firm()
        failing = [Failing(kind="quote", reason="altered", text="rent of $4,300", citations=[1])]
        quotes = [
            {"quote": "rent of $4,300", "verdict": "altered", "verified": False, "document_id": str(new_id())},
            {"quote": RENT_WORDS, "verdict": "exact", "verified": True, "start_char": 7, "differences": []},
        ]
        verification = Verification(
            citations_valid=False, failing=failing, unsupported_sentences=["The moon is full."], quotes=quotes
        )
        cited = citation()
        lost = {cited.document_id: Stale(reason=StaleReason.CHANGED, citations=[1], since="2026-11-21T00:00:00Z")}
        answered = said(Role.ASSISTANT, "“rent of $4,300” [1].", cited)
        examined = answered.model_copy(update={"verification": verification, "stale": lost})
        talk = await kept(f, examined, said(Role.ASSISTANT, "Never examined."))
        token = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()["token"]
        first, second = (await f.client.get(f"{SHARED}/{token}")).json()["messages"]
        assert first["failing"] == [{"kind": "quote", "reason": "altered", "text": "rent of $4,300", "citations": [1]}]
        assert first["quotes"] == [
            {"quote": "rent of $4,300", "verdict": "altered", "verified": False},
            {"quote": RENT_WORDS, "verdict": "exact", "verified": True},
        ]
        assert first["unsupported_sentences"] == ["The moon is full."]
        assert first["citations"][0]["stale"] == "changed"
        assert (second["quotes"], second["failing"], second["citations_valid"]) == (None, None, None)

    async def test_nothing_but_what_was_said_is_told(self, firm):
        """A word in each field that a message has beside what was said."""
        f = await firm()
        canary = "canary"
        full = said(Role.ASSISTANT, "Rent [1].", citation().model_copy(update={"chunk_id": canary})).model_copy(
            update={
                "model": canary, "trace_id": canary, "span_id": canary, "generation_id": canary,
                "feedback": Feedback(score=-1, comment=canary),
                "error": MessageError(code=canary, detail=canary, retryable=False),
                "verification": Verification(
                    quotes=[{"quote": "q", "verdict": "altered", "differences": [{"source": canary}]}],
                    legal_citations=[{"text": "x", "kind": canary, "in_library": False}],
                ),
            }
        )  # fmt: skip
        talk = await kept(f, full)
        more = {"context_summary": canary, "session_id": canary, "metadata": {"note": canary}}
        await Conversation.owned_by(f.principal).update({"_id": Id(talk)}, {"$set": more})
        token = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()["token"]
        got = await f.client.get(f"{SHARED}/{token}")
        assert got.status_code == 200
        assert canary not in got.text

    async def test_an_answer_that_is_still_being_written_is_not_shared(self, firm):
        f = await firm()
        draft = said(Role.ASSISTANT, "").model_copy(update={"status": MessageStatus.STREAMING})
        talk = await kept(f, said(Role.USER, "One?"), said(Role.ASSISTANT, "One."), said(Role.USER, "Two?"), draft)
        made = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()
        assert made["message_count"] == 3

    async def test_it_tells_no_id_of_the_tenants(self, shared):
        f, talk, link, stranger = shared
        text = (await stranger.get(f"{SHARED}/{link['token']}")).text
        kept_messages = (await f.client.get(f"{CONVERSATIONS}/{talk}")).json()["messages"]
        cited = kept_messages[1]["citations"][0]
        told = [f.principal.tenant_id, f.principal.user_id, talk, cited["document_id"], cited["chunk_id"], f.email]
        assert not [each for each in [*told, *(row["id"] for row in kept_messages)] if str(each) in text]

    async def test_what_is_said_later_is_not_shown(self, shared):
        f, talk, link, stranger = shared
        head = await store.head(f.principal, Id(talk), last=1)
        await store.append(f.principal, head, [said(Role.USER, "Something in confidence")])
        assert "confidence" not in (await stranger.get(f"{SHARED}/{link['token']}")).text

    async def test_which_message_follows_which_is_told_by_ids_of_the_link_s_own(self, shared):
        f, talk, _, stranger = shared
        head = await store.head(f.principal, Id(talk), last=2)
        answered, edited = said(Role.ASSISTANT, "Again."), said(Role.USER, "What else?")
        answered.parent_id, edited.parent_id = head.last[0]["id"], "start"
        await store.append(f.principal, head, [answered, edited])
        link = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()
        seen = (await stranger.get(f"{SHARED}/{link['token']}")).json()["messages"]
        assert [row["parent_id"] for row in seen] == [None, None, seen[0]["id"], "start"]
        assert len({row["id"] for row in seen}) == 4

    async def test_a_long_one_comes_in_parts(self, firm):
        f = await firm()
        talk, _ = await long_talk(f, 230)
        token = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()["token"]
        seen, start = [], 0
        while start is not None:
            part = (await f.client.get(f"{SHARED}/{token}", params={"start": start, "limit": 70})).json()
            seen += [row["content"] for row in part["messages"]]
            start = part["next"]
        assert seen == [f"words {number}" for number in range(230)]


class TestEnding:
    async def test_each_reason_is_answered_alike(self, shared):
        f, talk, link, stranger = shared
        never = await refusal(stranger, f"{new_id()}.{'x' * 43}")
        assert never[0] == 404
        name, _, secret = link["token"].partition(".")
        wrong = [f"{name}.{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}", name, f"{name}.", f"z.{secret}", secret]
        assert [await refusal(stranger, token) for token in wrong] == [never] * len(wrong)
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk}/share")).status_code == 204
        assert await refusal(stranger, link["token"]) == never

    async def test_it_ends_by_itself(self, shared):
        _, _, link, stranger = shared
        token = link["token"]
        over = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
        assert await ShareLink.across_tenants().update({"_id": Id(token[:24])}, over)
        assert (await refusal(stranger, token))[0] == 404

    async def test_a_new_link_takes_the_place_of_the_former(self, shared):
        f, talk, link, stranger = shared
        new = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={"expires_in_days": 1})).json()
        assert (await refusal(stranger, link["token"]))[0] == 404
        assert (await stranger.get(f"{SHARED}/{new['token']}")).status_code == 200

    async def test_of_links_made_at_once_exactly_one_opens(self, shared):
        f, talk, link, stranger = shared
        made = await asyncio.gather(*(f.client.post(f"{CONVERSATIONS}/{talk}/share", json={}) for _ in range(8)))
        tokens = [link["token"], *(one.json()["token"] for one in made)]
        opened = [(await stranger.get(f"{SHARED}/{token}")).status_code for token in tokens]
        assert (opened.count(200), opened.count(404)) == (1, 8)

    async def test_it_opens_nothing_while_the_conversation_is_in_the_archive(self, shared):
        f, talk, link, stranger = shared
        change = {"is_archived": True}
        assert (await f.client.patch(f"{CONVERSATIONS}/{talk}", json=change)).status_code == 200
        assert (await refusal(stranger, link["token"]))[0] == 404
        refused = await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})
        assert (refused.status_code, refused.json()["title"]) == (409, "An archived conversation is not shared")

    async def test_who_was_removed_and_let_in_again_has_no_old_links(self, shared):
        f, _, link, stranger = shared
        later = {"$set": {"memberships.0.joined_at": now() + timedelta(hours=1)}}
        await User.find_one({"_id": f.principal.user_id}).update(later)
        assert (await refusal(stranger, link["token"]))[0] == 404

    async def test_it_ends_with_the_conversation(self, shared):
        f, talk, link, stranger = shared
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk}")).status_code == 204
        assert (await refusal(stranger, link["token"]))[0] == 404

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"memberships": []}, {"memberships.0.role": "viewer"}, {"deleted_at": now()}]
    )
    async def test_it_ends_with_its_sharer(self, shared, change):
        f, _, link, stranger = shared
        await User.find_one({"_id": f.principal.user_id}).update({"$set": change})
        assert (await refusal(stranger, link["token"]))[0] == 404

    async def test_it_ends_with_the_tenant(self, shared):
        f, _, link, stranger = shared
        await Tenant.find_one({"_id": f.principal.tenant_id}).update({"$set": {"deleted_at": now()}})
        assert (await refusal(stranger, link["token"]))[0] == 404


class TestKnowing:
    async def test_whose_it_is_learns_that_there_is_a_link_and_not_what_opens_it(self, shared):
        f, talk, link, _ = shared
        got = await f.client.get(f"{CONVERSATIONS}/{talk}/share")
        assert got.json() == {name: link[name] for name in ("message_count", "created_at", "expires_at")}

    async def test_there_is_none_before_it_is_made_nor_once_it_opens_nothing(self, shared):
        f, talk, link, _ = shared
        fresh = await kept(f, said(Role.USER, "What is due?"))
        over = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
        assert await ShareLink.across_tenants().update({"_id": Id(link["token"][:24])}, over)
        for each in (fresh, talk):
            got = await f.client.get(f"{CONVERSATIONS}/{each}/share")
            assert (got.status_code, got.json()) == (200, None)

    async def test_nor_once_it_is_taken_back(self, shared):
        f, talk, _, _ = shared
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk}/share")).status_code == 204
        assert (await f.client.get(f"{CONVERSATIONS}/{talk}/share")).json() is None


class TestKeeping:
    async def test_only_a_digest_is_kept(self, shared):
        _, _, link, _ = shared
        name, _, secret = link["token"].partition(".")
        row = await ShareLink.across_tenants().row({"_id": Id(name)})
        assert secret not in str(row)
        assert link["url"].endswith(f"/shared/#token={link['token']}")

    async def test_a_visit_is_on_the_record_and_the_token_is_not(self, shared):
        f, talk, link, stranger = shared
        got = await stranger.get(f"{SHARED}/{link['token']}")
        await audit.drain(10)
        [row] = await AuditRow.owned_by(f.principal).rows({"request_id": got.headers["x-request-id"]})
        assert (row["action"], row["object"]["id"]) == ("conversation.visited", talk)
        assert row["actor"]["user_id"] != f.principal.user_id
        assert link["token"].partition(".")[2] not in str(row)

    async def test_the_log_has_no_token_when_a_visit_breaks(self, shared, monkeypatch, lines):
        _, _, link, stranger = shared

        async def breaks(_link_id: Id) -> None:
            raise RuntimeError

        monkeypatch.setattr(sharing_store, "link", breaks)
        assert (await stranger.get(f"{SHARED}/{link['token']}")).status_code == 500
        assert "request broke" in [line["event"] for line in lines]
        assert link["token"] not in str(lines)

    @pytest.mark.parametrize("body", [{"expires_in_days": 0}, {"expires_in_days": 91}, {"user_id": "x"}])
    async def test_nonsense_is_refused(self, shared, body):
        f, talk, _, _ = shared
        assert (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json=body)).status_code == 422
