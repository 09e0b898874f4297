"""The one HTTP client for the provider, and how it answers when all is well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

from elenchus.core import logs
from elenchus.core.settings import Environment, settings
from elenchus.identity.google.errors import GoogleAway, GoogleRefused, GoogleSignInOff

SCOPE = "openid email profile"
TIMEOUT_SECONDS = 5.0  # for one answer, however slowly it drips; whoever waits for a page gives up soon after
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """Who we are to the provider."""

    client_id: str
    client_secret: str
    issuer: str


def is_registered() -> bool:
    try:
        registration()
    except GoogleSignInOff:
        return False
    return True


def registration() -> Registration:
    """Raises `GoogleSignInOff`, naming the setting that is missing or may not be used."""
    ours = settings().google_sign_in
    if not ours.client_id or not ours.client_secret:
        raise GoogleSignInOff("set GOOGLE_OIDC_CLIENT_ID and GOOGLE_OIDC_CLIENT_SECRET.")
    if not is_safe(ours.issuer):
        raise GoogleSignInOff("GOOGLE_OIDC_ISSUER must be an https address.")
    return Registration(ours.client_id, ours.client_secret.get_secret_value(), ours.issuer)


def is_safe(url: str) -> bool:
    """https; in development also plain http on this machine."""
    address = urlsplit(url)
    is_own = address.scheme == "http" and address.hostname in LOOPBACK
    in_development = settings().server.environment is Environment.DEVELOPMENT
    return bool(address.hostname) and (address.scheme == "https" or (is_own and in_development))


def authorization_url(endpoint: str, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
    url: str
    url, _ = _client().create_authorization_url(
        endpoint, state=state, code_verifier=verifier, nonce=nonce, redirect_uri=redirect_uri, scope=SCOPE
    )
    return url


async def read_json(url: str) -> dict[str, Any]:
    """Raises `GoogleAway` for anything but an object."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await _client().request("GET", url, withhold_token=True)
        body = answer.raise_for_status().json()
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError) as error:
        raise _away(error) from error
    if not isinstance(body, dict):
        raise GoogleAway
    return body


async def exchange(endpoint: str, *, auth_method: str, code: str, verifier: str, redirect_uri: str) -> str:
    """The id_token for a code. Raises `GoogleRefused` for a code that is wrong, used or of another sign-in."""
    http = _client()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await http.fetch_token(
                endpoint, grant_type="authorization_code", auth=http.client_auth(auth_method),
                code=code, code_verifier=verifier, redirect_uri=redirect_uri,
            )  # fmt: skip
    except OAuthError as error:
        raise _refusal(error) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError) as error:
        raise _away(error) from error
    finally:
        http.token = None  # the library keeps what it fetched last: an access token that we have no use for
    return str(answer.get("id_token", ""))


def _refusal(error: OAuthError) -> GoogleRefused | GoogleAway:
    """Only `invalid_grant` is about the code; anything else is about how this deployment is registered."""
    if error.error == "invalid_grant":
        return GoogleRefused()
    log.error("the provider does not accept this deployment; check GOOGLE_OIDC_*", error=str(error.error)[:100])
    return GoogleAway()


def _away(error: Exception) -> GoogleAway:
    log.warning("a service is away", service="google", error=type(error).__name__)
    return GoogleAway()


_open: tuple[Registration, AsyncOAuth2Client] | None = None


def _client() -> AsyncOAuth2Client:
    """Made at the first use: its TLS context costs 20 ms. It keeps connections, and no state of anybody's sign-in."""
    global _open
    ours = registration()
    if _open is None or _open[0] != ours:
        http = AsyncOAuth2Client(
            ours.client_id, ours.client_secret, code_challenge_method="S256", timeout=TIMEOUT_SECONDS
        )
        _open = (ours, http)
    return _open[1]


@asynccontextmanager
async def closing(_app: object) -> AsyncIterator[None]:
    """Around the life of the process."""
    global _open
    yield
    if _open is not None:
        await _open[1].aclose()
        _open = None
