"""From a bearer credential to a principal: the one way in for every request."""

from collections import OrderedDict
from time import monotonic
from typing import TypeVar

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import store, tokens
from elenchus.identity.errors import InvalidToken
from elenchus.identity.tokens import Claims

K = TypeVar("K")
V = TypeVar("V")
CACHE_ENTRIES = 10_000  # about 10 MB when full


async def resolve(credential: str) -> Principal:
    """Raises `InvalidToken`. Costs no command while this process has seen the session in the last second, else one.

    What a token says is fixed by its signature and is remembered until it expires. For whom its session speaks is
    not, and is trusted for `session_cache_seconds`: an ended session, a suspended user, a changed role and a lost
    membership take effect within that everywhere, and at once in the process where a session was ended.
    """
    claims = _known.claims(credential)
    if claims is None:
        claims = tokens.read_access_token(credential)
        _known.keep_claims(credential, claims)
    elif claims.expires_at <= now():
        raise InvalidToken
    principal = _known.principal(claims.session_id) or await _look_up(claims.session_id)
    if principal.user_id != claims.user_id or principal.tenant_id != claims.tenant_id:
        raise InvalidToken
    return principal


def forget_session(session_id: Id) -> None:
    """Call after the session's end is stored: from here on this process refuses it."""
    _known.forget_session(session_id)


def forget_user(user_id: Id) -> None:
    """Call after a user's sessions, state or memberships were changed."""
    _known.forget_user(user_id)


async def _look_up(session_id: Id) -> Principal:
    mark, asked_at = _known.mark, monotonic()
    principal = await store.standing(session_id)
    if principal is None:
        raise InvalidToken
    _known.keep_principal(principal, session_id, until=asked_at + settings().auth.session_cache_seconds, mark=mark)
    return principal


class Known:
    """What this process has seen lately, bounded; the oldest entry, which is the nearest to its end, goes first."""

    def __init__(self, capacity: int = CACHE_ENTRIES) -> None:
        self.capacity = capacity
        #: Counts the forgettings, so that an answer read before one is not kept after it.
        self.mark = 0
        self._claims: OrderedDict[str, Claims] = OrderedDict()
        self._principals: OrderedDict[Id, tuple[Principal, float]] = OrderedDict()

    def claims(self, credential: str) -> Claims | None:
        return self._claims.get(credential)

    def keep_claims(self, credential: str, claims: Claims) -> None:
        self._keep(self._claims, credential, claims)

    def principal(self, session_id: Id) -> Principal | None:
        principal, until = self._principals.get(session_id, (None, 0.0))
        return principal if until > monotonic() else None

    def keep_principal(self, principal: Principal, session_id: Id, *, until: float, mark: int) -> None:
        if mark == self.mark:
            self._keep(self._principals, session_id, (principal, until))

    def forget_session(self, session_id: Id) -> None:
        self.mark += 1
        self._principals.pop(session_id, None)

    def forget_user(self, user_id: Id) -> None:
        self.mark += 1
        for session_id in [id_ for id_, (held, _) in self._principals.items() if held.user_id == user_id]:
            del self._principals[session_id]

    def _keep(self, entries: OrderedDict[K, V], key: K, value: V) -> None:
        entries[key] = value
        entries.move_to_end(key)
        if len(entries) > self.capacity:
            entries.popitem(last=False)


_known = Known()
