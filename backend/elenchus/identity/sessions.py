"""A session's life: begun by a sign-in, carried on by refreshing, ended by its user or by misuse."""

from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.core import crypto, logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import principals, store, tokens
from elenchus.identity.errors import InvalidToken, SessionNotFound
from elenchus.identity.models import Membership, Session, User
from elenchus.identity.schemas import Device, SessionOut, TokensOut
from elenchus.identity.tokens import RefreshClaim

#: How long after its exchange a browser's token is taken for one of a tab that asked at the same time, or that the
#: answer did not reach; after that for a stolen one.
AGAIN = timedelta(seconds=30)
log = logs.get(__name__)


async def begin(user: User, membership: Membership, *, device: Device) -> TokensOut:
    at = now()
    session_id = new_id()
    refresh = tokens.refresh_token(session_id)
    await store.add_session(
        Session(
            id=session_id,
            user_id=user.id,
            tenant_id=membership.tenant_id,
            refresh_digest=crypto.digest(refresh),
            password_epoch=user.password_epoch,
            user_agent=device.user_agent,
            ip_address=device.ip_address,
            created_at=at,
            last_used_at=at,
            expires_at=expiry(at),
        )
    )
    principal = Principal(membership.tenant_id, user.id, membership.role, session_id, is_superuser=user.is_superuser)
    return pair(principal, refresh)


async def refresh(token: str) -> TokensOut:
    """A new pair for a token that was not used yet; one that was ends its session, for two holders have it."""
    claim = tokens.read_refresh_token(token)
    return await _exchanged(claim, tokens.refresh_token(claim.session_id))


async def carry_on(token: str) -> TokensOut:
    """The same for a browser, whose tabs have one cookie together and wake together: within `AGAIN` the token is
    exchanged for the same one again, so whichever answer comes last, the cookie is the session's."""
    claim = tokens.read_refresh_token(token)
    return await _exchanged(claim, tokens.successor(token), since=now() - AGAIN)


async def _exchanged(claim: RefreshClaim, fresh: str, *, since: datetime | None = None) -> TokensOut:
    principal = await store.standing(claim.session_id)
    if principal is None or not await _rotated(claim, fresh, since):  # last: a failure before it costs no token
        await _end_misused(claim.session_id, principal)
        raise InvalidToken
    return pair(principal, fresh)


async def _rotated(claim: RefreshClaim, fresh: str, since: datetime | None) -> bool:
    digest, expires_at = crypto.digest(fresh), expiry(now())
    return await store.rotate(claim.session_id, used=claim.digest, fresh=digest, expires_at=expires_at, since=since)


async def _end_misused(session_id: Id, principal: Principal | None) -> None:
    """Without a principal the session had lost its user, tenant or time already, and there is no record to write in."""
    ended = await store.end_session(session_id)
    principals.forget_session(session_id)
    if ended:
        log.warning("session ended: its refresh token was used twice, too late or by a suspended user")
    if ended and principal is not None:
        await audit.record(principal, audit.Action.SESSION_ENDED, "session", session_id, reason="token used twice")


async def end_current(principal: Principal) -> None:
    if principal.session_id is not None:
        await store.end_session(principal.session_id)
        principals.forget_session(principal.session_id)
        await audit.record(principal, audit.Action.USER_SIGNED_OUT, "session", principal.session_id)


async def end_all(principal: Principal) -> None:
    await store.end_sessions_of(principal.user_id)
    principals.forget_user(principal.user_id)
    await audit.record(principal, audit.Action.USER_SIGNED_OUT, "user", principal.user_id, everywhere=True)


async def end_one(principal: Principal, session_id: Id) -> None:
    if not await store.end_session_of(principal.user_id, session_id):
        raise SessionNotFound
    principals.forget_session(session_id)
    await audit.record(principal, audit.Action.SESSION_ENDED, "session", session_id)


async def page(principal: Principal, query: PageQuery) -> Page[SessionOut]:
    found = await store.sessions_of(principal.user_id, query)
    shown = [SessionOut.of(session, current=session.id == principal.session_id) for session in found[: query.limit]]
    more = len(found) > query.limit
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if more else None)


def pair(principal: Principal, refresh: str) -> TokensOut:
    return TokensOut(
        access_token=tokens.access_token(principal),
        refresh_token=refresh,
        expires_in=settings().auth.access_token_seconds,
    )


def expiry(at: datetime) -> datetime:
    return at + timedelta(days=settings().auth.refresh_token_days)
