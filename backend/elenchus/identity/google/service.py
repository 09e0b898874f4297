"""To the provider and back: whoever returns with the state that left, in the same browser, is whom it names."""

import base64
import json
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from elenchus.core import crypto, logs
from elenchus.core.clock import now
from elenchus.core.crypto import Unsealable
from elenchus.core.ids import Id
from elenchus.core.settings import Environment, settings
from elenchus.identity import signing_in
from elenchus.identity import store as identity_store
from elenchus.identity.google import client, discovery, id_tokens, store
from elenchus.identity.google.accounts import account_of
from elenchus.identity.google.discovery import Provider
from elenchus.identity.google.errors import GoogleRefused, SignInNotBegun
from elenchus.identity.google.models import GoogleState
from elenchus.identity.google.schemas import Departure, Person, Return, SecondFactorIn, SecondFactorNeeded
from elenchus.identity.models import User
from elenchus.identity.schemas import Device, SignedInOut

STATE_SECONDS = 600
SECOND_FACTOR_SECONDS = 300
_INTERFACE = "interface."  # no random part has a full stop in it
_STATE, _PENDING = "google state", "google second factor"
log = logs.get(__name__)


async def begin(redirect_uri: str, *, in_interface: bool = False) -> Departure:
    provider = await discovery.provider()
    state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
    browser = f"{_INTERFACE}{browser}" if in_interface else browser
    held = json.dumps({"nonce": nonce, "verifier": verifier}).encode()
    await store.keep_state(
        GoogleState(
            id=store.state_id(state),
            browser_digest=crypto.digest(browser),
            sealed=crypto.seal(settings().server, _STATE, held),
            expires_at=now() + timedelta(seconds=STATE_SECONDS),
        )
    )
    url = client.authorization_url(
        provider.about.authorization_endpoint, redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier
    )
    return Departure(url, browser, STATE_SECONDS)


def began_in_interface(browser: str) -> bool:
    """Part of what the browser must show: whoever changes it has begun nothing."""
    return browser.startswith(_INTERFACE)


async def finish(back: Return, *, browser: str, redirect_uri: str, device: Device) -> SignedInOut | SecondFactorNeeded:
    """A session, or the demand for the second factor of an account that has one."""
    user = await account_of(await _person(back, browser, redirect_uri))
    if signing_in.needs_otp(user):
        return SecondFactorNeeded(mfa_token=_pending_token(user), expires_in=SECOND_FACTOR_SECONDS)
    return await signing_in.enter(user, None, device=device, method="google")


async def finish_with_otp(wish: SecondFactorIn, *, device: Device) -> SignedInOut:
    user = await identity_store.user_by_id(_pending_user(wish.mfa_token))
    if user is None or user.deleted_at:
        raise SignInNotBegun
    return await signing_in.enter(user, wish.otp, device=device, method="google")


def public_url(path: str) -> str:
    return settings().server.base_url + path


def needs_tls(url: str) -> bool:
    return urlsplit(url).scheme == "https" or settings().server.environment is not Environment.DEVELOPMENT


async def _person(back: Return, browser: str, redirect_uri: str) -> Person:
    ours = client.registration()
    held = await _what_was_begun(back.state, browser)
    provider = await discovery.provider()
    _require_answer(back, provider)
    token = await client.exchange(
        provider.about.token_endpoint,
        auth_method=provider.about.auth_method,
        code=back.code,
        verifier=held["verifier"],
        redirect_uri=redirect_uri,
    )
    return await id_tokens.read(token, provider, client_id=ours.client_id, nonce=held["nonce"])


async def _what_was_begun(state: str, browser: str) -> dict[str, str]:
    row = await store.take_state(state, crypto.digest(browser))
    if row is None:
        raise SignInNotBegun
    try:
        held: dict[str, str] = json.loads(crypto.unseal(settings().server, _STATE, row.sealed))
    except Unsealable as error:
        raise SignInNotBegun from error
    return held


def _require_answer(back: Return, provider: Provider) -> None:
    """RFC 9207: an answer that says it is another provider's, or does not say whose it is though it should, is not."""
    about = provider.about
    expected = about.issuer if back.iss is not None or about.authorization_response_iss_parameter_supported else None
    if back.iss != expected or back.error is not None or not back.code:
        is_ours = back.iss == expected
        log.warning("the provider sent somebody back without a code", error=back.error, is_ours=is_ours)
        raise GoogleRefused


def _pending_token(user: User) -> str:
    """Sealed, so that it needs no row. It opens nothing without a code, and each code works once."""
    until = int(now().timestamp()) + SECOND_FACTOR_SECONDS
    sealed = crypto.seal(settings().server, _PENDING, f"{user.id}.{until}".encode())
    return base64.urlsafe_b64encode(sealed).decode()


def _pending_user(token: str) -> Id:
    try:
        opened = crypto.unseal(settings().server, _PENDING, base64.urlsafe_b64decode(token)).decode()
    except (Unsealable, ValueError) as error:
        raise SignInNotBegun from error
    user_id, _, until = opened.partition(".")
    if int(until) <= now().timestamp():
        raise SignInNotBegun
    return Id(user_id)
