"""Only a page of the interface acts with its cookie: a browser sends it along whoever makes it send a request."""

from contextlib import nullcontext

import pytest

from elenchus.core.origin import ForeignOrigin, Origins
from elenchus.identity.models import Session
from elenchus.identity.tokens import read_refresh_token
from tests.identity.browser.conftest import BROWSER, SESSION
from tests.identity.conftest import PASSWORD, bearer

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://desk.firm.example"},  # of CORS_ORIGINS
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {},
]
CALLS = {
    "login": {"data": {"username": "x@firm.example", "password": PASSWORD}},
    "token": {},
    "logout": {},
    "switch-tenant": {"json": {"tenant_id": "0" * 24}},
    "google/mfa": {"json": {"otp": "123456"}},
}


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", CALLS)
async def test_from_elsewhere_nothing_happens(page, change_settings, path, headers):
    change_settings("server", cors_origins=["https://desk.firm.example"])
    stored = await Session.find_one({"_id": read_refresh_token(page.refresh_token).session_id})
    sent = {**bearer(page.access_token), "Cookie": f"{SESSION}={page.refresh_token}", **headers}
    answer = await page.http.post(f"{BROWSER}/{path}", headers=sent, **CALLS[path])
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "foreign-origin")
    assert "set-cookie" not in answer.headers
    assert await Session.find_one({"_id": stored.id}) == stored


async def test_a_site_that_says_what_it_is_not_is_refused(page):
    """The origin of the page and what the browser says of it must agree."""
    headers = {"Origin": page.origin, "Sec-Fetch-Site": "same-site"}
    assert (await page.http.post(f"{BROWSER}/token", headers=headers)).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "here"}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
async def test_from_here_it_does(page, headers):
    own = {name: page.origin if value == "here" else value for name, value in headers.items()}
    assert (await page.http.post(f"{BROWSER}/token", headers=own)).status_code == 200


@pytest.mark.parametrize(("origin", "is_ours"), [("https://law.firm.example", True), ("https://firm.example", False)])
def test_the_public_address_is_ours_whatever_host_a_proxy_names(origin, is_ours):
    origins = Origins("https://law.firm.example/", ())
    headers = {b"origin": origin.encode(), b"host": b"backend:8000"}
    with nullcontext() if is_ours else pytest.raises(ForeignOrigin):
        origins.require_own({"type": "http", "scheme": "http"}, headers)
