"""From a credential to a principal: the one way in for every request, whatever carries the credential."""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from pymongo.errors import PyMongoError

from elenchus.core.clock import now
from elenchus.core.errors import Unauthenticated
from elenchus.core.ids import Id
from elenchus.core.principal import API_KEY_PREFIX, Principal
from elenchus.core.settings import settings
from elenchus.identity import store, tokens
from elenchus.identity.errors import InvalidToken
from elenchus.identity.keys import secret, usage
from elenchus.identity.keys import store as key_store
from elenchus.identity.keys.errors import InvalidApiKey
from elenchus.identity.tokens import Claims

K = TypeVar("K")
V = TypeVar("V")
CACHE_ENTRIES = 10_000  # about 10 MB when full
_NOBODYS_DIGEST = "0" * 64


async def resolve(credential: str) -> Principal:
    """Raises `InvalidToken`. Costs no command while this process has seen the bearer in the last second, else one.

    What a token says is fixed by its signature and is remembered until it expires. For whom its session or an API key
    speaks is not, and is trusted for `session_cache_seconds`: an ended session, a revoked or rotated key, a suspended
    user, a changed role and a lost membership take effect within that everywhere, and at once in the process that is
    told so by one of the `forget`s below.
    """
    if credential.startswith(API_KEY_PREFIX):
        return await _with_key(credential)
    return await _with_token(credential)


async def still_stands(credential: str, principal: Principal) -> bool:
    """Whether what was begun with this credential may go on, such as an open stream: for the session or key it is, not
    for the token, which may have expired since. Nor may they have lost their role. At the price of `resolve`; while the
    database is away nothing can have been ended."""
    try:
        if principal.session_id is None:
            claim = secret.read(credential)
            current = _known.principal(claim.digest) or await _look_up_key(claim)
        else:
            current = _known.principal(principal.session_id) or await _look_up_session(principal.session_id)
    except Unauthenticated:
        return False
    except PyMongoError:
        return True
    is_same = (current.user_id, current.tenant_id) == (principal.user_id, principal.tenant_id)
    return is_same and current.role.covers(principal.role) and current.is_superuser >= principal.is_superuser


def forget_session(session_id: Id) -> None:
    """Call after the session's end is stored: from here on this process refuses it."""
    _known.forget_bearer(session_id)


def forget_key(key_id: Id) -> None:
    """Call after the key was revoked or rotated."""
    _known.forget(lambda held: held.api_key_id == key_id)


def forget_user(user_id: Id) -> None:
    """Call after a user's sessions, state or memberships were changed."""
    _known.forget(lambda held: held.user_id == user_id)


def forget_tenant(tenant_id: Id) -> None:
    """Call after a tenant's tier was changed, or it was deleted."""
    _known.forget(lambda held: held.tenant_id == tenant_id)


async def _with_token(token: str) -> Principal:
    claims = _known.claims(token)
    if claims is None:
        claims = tokens.read_access_token(token)
        _known.keep_claims(token, claims)
    elif claims.expires_at <= now():
        raise InvalidToken
    principal = _known.principal(claims.session_id)
    if principal is None or principal.tenant_id != claims.tenant_id:  # another process may just have moved the session
        principal = await _look_up_session(claims.session_id)
    if principal.user_id != claims.user_id or principal.tenant_id != claims.tenant_id:
        raise InvalidToken
    return principal


async def _look_up_session(session_id: Id) -> Principal:
    mark, asked_at = _known.mark, monotonic()
    principal = await store.standing(session_id)
    if principal is None:
        raise InvalidToken
    _known.keep_principal(principal, session_id, until=_trusted_until(asked_at), mark=mark)
    return principal


async def _with_key(key: str) -> Principal:
    claim = secret.read(key)
    principal = _known.principal(claim.digest) or await _look_up_key(claim)
    if principal.api_key_id is not None:
        usage.count(principal.api_key_id)
    return principal


async def _look_up_key(claim: secret.Claim) -> Principal:
    mark, asked_at = _known.mark, monotonic()
    found = await key_store.standing(claim.public_id)
    same = hmac.compare_digest(found.digest if found else _NOBODYS_DIGEST, claim.digest)
    if found is None or not same:
        raise InvalidApiKey
    _known.keep_principal(found.principal, claim.digest, until=_trusted_until(asked_at), mark=mark)
    return found.principal


def _trusted_until(asked_at: float) -> float:
    return asked_at + settings().auth.session_cache_seconds


class Known:
    """What this process has seen lately, bounded; the oldest entry, which is the nearest to its end, goes first.

    A bearer is a session's id or the digest of an API key; the key itself is not kept.
    """

    def __init__(self, capacity: int = CACHE_ENTRIES) -> None:
        self.capacity = capacity
        #: Counts the forgettings, so that an answer read before one is not kept after it.
        self.mark = 0
        self._claims: OrderedDict[str, Claims] = OrderedDict()
        self._principals: OrderedDict[Id | str, tuple[Principal, float]] = OrderedDict()

    def claims(self, credential: str) -> Claims | None:
        return self._claims.get(credential)

    def keep_claims(self, credential: str, claims: Claims) -> None:
        self._keep(self._claims, credential, claims)

    def principal(self, bearer: Id | str) -> Principal | None:
        principal, until = self._principals.get(bearer, (None, 0.0))
        return principal if until > monotonic() else None

    def keep_principal(self, principal: Principal, bearer: Id | str, *, until: float, mark: int) -> None:
        if mark == self.mark:
            self._keep(self._principals, bearer, (principal, until))

    def forget_bearer(self, bearer: Id | str) -> None:
        self.mark += 1
        self._principals.pop(bearer, None)

    def forget(self, is_meant: Callable[[Principal], bool]) -> None:
        self.mark += 1
        for bearer in [bearer for bearer, (held, _) in self._principals.items() if is_meant(held)]:
            del self._principals[bearer]

    def _keep(self, entries: OrderedDict[K, V], key: K, value: V) -> None:
        entries[key] = value
        entries.move_to_end(key)
        if len(entries) > self.capacity:
            entries.popitem(last=False)


_known = Known()
