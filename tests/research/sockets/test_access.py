"""Who may open a socket, and how long it stays open."""

import pytest

from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.identity import principals
from elenchus.identity import store as people
from elenchus.research.sockets import guard, session
from tests.research.sockets.support import Talk, ask, closed, heard, say, to_the_end
from tests.research.support import conversation
from tests.research.test_access_ended import (
    End,
    a_key,
    change_password_elsewhere,
    end_membership,
    log_out,
    revoke_key,
    rotate_key,
    suspend_elsewhere,
)
from tests.support import Firm, until

KEYS, LOGOUT = "/api/v1/api-keys", "/api/v1/auth/logout"


class TestWhoItIs:
    async def test_by_the_first_message(self, talk: Talk, f: Firm):
        async with talk() as socket:
            await say(socket, type="auth", token=f.access_token)
            await ask(socket)
            assert (await to_the_end(socket))[-1]["type"] == "done"

    async def test_by_the_headers_of_a_program(self, talk: Talk, f: Firm):
        made = await f.client.post(KEYS, json={"name": "k", "scopes": ["chat:write"]})
        async with talk(additional_headers={"X-API-Key": made.json()["key"]}) as socket:
            await ask(socket)
            assert (await to_the_end(socket))[-1]["type"] == "done"

    @pytest.mark.parametrize("how", ["protocol", "first message", "question first", "other protocols"])
    async def test_nobody_gets_in(self, talk: Talk, f: Firm, how: str):
        protocols = {"protocol": ["bearer", "x.y.z"], "other protocols": ["chat", f.access_token]}.get(how)
        async with talk(subprotocols=protocols) as socket:
            if how == "first message":
                await say(socket, type="auth", token="x.y.z")
            elif how == "question first":
                await ask(socket)
            events, code = await closed(socket)
        assert ([each["problem"]["status"] for each in events], code) == ([401], 1008)

    async def test_nobody_is_waited_for_for_long(self, talk: Talk, monkeypatch):
        monkeypatch.setattr(session, "AUTH_SECONDS", 0.05)
        async with talk() as socket:
            assert (await closed(socket))[1] == 1008

    @pytest.mark.parametrize("whose", ["another firm's", "a colleague's", "nobody's"])
    async def test_a_foreign_conversation(self, talk: Talk, f: Firm, firm, whose: str):
        other = await firm()
        if whose == "a colleague's":
            membership = {"tenant_id": f.principal.tenant_id, "tenant_name": "x", "role": Role.MEMBER}
            await people.change_user(other.principal.user_id, {"memberships": [membership]})
            principals.forget_user(other.principal.user_id)
            body = {"username": other.email, "password": other.password}
            again = await other.client.post("/api/v1/auth/login", data=body, headers={"Authorization": ""})
            other.access_token = again.json()["access_token"]
        about = {"about": str(new_id())} if whose == "nobody's" else {}
        async with talk(other.access_token, **about) as socket:
            events, code = await closed(socket)
        assert ([each["problem"]["status"] for each in events], code) == ([404], 1008)

    async def test_a_viewer_and_a_key_that_only_reads(self, talk: Talk, f: Firm):
        made = await f.client.post(KEYS, json={"name": "k", "scopes": ["chat:read"]})
        memberships = [{"tenant_id": f.principal.tenant_id, "tenant_name": "x", "role": Role.VIEWER}]
        for token in (made.json()["key"], f.access_token):
            if token == f.access_token:
                await people.change_user(f.principal.user_id, {"memberships": memberships})
                principals.forget_user(f.principal.user_id)
            async with talk(token) as socket:
                events, code = await closed(socket)
            assert ([each["problem"]["status"] for each in events], code) == ([403], 1008)

    async def test_another_websites_page(self, talk: Talk, f: Firm):
        with pytest.raises(Exception, match="403"):
            async with talk(f.access_token, origin="https://evil.example"):
                pass

    async def test_a_fresh_token_takes_the_place_of_one_that_expired(
        self, talk: Talk, f: Firm, expire_tokens, monkeypatch
    ):
        async with talk(f.access_token) as socket:
            expire_tokens(f)
            await ask(socket)
            assert (await heard(socket))["problem"]["status"] == 401
            monkeypatch.undo()
            again = await f.client.post("/api/v1/auth/refresh", json={"refresh_token": f.refresh_token})
            await say(socket, type="auth", token=again.json()["access_token"])
            await ask(socket)
            assert (await to_the_end(socket))[-1]["type"] == "done"

    async def test_but_not_somebody_elses(self, talk: Talk, f: Firm, firm):
        other = await firm()
        async with talk(f.access_token) as socket:
            await say(socket, type="auth", token=other.access_token)
            assert await closed(socket) == ([], 1008)


