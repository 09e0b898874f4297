"""The provider's description and keys: read seldom, believed only for itself, and waited for not long."""

import asyncio
import time
from dataclasses import replace

import pytest
from pydantic import SecretStr

from elenchus.core.settings import Environment
from elenchus.identity.google import client as google_client
from elenchus.identity.google import discovery
from elenchus.identity.google.errors import GoogleAway
from tests.conftest import free_port
from tests.identity.google.conftest import slug


class TestSettings:
    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"client_id": None}, "GOOGLE_OIDC_CLIENT_ID"),
            ({"client_secret": None}, "GOOGLE_OIDC_CLIENT_SECRET"),
            ({"issuer": "http://accounts.example"}, "GOOGLE_OIDC_ISSUER"),
            ({"issuer": "accounts.example"}, "GOOGLE_OIDC_ISSUER"),
            ({"issuer": "file:///etc/passwd"}, "GOOGLE_OIDC_ISSUER"),
        ],
    )
    async def test_one_that_is_missing_or_unsafe_is_named(self, provider, browser, change_settings, values, named):
        change_settings("google_sign_in", **values)
        for answer in (await browser.leave(), await browser.http.get("/api/v1/auth/google/callback?code=x&state=y")):
            assert (answer.status_code, slug(answer)) == (404, "google-sign-in-off")
            assert named in answer.json()["detail"]

    async def test_plain_http_is_for_development_alone(self, provider, browser, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        assert slug(await browser.leave()) == "google-sign-in-off"

    async def test_another_secret_is_used_at_once(self, provider, browser, change_settings):
        assert (await browser.sign_in()).status_code == 200
        change_settings("google_sign_in", client_secret=SecretStr("not the one it knows"))
        assert (await browser.sign_in()).status_code == 503


class TestReading:
    async def test_happens_once_for_many_sign_ins(self, provider, browser):
        for _ in range(3):
            assert (await browser.sign_in()).status_code == 200
        assert (provider.requests["discovery"], provider.requests["keys"]) == (1, 1)

    async def test_happens_once_for_fifty_that_come_first(self, provider, browser):
        answers = await asyncio.gather(*(browser.leave() for _ in range(50)))
        assert {answer.status_code for answer in answers} == {302}
        assert (provider.requests["discovery"], provider.requests["keys"]) == (1, 1)

    async def test_happens_again_after_an_hour(self, provider, browser, monkeypatch):
        await browser.leave()
        monkeypatch.setattr(discovery, "CACHE_SECONDS", -1)
        await browser.leave()
        assert provider.requests["discovery"] == 2

    async def test_new_keys_are_found_when_one_signs(self, provider, browser):
        await browser.leave()
        provider.change_keys()
        assert (await browser.sign_in()).status_code == 200
        assert (provider.requests["discovery"], provider.requests["keys"]) == (1, 2)

    async def test_unknown_keys_do_not_have_us_ask_each_time(self, provider, browser, monkeypatch):
        provider.knobs.kid = "never published"
        for _ in range(3):
            assert slug(await browser.sign_in()) == "google-refused"
        assert provider.requests["keys"] == 2
        monkeypatch.setattr(discovery, "REFETCH_SECONDS", -1)
        assert slug(await browser.sign_in()) == "google-refused"
        assert provider.requests["keys"] == 3

    @pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"]])
    async def test_how_to_say_who_we_are_is_followed(self, provider, browser, methods):
        provider.knobs.about = {"token_endpoint_auth_methods_supported": methods}
        assert (await browser.sign_in()).status_code == 200


class TestAway:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch):
        monkeypatch.setattr(google_client, "TIMEOUT_SECONDS", 0.5)

    def is_away(self, answer) -> bool:
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["service"] == "google"
        return (answer.status_code, slug(answer)) == (503, "unavailable")

    @pytest.mark.parametrize("how", [500, 404, 429, "garbage", "list", "slow", "redirect"])
    async def test_when_it_does_not_describe_itself(self, provider, browser, how):
        provider.knobs.discovery_answer = how
        assert self.is_away(await browser.leave())
        provider.reset()
        assert (await browser.sign_in()).status_code == 200  # the failure is not kept

    async def test_twenty_who_come_while_it_is_frozen_do_not_wait_in_a_row(self, provider, browser):
        provider.knobs.discovery_answer = "slow"
        began = time.monotonic()
        answers = await asyncio.gather(*(browser.leave() for _ in range(20)))
        assert all(self.is_away(answer) for answer in answers)
        assert time.monotonic() - began < 5  # in a row: 10

    async def test_nor_do_those_whose_key_is_not_known(self, provider, browser):
        await browser.leave()
        held = await discovery.provider()
        provider.knobs.keys_answer = "slow"
        began = time.monotonic()
        looks = [discovery.look_for_new_keys(replace(held)) for _ in range(20)]
        assert {type(one) for one in await asyncio.gather(*looks, return_exceptions=True)} == {GoogleAway}
        assert time.monotonic() - began < 5

    @pytest.mark.parametrize("how", [500, "garbage", "list", "slow", "redirect"])
    async def test_when_it_does_not_show_its_keys(self, provider, browser, how):
        provider.knobs.keys_answer = how
        assert self.is_away(await browser.leave())

    @pytest.mark.parametrize("how", [500, 503, "garbage", "list", "slow", "redirect", "invalid_client"])
    async def test_when_it_does_not_exchange_the_code(self, provider, browser, how):
        provider.knobs.token_answer = how
        assert self.is_away(await browser.sign_in())

    async def test_when_it_does_not_listen(self, provider, browser, change_settings):
        change_settings("google_sign_in", issuer=f"http://127.0.0.1:{free_port()}")
        assert self.is_away(await browser.leave())

    @pytest.mark.parametrize(
        "about",
        [
            {"issuer": "https://accounts.evil.example"},
            {"token_endpoint": "http://evil.example/token"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": "file:///etc/passwd"},
            {"jwks_uri": None},
            {"token_endpoint": 7},
        ],
        ids=str,
    )
    async def test_when_it_describes_somebody_else_or_nothing_safe(self, provider, browser, about):
        provider.knobs.about = about
        assert self.is_away(await browser.leave())

    async def test_without_an_id_token_nobody_is_confirmed(self, provider, browser):
        provider.knobs.token_answer = "without_id_token"
        assert slug(await browser.sign_in()) == "google-refused"


async def test_no_token_of_anybody_stays_in_the_client(provider, browser):
    assert (await browser.sign_in()).status_code == 200
    assert not google_client._client().token


async def test_the_client_is_closed_with_the_process(provider):
    held = google_client._client()
    async with google_client.closing(object()):
        assert not held.is_closed
    assert held.is_closed
    assert google_client._client() is not held
