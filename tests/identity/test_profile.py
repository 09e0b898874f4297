"""GET and PATCH /auth/me: one's own profile, and only what is one's own to change."""

import json

import pytest

from elenchus.identity import principals, store
from elenchus.identity.models import User
from tests.identity.conftest import AUTH, Account, an_account, bearer, me
from tests.support import COMMANDS, http_client


@pytest.fixture
def change(client, account):
    async def send(**changes):
        headers = bearer(account["access_token"]) | {"content-type": "application/json"}
        return await client.patch(f"{AUTH}/me", content=json.dumps(changes), headers=headers)

    return send


class TestReading:
    async def test_costs_one_command_when_the_session_is_known(self, client, account):
        await me(client, account["access_token"])
        with COMMANDS.record() as sent:
            answer = await me(client, account["access_token"])
        assert answer.status_code == 200
        assert sent == ["find"]

    async def test_is_never_cached_by_others(self, client, account):
        assert (await me(client, account["access_token"])).headers["cache-control"] == "no-store"

    async def test_who_was_erased_a_moment_ago_is_signed_out(self, client, account):
        await me(client, account["access_token"])
        await User.find_one({"_id": account["id"]}).delete()
        assert (await me(client, account["access_token"])).status_code == 401


class TestChanging:
    async def test_what_is_sent_changes_and_the_rest_stays(self, client, account, change):
        answer = await change(full_name="Rosa Advocate", timezone="Europe/London", role="partner")
        after = answer.json()
        assert answer.status_code == 200
        assert (after["full_name"], after["timezone"], after["role"]) == ("Rosa Advocate", "Europe/London", "partner")
        unchanged = set(after) - {"full_name", "timezone", "role", "updated_at"}
        assert {name: after[name] for name in unchanged} == {name: account["user"][name] for name in unchanged}
        assert after["updated_at"] > account["user"]["updated_at"]
        assert (await me(client, account["access_token"])).json() == after

    async def test_nothing_sent_changes_nothing(self, account, change):
        assert (await change()).json() == account["user"]

    async def test_null_clears_what_may_be_empty(self, change):
        await change(organization="Firm", role="partner", avatar_url="https://firm.example/rosa.png")
        cleared = (await change(organization=None, role=None, avatar_url=None)).json()
        assert (cleared["organization"], cleared["role"], cleared["avatar_url"]) == (None, None, None)

    async def test_preferences_are_replaced_as_a_whole(self, change):
        first = {"theme": "dark", "panes": [1, 2.5, None, True, {"size-of_it": "wide"}]}
        assert (await change(preferences=first)).json()["preferences"] == first
        assert (await change(preferences={"theme": "light"})).json()["preferences"] == {"theme": "light"}

    @pytest.mark.parametrize("language", ["en", "de", "pt-BR", "zh-Hant-TW"])
    async def test_languages(self, change, language):
        assert (await change(language=language)).json()["language"] == language

    async def test_a_changed_name_is_still_the_same_account(self, client, account, change):
        await change(full_name="Somebody Else")
        assert (await store.user_by_id(account["id"])).email == account["email"]


@pytest.fixture(scope="module")
async def nobody_changes(live) -> Account:
    async with http_client(base_url=live) as http:
        return await an_account(http)


class TestRefusals:
    @pytest.fixture
    def account(self, nobody_changes) -> Account:
        """One for all of them."""
        return nobody_changes

    @pytest.mark.parametrize(
        "field",
        [
            "id",
            "email",
            "password",
            "password_hash",
            "is_superuser",
            "is_active",
            "is_verified",
            "memberships",
            "tenant_id",
            "login_count",
            "created_at",
            "job_role",
            "email_key",
            "$set",
            "preferences.theme",
            "__proto__",
        ],
    )
    async def test_nothing_else_can_be_set(self, client, account, change, field):
        assert (await change(**{field: True})).status_code == 422
        assert (await me(client, account["access_token"])).json() == account["user"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"full_name": None},
            {"full_name": "  "},
            {"full_name": "a\nb"},
            {"full_name": "x" * 201},
            {"full_name": "\ud800"},
            {"timezone": "Mars/Olympus"},
            {"timezone": "../../etc/passwd"},
            {"timezone": "Europe"},
            {"timezone": None},
            {"language": "english please"},
            {"language": ""},
            {"language": "e" * 36},
            {"avatar_url": "javascript:alert(1)"},
            {"avatar_url": "data:image/png;base64,x"},
            {"avatar_url": "//evil"},
            {"avatar_url": "https://firm.example/" + "x" * 2050},
            {"preferences": []},
            {"preferences": {"$where": 1}},
            {"preferences": {"a.b": 1}},
            {"preferences": {"": 1}},
            {"preferences": {"__proto__": {}}},
            {"preferences": {"deep": {"$set": 1}}},
            {"preferences": {"a": [{"$gt": ""}]}},
            {"preferences": {"n": 2**63}},
            {"preferences": {"n": float("nan")}},
            {"preferences": {"n": float("inf")}},
            {"preferences": {"s": "a\0"}},
            {"preferences": {"s": "\ud800"}},
            {"preferences": {"a": [[[[[[1]]]]]]}},
            {"preferences": {"s": "x" * 8000}},
            {"preferences": {"x" * 65: 1}},
        ],
    )
    async def test_hostile_values_are_refused(self, change, changes):
        answer = await change(**changes)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_is_on_the_record_by_the_names_of_what_changed(self, firm):
        somebody = await firm()
        body = {"full_name": "Secret Name", "language": "de"}
        assert (await somebody.client.patch(f"{AUTH}/me", json=body)).status_code == 200
        rows = await somebody.client.get("/api/v1/audit", params={"action": "user.changed"})
        assert [row["details"] for row in rows.json()["items"]] == [{"fields": ["full_name", "language"]}]

    async def test_a_very_deep_value_does_not_break_the_request(self, client, account):
        deep = '{"preferences": {"a": ' + "[" * 900 + "]" * 900 + "}}"
        headers = bearer(account["access_token"]) | {"content-type": "application/json"}
        answer = await client.patch(f"{AUTH}/me", content=deep, headers=headers)
        assert answer.status_code == 400

    async def test_needs_a_token(self, client):
        assert (await client.patch(f"{AUTH}/me", json={})).status_code == 401


class TestSession:
    """GET /auth/session: the cheapest authenticated request there is."""

    async def test_says_for_whom_the_token_speaks(self, client, account):
        answer = await client.get(f"{AUTH}/session", headers=bearer(account["access_token"]))
        membership = account["user"]["memberships"][0]
        assert answer.json() == {
            "user_id": account["user"]["id"],
            "tenant_id": membership["tenant_id"],
            "role": membership["role"],
            "is_superuser": False,
        }

    async def test_costs_no_command_when_the_session_is_known_and_one_when_not(self, client, account, change_settings):
        await client.get(f"{AUTH}/session", headers=bearer(account["access_token"]))
        with COMMANDS.record() as sent:
            await client.get(f"{AUTH}/session", headers=bearer(account["access_token"]))
        assert sent == []
        change_settings("auth", session_cache_seconds=0)
        principals.forget_user(account["id"])
        with COMMANDS.record() as sent:
            await client.get(f"{AUTH}/session", headers=bearer(account["access_token"]))
        assert sent == ["aggregate"]
