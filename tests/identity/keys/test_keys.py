"""A key's life over HTTP: made, shown once, listed, rotated, revoked."""

import asyncio
import re
from datetime import datetime, timedelta

import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity.keys import secret, service, store
from elenchus.identity.keys.models import ApiKey
from tests.identity.keys.conftest import KEYS, SESSION, is_refused, make_key, shown


async def stored(key_id: str) -> ApiKey:
    found = await ApiKey.find_one({"_id": Id(key_id)})
    assert found is not None
    return found


async def actions(firm) -> list[str]:
    rows = (await firm.client.get("/api/v1/audit")).json()["items"]
    return [row["action"] for row in rows if row["action"].startswith("api_key.")]


class TestMaking:
    async def test_shows_the_key_this_once(self, mine):
        made = await mine.client.post(KEYS, json={"name": " Import ", "scopes": ["documents:read"]})
        key = made.json()
        assert made.status_code == 201
        assert made.headers["location"] == f"{KEYS}/{key['id']}"
        assert re.fullmatch(r"elk_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{43}", key["key"])
        assert key["key"].startswith(key["prefix"] + "_")
        later = (await mine.client.get(f"{KEYS}/{key['id']}")).json()
        assert later == {name: value for name, value in key.items() if name != "key"}
        assert later | {"id": "", "prefix": "", "created_at": ""} == {
            "id": "", "prefix": "", "created_at": "", "name": "Import", "scopes": ["documents:read"],
            "expires_at": None, "rate_limit_requests": None, "rate_limit_window": None, "last_used_at": None,
            "usage_count": 0, "created_by": mine.user["id"], "rotated_at": None, "revoked_at": None,
        }  # fmt: skip

    async def test_keeps_only_its_digest(self, mine):
        key = await make_key(mine)
        row = await stored(key["id"])
        assert row.digest == crypto.digest(key["key"])
        assert key["key"][13:] not in row.model_dump_json()

    async def test_no_two_are_alike(self, mine):
        made = await asyncio.gather(*(make_key(mine) for _ in range(10)))
        assert len({key["key"] for key in made}) == len({key["prefix"] for key in made}) == 10

    async def test_a_public_part_that_is_taken_is_drawn_again(self, mine, monkeypatch):
        taken = (await make_key(mine))["prefix"].removeprefix("elk_")
        drawn = iter([taken, taken, "zzFree00"])
        monkeypatch.setattr(secret, "new_public_id", lambda: next(drawn))
        again = await make_key(mine)
        assert again["prefix"] == "elk_zzFree00"
        assert (await mine.client.get(SESSION, headers={"Authorization": f"Bearer {again['key']}"})).status_code == 200
        await ApiKey.find({"public_id": "zzFree00"}).delete()

    async def test_an_insert_that_the_driver_sends_again_meets_itself(self, mine):
        row = await stored((await make_key(mine))["id"])
        assert await store.add(row)
        assert not await store.add(row.model_copy(update={"id": new_id()}))

    async def test_scopes_are_kept_once_and_in_order(self, mine):
        key = await make_key(mine, "jobs:read", "chat:write", "jobs:read")
        assert key["scopes"] == ["chat:write", "jobs:read"]

    async def test_an_own_limit_lasts_a_minute_unless_it_says_otherwise(self, mine):
        assert (await make_key(mine, rate_limit_requests=5))["rate_limit_window"] == 60
        assert (await make_key(mine, rate_limit_requests=5, rate_limit_window=7))["rate_limit_window"] == 7

    async def test_an_end_is_kept_in_utc(self, mine):
        ends = (now() + timedelta(days=1)).astimezone().isoformat()
        key = await make_key(mine, expires_at=ends)
        assert datetime.fromisoformat(key["expires_at"]) == datetime.fromisoformat(ends)
        assert key["expires_at"].endswith("Z")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""}, {"name": " "}, {"name": "x" * 201}, {"name": "a\u0000b"}, {"name": {"$ne": 1}},
            {"name": None},
            {"scopes": []}, {"scopes": None}, {"scopes": "documents:read"}, {"scopes": ["documents"]},
            {"scopes": ["documents:*"]}, {"scopes": ["*"]}, {"scopes": ["auth:write"]}, {"scopes": ["api-keys:write"]},
            {"scopes": ["audit:write"]}, {"scopes": ["tenants:write"]}, {"scopes": ["users:write"]},
            {"scopes": ["Documents:read"]}, {"scopes": ["any"]}, {"scopes": ["session"]}, {"scopes": [{"$gt": ""}]},
            {"scopes": ["documents:read"] * 100},
            {"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at": "2999-01-01T00:00:00"}, {"expires_at": "soon"},
            {"expires_at": "9999-12-31T23:59:59-12:00"},
            {"rate_limit_requests": 0}, {"rate_limit_requests": -1}, {"rate_limit_requests": True},
            {"rate_limit_requests": 1.5}, {"rate_limit_requests": "5"}, {"rate_limit_requests": 2**63},
            {"rate_limit_window": 60}, {"rate_limit_requests": 1, "rate_limit_window": 0},
            {"rate_limit_requests": 1, "rate_limit_window": 86_401},
            {"tenant_id": "6" * 24}, {"user_id": "6" * 24}, {"digest": "x"}, {"public_id": "abcdefgh"},
            {"usage_count": 1}, {"role": "owner"}, {"key": "elk_x"}, {"is_superuser": True},
        ],
        ids=str,
    )  # fmt: skip
    async def test_refuses_what_is_not_valid(self, mine, wrong):
        answer = await mine.client.post(KEYS, json={"name": "Import", "scopes": ["documents:read"], **wrong})
        assert answer.status_code == 422
        assert (await mine.client.get(KEYS)).json()["items"] == []


