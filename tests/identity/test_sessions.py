"""Refreshing, ending and listing sessions: a token works once, and an ended session is dead at once."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import DuplicateKeyError

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.identity import store, tokens
from elenchus.identity.models import Session
from tests.identity.conftest import AUTH, bearer, me
from tests.support import COMMANDS


async def refresh(client, token: object):
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


def session_of(pair) -> Id:
    return tokens.read_refresh_token(pair["refresh_token"]).session_id


async def is_alive(client, pair) -> bool:
    return (await me(client, pair["access_token"])).status_code == 200


class TestRefresh:
    async def test_gives_a_new_pair_of_the_same_session(self, client, account, settings_):
        answer = await refresh(client, account["refresh_token"])
        pair = answer.json()
        assert answer.status_code == 200
        assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert pair["refresh_token"] != account["refresh_token"]
        assert session_of(pair) == session_of(account)
        assert (pair["token_type"], pair["expires_in"]) == ("bearer", settings_.auth.access_token_seconds)
        assert await is_alive(client, pair)
        assert answer.headers["cache-control"] == "no-store"

    async def test_the_chain_goes_on(self, client, account):
        token = account["refresh_token"]
        for _ in range(5):
            answer = await refresh(client, token)
            assert answer.status_code == 200
            token = answer.json()["refresh_token"]

    async def test_a_rotation_that_the_driver_sends_again_is_still_the_winners(self, account):
        """Its answer was lost; found wanting, the session would be ended as if its token were used twice."""
        id_, used, later = session_of(account), crypto.digest(account["refresh_token"]), now() + timedelta(days=1)
        for _ in range(2):
            assert await store.rotate(id_, used=used, fresh="its own", expires_at=later)
        assert not await store.rotate(id_, used=used, fresh="another's", expires_at=later)

    async def test_only_a_digest_is_stored(self, account):
        stored = await Session.find_one({"_id": session_of(account)})
        assert stored.refresh_digest == crypto.digest(account["refresh_token"])
        assert account["refresh_token"] not in stored.model_dump_json()

    async def test_it_lives_on_from_the_last_use(self, client, account, settings_):
        soon = now() + timedelta(hours=1)
        await Session.find_one({"_id": session_of(account)}).update({"$set": {"expires_at": soon}})
        assert (await refresh(client, account["refresh_token"])).status_code == 200
        stored = await Session.find_one({"_id": session_of(account)})
        assert stored.expires_at > now() + timedelta(days=settings_.auth.refresh_token_days - 1)
        assert stored.last_used_at > stored.created_at

    async def test_costs_two_commands(self, client, account):
        with COMMANDS.record() as sent:
            await refresh(client, account["refresh_token"])
        assert sent == ["aggregate", "update"]


class TestReuse:
    async def test_a_token_used_twice_ends_the_session_for_both(self, client, account):
        fresh = (await refresh(client, account["refresh_token"])).json()
        assert await is_alive(client, fresh)  # so that this process has it in its cache
        assert (await refresh(client, account["refresh_token"])).status_code == 401
        assert (await refresh(client, fresh["refresh_token"])).status_code == 401
        assert not await is_alive(client, fresh)
        assert not await is_alive(client, account)

    async def test_one_from_far_back_does_too(self, client, account):
        pair = account
        for _ in range(4):
            pair = (await refresh(client, pair["refresh_token"])).json()
        assert (await refresh(client, account["refresh_token"])).status_code == 401
        assert not await is_alive(client, pair)

    async def test_the_users_other_sessions_live(self, client, account, sign_in_again):
        other = await sign_in_again()
        for _ in range(2):
            await refresh(client, account["refresh_token"])
        assert await is_alive(client, other)
        assert (await refresh(client, other["refresh_token"])).status_code == 200

    async def test_of_fifty_at_once_one_wins_and_the_family_ends(self, client, account):
        answers = await asyncio.gather(*(refresh(client, account["refresh_token"]) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49
        winner = next(answer.json() for answer in answers if answer.status_code == 200)
        assert not await is_alive(client, winner)
        assert (await refresh(client, winner["refresh_token"])).status_code == 401

    async def test_the_exchange_itself_has_one_winner(self, account):
        used = crypto.digest(account["refresh_token"])
        later = now() + timedelta(days=1)
        results = await asyncio.gather(
            *(store.rotate(session_of(account), used=used, fresh=f"fresh {n}", expires_at=later) for n in range(50))
        )
        assert sum(results) == 1

    async def test_an_invented_token_ends_nobodys_session(self, client, account):
        invented = f"{session_of(account)}.{crypto.random_token()}.{crypto.random_token()}"
        assert (await refresh(client, invented)).status_code == 401
        assert await is_alive(client, account)
        assert (await refresh(client, account["refresh_token"])).status_code == 200


class TestRefusedRefresh:
    @pytest.mark.parametrize("junk", ["", "x", "..", "null", "a" * 512, "é.é.é"])
    async def test_junk_is_401_and_asks_the_database_nothing(self, client, junk):
        with COMMANDS.record() as sent:
            answer = await refresh(client, junk)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert sent == []

    @pytest.mark.parametrize("wrong", [None, 7, ["x"], {"$ne": ""}, "x" * 513, "a\0b"])
    async def test_what_is_no_text_is_422(self, client, wrong):
        assert (await refresh(client, wrong)).status_code == 422

    async def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_enter(self, client, account):
        assert (await refresh(client, account["access_token"])).status_code == 401
        assert (await me(client, account["refresh_token"])).status_code == 401

    async def test_after_its_end_a_session_is_dead_before_the_database_removes_it(self, client, account):
        past = now() - timedelta(seconds=1)
        await Session.find_one({"_id": session_of(account)}).update({"$set": {"expires_at": past}})
        assert (await refresh(client, account["refresh_token"])).status_code == 401

    async def test_a_suspended_user_gets_no_new_pair(self, client, account):
        await store.change_user(account["id"], {"is_active": False})
        assert (await refresh(client, account["refresh_token"])).status_code == 401

    async def test_a_token_of_a_session_that_never_was(self, client):
        assert (await refresh(client, tokens.refresh_token(new_id()))).status_code == 401


class TestLogout:
    async def test_both_tokens_are_dead_at_once(self, client, account):
        assert await is_alive(client, account)  # so that this process has it in its cache
        answer = await client.post(f"{AUTH}/logout", headers=bearer(account["access_token"]))
        assert (answer.status_code, answer.content) == (204, b"")
        assert not await is_alive(client, account)
        assert (await refresh(client, account["refresh_token"])).status_code == 401

    async def test_other_sessions_live(self, client, account, sign_in_again):
        other = await sign_in_again()
        await client.post(f"{AUTH}/logout", headers=bearer(account["access_token"]))
        assert await is_alive(client, other)

    async def test_twice_is_401(self, client, account):
        await client.post(f"{AUTH}/logout", headers=bearer(account["access_token"]))
        assert (await client.post(f"{AUTH}/logout", headers=bearer(account["access_token"]))).status_code == 401

    async def test_everywhere(self, client, account, sign_in_again, firm):
        others = [await sign_in_again() for _ in range(3)]
        neighbour = await firm()
        assert all([await is_alive(client, pair) for pair in (account, *others)])
        answer = await client.post(f"{AUTH}/logout-all", headers=bearer(others[0]["access_token"]))
        assert answer.status_code == 204
        assert not any([await is_alive(client, pair) for pair in (account, *others)])
        assert (await refresh(client, others[1]["refresh_token"])).status_code == 401
        assert (await neighbour.client.get(f"{AUTH}/me")).status_code == 200

    @pytest.mark.parametrize("path", ["/logout", "/logout-all"])
    async def test_needs_a_token(self, client, path):
        assert (await client.post(AUTH + path)).status_code == 401


class TestOwnSessions:
    async def listed(self, client, pair, **params):
        answer = await client.get(f"{AUTH}/sessions", headers=bearer(pair["access_token"]), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def test_are_listed_newest_first_without_secrets(self, client, account, sign_in_again):
        newer = await sign_in_again()
        page = await self.listed(client, account)
        assert [row["id"] for row in page["items"]] == [str(session_of(newer)), str(session_of(account))]
        assert [row["is_current"] for row in page["items"]] == [False, True]
        assert set(page["items"][0]) == {
            "id", "user_agent", "ip_address", "is_current", "created_at", "last_used_at", "expires_at",
        }  # fmt: skip
        assert page["items"][0]["ip_address"] == "127.0.0.1"
        assert page["items"][0]["user_agent"].startswith("python-httpx")

    async def test_page_by_page(self, client, account, sign_in_again):
        made = [str(session_of(account))] + [str(session_of(await sign_in_again())) for _ in range(4)]
        seen, cursor = [], None
        while True:
            page = await self.listed(client, account, limit=2, **({"cursor": cursor} if cursor else {}))
            seen += [row["id"] for row in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == made[::-1]

    async def test_expired_ones_are_not_listed(self, client, account, sign_in_again):
        other = await sign_in_again()
        past = now() - timedelta(seconds=1)
        await Session.find_one({"_id": session_of(other)}).update({"$set": {"expires_at": past}})
        assert [row["id"] for row in (await self.listed(client, account))["items"]] == [str(session_of(account))]

    async def test_a_long_user_agent_is_cut(self, client, account):
        form = {"username": account["email"], "password": "quiet harbour lantern 47"}
        pair = (await client.post(f"{AUTH}/login", data=form, headers={"user-agent": "x" * 5000})).json()
        assert len((await self.listed(client, pair))["items"][0]["user_agent"]) == 200

    async def test_one_can_be_ended(self, client, account, sign_in_again):
        other = await sign_in_again()
        assert await is_alive(client, other)
        url = f"{AUTH}/sessions/{session_of(other)}"
        assert (await client.delete(url, headers=bearer(account["access_token"]))).status_code == 204
        assert not await is_alive(client, other)
        assert await is_alive(client, account)
        assert (await client.delete(url, headers=bearer(account["access_token"]))).status_code == 404

    async def test_anothers_does_not_exist(self, client, account, firm):
        stranger = await firm()
        answer = await stranger.client.delete(f"{AUTH}/sessions/{session_of(account)}")
        assert answer.status_code == 404
        assert await is_alive(client, account)
        listed = (await stranger.client.get(f"{AUTH}/sessions")).json()["items"]
        assert str(session_of(account)) not in [row["id"] for row in listed]

    @pytest.mark.parametrize("id_", ["x", "x" * 12, "0" * 23, "$ne"])
    async def test_what_is_no_id_is_422(self, client, account, id_):
        answer = await client.delete(f"{AUTH}/sessions/{id_}", headers=bearer(account["access_token"]))
        assert answer.status_code == 422


class TestStoring:
    def a_session(self) -> Session:
        at = now()
        return Session(
            user_id=new_id(), tenant_id=new_id(), refresh_digest=crypto.digest(crypto.random_token()),
            user_agent="a browser", ip_address="192.0.2.1", created_at=at, last_used_at=at,
            expires_at=at + timedelta(days=1),
        )  # fmt: skip

    async def test_an_insert_that_the_driver_sends_again_meets_itself(self, resources_):
        """It does so when the answer to the first was lost; under load that is a slow database."""
        session = self.a_session()
        await store.add_session(session)
        await store.add_session(session)
        assert await Session.find({"_id": session.id}).count() == 1

    async def test_an_id_of_somebody_elses_is_no_success(self, resources_):
        session = self.a_session()
        await store.add_session(session)
        with pytest.raises(DuplicateKeyError):
            await store.add_session(session.model_copy(update={"refresh_digest": "another"}))
