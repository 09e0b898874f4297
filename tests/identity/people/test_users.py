"""All users, for whoever runs the deployment."""

import asyncio

import pytest

from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.identity import principals
from elenchus.identity.models import User
from tests.identity.people.conftest import ME, USERS, audited, path, sign_in, stored, stored_tenant


class TestWhoMay:
    @pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("PATCH", "/x"), ("POST", "/x/restore")])
    async def test_only_a_superuser_administers(self, somebody, method, suffix):
        url = USERS + suffix.replace("x", str(somebody.principal.user_id))
        answer = await somebody.client.request(method, url, json={})
        assert answer.status_code == 403

    @pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("GET", "/export"), ("DELETE", "")])
    async def test_another_person_does_not_exist(self, firm, somebody, method, suffix):
        """The same answer as for an id that nobody has: not even colleagues learn who has an account."""
        stranger = await firm()
        theirs = await somebody.client.request(method, path(stranger) + suffix)
        nobodys = await somebody.client.request(method, f"{USERS}/{new_id()}{suffix}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json()["detail"] == nobodys.json()["detail"]
        assert (await stored(stranger.principal.user_id)).deleted_at is None

    async def test_an_administrator_sees_no_accounts_of_their_members(self, somebody, join):
        member = await join(somebody)
        assert (await somebody.client.get(path(member))).status_code == 404
        assert (await somebody.client.delete(path(member))).status_code == 404

    async def test_one_sees_oneself(self, somebody):
        me = (await somebody.client.get(path(somebody))).json()
        assert me["email"] == somebody.email
        assert me["deleted_at"] is None
        assert not {"password_hash", "email_key", "second_factor", "google_subject"} & me.keys()

    async def test_a_key_that_leaks_neither_exports_nor_deletes(self, somebody):
        made = await somebody.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["tenants:read"]})
        key = {"X-API-Key": made.json()["key"], "Authorization": ""}
        headers = {name: value for name, value in key.items() if value}
        del somebody.client.headers["Authorization"]
        assert (await somebody.client.get(f"{path(somebody)}/export", headers=headers)).status_code == 403
        assert (await somebody.client.delete(path(somebody), headers=headers)).status_code == 403


class TestList:
    async def test_finds_by_the_beginning_of_address_or_name(self, boss, somebody):
        await somebody.client.patch(ME, json={"full_name": f"Zelda {somebody.email}"})
        for prefix in (somebody.email[:14].upper(), f"zelda {somebody.email}"[:18]):
            found = (await boss.client.get(USERS, params={"q": prefix})).json()["items"]
            assert [user["email"] for user in found] == [somebody.email]

    async def test_what_is_searched_for_is_no_pattern(self, boss):
        assert (await boss.client.get(USERS, params={"q": ".*"})).json()["items"] == []

    async def test_pages_follow_each_other(self, boss, firm):
        made = [(await firm()).user["id"] for _ in range(3)]
        first = (await boss.client.get(USERS, params={"limit": 2})).json()
        second = (await boss.client.get(USERS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        ids = [user["id"] for user in first["items"] + second["items"]]
        assert ids[:3] == made[::-1]
        assert len(set(ids)) == 4

    async def test_suspended_ones_alone(self, boss, somebody):
        await boss.client.patch(path(somebody), json={"is_active": False})
        found = (await boss.client.get(USERS, params={"is_active": False, "q": somebody.email})).json()["items"]
        assert [user["id"] for user in found] == [somebody.user["id"]]
        assert (await boss.client.get(USERS, params={"is_active": True, "q": somebody.email})).json()["items"] == []


class TestSuspending:
    async def test_ends_sessions_and_keys_at_once_and_activating_gives_them_back(self, boss, somebody):
        made = await somebody.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["documents:read"]})
        key = {"X-API-Key": made.json()["key"]}
        session = {"Authorization": somebody.client.headers.pop("Authorization")}

        async def statuses() -> list[int]:
            with_key = await somebody.client.get("/api/v1/documents", headers=key)
            return [(await somebody.client.get(ME, headers=session)).status_code, with_key.status_code]

        assert await statuses() == [200, 200]
        assert (await boss.client.patch(path(somebody), json={"is_active": False})).json()["is_active"] is False
        assert await statuses() == [401, 401]
        assert (await sign_in(somebody)).status_code == 403
        await boss.client.patch(path(somebody), json={"is_active": True})
        assert await statuses() == [200, 200]

    async def test_is_on_the_record(self, boss, somebody):
        await boss.client.patch(path(somebody), json={"is_active": False})
        [row] = await audited(boss, "user.suspended")
        assert row["object"] == {"kind": "user", "id": somebody.user["id"]}

    async def test_the_last_active_superuser_stays(self, boss):
        await User.find({"_id": {"$ne": boss.principal.user_id}}).update({"$set": {"is_superuser": False}})
        answer = await boss.client.patch(path(boss), json={"is_active": False})
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("last-superuser")
        assert (await boss.client.get(ME)).json()["is_active"] is True

    async def test_nor_do_they_delete_themselves(self, boss):
        await User.find({"_id": {"$ne": boss.principal.user_id}}).update({"$set": {"is_superuser": False}})
        answer = await boss.client.delete(path(boss))
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "last-superuser")
        assert (await boss.client.get(ME)).status_code == 200
        assert (await stored(boss.principal.user_id)).restoring_at is None
        assert (await stored_tenant(boss.principal.tenant_id)).deleted_at is None

    async def test_two_superusers_who_delete_themselves_are_not_both_gone(self, boss, firm):
        await User.find({"_id": {"$ne": boss.principal.user_id}}).update({"$set": {"is_superuser": False}})
        other = await firm()
        await User.find_one({"_id": other.principal.user_id}).update({"$set": {"is_superuser": True}})
        principals.forget_user(other.principal.user_id)
        await asyncio.gather(*(one.client.delete(path(one)) for one in (boss, other)))
        assert await User.find({"is_superuser": True, "is_active": True, "deleted_at": None}).to_list()

    async def test_two_superusers_who_suspend_each_other_are_not_both_gone(self, boss, firm):
        await User.find({"_id": {"$ne": boss.principal.user_id}}).update({"$set": {"is_superuser": False}})
        other = await firm()
        await User.find_one({"_id": other.principal.user_id}).update({"$set": {"is_superuser": True}})
        principals.forget_user(other.principal.user_id)
        await asyncio.gather(
            boss.client.patch(path(other), json={"is_active": False}),
            other.client.patch(path(boss), json={"is_active": False}),
        )
        able = await User.find({"is_superuser": True, "is_active": True}).to_list()
        assert able

    async def test_a_wrong_patch_changes_nothing(self, boss, somebody):
        for patch in ({"is_superuser": True}, {"unlock": False}, {"is_active": "maybe"}, {"role": "owner"}):
            assert (await boss.client.patch(path(somebody), json=patch)).status_code == 422
        assert (await stored(somebody.principal.user_id)).is_superuser is False


async def test_unlocking_forgets_the_wrong_passwords(boss, somebody):
    right, somebody.password = somebody.password, "not the one it is 12"
    while (await sign_in(somebody)).status_code == 401:
        pass
    somebody.password = right
    assert (await sign_in(somebody)).status_code == 423
    assert (await boss.client.patch(path(somebody), json={"unlock": True})).status_code == 200
    assert (await sign_in(somebody)).status_code == 200
    assert len(await audited(boss, "user.unlocked")) == 1


async def test_a_viewer_may_look_at_themself(somebody, join):
    viewer = await join(somebody, Role.VIEWER)
    assert (await viewer.client.get(path(viewer))).status_code == 200
