"""All of a person's data as one file."""

import json
import tracemalloc

import httpx
import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Role
from elenchus.identity.models import User
from elenchus.identity.people import exporting
from elenchus.identity.people import parts as parts_module
from elenchus.identity.people.parts import Item
from elenchus.research.models import Conversation, ConversationPage
from tests.identity.people.conftest import TENANTS, audited, path
from tests.library.support import upload
from tests.support import until

SECRETS = ("password_hash", "digest", "secret", "sealed", "email_key", "token")


async def exported(firm, of=None):
    answer = await firm.client.get(f"{path(of or firm)}/export")
    assert answer.status_code == 200, answer.text
    return answer


async def a_conversation(principal, title: str, *, pages: int, message: str = "Is the notice late?") -> Id:
    """With pages of 100 messages and one message more."""
    id_ = new_id()

    def row(number: int) -> dict[str, object]:
        return {"id": str(new_id()), "role": "user", "content": f"{message} {number}", "created_at": "2026-01-01"}

    for start in range(0, pages * 100, 100):
        await ConversationPage.owned_by(principal).insert(
            ConversationPage(
                id=derived_id(id_, start), tenant_id=principal.tenant_id, conversation_id=id_, start=start,
                revision=1, messages=[row(start + n) for n in range(100)],
            )
        )  # fmt: skip
    await Conversation.owned_by(principal).insert(
        Conversation(
            id=id_, tenant_id=principal.tenant_id, user_id=principal.user_id, title=title, tail_start=pages * 100,
            message_count=pages * 100 + 1, messages=[row(pages * 100)], created_at=now(), updated_at=now(),
        )
    )  # fmt: skip
    return id_


class TestFile:
    async def test_has_every_part(self, somebody):
        await a_conversation(somebody.principal, "Harbour dues", pages=2)
        document = await upload(somebody, b"The notice was late.", "notice.txt")
        await somebody.client.post("/api/v1/api-keys", json={"name": "Docket", "scopes": ["chat:read"]})
        wish = {"email": "guest@firm.example", "role": "viewer"}
        await somebody.client.post(f"{TENANTS}/current/invitations", json=wish)
        answer = await exported(somebody)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-type"] == "application/json"
        file = answer.json()
        assert file["complete"] is True
        assert file["profile"]["email"] == somebody.email
        assert [held["role"] for held in file["memberships"]] == ["owner"]
        assert file["has_second_factor"] is False
        assert len(file["sessions"]) == 1
        assert [key["name"] for key in file["api_keys"]] == ["Docket"]
        assert [row["id"] for row in file["documents"]] == [document["id"]]
        assert "library.ingest" in {job["type"] for job in file["jobs"]}
        assert [row["email"] for row in file["invitations"]] == ["guest@firm.example"]
        [conversation] = file["conversations"]
        said = [message["content"] for message in conversation["messages"]]
        assert said == [f"Is the notice late? {n}" for n in range(201)]

    async def test_has_the_record_about_them_and_nobody_elses_address(self, boss, somebody, join):
        member = await join(somebody)
        await somebody.client.patch(f"{TENANTS}/current/members/{member.user['id']}", json={"role": "viewer"})
        await member.client.patch("/api/v1/auth/me", json={"full_name": "Rosa"})

        async def rows():
            file = (await exported(member)).json()
            found = {row["action"]: row for row in file["audit"]}
            return found if {"member.changed", "user.exported"} <= found.keys() else None

        found = await until(rows)
        assert "ip_address" not in found["member.changed"]
        assert found["user.exported"]["ip_address"] == "127.0.0.1"
        assert somebody.email not in json.dumps(found)

    async def test_has_no_secret(self, somebody):
        await somebody.client.post("/api/v1/api-keys", json={"name": "Docket", "scopes": ["chat:read"]})
        wish = {"email": "guest@firm.example", "role": "viewer"}
        await somebody.client.post(f"{TENANTS}/current/invitations", json=wish)
        file = (await exported(somebody)).json()
        file.pop("audit")
        user = await User.find_one({"_id": somebody.principal.user_id})
        text = json.dumps(file)
        assert user.password_hash not in text
        names = {name for name in keys_of(file) if any(secret in name for secret in SECRETS)}
        assert names == set()

    async def test_has_nothing_of_colleagues_or_of_other_tenants(self, somebody, join, firm):
        colleague, stranger = await join(somebody), await firm()
        for one in (colleague, stranger):
            await a_conversation(one.principal, f"Secret of {one.email}", pages=1)
            await upload(one, f"Text of {one.email}".encode(), f"{one.user['id']}.txt")
        text = (await exported(somebody)).text
        for one in (colleague, stranger):
            assert one.email not in text
            assert f"{one.user['id']}.txt" not in text

    async def test_of_a_former_tenant_it_has_nothing(self, somebody, join):
        member = await join(somebody)
        await a_conversation(member.principal, "Harbour dues", pages=1)
        await User.find_one({"_id": member.principal.user_id}).update({"$set": {"memberships": []}})
        user = await User.find_one({"_id": member.principal.user_id})
        file = json.loads(b"".join([block async for block in exporting.export(member.principal, user)]))
        assert file["conversations"] == []

    async def test_a_superuser_exports_anybody_and_it_is_on_the_record_first(self, boss, somebody, monkeypatch):
        async def breaks(*_):
            raise RuntimeError
            yield b""

        monkeypatch.setattr(exporting, "_file", breaks)
        with pytest.raises(httpx.RemoteProtocolError):
            await exported(boss, somebody)
        assert (await audited(boss, "user.exported"))[0]["object"]["id"] == somebody.user["id"]
        monkeypatch.undo()
        assert (await exported(boss, somebody)).json()["profile"]["email"] == somebody.email


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in keys_of(one)}
    if isinstance(value, list):
        return {name for one in value for name in keys_of(one)}
    return set()


class TestStream:
    async def test_ten_thousand_messages_take_no_more_memory_than_a_page(self, somebody):
        await a_conversation(somebody.principal, "Long", pages=100, message="n" * 1_000)
        user = await User.find_one({"_id": somebody.principal.user_id})
        tracemalloc.start()
        total = 0
        try:
            async for block in exporting.export(somebody.principal, user):
                total += len(block)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert total > 10_000_000
        assert peak < 4_000_000

    async def test_a_failure_on_the_way_breaks_the_answer_off(self, somebody, monkeypatch):
        """Never half a file that looks whole: not for a client that ignores how the connection ended, either."""

        async def breaks(*_):
            yield Item({"title": "n" * 200_000})
            raise RuntimeError("the store is away")

        part = parts_module._known["conversations"]
        broken = parts_module.Part(part.name, part.models, breaks, part.erase_person, part.erase_tenant)
        monkeypatch.setitem(parts_module._known, "conversations", broken)
        received = bytearray()

        async def receive() -> None:
            async with somebody.client.stream("GET", f"{path(somebody)}/export") as answer:
                assert answer.status_code == 200
                async for piece in answer.aiter_raw():
                    received.extend(piece)

        with pytest.raises(httpx.RemoteProtocolError):
            await receive()
        assert len(received) > 64_000
        with pytest.raises(json.JSONDecodeError):
            json.loads(received)


async def test_a_viewer_exports_themself(somebody, join):
    viewer = await join(somebody, Role.VIEWER)
    assert (await exported(viewer)).json()["memberships"][0]["role"] == "viewer"
