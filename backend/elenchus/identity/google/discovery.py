"""The provider as it describes itself: where people sign in, where codes are exchanged, which keys sign."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import AfterValidator, BaseModel, ValidationError

from elenchus.core import logs
from elenchus.identity.google import client
from elenchus.identity.google.errors import GoogleAway

CACHE_SECONDS = 3600
REFETCH_SECONDS = 60  # between two looks for a key that we do not know
log = logs.get(__name__)


def _safe(url: str) -> str:
    if not client.is_safe(url):
        raise ValueError("This is no https address.")
    return url


Address = Annotated[str, AfterValidator(_safe)]


class Document(BaseModel):
    """OpenID Connect Discovery 1.0, section 3, as far as it matters here."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @property
    def auth_method(self) -> str:
        supported = self.token_endpoint_auth_methods_supported
        return "client_secret_basic" if "client_secret_basic" in supported else "client_secret_post"


@dataclass(slots=True)
class Provider:
    about: Document
    keys: KeySet
    read_at: float
    refetched_at: float | None = None


_lock = asyncio.Lock()
_known: Provider | None = None


async def provider() -> Provider:
    """At most an hour old. Raises `GoogleAway` when it does not answer, or not for itself."""
    issuer = client.registration().issuer
    async with _turn():
        if _known is None or _known.about.issuer != issuer or monotonic() - _known.read_at > CACHE_SECONDS:
            await _read(issuer)
        assert _known is not None
        return _known


async def look_for_new_keys(seen: Provider) -> None:
    """Providers change keys at any time. Rarely: or whoever sends unknown ones would have us ask for every one."""
    async with _turn():
        if seen.refetched_at is None or monotonic() - seen.refetched_at > REFETCH_SECONDS:
            seen.refetched_at = monotonic()
            seen.keys = await _keys(seen.about)


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """Waiting for it counts: of many who come while the provider is frozen, none waits for the others in a row."""
    try:
        async with asyncio.timeout(client.TIMEOUT_SECONDS), _lock:
            yield
    except TimeoutError as error:
        raise GoogleAway from error


async def _read(issuer: str) -> None:
    global _known
    about = _document(await client.read_json(issuer.rstrip("/") + "/.well-known/openid-configuration"))
    if about.issuer != issuer:
        log.error("GOOGLE_OIDC_ISSUER calls itself otherwise", issuer=issuer, says=about.issuer[:200])
        raise GoogleAway
    _known = Provider(about, await _keys(about), monotonic())


def _document(body: dict[str, Any]) -> Document:
    try:
        return Document.model_validate(body)
    except ValidationError as error:
        log.error("the provider's description is not valid", errors=error.error_count())
        raise GoogleAway from error


async def _keys(about: Document) -> KeySet:
    body = await client.read_json(about.jwks_uri)
    try:
        return KeySet.import_key_set({"keys": body["keys"]})
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.error("the provider's keys cannot be read", error=type(error).__name__)
        raise GoogleAway from error
