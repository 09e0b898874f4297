"""A browser's session: begun, gone on with by all its tabs, moved and ended, and no script reads its refresh token."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core import crypto
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.identity import sessions, store, tokens
from elenchus.identity.models import Session
from tests.identity.browser.conftest import BROWSER, SESSION, Page, cookie
from tests.identity.conftest import AUTH, bearer, me
from tests.identity.mfa.conftest import clock, enable  # noqa: F401 - a fixture
from tests.identity.tenants.conftest import Person, also_member, new_team, team  # noqa: F401 - fixtures


def session_of(token: str) -> Id:
    return tokens.read_refresh_token(token).session_id


@pytest.fixture
def later(monkeypatch):
    """Whatever was exchanged was exchanged long ago."""
    return lambda: monkeypatch.setattr(sessions, "AGAIN", timedelta(seconds=-60))


def refused(answer, slug: str = "invalid-token") -> bool:
    return (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, slug)


class TestLogin:
    async def test_gives_the_page_an_access_token_and_no_other(self, new_page, account, settings_):
        answer = await new_page().log_in(account["email"])
        told = answer.json()
        assert answer.status_code == 200
        assert set(told) == {"access_token", "token_type", "expires_in", "tenant_id", "user"}
        assert (told["token_type"], told["expires_in"]) == ("bearer", settings_.auth.access_token_seconds)
        assert told["user"]["email"] == account["email"]
        assert told["tenant_id"] == told["user"]["memberships"][0]["tenant_id"]
        assert answer.headers["cache-control"] == "no-store"
        assert cookie(answer).value not in answer.text

    async def test_the_cookie_is_for_these_endpoints_and_for_no_script(self, new_page, account, settings_):
        kept = cookie(await new_page().log_in(account["email"]))
        assert (kept["path"], kept["httponly"], kept["samesite"], kept["domain"]) == (BROWSER, True, "strict", "")
        assert int(kept["max-age"]) == settings_.auth.refresh_token_days * 86_400
        assert not kept["secure"]  # on http, where a browser would not keep it

    @pytest.mark.parametrize("how", ["public url", "origin"])
    async def test_on_https_it_never_goes_over_http(self, new_page, account, change_settings, how):
        one = new_page()
        if how == "public url":
            change_settings("server", public_url="https://law.firm.example")
        else:
            one.origin = f"https://{one.http.base_url.netloc.decode()}"
        answer = await one.log_in(account["email"])
        assert cookie(answer)["secure"] is True

    async def test_a_wrong_password_gives_nothing(self, new_page, account):
        answer = await new_page().post("login", data={"username": account["email"], "password": "not the right one"})
        assert refused(answer, "wrong-credentials")
        assert "set-cookie" not in answer.headers

    async def test_wrong_ones_lock_the_account_as_anywhere(self, new_page, account, settings_):
        wrong = {"username": account["email"], "password": "not the right one"}
        for _ in range(settings_.auth.max_failed_logins):
            await new_page().post("login", data=wrong)
        assert (await new_page().log_in(account["email"])).status_code == 423

    async def test_they_are_counted_as_anywhere(self, new_page, account, change_settings):
        change_settings("limits", logins_per_minute=1)
        codes = [(await new_page().log_in(account["email"])).status_code for _ in range(3)]
        assert codes[-1] == 429

    async def test_a_second_factor_is_asked_for_and_taken(self, client, new_page, account, clock):  # noqa: F811
        enrolled = await enable(client, account, clock)
        page = new_page()
        assert refused(await page.log_in(account["email"]), "otp-required")
        assert SESSION not in page.http.cookies
        assert (await page.log_in(account["email"], otp=enrolled.fresh_code())).status_code == 200

    async def test_the_cookie_opens_nothing_else(self, page):
        headers = {"Cookie": f"{SESSION}={page.refresh_token}", "Origin": page.origin}
        assert (await page.http.get(f"{AUTH}/me", headers=headers)).status_code == 401
        assert not await page.is_in(page.refresh_token)


class TestToken:
    async def test_the_cookie_is_exchanged_for_the_next_pair(self, page, account):
        before = page.refresh_token
        answer = await page.token()
        told = answer.json()
        assert answer.status_code == 200
        assert set(told) == {"access_token", "token_type", "expires_in", "tenant_id", "user"}
        assert told["user"]["id"] == str(account["id"])
        assert page.refresh_token == cookie(answer).value != before
        assert session_of(page.refresh_token) == session_of(before)
        assert await page.is_in(told["access_token"])

    async def test_the_chain_goes_on_and_the_cookie_with_it(self, page, settings_):
        seen = {page.refresh_token}
        for _ in range(4):
            answer = await page.token()
            assert answer.status_code == 200
            assert int(cookie(answer)["max-age"]) == settings_.auth.refresh_token_days * 86_400
            seen.add(page.refresh_token)
        assert len(seen) == 5

    async def test_without_a_cookie_nobody_is_signed_in(self, new_page):
        answer = await new_page().token()
        assert (answer.status_code, answer.content, "set-cookie" in answer.headers) == (204, b"", False)

    @pytest.mark.parametrize("junk", ["x", "..", "a" * 512])
    async def test_junk_is_nobody(self, page, junk):
        assert refused(await page.token(junk))
        assert (await page.token()).status_code == 200

    async def test_an_endless_one_is_refused_unread(self, page):
        assert (await page.token("a" * 513)).status_code == 422

    async def test_a_suspended_user_gets_none(self, page, account):
        await store.change_user(account["id"], {"is_active": False})
        assert refused(await page.token())

    async def test_only_a_digest_is_stored(self, page):
        await page.token()
        stored = await Session.find_one({"_id": session_of(page.refresh_token)})
        assert stored.refresh_digest == crypto.digest(page.refresh_token)
        assert page.refresh_token not in stored.model_dump_json()

    async def test_it_cannot_be_worked_out_without_our_key(self, page, change_settings):
        before = page.refresh_token
        ours, theirs = (tokens.successor(before).split(".")[1] for _ in range(2))
        assert ours == theirs
        change_settings("server", secret_key=SecretStr("another secret key of this deployment, 47"))
        assert tokens.successor(before).split(".")[1] != ours  # whatever seals it


class TestTabs:
    """They have one cookie together and wake together; none of them may sign the others out."""

    async def test_fifty_that_ask_at_once_all_go_on(self, page):
        before = page.refresh_token
        answers = await asyncio.gather(*(page.token(before) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({cookie(answer).value for answer in answers}) == 1  # whichever comes last, the cookie is right
        assert all([await page.is_in(answer.json()["access_token"]) for answer in answers])
        assert (await page.token(cookie(answers[0]).value)).status_code == 200

    async def test_an_answer_that_was_lost_is_given_again(self, page):
        before = page.refresh_token
        lost, again = await page.token(before), await page.token(before)
        assert cookie(again).value == cookie(lost).value

    async def test_a_moment_later_it_is_a_stolen_one_and_ends_both(self, page, later):
        before = page.refresh_token
        fresh = (await page.token()).json()
        later()
        assert refused(await page.token(before))
        assert refused(await page.token())
        assert not await page.is_in(fresh["access_token"])

    async def test_one_from_two_exchanges_back_is_at_any_time(self, page):
        before = page.refresh_token
        for _ in range(2):
            assert (await page.token()).status_code == 200
        assert refused(await page.token(before))
        assert refused(await page.token())

    async def test_a_token_of_the_api_is_as_good_once_as_ever(self, client, page, account):
        """No moment for a token that no browser had: `/auth/refresh` draws the next one."""
        used = account["refresh_token"]
        fresh = (await client.post(f"{AUTH}/refresh", json={"refresh_token": used})).json()
        assert refused(await page.token(used))
        assert (await me(client, fresh["access_token"])).status_code == 401

    async def test_nor_for_a_browsers_token_that_is_used_there(self, client, page):
        used = page.refresh_token
        for status in (200, 401):
            assert (await client.post(f"{AUTH}/refresh", json={"refresh_token": used})).status_code == status
        assert refused(await page.token(used))


class TestLogout:
    async def test_ends_the_session_and_takes_the_cookie(self, page):
        before = page.refresh_token
        answer = await page.post("logout")
        assert (answer.status_code, answer.content) == (204, b"")
        gone = cookie(answer)
        assert (gone.value, gone["max-age"], gone["path"], gone["httponly"]) == ("", "0", BROWSER, True)
        assert SESSION not in page.http.cookies
        assert not await page.is_in()
        assert refused(await page.token(before))
        await audit.drain(10)
        rows = await AuditRow.across_tenants().rows({"request_id": answer.headers["x-request-id"]})
        assert [row["action"] for row in rows] == ["user.signed_out"]

    async def test_of_a_tab_whose_cookie_was_just_exchanged_ends_it_too(self, page):
        before = page.refresh_token
        await page.token()
        await page.post("logout", headers={"Cookie": f"{SESSION}={before}"})
        assert not await page.is_in()

    async def test_other_sessions_live(self, page, account, client):
        await page.post("logout")
        assert (await me(client, account["access_token"])).status_code == 200

    @pytest.mark.parametrize("junk", ["", "x"])
    async def test_without_a_session_it_is_as_well(self, new_page, junk):
        headers = {"Cookie": f"{SESSION}={junk}"} if junk else {}
        answer = await new_page().post("logout", headers=headers)
        assert answer.status_code == 204
        assert cookie(answer).value == ""


class TestSwitching:
    @pytest.fixture
    async def there(self, page, account, team) -> str:  # noqa: F811
        """Another tenant of the person."""
        await also_member(await _person(page, account), team, Role.VIEWER)
        return str(team.tenant_id)

    async def switch(self, page: Page, tenant_id: str, **more: object):
        return await page.post("switch-tenant", json={"tenant_id": tenant_id}, headers=_of(page, **more))

    async def test_the_session_goes_on_there(self, page, there):
        answer = await self.switch(page, there)
        assert answer.status_code == 200, answer.text
        assert answer.json()["tenant_id"] == there
        current = await page.http.get("/api/v1/tenants/current", headers=bearer(answer.json()["access_token"]))
        assert current.json()["id"] == there
        assert (await page.token()).json()["tenant_id"] == there

    async def test_other_tabs_come_along(self, page, there):
        before = page.refresh_token
        moved = await self.switch(page, there)
        late = await page.token(before)
        assert (late.status_code, late.json()["tenant_id"]) == (200, there)
        assert cookie(late).value == cookie(moved).value

    async def test_with_another_sessions_cookie_it_does_not(self, page, there, new_page, account):
        other = new_page()
        await other.log_in(account["email"])
        for held in (other.refresh_token, "x", ""):
            answer = await self.switch(page, there, Cookie=f"{SESSION}={held}")
            assert refused(answer)
        assert (await page.token()).status_code == 200

    async def test_into_a_tenant_that_is_not_ones_own_it_does_not(self, page, team):  # noqa: F811
        assert (await self.switch(page, str(team.tenant_id))).status_code == 404

    async def test_the_cookie_alone_does_not(self, page, there):
        assert (await page.post("switch-tenant", json={"tenant_id": there})).status_code == 401


def _of(page: Page, **more: object) -> dict[str, object]:
    return {**bearer(page.access_token), **more}


async def _person(page: Page, account) -> Person:
    claims = tokens.read_access_token(page.access_token)
    principal = Principal(claims.tenant_id, claims.user_id, Role.OWNER)
    return Person(page.http, account["email"], account["id"], page.access_token, page.refresh_token, principal)
