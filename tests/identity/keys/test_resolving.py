"""A key is one more way to the same principal: as cheap, as quickly withdrawn, as hard to forge."""

import asyncio
import hmac
import time
from datetime import timedelta
from typing import Any

import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Allowance, Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import principals, store
from elenchus.identity.keys import secret
from elenchus.identity.keys import store as key_store
from elenchus.identity.keys.models import ApiKey
from elenchus.identity.models import Tenant, User
from elenchus.identity.principals import resolve
from tests.identity.keys.conftest import KEYS, SESSION, become, is_refused, make_key, shown
from tests.support import COMMANDS, until

ROUTES = (SESSION, "/api/v1/auth/me", "/api/v1/documents", "/api/v1/jobs", "/api/v1/chat/conversations")


@pytest.fixture
async def key(mine) -> dict[str, Any]:
    return await make_key(mine, "documents:write", "chat:write", "jobs:read")


class TestResolve:
    async def test_acts_as_its_maker_less_what_is_a_persons_alone(self, mine, key):
        await store.change_user(mine.principal.user_id, {"is_superuser": True})
        assert await resolve(key["key"]) == Principal(
            mine.principal.tenant_id,
            mine.principal.user_id,
            Role.ADMIN,  # of an owner
            api_key_id=Id(key["id"]),
            scopes=frozenset({"documents:write", "chat:write", "jobs:read"}),
            allowance=Allowance(settings().tier_free.requests_per_minute, 60),
        )

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN])
    async def test_has_its_makers_role_of_today(self, mine, key, role):
        await become(mine.principal.user_id, mine.principal.tenant_id, role)
        assert (await resolve(key["key"])).role is role

    async def test_costs_one_command_at_first_and_then_none(self, key):
        with COMMANDS.record() as sent:
            for _ in range(20):
                await resolve(key["key"])
        assert sent == ["aggregate"]

    async def test_so_it_does_over_http(self, client, key):
        await client.get(SESSION, headers=shown(key))
        principals.forget_key(Id(key["id"]))
        with COMMANDS.record() as sent:
            for _ in range(10):
                assert (await client.get(SESSION, headers=shown(key))).status_code == 200
        assert sent == ["aggregate"]

    async def test_does_not_keep_the_key(self, key):
        await resolve(key["key"])
        assert key["key"] not in principals._known._claims
        assert key["key"] not in principals._known._principals
        assert crypto.digest(key["key"]) in principals._known._principals

    async def test_its_index_finds_it(self, key, resources_):
        plan = await resources_.database.command(
            "explain", {"find": "api_keys", "filter": {"public_id": key["prefix"].removeprefix("elk_")}}
        )
        assert "IXSCAN" in str(plan)
        assert "COLLSCAN" not in str(plan)

    async def test_the_digests_are_compared_in_constant_time(self, key, monkeypatch):
        compared = []

        def watch(one: str, other: str) -> bool:
            compared.append((one, other))
            return hmac.compare_digest(one, other)

        monkeypatch.setattr(principals, "hmac", type("watched", (), {"compare_digest": staticmethod(watch)}))
        wrong, unknown = secret.new_key(key["prefix"].removeprefix("elk_")), secret.new_key("Unknown0")
        assert await is_refused(wrong)
        assert await is_refused(unknown)
        assert compared == [(crypto.digest(key["key"]), crypto.digest(wrong)), ("0" * 64, crypto.digest(unknown))]


class TestHeaders:
    async def test_either_will_do_and_so_will_both_alike(self, client, key):
        bearer = {"Authorization": f"Bearer {key['key']}"}
        for headers in (bearer, shown(key), bearer | shown(key), {"authorization": f"bearer  {key['key']}"}):
            answer = await client.get(SESSION, headers=headers)
            assert answer.status_code == 200, headers

    async def test_two_that_differ_are_none(self, client, mine, firm, key):
        other = await make_key(await firm())
        token = {"Authorization": f"Bearer {mine.access_token}"}
        for headers in (
            token | shown(key),
            {"Authorization": f"Bearer {other['key']}"} | shown(key),
            {"Authorization": "Basic eDp5"} | shown(key),
            [("X-API-Key", key["key"]), ("X-API-Key", other["key"])],
            [("Authorization", f"Bearer {mine.access_token}"), ("Authorization", f"Bearer {key['key']}")],
        ):
            answer = await client.get(SESSION, headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_a_token_is_no_api_key(self, client, mine):
        assert (await client.get(SESSION, headers=shown(mine.access_token))).status_code == 401

    async def test_a_key_in_the_url_is_none(self, client, key):
        for name in ("api_key", "key", "access_token", "token"):
            assert (await client.get(SESSION, params={name: key["key"]})).status_code == 401


class TestWithinASecond:
    """Changes made elsewhere: stored, and this process not told."""

    async def refused_soon(self, key: dict[str, Any], change: Any) -> None:
        await resolve(key["key"])
        await change
        began = time.monotonic()
        await until(lambda: is_refused(key["key"]))
        assert time.monotonic() - began < 1.5

    async def test_a_revoked_key(self, mine, key):
        await self.refused_soon(key, key_store.revoke(mine.principal, Id(key["id"])))

    async def test_a_rotated_key(self, key):
        row = await ApiKey.find_one({"_id": Id(key["id"])})
        await self.refused_soon(key, key_store.exchange(row, fresh="f" * 64))

    async def test_an_expired_key(self, key):
        past = {"$set": {"expires_at": now()}}
        await self.refused_soon(key, ApiKey.find_one({"_id": Id(key["id"])}).update(past))

    async def test_a_removed_key(self, key):
        await self.refused_soon(key, ApiKey.find_one({"_id": Id(key["id"])}).delete())

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"memberships": []}, {"deleted_at": now()}], ids=lambda c: next(iter(c))
    )
    async def test_a_maker_who_may_act_no_more(self, mine, key, change):
        await self.refused_soon(key, store.change_user(mine.principal.user_id, change))

    async def test_a_maker_who_moved_to_another_tenant(self, mine, key):
        await self.refused_soon(key, become(mine.principal.user_id, new_id(), Role.OWNER))

    async def test_a_removed_maker(self, mine, key):
        await self.refused_soon(key, User.find_one({"_id": mine.principal.user_id}).delete())

    async def test_a_deleted_tenant(self, mine, key):
        deleted = {"$set": {"deleted_at": now()}}
        await self.refused_soon(key, Tenant.find_one({"_id": mine.principal.tenant_id}).update(deleted))

    async def test_a_removed_tenant(self, mine, key):
        await self.refused_soon(key, Tenant.find_one({"_id": mine.principal.tenant_id}).delete())

    async def test_a_lowered_role(self, client, mine, key):
        url, headers = "/api/v1/chat/conversations", shown(key)
        assert (await client.post(url, json={}, headers=headers)).status_code == 201
        await become(mine.principal.user_id, mine.principal.tenant_id, Role.VIEWER)

        async def is_weaker() -> bool:
            return (await client.post(url, json={}, headers=headers)).status_code == 403

        began = time.monotonic()
        await until(is_weaker)
        assert time.monotonic() - began < 1.5
        assert (await client.get(url, headers=headers)).status_code == 200


