"""What a provider, a website or another browser may send, and what none of it gets."""

import asyncio
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.identity.google import store
from elenchus.identity.google.models import GoogleState
from elenchus.identity.models import User
from elenchus.identity.schemas import email_key
from tests.fixtures.oidc import CLIENT_ID, DROP, a_person
from tests.identity.google.conftest import GOOGLE, slug

LONG_AGO, LONG_AHEAD = 1_000_000_000, 4_102_444_800  # fixed, since they name tests


async def opened_no_account(provider) -> bool:
    known = [await store.user_by_subject(str(provider.person["sub"]))]
    known.append(await User.find_one({"email_key": email_key(provider.person["email"])}))
    return known == [None, None]


def changed(address: str, **params: str | None) -> str:
    """The same way back with other parameters; None leaves one out."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | params
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


class TestIdToken:
    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another sign-in's"},
            {"nonce": DROP},
            {"aud": "another-client.apps.example"},
            {"aud": ["another-client.apps.example"]},
            {"aud": DROP},
            {"aud": [CLIENT_ID, "another-client.apps.example"], "azp": DROP},
            {"aud": [CLIENT_ID, "another-client.apps.example"], "azp": "another-client.apps.example"},
            {"azp": "another-client.apps.example"},
            {"iss": "https://accounts.evil.example"},
            {"iss": DROP},
            {"iss": ["https://accounts.evil.example"]},
            {"exp": LONG_AGO},
            {"exp": DROP},
            {"exp": "4102444800"},
            {"iat": LONG_AHEAD},
            {"iat": DROP},
            {"nbf": LONG_AHEAD},
            {"sub": DROP},
            {"sub": ""},
            {"sub": 7},
            {"sub": "s" * 256},
            {"email": DROP},
            {"email": "no address"},
            {"email": ["a@firm.example"]},
        ],
        ids=str,
    )
    async def test_with_a_wrong_claim_is_refused(self, provider, browser, claims):
        provider.knobs.claims = claims
        refused = await browser.sign_in()
        assert (refused.status_code, slug(refused)) == (401, "google-refused")
        assert await opened_no_account(provider)

    @pytest.mark.parametrize("verified", [False, "true", 1, None, DROP], ids=str)
    async def test_with_an_unverified_address_is_refused(self, provider, browser, verified):
        provider.knobs.claims = {"email_verified": verified}
        refused = await browser.sign_in()
        assert (refused.status_code, slug(refused)) == (403, "google-email-not-verified")
        assert await opened_no_account(provider)

    @pytest.mark.parametrize(
        "how", ["none", "HS256 client_id", "HS256 client_secret", "HS256 public key", "unpublished", "RS512"]
    )
    async def test_signed_by_anything_but_the_providers_key_is_refused(self, provider, browser, how):
        provider.knobs.signs = how
        assert slug(await browser.sign_in()) == "google-refused"
        assert await opened_no_account(provider)

    async def test_signed_with_the_key_of_another_algorithm_is_refused(self, provider, browser):
        provider.knobs.signs, provider.knobs.kid = "ES256", provider.rsa.thumbprint()
        assert slug(await browser.sign_in()) == "google-refused"

    async def test_the_same_refusal_for_each_tells_a_forger_nothing(self, provider, browser):
        answers = []
        for claims in ({"nonce": "x"}, {"exp": 1}, {"aud": "x"}):
            provider.knobs.claims = claims
            body = (await browser.sign_in()).json()
            body.pop("request_id")
            answers.append(body)
        assert answers[0] == answers[1] == answers[2]

    @pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "us too"]}, {"azp": DROP}], ids=str)
    async def test_for_us_in_any_spelling_of_the_standard_is_taken(self, provider, browser, claims):
        provider.knobs.claims = claims
        assert (await browser.sign_in()).status_code == 200

    async def test_of_an_elliptic_curve_is_taken(self, provider, browser):
        provider.knobs.signs = "ES256"
        assert (await browser.sign_in()).status_code == 200

    async def test_a_clock_that_is_a_little_off_does_not_matter(self, provider, browser):
        provider.knobs.claims = {"iat": int(time.time()) + 20, "exp": int(time.time()) - 20}
        assert (await browser.sign_in()).status_code == 200


class TestWayBack:
    async def test_works_once(self, provider, browser):
        provider.knobs.codes_last = True
        address = await browser.agree()
        cookie = {"cookie": f"elenchus_google={browser.http.cookies['elenchus_google']}"}
        assert (await browser.http.get(address)).status_code == 200
        again = await browser.http.get(address, headers=cookie)
        assert (again.status_code, slug(again)) == (401, "sign-in-not-begun")

    async def test_of_fifty_at_once_one_works(self, provider, browser):
        provider.knobs.codes_last = True
        address = await browser.agree()
        answers = await asyncio.gather(*(browser.http.get(address) for _ in range(50)))
        codes = [answer.status_code for answer in answers]
        assert (codes.count(200), codes.count(401)) == (1, 49)
        assert provider.requests["token"] == 1

    async def test_of_fifty_that_found_the_state_one_takes_it(self, provider, browser):
        state = parse_qs(urlsplit(await browser.agree()).query)["state"][0]
        digest = crypto.digest(browser.http.cookies["elenchus_google"])
        taken = await asyncio.gather(*(store.take_state(state, digest) for _ in range(50)))
        assert sum(row is not None for row in taken) == 1

    async def test_forgets_the_cookie(self, provider, browser):
        await browser.sign_in()
        assert "elenchus_google" not in browser.http.cookies

    async def test_in_another_browser_is_refused_and_stays_good_in_its_own(self, provider, browser, other_browser):
        """A website may send your browser here with the state and code of somebody else's sign-in."""
        address = await browser.agree()
        refused = await other_browser.http.get(address)
        assert (refused.status_code, slug(refused)) == (401, "sign-in-not-begun")
        await other_browser.leave()  # a cookie of its own does not help
        assert slug(await other_browser.http.get(address)) == "sign-in-not-begun"
        assert await opened_no_account(provider)
        assert (await browser.http.get(address)).status_code == 200

    async def test_after_ten_minutes_is_too_late(self, provider, browser):
        address = await browser.agree()
        state = parse_qs(urlsplit(address).query)["state"][0]
        await GoogleState.find_one({"_id": store.state_id(state)}).update({"$set": {"expires_at": now()}})
        assert slug(await browser.http.get(address)) == "sign-in-not-begun"

    @pytest.mark.parametrize("state", ["", None, "x" * 43, "$ne"])
    async def test_with_another_state_is_refused(self, provider, browser, state):
        assert slug(await browser.http.get(changed(await browser.agree(), state=state))) == "sign-in-not-begun"

    async def test_of_a_time_with_another_secret_key_is_refused(self, provider, browser, change_settings):
        address = await browser.agree()
        change_settings("server", secret_key=SecretStr("another secret key of this deployment, 47"))
        assert slug(await browser.http.get(address)) == "sign-in-not-begun"

    async def test_whoever_says_no_at_the_provider_is_not_signed_in(self, provider, browser):
        address = await browser.agree()
        refused = await browser.http.get(changed(address, code=None, error="access_denied"))
        assert (refused.status_code, slug(refused)) == (401, "google-refused")
        assert slug(await browser.http.get(address)) == "sign-in-not-begun"  # begun anew, not gone on with
        assert provider.requests["token"] == 0

    async def test_an_error_counts_even_beside_a_code(self, provider, browser):
        assert slug(await browser.http.get(changed(await browser.agree(), error="server_error"))) == "google-refused"

    @pytest.mark.parametrize("param", ["state", "code", "error", "iss"])
    async def test_with_an_endless_parameter_is_refused(self, provider, browser, param):
        refused = await browser.http.get(changed(await browser.agree(), **{param: "x" * 3000}))
        assert refused.status_code == 422


