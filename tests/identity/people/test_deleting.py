"""Deleting a person: invisible at once, restorable for a while."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from elenchus.core.clock import now
from elenchus.core.principal import Role
from elenchus.identity.models import Session, Tenant, User
from elenchus.identity.people import departing, store
from tests.identity.people.conftest import (
    ME,
    TENANTS,
    USERS,
    actions_in,
    audited,
    delete_me,
    overdue,
    path,
    sign_in,
    sign_in_again,
    stored,
    stored_tenant,
)


class TestInvisibleAtOnce:
    async def test_sessions_keys_and_sign_in_are_refused(self, somebody, join):
        member = await join(somebody, Role.ADMIN)
        made = await member.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["documents:read"]})
        key = {"X-API-Key": made.json()["key"]}
        second = (await sign_in(member)).json()
        await delete_me(member)
        member.client.headers.pop("Authorization")
        for headers in (key, {"Authorization": f"Bearer {second['access_token']}"}):
            assert (await member.client.get("/api/v1/documents", headers=headers)).status_code == 401
        refreshed = await member.client.post("/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
        assert refreshed.status_code == 401
        assert await Session.find({"user_id": member.principal.user_id}).to_list() == []

    async def test_signing_in_is_as_with_an_unknown_address(self, somebody, join):
        member = await join(somebody)
        await delete_me(member)
        deleted = await sign_in(member)
        member.email = f"nobody-{member.email}"
        unknown = await sign_in(member)
        assert deleted.status_code == unknown.status_code == 401
        assert deleted.json()["type"] == unknown.json()["type"]

    async def test_no_list_shows_them(self, boss, somebody, join):
        """Every list that ever names people."""
        member = await join(somebody)
        listed_by_boss = {"users": USERS}
        listed_by_owner = {"members": f"{TENANTS}/current/members"}

        async def seen() -> dict[str, bool]:
            found = {}
            for client, lists in ((boss.client, listed_by_boss), (somebody.client, listed_by_owner)):
                for name, url in lists.items():
                    found[name] = member.email in (await client.get(url, params={"limit": 200})).raise_for_status().text
            return found

        assert all((await seen()).values())
        await delete_me(member)
        assert not any((await seen()).values())
        assert (await boss.client.get(path(member))).status_code == 404
        assert (await boss.client.get(f"{path(member)}/export")).status_code == 404
        assert (await boss.client.patch(path(member), json={"is_active": True})).status_code == 404
        assert (await boss.client.delete(path(member))).status_code == 404

    async def test_a_superuser_sees_them_when_they_ask(self, boss, somebody, join):
        member = await join(somebody)
        await delete_me(member)
        shown = (await boss.client.get(path(member), params={"deleted": True})).json()
        assert shown["email"] == member.email
        assert shown["erase_at"] > shown["deleted_at"]
        listed = (await boss.client.get(USERS, params={"deleted": True, "q": member.email})).json()["items"]
        assert [user["id"] for user in listed] == [member.user["id"]]

    async def test_their_address_stays_taken(self, somebody):
        await delete_me(somebody)
        body = {"email": somebody.email, "password": somebody.password, "full_name": "Somebody Else"}
        answer = await somebody.client.post("/api/v1/auth/register", json=body, headers={"Authorization": ""})
        assert answer.status_code == 409


class TestOwners:
    async def test_the_last_owner_hands_the_tenant_over_first(self, somebody, join):
        await join(somebody)
        answer = await somebody.client.delete(path(somebody))
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("last-owner")
        assert (await somebody.client.get(ME)).status_code == 200

    async def test_another_owner_is_enough(self, somebody, join):
        other = await join(somebody, Role.OWNER)
        await delete_me(somebody)
        assert (await other.client.get(f"{TENANTS}/current")).status_code == 200

    async def test_a_refusal_in_one_tenant_leaves_nothing_behind_in_another(self, firm, join):
        """The other owner of the first may go right away."""
        first, second = await firm(), await firm()
        other = await join(first, Role.OWNER)
        await join(second)
        both = [await stored(one.principal.user_id) for one in (first, second)]
        rows = [held.model_dump() for user in both for held in user.memberships]
        await User.find_one({"_id": first.principal.user_id}).update({"$set": {"memberships": rows}})
        await User.find_one({"_id": second.principal.user_id}).update({"$set": {"memberships": []}})
        assert (await first.client.delete(path(first))).status_code == 409
        await delete_me(other)

    async def test_of_all_owners_who_leave_at_once_one_must_stay(self, somebody, join):
        owners = [somebody, *[await join(somebody, Role.OWNER) for _ in range(4)]]
        await join(somebody)
        answers = await asyncio.gather(*(one.client.delete(path(one)) for one in owners))
        assert sorted({answer.status_code for answer in answers}) == [204, 409]
        left = [one for one in owners if (await stored(one.principal.user_id)).deleted_at is None]
        assert left

    async def test_fifty_deletions_of_one_person_are_one(self, somebody):
        answers = await asyncio.gather(*(somebody.client.delete(path(somebody)) for _ in range(50)))
        assert {answer.status_code for answer in answers} <= {204, 401, 404}
        assert [answer.status_code for answer in answers].count(204) == 1

    async def test_somebody_who_joins_meanwhile_is_not_left_without_an_owner(self, somebody, join, monkeypatch):
        """Between the look and the write: to the first look the tenant is empty."""
        look, joined = store.has_other_members, []

        async def joining(tenant_id, user_id):
            found = await look(tenant_id, user_id)
            if not joined:
                joined.append(await join(somebody))
            return found

        monkeypatch.setattr(store, "has_other_members", joining)
        answer = await somebody.client.delete(path(somebody))
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "last-owner")
        assert (await stored_tenant(somebody.principal.tenant_id)).deleted_at is None
        assert (await somebody.client.get(f"{TENANTS}/current")).status_code == 200
        assert (await joined[0].client.get(f"{TENANTS}/current")).status_code == 200

    async def test_a_tenant_that_nobody_else_is_in_goes_too(self, somebody):
        await delete_me(somebody)
        tenant = await stored_tenant(somebody.principal.tenant_id)
        assert tenant.deleted_at == (await stored(somebody.principal.user_id)).deleted_at

    async def test_a_tenant_with_others_stays(self, somebody, join):
        await delete_me(await join(somebody))
        assert (await stored_tenant(somebody.principal.tenant_id)).deleted_at is None
        assert (await somebody.client.get(ME)).status_code == 200


class TestRestoring:
    async def test_brings_everything_back(self, boss, somebody):
        conversation = await somebody.client.post("/api/v1/chat/conversations", json={"title": "Harbour dues"})
        made = await somebody.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["chat:read"]})
        key = made.json()["key"]
        before = (await somebody.client.get(ME)).json()
        await delete_me(somebody)
        restored = await boss.client.post(f"{path(somebody)}/restore")
        assert restored.status_code == 204, restored.text
        with_key = await somebody.client.get(
            "/api/v1/chat/conversations", headers={"X-API-Key": key, "Authorization": f"Bearer {key}"}
        )
        assert [row["id"] for row in with_key.json()["items"]] == [conversation.json()["id"]]
        await sign_in_again(somebody)
        after = (await somebody.client.get(ME)).json()
        for changing in ("updated_at", "last_login_at", "login_count"):
            before.pop(changing), after.pop(changing)
        assert after == before
        assert (await somebody.client.get(f"{TENANTS}/current")).status_code == 200

    async def test_cut_short_is_finished_by_a_repetition(self, boss, somebody, monkeypatch):
        await delete_me(somebody)
        with monkeypatch.context() as dying:
            dying.setattr(store, "restore_tenant", _away)
            assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 503
        assert (await stored_tenant(somebody.principal.tenant_id)).deleted_at is not None
        assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 204
        await self._is_whole(somebody)
        assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 404

    async def test_or_by_itself(self, boss, somebody, monkeypatch):
        await delete_me(somebody)
        with monkeypatch.context() as dying:
            dying.setattr(store, "restore_tenant", _away)
            assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 503
        await departing.mend(now())
        await self._is_whole(somebody)
        assert "user.restored" in await actions_in(somebody.principal.tenant_id)

    async def _is_whole(self, somebody):
        assert (await stored_tenant(somebody.principal.tenant_id)).deleted_at is None
        assert (await stored(somebody.principal.user_id)).restoring_at is None
        await sign_in_again(somebody)
        assert (await somebody.client.get(f"{TENANTS}/current")).status_code == 200

    async def test_a_tenant_restored_while_its_deletion_was_being_mended_stays(self, boss, somebody, monkeypatch):
        await delete_me(somebody)
        await Tenant.find_one({"_id": somebody.principal.tenant_id}).update({"$set": {"deleted_at": None}})
        held = [row.membership.model_dump() for row in await store.withdrawn_from_user(somebody.principal.user_id)]
        await User.find_one({"_id": somebody.principal.user_id}).update({"$set": {"memberships": held}})
        look = store.has_other_members

        async def restored_meanwhile(tenant_id, user_id):
            found = await look(tenant_id, user_id)
            if user_id == somebody.principal.user_id:
                monkeypatch.setattr(store, "has_other_members", look)
                assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 204
            return found

        monkeypatch.setattr(store, "has_other_members", restored_meanwhile)
        await departing.mend(now())
        await self._is_whole(somebody)

    async def test_is_over_when_the_erasure_begins(self, boss, somebody):
        await delete_me(somebody)
        await overdue(User, somebody.principal.user_id)
        assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 409

    async def test_nobody_who_is_there_is_restored(self, boss, somebody):
        assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 404

    async def test_deleting_and_restoring_are_on_the_record(self, boss, somebody, join):
        member = await join(somebody)
        await boss.client.delete(path(member))
        await boss.client.post(f"{path(member)}/restore")
        for action in ("user.deleted", "user.restored"):
            assert (await audited(boss, action))[0]["object"]["id"] == member.user["id"]

    async def test_the_time_for_it_is_the_settings(self, somebody, change_settings):
        change_settings("auth", restore_days=3)
        await delete_me(somebody)
        user = await stored(somebody.principal.user_id)
        assert user.erase_at - user.deleted_at == timedelta(days=3)


async def _away(*_):
    raise AutoReconnect("away")


async def test_what_a_crash_leaves_of_a_deletion_is_finished(somebody):
    """Only the person's own row was written."""
    at = now()
    mark = {"deleted_at": at, "erase_at": at + timedelta(days=30)}
    await User.find_one({"_id": somebody.principal.user_id}).update({"$set": mark})
    await departing.mend(now())
    assert (await Tenant.find_one({"_id": somebody.principal.tenant_id})).deleted_at == at


@pytest.mark.parametrize("seconds", [-1, 60])
async def test_of_restoring_and_erasing_one_succeeds(somebody, seconds):
    """Fifty of both on the two sides of the brink."""
    await delete_me(somebody)
    user_id = somebody.principal.user_id
    at, brink = (await stored(user_id)).deleted_at, now() + timedelta(seconds=seconds)
    await User.find_one({"_id": user_id}).update({"$set": {"erase_at": brink}})
    answers = await asyncio.gather(
        *(store.restore_user(user_id, at=at) if n % 2 else store.begin_erasing_user(user_id) for n in range(50))
    )
    restored, begun = sum(answers[1::2]), sum(one is not None for one in answers[::2])
    assert (restored, begun) == ((1, 0) if seconds > 0 else (0, 25))