class TestAtOnce:
    """Changes made here: this process is told."""

    @pytest.mark.parametrize("told", ["key", "user", "tenant"])
    async def test_a_forgotten_key_is_asked_for_again(self, mine, key, told):
        await resolve(key["key"])
        await ApiKey.find_one({"_id": Id(key["id"])}).delete()
        assert not await is_refused(key["key"])  # still trusted, or the next lines prove nothing
        whom = {"key": Id(key["id"]), "user": mine.principal.user_id, "tenant": mine.principal.tenant_id}
        getattr(principals, f"forget_{told}")(whom[told])
        assert await is_refused(key["key"])

    async def test_a_look_up_under_way_does_not_outlive_a_revocation(self, mine, key, monkeypatch):
        asked, go_on = asyncio.Event(), asyncio.Event()
        look_up = key_store.standing

        async def slowly(public_id: str) -> Any:
            found = await look_up(public_id)
            asked.set()
            await go_on.wait()
            return found

        monkeypatch.setattr(principals.key_store, "standing", slowly)
        reading = asyncio.create_task(resolve(key["key"]))
        await asked.wait()
        assert (await mine.client.delete(f"{KEYS}/{key['id']}")).status_code == 204
        go_on.set()
        await reading  # it was asked before the key's end
        assert await is_refused(key["key"])


def forgeries(key: str, other: str) -> list[str]:
    body = key[4:]
    return [
        secret.new_key(key[4:12]),  # the right id, another secret
        key[:4] + other[4:12] + key[12:],  # the right secret, another key's id
        key[:4] + "Unknown0" + key[12:],
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key[:-1], key + "A", key + "=", key[:12], "elk_",
        key.upper(), key.lower(), key[:4] + body.swapcase(), key[:12] + key[12:].swapcase(),
        key[:20] + " " + key[20:], key[:20] + " " + key[21:],
        key[:-1] + "é", "elk_" + "é" * 8 + key[12:], "elk_" + ".*" * 4 + key[12:],
        key.replace("_", "-", 1), f"{key},{key}", crypto.digest(key), "elk_" + "A" * 20_000,
    ]  # fmt: skip


class TestForgery:
    @pytest.mark.parametrize("route", ROUTES)
    async def test_only_the_right_one_enters(self, client, key, firm, route):
        other = await make_key(await firm(), "documents:write", "chat:write", "jobs:read")
        assert (await client.get(route, headers=shown(key))).status_code == 200  # or the refusals prove nothing
        for forged in forgeries(key["key"], other["key"]):
            text = forged.encode("latin-1")
            for headers in ({b"X-API-Key": text}, {b"Authorization": b"Bearer " + text}):
                answer = await client.get(route, headers=headers)
                assert answer.status_code == 401, forged
                assert answer.headers["content-type"] == "application/problem+json"

    async def test_no_server_reads_a_nul(self, live, key):
        """httpx refuses to send one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(live.rpartition(":")[2]))
        writer.write(f"GET {SESSION} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key['key']}\0\r\n\r\n".encode())
        assert (await reader.readline()).split()[1] in (b"400", b"401")
        writer.close()

    @pytest.mark.parametrize("junk", ["elk_\0", "elk_" + "\0" * 8 + "_" + "a" * 43, "elk_abcdefgh_" + "a" * 42 + "\n"])
    async def test_junk_asks_the_database_nothing(self, resources_, junk):
        with COMMANDS.record() as sent:
            assert await is_refused(junk)
        assert sent == []

    async def test_all_refusals_say_the_same(self, client, mine, key):
        gone, past = await make_key(mine), await make_key(mine)
        await mine.client.delete(f"{KEYS}/{gone['id']}")
        await ApiKey.find_one({"_id": Id(past["id"])}).update({"$set": {"expires_at": now() - timedelta(days=1)}})
        bad = [gone["key"], past["key"], secret.new_key(key["prefix"][4:]), secret.new_key("Unknown0"), "elk_junk"]
        answers = [await client.get(SESSION, headers=shown(text)) for text in bad]
        assert {answer.status_code for answer in answers} == {401}
        said = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
        assert all(body == said[0] for body in said)
        assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}
