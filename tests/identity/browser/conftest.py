"""A browser in which somebody signs in to the web interface."""

from collections.abc import AsyncIterator, Callable
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from tests.identity.conftest import AUTH, PASSWORD, Account, bearer
from tests.support import http_client

BROWSER = f"{AUTH}/browser"
SESSION = "elenchus_session"


def cookie(answer: httpx.Response, name: str = SESSION) -> Morsel[str]:
    [line] = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
    return SimpleCookie(line)[name]


class Page:
    """Of the interface: it says where its requests come from, as its browser does for it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.origin = str(http.base_url).rstrip("/")
        self.access_token = ""

    async def post(self, path: str, **more: object) -> httpx.Response:
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}  # type: ignore[dict-item]
        return await self.http.post(f"{BROWSER}/{path}", headers=headers, **more)  # type: ignore[arg-type]

    async def log_in(self, email: str, **more: str) -> httpx.Response:
        answer = await self.post("login", data={"username": email, "password": PASSWORD, **more})
        self.access_token = answer.json().get("access_token", "")
        return answer

    async def token(self, of: str | None = None) -> httpx.Response:
        """With the cookie that the browser has, or as a tab would that had sent this one before it was exchanged."""
        if of is None:
            return await self.post("token")
        async with http_client(base_url=self.origin) as http:
            return await http.post(f"{BROWSER}/token", headers={"Origin": self.origin, "Cookie": f"{SESSION}={of}"})

    @property
    def refresh_token(self) -> str:
        return str(self.http.cookies[SESSION])

    async def is_in(self, access_token: str = "") -> bool:
        answer = await self.http.get(f"{AUTH}/me", headers=bearer(access_token or self.access_token))
        return answer.status_code == 200


@pytest.fixture
async def new_page(live: str) -> AsyncIterator[Callable[[], Page]]:
    opened: list[httpx.AsyncClient] = []

    def make() -> Page:
        opened.append(http_client(base_url=live))
        return Page(opened[-1])

    yield make
    for http in opened:
        await http.aclose()


@pytest.fixture
async def page(new_page: Callable[[], Page], account: Account) -> Page:
    """Somebody is signed in there."""
    one = new_page()
    answer = await one.log_in(account["email"])
    assert answer.status_code == 200, answer.text
    return one