class TestCode:
    @pytest.mark.parametrize("code", ["", None, "never given"])
    async def test_that_was_never_given_is_refused(self, provider, browser, code):
        assert slug(await browser.http.get(changed(await browser.agree(), code=code))) == "google-refused"

    async def test_of_another_sign_in_does_not_pass_its_pkce(self, provider, browser, other_browser):
        """Somebody who got hold of your code cannot use it in a sign-in of their own."""
        stolen = parse_qs(urlsplit(await browser.agree()).query)["code"][0]
        refused = await other_browser.http.get(changed(await other_browser.agree(), code=stolen))
        assert slug(refused) == "google-refused"

    async def test_nor_its_nonce_where_a_provider_ignores_pkce(self, provider, browser, other_browser):
        provider.knobs.checks_pkce = False
        stolen = parse_qs(urlsplit(await browser.agree()).query)["code"][0]
        refused = await other_browser.http.get(changed(await other_browser.agree(), code=stolen))
        assert slug(refused) == "google-refused"
        assert await opened_no_account(provider)

    async def test_used_twice_is_refused_by_the_provider(self, provider, browser, other_browser):
        address = await browser.agree()
        code = parse_qs(urlsplit(address).query)["code"][0]
        provider.grants.pop(code)
        assert slug(await browser.http.get(address)) == "google-refused"


class TestMixUp:
    """Of two providers, one must not get what the other sends (RFC 9207)."""

    async def test_an_answer_of_another_issuer_is_refused(self, provider, browser):
        provider.knobs.back = {"iss": "https://accounts.evil.example"}
        assert slug(await browser.sign_in()) == "google-refused"
        assert provider.requests["token"] == 0

    async def test_an_answer_without_its_issuer_is_refused_where_it_is_promised(self, provider, browser):
        provider.knobs.about = {"authorization_response_iss_parameter_supported": True}
        assert slug(await browser.sign_in()) == "google-refused"
        assert provider.requests["token"] == 0

    async def test_an_answer_of_ours_is_taken(self, provider, browser):
        provider.knobs.about = {"authorization_response_iss_parameter_supported": True}
        provider.knobs.back = {"iss": provider.url}
        assert (await browser.sign_in()).status_code == 200


async def test_no_answer_holds_what_only_the_two_servers_know(provider, browser):
    provider.person = a_person()
    away, back = await browser.leave(), await browser.sign_in()
    for secret in ("a secret that only", "code_verifier", "id_token"):
        assert secret not in away.text + str(away.headers) + back.text


async def test_the_way_back_leads_nowhere_but_here(provider, browser):
    """No parameter of ours names a page to go on to."""
    for name in ("next", "redirect_uri", "return_to"):
        away = await browser.http.get(f"{GOOGLE}/login", params={name: "https://evil.example"})
        assert "evil" not in away.headers["location"]
