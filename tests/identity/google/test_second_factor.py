"""An account with a second factor is asked for it on this way in too."""

import base64
from datetime import timedelta

import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.settings import settings
from elenchus.identity import store
from elenchus.identity.google import service as google
from tests.fixtures.oidc import a_person
from tests.identity.conftest import me
from tests.identity.google.conftest import GOOGLE, slug
from tests.identity.mfa.conftest import clock, enable  # noqa: F401 - a fixture


@pytest.fixture
async def enrolled(client, account, clock, provider):  # noqa: F811
    """With a second factor, and known to the provider."""
    await store.change_user(account["id"], {"is_verified": True})
    provider.person = a_person(email=account["email"])
    return await enable(client, account, clock)


@pytest.fixture
async def pending(browser, enrolled) -> str:
    return (await browser.sign_in()).json()["mfa_token"]


async def show(client, token: str, otp: str):
    return await client.post(f"{GOOGLE}/mfa", json={"mfa_token": token, "otp": otp})


class TestCallback:
    async def test_gives_no_session_but_a_token_for_the_next_step(self, browser, enrolled):
        answer = await browser.sign_in()
        assert answer.status_code == 200
        assert set(answer.json()) == {"mfa_required", "mfa_token", "expires_in"}
        assert answer.json()["mfa_required"] is True
        assert (await me(browser.http, answer.json()["mfa_token"])).status_code == 401
        assert (await store.user_by_id(enrolled.account["id"])).login_count == 1

    async def test_an_enrolment_that_was_never_confirmed_asks_for_nothing(self, browser, enrolled):
        await store.change_user(enrolled.account["id"], {"second_factor.confirmed_at": None})
        assert "access_token" in (await browser.sign_in()).json()


class TestSecondStep:
    async def test_a_code_gives_the_session(self, client, enrolled, pending):
        answer = await show(client, pending, enrolled.fresh_code())
        assert answer.json()["user"]["id"] == str(enrolled.account["id"])
        assert (await me(client, answer.json()["access_token"])).status_code == 200

    async def test_a_recovery_code_does_too(self, client, enrolled, pending):
        assert (await show(client, pending, enrolled.recovery_codes[0])).status_code == 200

    async def test_a_wrong_code_does_not_and_counts(self, client, enrolled, pending, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            answer = await show(client, pending, "000000")
            assert (answer.status_code, slug(answer)) == (401, "wrong-otp")
        locked = await show(client, pending, enrolled.fresh_code())
        assert (locked.status_code, slug(locked)) == (423, "account-locked")

    async def test_an_empty_one_is_asked_for_again(self, client, enrolled, pending):
        assert slug(await show(client, pending, "")) == "otp-required"

    async def test_the_token_opens_nothing_twice_with_one_code(self, client, enrolled, pending):
        code = enrolled.fresh_code()
        assert (await show(client, pending, code)).status_code == 200
        assert slug(await show(client, pending, code)) == "wrong-otp"

    async def test_a_suspended_account_stays_out(self, client, enrolled, pending):
        await store.change_user(enrolled.account["id"], {"is_active": False})
        assert slug(await show(client, pending, enrolled.fresh_code())) == "account-suspended"

    async def test_a_deleted_one_too(self, client, enrolled, pending):
        await store.change_user(enrolled.account["id"], {"deleted_at": now()})
        assert slug(await show(client, pending, enrolled.fresh_code())) == "sign-in-not-begun"


class TestToken:
    @pytest.mark.parametrize("token", ["", "x", "é", "a" * 512, "====", "AAAA" * 20])
    async def test_that_we_did_not_make_is_refused(self, client, enrolled, token):
        answer = await show(client, token, enrolled.fresh_code())
        assert (answer.status_code, slug(answer)) == (401, "sign-in-not-begun")

    async def test_made_for_something_else_is_refused(self, client, enrolled):
        body = f"{enrolled.account['id']}.{2**40}".encode()
        other = base64.urlsafe_b64encode(crypto.seal(settings().server, "totp", body)).decode()
        assert slug(await show(client, other, enrolled.fresh_code())) == "sign-in-not-begun"

    async def test_ends_after_five_minutes(self, client, enrolled, pending, monkeypatch):
        later = now() + timedelta(seconds=google.SECOND_FACTOR_SECONDS + 1)
        monkeypatch.setattr(google, "now", lambda: later)
        assert slug(await show(client, pending, enrolled.fresh_code())) == "sign-in-not-begun"

    async def test_says_nothing_to_who_reads_it(self, enrolled, pending):
        assert str(enrolled.account["id"]).encode() not in base64.urlsafe_b64decode(pending)

    async def test_too_long_is_422(self, client, enrolled):
        assert (await show(client, "a" * 513, "123456")).status_code == 422

    async def test_of_somebody_who_is_gone_is_refused(self, client, enrolled, pending):
        await (await store.user_by_id(Id(str(enrolled.account["id"])))).delete()
        assert slug(await show(client, pending, enrolled.fresh_code())) == "sign-in-not-begun"