class TestHowMany:
    @pytest.mark.parametrize("bound", ["MOST_OF_ONE", "MOST_OPEN"])
    async def test_one_more_is_told_to_come_later(self, talk: Talk, f: Firm, monkeypatch, bound: str):
        monkeypatch.setattr(guard, bound, 1)
        async with talk(f.access_token) as first, talk(f.access_token) as second:
            await ask(first)
            await to_the_end(first)
            events, code = await closed(second)
            assert ([each["problem"]["title"] for each in events], code) == ([guard.TooManySockets.title], 1013)

        async def is_taken() -> bool:
            async with talk(f.access_token) as again:
                await ask(again)
                return (await heard(again))["type"] == "meta"

        assert await until(is_taken)

    async def test_somebody_elses_do_not_count(self, talk: Talk, f: Firm, firm, monkeypatch):
        monkeypatch.setattr(guard, "MOST_OF_ONE", 1)
        other = await firm()
        theirs = (await conversation(other))["id"]
        async with talk(f.access_token) as socket, talk(other.access_token, about=theirs) as another:
            for each in (socket, another):
                await ask(each)
                assert (await to_the_end(each))[-1]["type"] == "done"


class TestAccessEnds:
    @pytest.mark.parametrize(
        "end", [log_out, end_membership, suspend_elsewhere, change_password_elsewhere, revoke_key, rotate_key]
    )
    async def test_while_nothing_is_said(self, talk: Talk, f: Firm, end: End):
        """In less than a second, of which a machine that is busy may make more."""
        key = await a_key(f)
        async with talk(key["key"] if end in (revoke_key, rotate_key) else f.access_token) as socket:
            await end(f, key)
            events, code = await closed(socket)
        assert ([each["problem"]["status"] for each in events], code) == ([401], 1008)

    async def test_while_an_answer_is_told(self, talk: Talk, f: Firm, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with talk(f.access_token) as socket:
            await ask(socket)
            while (await heard(socket))["type"] != "delta":
                pass
            await log_out(f, {})
            events, code = await closed(socket)
        assert ([each["problem"]["status"] for each in events], code) == ([401], 1008)
        gemini.go_on.set()

    async def test_before_the_next_question(self, talk: Talk, f: Firm):
        async with talk(f.access_token) as socket:
            await ask(socket)
            await to_the_end(socket)
            assert (await f.client.post(LOGOUT)).status_code == 204
            await ask(socket)
            events, code = await closed(socket)
        assert {each["problem"]["status"] for each in events} == {401}
        assert code == 1008

    async def test_a_role_that_was_taken_is_gone_at_the_next_question(self, talk: Talk, f: Firm):
        async with talk(f.access_token) as socket:
            await ask(socket)
            await to_the_end(socket)
            memberships = [{"tenant_id": f.principal.tenant_id, "tenant_name": "x", "role": Role.VIEWER}]
            await people.change_user(f.principal.user_id, {"memberships": memberships})
            principals.forget_user(f.principal.user_id)
            await ask(socket)
            assert (await heard(socket))["problem"]["status"] == 403
