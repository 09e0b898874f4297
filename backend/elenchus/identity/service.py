"""The door of identity: registering, signing in, one's own profile; and, from beside it, sessions and principals."""

from datetime import datetime

from pydantic import JsonValue

from elenchus.audit import service as audit
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.identity import sessions, store
from elenchus.identity.errors import InvalidToken
from elenchus.identity.principals import resolve, still_stands
from elenchus.identity.registering import register
from elenchus.identity.schemas import ProfilePatch, UserOut
from elenchus.identity.signing_in import log_in
from elenchus.identity.tenants.service import usage
from elenchus.identity.watching import Watch, watched

__all__ = [
    "Watch", "change_profile", "log_in", "may_act", "profile", "register", "resolve", "sessions", "still_stands",
    "usage", "watched",
]  # fmt: skip


async def may_act(user_id: Id, tenant_id: Id, *, since: datetime, role: Role) -> bool:
    """For what somebody left in a tenant for others: whether they, their membership and the tenant still stand, and
    have stood since then, and they have the role that it takes. Who was removed and let in again begins anew."""
    return await store.acts_in(user_id, tenant_id, since=since, role=role)


async def profile(principal: Principal) -> UserOut:
    user = await store.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    return UserOut.of(user)


async def change_profile(principal: Principal, patch: ProfilePatch) -> UserOut:
    if changes := patch.changes():
        await store.change_user(principal.user_id, changes)
        fields: list[JsonValue] = [*sorted(changes)]
        await audit.record(principal, audit.Action.USER_CHANGED, "user", principal.user_id, fields=fields)
    return await profile(principal)
