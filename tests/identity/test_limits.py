"""How often: by address for who is not signed in, by user and key for who is, and hardly ever for guessing."""

import secrets
from typing import Any

import httpx
import pytest

from elenchus.core import ratelimit
from elenchus.core.settings import LimitSettings
from tests.conftest import PASSWORD
from tests.identity.conftest import AUTH, an_email, bearer, log_in

MISSING = f"{AUTH}/me"
FIGURES = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


@pytest.fixture
def address(monkeypatch) -> str:
    """Requests of this test come from an address that nobody used before."""
    fresh = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    monkeypatch.setattr(ratelimit, "network_of", lambda _: fresh)
    return fresh


def assert_refused(answer: httpx.Response, *, within: int) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= within
    assert answer.headers["ratelimit-remaining"] == "0"
    assert answer.headers["ratelimit-reset"] == answer.headers["retry-after"]


class TestAnonymous:
    async def test_is_counted_by_address(self, client, change_settings, address):
        change_settings("limits", anonymous_per_minute=3)
        for left in "210":
            answer = await client.get(MISSING)
            assert answer.status_code == 401
            assert [answer.headers[name] for name in FIGURES[:2]] == ["3", left]
            assert 1 <= int(answer.headers["ratelimit-reset"]) <= 60
        assert_refused(await client.get(MISSING), within=60)

    async def test_another_address_is_another_caller(self, client, change_settings, address, monkeypatch):
        change_settings("limits", anonymous_per_minute=1)
        assert (await client.get(MISSING)).status_code == 401
        monkeypatch.setattr(ratelimit, "network_of", lambda _: address + "2")
        assert (await client.get(MISSING)).status_code == 401

    async def test_nobody_chooses_an_address_by_a_header(self, client, change_settings):
        limit = 7 + secrets.randbelow(10_000)  # a window of this test's own
        change_settings("limits", anonymous_per_minute=limit)
        left = []
        for number in range(2):
            answer = await client.get(MISSING, headers={"X-Forwarded-For": f"192.0.2.{number}"})
            left.append(int(answer.headers["ratelimit-remaining"]))
        assert left == [limit - 1, limit - 2]

    async def test_unknown_paths_count_too(self, client, change_settings, address):
        change_settings("limits", anonymous_per_minute=1)
        assert (await client.get("/api/v1/nowhere")).status_code == 404
        assert_refused(await client.get("/api/v1/nowhere"), within=60)

    @pytest.mark.parametrize("path", ["/health", "/api/v1/health", "/api/v1/health/ready", "/", "/docs", "/metrics"])
    async def test_probes_and_pages_are_free(self, client, change_settings, address, path):
        change_settings("limits", anonymous_per_minute=1)
        for _ in range(3):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert not set(FIGURES) & set(answer.headers)

    async def test_who_is_signed_in_is_no_stranger(self, client, account, change_settings, address):
        change_settings("limits", anonymous_per_minute=1)
        for _ in range(5):
            assert (await client.get(MISSING, headers=bearer(account["access_token"]))).status_code == 200

    async def test_switched_off(self, client, change_settings, address):
        change_settings("limits", anonymous_per_minute=1, logins_per_minute=1, enabled=False)
        for _ in range(5):
            answer = await client.get(MISSING)
            assert (answer.status_code, "ratelimit-limit" in answer.headers) == (401, False)
            assert (await log_in(client, an_email())).status_code == 401


class TestGuessing:
    @pytest.fixture(autouse=True)
    def _few(self, change_settings, address) -> None:
        change_settings("limits", logins_per_minute=3)

    async def test_passwords_of_many_accounts(self, client):
        """The lock of an account does not see this; the address does."""
        for _ in range(3):
            assert (await log_in(client, an_email(), "wrong password 4711")).status_code == 401
        assert_refused(await log_in(client, an_email(), "wrong password 4711"), within=60)

    async def test_registering_counts_with_it(self, client):
        wish: dict[str, Any] = {"email": an_email(), "password": PASSWORD, "full_name": "Rosa"}
        for status in (201, 409, 409):
            assert (await client.post(f"{AUTH}/register", json=wish)).status_code == status
        assert_refused(await client.post(f"{AUTH}/register", json=wish), within=60)
        assert_refused(await log_in(client, an_email()), within=60)

    async def test_a_body_that_is_wrong_counts_too(self, client):
        for _ in range(3):
            assert (await client.post(f"{AUTH}/register", json={})).status_code == 422
        assert_refused(await client.post(f"{AUTH}/register", json={}), within=60)

    async def test_refreshing_is_no_guessing(self, client):
        for _ in range(6):
            assert (await client.post(f"{AUTH}/refresh", json={"refresh_token": "x"})).status_code == 401


OPEN = {
    "register": {}, "password/reset": {}, "email/verify": {}, "google/mfa": {}, "password/forgot": {"email": "x"},
}  # fmt: skip
SIGNED_IN = ("me/password", "mfa/enroll", "mfa/confirm", "mfa/disable")


class TestGuessingElsewhere:
    """Wherever a password is compared, a code or a mailed token."""

    @pytest.fixture(autouse=True)
    def _few(self, account, change_settings, address) -> None:
        change_settings("limits", logins_per_minute=2, mails_per_hour=2)

    @pytest.mark.parametrize("path", OPEN)
    async def test_by_anybody(self, client, path):
        for _ in range(2):
            assert (await client.post(f"{AUTH}/{path}", json=OPEN[path])).status_code == 422
        assert (await client.post(f"{AUTH}/{path}", json=OPEN[path])).status_code == 429

    @pytest.mark.parametrize("path", SIGNED_IN)
    async def test_by_who_is_signed_in(self, client, account, path):
        headers = bearer(account["access_token"])
        for _ in range(2):
            assert (await client.post(f"{AUTH}/{path}", json={"x": 1}, headers=headers)).status_code == 422
        assert_refused(await client.post(f"{AUTH}/{path}", json={"x": 1}, headers=headers), within=60)

    async def test_leaving_for_the_provider(self, client):
        for _ in range(2):
            assert (await client.get(f"{AUTH}/google/login")).status_code == 404
        assert_refused(await client.get(f"{AUTH}/google/login"), within=60)

    async def test_who_is_not_signed_in_uses_up_no_mail_of_an_office(self, client, account):
        for _ in range(3):
            assert (await client.post(f"{AUTH}/email/verify-request")).status_code == 401
        headers = bearer(account["access_token"])
        for status in (202, 202, 429):
            assert (await client.post(f"{AUTH}/email/verify-request", headers=headers)).status_code == status


class TestDefaults:
    """What a person, a demo and a small firm behind one address do in a minute passes."""

    def test_of_addresses(self):
        limits = LimitSettings(_env_file=None)
        assert limits.anonymous_per_minute >= 100
        assert limits.logins_per_minute >= 20
        assert limits.mails_per_hour >= 5

    async def test_signing_up_a_firm_and_working(self, client, change_settings, address):
        defaults = LimitSettings(_env_file=None).model_dump()
        change_settings("limits", **defaults)
        change_settings("tier_free", requests_per_minute=600)
        email = an_email()
        wish = {"email": email, "password": PASSWORD, "full_name": "Rosa"}
        assert (await client.post(f"{AUTH}/register", json=wish)).status_code == 201
        pair = (await log_in(client, email, PASSWORD)).json()
        for _ in range(300):
            answer = await client.get(f"{AUTH}/session", headers=bearer(pair["access_token"]))
            assert answer.status_code == 200
