"""A provider, and browsers that go to it and come back."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from pydantic import SecretStr

from elenchus.core.settings import Settings
from elenchus.identity.google import discovery
from tests.fixtures.oidc import CLIENT_ID, CLIENT_SECRET, OidcStub, oidc_stub
from tests.identity.conftest import AUTH
from tests.support import http_client

GOOGLE = f"{AUTH}/google"


@pytest.fixture(scope="session")
async def provider_() -> AsyncIterator[OidcStub]:
    async with oidc_stub() as stub:
        yield stub


@pytest.fixture
def provider(
    provider_: OidcStub, live: str, change_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> OidcStub:
    """The one this deployment is registered with; nothing of it is known yet."""
    provider_.reset()
    monkeypatch.setattr(discovery, "_known", None)
    change_settings("google_sign_in", client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), issuer=provider_.url)
    change_settings("server", public_url=live)
    change_settings("limits", enabled=False)  # all tests come from one address
    return provider_


class Browser:
    """Keeps its cookies, and follows redirects only when told to."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def leave(self) -> httpx.Response:
        return await self.http.get(f"{GOOGLE}/login")

    async def agree(self) -> str:
        """Go to the provider and agree there; the address that it sends the browser back to."""
        away = await self.leave()
        assert away.status_code == 302, away.text
        there = await self.http.get(away.headers["location"])
        assert there.status_code == 302, there.text
        return there.headers["location"]

    async def sign_in(self) -> httpx.Response:
        return await self.http.get(await self.agree())


@pytest.fixture
async def browser(live: str) -> AsyncIterator[Browser]:
    async with http_client(base_url=live) as http:
        yield Browser(http)


@pytest.fixture
async def other_browser(live: str) -> AsyncIterator[Browser]:
    async with http_client(base_url=live) as http:
        yield Browser(http)


def slug(answer: httpx.Response) -> str:
    """Which refusal it is."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].rpartition("/")[2])