class TestNumber:
    async def test_a_tenant_has_so_many_and_no_more(self, mine, firm, monkeypatch):
        monkeypatch.setattr(service, "MOST_KEYS", 3)
        first, *_ = [await make_key(mine) for _ in range(3)]
        refused = await mine.client.post(KEYS, json={"name": "One more", "scopes": ["jobs:read"]})
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "too-many-api-keys")
        assert "revoke one" in refused.json()["detail"]
        await make_key(await firm())
        await mine.client.delete(f"{KEYS}/{first['id']}")
        await make_key(mine)


class TestListing:
    async def test_newest_first_in_pages(self, mine):
        made = [(await make_key(mine))["id"] for _ in range(3)]
        first = (await mine.client.get(KEYS, params={"limit": 2})).json()
        rest = (await mine.client.get(KEYS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [key["id"] for key in first["items"] + rest["items"]] == made[::-1]
        assert rest["next_cursor"] is None
        assert all("key" not in key and "digest" not in key for key in first["items"])

    async def test_hides_the_revoked_unless_asked(self, mine):
        gone, left = [(await make_key(mine))["id"] for _ in range(2)]
        await mine.client.delete(f"{KEYS}/{gone}")
        assert [key["id"] for key in (await mine.client.get(KEYS)).json()["items"]] == [left]
        everything = (await mine.client.get(KEYS, params={"revoked": True})).json()["items"]
        assert {key["id"]: key["revoked_at"] is not None for key in everything} == {left: False, gone: True}


class TestRevoking:
    async def test_is_the_end_of_the_key_but_not_of_its_record(self, client, mine):
        key = await make_key(mine)
        assert (await client.get(SESSION, headers=shown(key))).status_code == 200
        assert (await mine.client.delete(f"{KEYS}/{key['id']}")).status_code == 204
        assert (await client.get(SESSION, headers=shown(key))).status_code == 401  # at once in this process
        assert (await mine.client.get(f"{KEYS}/{key['id']}")).json()["revoked_at"]

    async def test_happens_once(self, mine):
        key = await make_key(mine)
        answers = await asyncio.gather(*(mine.client.delete(f"{KEYS}/{key['id']}") for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [204] + [404] * 19
        assert await actions(mine) == ["api_key.revoked", "api_key.created"]

    async def test_cannot_be_undone_by_rotating(self, mine):
        key = await make_key(mine)
        await mine.client.delete(f"{KEYS}/{key['id']}")
        answer = await mine.client.post(f"{KEYS}/{key['id']}/rotate")
        assert (answer.status_code, answer.json()["title"]) == (409, "The API key is revoked")
        assert (await stored(key["id"])).digest == crypto.digest(key["key"])

    async def test_nor_by_a_rotation_that_was_under_way(self, mine):
        row = await stored((await make_key(mine))["id"])
        await mine.client.delete(f"{KEYS}/{row.id}")
        assert not await store.exchange(row, fresh="f" * 64)


class TestRotating:
    async def test_gives_the_same_key_another_secret(self, client, mine):
        old = await make_key(mine, "jobs:read", rate_limit_requests=50)
        assert (await client.get(SESSION, headers=shown(old))).status_code == 200
        answer = await mine.client.post(f"{KEYS}/{old['id']}/rotate")
        new = answer.json()
        assert answer.status_code == 200
        assert new["rotated_at"]
        assert new["key"] != old["key"]
        changing = {"key", "rotated_at", "usage_count", "last_used_at"}
        assert {k: v for k, v in new.items() if k not in changing} == {
            k: v for k, v in old.items() if k not in changing
        }
        assert (await client.get(SESSION, headers=shown(new))).status_code == 200
        assert (await client.get(SESSION, headers=shown(old))).status_code == 401  # at once in this process

    async def test_of_fifty_at_once_one_gets_the_secret(self, client, mine):
        key = await make_key(mine)
        answers = await asyncio.gather(*(mine.client.post(f"{KEYS}/{key['id']}/rotate") for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
        won = next(answer.json() for answer in answers if answer.status_code == 200)
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert int(lost.headers["retry-after"]) in range(1, 6)
        assert (await client.get(SESSION, headers=shown(won))).status_code == 200
        assert await actions(mine) == ["api_key.rotated", "api_key.created"]

    async def test_of_those_that_read_the_same_digest_one_is_stored(self, mine):
        row = await stored((await make_key(mine))["id"])
        won = await asyncio.gather(*(store.exchange(row, fresh=crypto.digest(str(n))) for n in range(50)))
        assert won.count(True) == 1
        assert (await stored(str(row.id))).digest == crypto.digest(str(won.index(True)))

    async def test_is_possible_again_after_a_rest(self, mine, monkeypatch):
        key = await make_key(mine)
        assert (await mine.client.post(f"{KEYS}/{key['id']}/rotate")).status_code == 200
        assert (await mine.client.post(f"{KEYS}/{key['id']}/rotate")).status_code == 409
        monkeypatch.setattr(service, "REST", timedelta(0))
        assert (await mine.client.post(f"{KEYS}/{key['id']}/rotate")).status_code == 200

    async def test_is_for_its_maker_whom_it_acts_as(self, mine, colleague):
        """Else an administrator could read the owner's own conversations with a secret of the owner's key."""
        key, admin = await make_key(mine), await colleague(Role.ADMIN)
        answer = await admin.client.post(f"{KEYS}/{key['id']}/rotate")
        assert (answer.status_code, answer.json()["title"]) == (403, "Somebody else made this API key")
        assert (await stored(key["id"])).digest == crypto.digest(key["key"])
        assert (await admin.client.delete(f"{KEYS}/{key['id']}")).status_code == 204

    @pytest.mark.parametrize(
        "change", [{"expires_at": now()}, {"created_at": now() - timedelta(hours=1)}], ids=["expired", "earlier"]
    )
    async def test_gives_no_secret_that_would_be_dead(self, mine, change):
        """The second one is from before its maker joined."""
        key = await make_key(mine)
        await ApiKey.find_one({"_id": Id(key["id"])}).update({"$set": change})
        answer = await mine.client.post(f"{KEYS}/{key['id']}/rotate")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "api-key-ended")
        assert (await stored(key["id"])).digest == crypto.digest(key["key"])


class TestWho:
    @pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, 403), (Role.MEMBER, 403), (Role.ADMIN, 201)])
    async def test_administrators_manage_keys(self, colleague, role, may):
        someone = await colleague(role)
        made = await someone.client.post(KEYS, json={"name": "x", "scopes": ["jobs:read"]})
        assert made.status_code == may
        assert (await someone.client.get(KEYS)).status_code == (403 if may == 403 else 200)

    async def test_another_tenants_key_does_not_exist(self, mine, firm):
        key, stranger = await make_key(mine), await firm()
        before = await stored(key["id"])
        url = f"{KEYS}/{key['id']}"
        assert (await stranger.client.get(url)).status_code == 404
        assert (await stranger.client.delete(url)).status_code == 404
        assert (await stranger.client.post(f"{url}/rotate")).status_code == 404
        assert (await stranger.client.get(KEYS, params={"revoked": True})).json()["items"] == []
        assert await stored(key["id"]) == before

    async def test_a_key_that_never_was(self, mine):
        assert (await mine.client.get(f"{KEYS}/{new_id()}")).status_code == 404
        assert (await mine.client.delete(f"{KEYS}/{new_id()}")).status_code == 404
        assert (await mine.client.get(f"{KEYS}/elk_abcdefgh")).status_code == 422

    async def test_the_record_says_what_was_done(self, mine):
        key = await make_key(mine, "jobs:read")
        await mine.client.post(f"{KEYS}/{key['id']}/rotate")
        await mine.client.delete(f"{KEYS}/{key['id']}")
        assert await actions(mine) == ["api_key.revoked", "api_key.rotated", "api_key.created"]
        said = (await mine.client.get("/api/v1/audit")).text
        assert key["key"][13:] not in said


class TestErasing:
    async def test_a_persons_keys_can_be_listed_and_removed(self, mine, firm):
        gone, other = await make_key(mine), await firm()
        left = await make_key(other)
        assert not await is_refused(gone["key"])
        assert [str(key.id) for key in await service.made_by(mine.principal.user_id)] == [gone["id"]]
        await service.erase_of_user(mine.principal.user_id)
        assert await service.made_by(mine.principal.user_id) == []
        assert await is_refused(gone["key"])
        assert not await is_refused(left["key"])

    async def test_so_can_a_tenants(self, mine, firm):
        gone, other = await make_key(mine), await firm()
        left = await make_key(other)
        assert not await is_refused(gone["key"])
        await service.erase_of_tenant(mine.principal.tenant_id)
        assert await is_refused(gone["key"])
        assert not await is_refused(left["key"])
