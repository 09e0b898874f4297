"""A sign-in with Google that began in the web interface ends there."""

from collections.abc import AsyncIterator

import httpx
import pytest

from elenchus.identity import store
from elenchus.identity.google import client as google_client
from tests.fixtures.oidc import a_person
from tests.identity.browser.conftest import BROWSER, SESSION, Page, cookie
from tests.identity.google.conftest import Browser, provider, provider_  # noqa: F401 - fixtures
from tests.identity.mfa.conftest import clock, enable  # noqa: F401 - a fixture
from tests.support import http_client

PENDING = "elenchus_second_factor"


class InInterface(Browser):
    async def leave(self) -> httpx.Response:
        return await self.http.get(f"{BROWSER}/google/login")


@pytest.fixture
async def browser(live: str) -> AsyncIterator[InInterface]:
    async with http_client(base_url=live) as http:
        yield InInterface(http)


@pytest.fixture
async def enrolled(client, account, clock, provider):  # noqa: F811
    await store.change_user(account["id"], {"is_verified": True})
    provider.person = a_person(email=account["email"])
    return await enable(client, account, clock)


class TestOffer:
    async def test_it_is_made_where_a_provider_knows_us(self, browser, provider):  # noqa: F811
        assert (await self.offer(browser)).json() == {"is_offered": True}

    async def test_elsewhere_it_is_not(self, browser):
        assert (await self.offer(browser)).json() == {"is_offered": False}

    async def offer(self, browser) -> httpx.Response:
        answer = await browser.http.get(f"{BROWSER}/google", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 200, answer.text
        return answer


@pytest.mark.usefixtures("provider")
class TestComingBack:
    async def test_the_browser_is_signed_in_and_on_the_first_page(self, browser, provider):  # noqa: F811
        answer = await browser.sign_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        kept = cookie(answer)
        assert (kept["path"], kept["httponly"], kept["samesite"]) == (BROWSER, True, "strict")
        assert answer.content == b""
        told = await Page(browser.http).token()
        assert told.json()["user"]["email"] == provider.person["email"]

    async def test_the_address_holds_no_token(self, browser):
        answer = await browser.sign_in()
        assert browser.http.cookies[SESSION] not in answer.headers["location"]

    async def test_a_refusal_is_told_on_the_login_page(self, browser, provider):  # noqa: F811
        provider.knobs.claims = {"nonce": "x"}
        answer = await browser.sign_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/?refused=google-refused")
        assert SESSION not in browser.http.cookies

    async def test_so_is_a_provider_that_is_away(self, browser, provider, monkeypatch):  # noqa: F811
        monkeypatch.setattr(google_client, "TIMEOUT_SECONDS", 0.5)
        provider.knobs.token_answer = 500
        assert (await browser.sign_in()).headers["location"] == "/sign-in/?refused=unavailable"

    async def test_it_works_once(self, browser, provider):  # noqa: F811
        provider.knobs.codes_last = True
        address = await browser.agree()
        begun = {"Cookie": f"elenchus_google={browser.http.cookies['elenchus_google']}"}
        assert (await browser.http.get(address)).headers["location"] == "/"
        again = await browser.http.get(address, headers=begun)
        assert again.headers["location"] == "/sign-in/?refused=sign-in-not-begun"

    @pytest.mark.parametrize("instead", ["interface.", "", "interface.x"])
    async def test_where_it_began_cannot_be_changed_on_the_way(self, browser, instead):
        address = await browser.agree()
        mine = browser.http.cookies["elenchus_google"].removeprefix("interface.")
        browser.http.cookies.clear()
        shown = {"Cookie": f"elenchus_google={instead or mine}"}
        answer = await browser.http.get(address, headers=shown)
        assert answer.status_code == (303 if instead else 401)
        assert SESSION not in browser.http.cookies

    async def test_from_elsewhere_it_answers_as_before(self, live, provider):  # noqa: F811
        async with http_client(base_url=live) as http:
            answer = await Browser(http).sign_in()
            assert "refresh_token" in answer.json()
            assert SESSION not in http.cookies


class TestSecondFactor:
    async def test_is_asked_for_on_the_login_page_and_gives_the_session(self, browser, enrolled):
        answer = await browser.sign_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/?second_factor=google")
        lent = cookie(answer, PENDING)
        assert (lent["path"], lent["httponly"], lent["samesite"], lent["max-age"]) == (BROWSER, True, "strict", "300")
        page = Page(browser.http)
        assert (await page.token()).status_code == 204
        done = await page.post("google/mfa", json={"otp": enrolled.fresh_code()})
        assert done.status_code == 200, done.text
        assert done.json()["user"]["id"] == str(enrolled.account["id"])
        assert "refresh_token" not in done.text
        assert PENDING not in browser.http.cookies
        assert (await page.token()).status_code == 200

    async def test_a_wrong_code_can_be_corrected(self, browser, enrolled):
        await browser.sign_in()
        page = Page(browser.http)
        assert (await page.post("google/mfa", json={"otp": "000000"})).status_code == 401
        assert (await page.post("google/mfa", json={"otp": enrolled.fresh_code()})).status_code == 200

    async def test_without_the_first_one_it_is_nothing(self, live, provider):  # noqa: F811
        async with http_client(base_url=live) as http:
            answer = await Page(http).post("google/mfa", json={"otp": "123456"})
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, "sign-in-not-begun")
