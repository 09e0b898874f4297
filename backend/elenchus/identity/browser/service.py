"""The door of a browser's session: what signing in gives, shared out between the page and the browser."""

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.identity import sessions, signing_in, store, tokens
from elenchus.identity.browser.schemas import BrowserSession, Kept
from elenchus.identity.errors import InvalidToken
from elenchus.identity.schemas import Device, LoginForm, SignedInOut, TokensOut, UserOut
from elenchus.identity.tenants import service as tenants


async def log_in(form: LoginForm, *, device: Device) -> Kept:
    return entered(await signing_in.log_in(form, device=device))


def entered(signed_in: SignedInOut) -> Kept:
    return _kept(signed_in, signed_in.user)


async def go_on(refresh_token: str) -> Kept:
    """The next pair. Raises `InvalidToken`, also for one that was exchanged longer ago than a moment: it ends both."""
    return await _shown(await sessions.carry_on(refresh_token))


async def switch(principal: Principal, tenant_id: Id, refresh_token: str) -> Kept:
    """Raises `InvalidToken` unless the page and the browser speak of the same session, and of the latest token."""
    return await _shown(await tenants.switch(principal, tenant_id, held=refresh_token))


async def log_out(refresh_token: str) -> None:
    """Ends the session of whatever token of ours it is, also of a used one; nothing to end is no trouble."""
    try:
        session_id = tokens.read_refresh_token(refresh_token).session_id
    except InvalidToken:
        return
    if principal := await store.standing(session_id):
        await sessions.end_current(principal)
    else:
        await store.end_session(session_id)


async def _shown(pair: TokensOut) -> Kept:
    user = await store.user_by_id(tokens.read_access_token(pair.access_token).user_id)
    if user is None:
        raise InvalidToken
    return _kept(pair, UserOut.of(user))


def _kept(pair: TokensOut, user: UserOut) -> Kept:
    tenant_id = tokens.read_access_token(pair.access_token).tenant_id
    shown = BrowserSession(access_token=pair.access_token, expires_in=pair.expires_in, tenant_id=tenant_id, user=user)
    return Kept(shown, pair.refresh_token)
