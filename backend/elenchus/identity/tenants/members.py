"""Who belongs to a tenant, as what, and until when."""

from elenchus.audit import service as audit
from elenchus.core.emails import email_key
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal, Role
from elenchus.identity import principals
from elenchus.identity.keys import service as keys
from elenchus.identity.models import Membership, User
from elenchus.identity.tenants import invitations, store
from elenchus.identity.tenants.departing import departing
from elenchus.identity.tenants.errors import (
    MemberNotFound,
    MembersBusy,
    NobodyRaisesThemselves,
    OnlyAdmins,
    OnlyOwners,
)
from elenchus.identity.tenants.schemas import MemberOut

ATTEMPTS = 10


async def page(principal: Principal, query: PageQuery) -> Page[MemberOut]:
    found = await store.members(principal.tenant_id, query)
    shown = [MemberOut.of(user, principal.tenant_id) for user in found[: query.limit]]
    more = len(found) > query.limit
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].user_id) if more else None)


async def has_address(owner: HasTenant, address: str) -> bool:
    """Whether it is a member's own, who is there and not suspended."""
    return await store.has_address(owner.tenant_id, email_key(address))


async def change_role(principal: Principal, user_id: Id, role: Role) -> MemberOut:
    """Raises `LastOwner` when no other owner would remain."""
    for _ in range(ATTEMPTS):  # the membership may be changed between the look and the write
        user, seen = await _member(principal, user_id)
        _require_may_change(principal, user, seen, role)
        if seen.role is role:
            return MemberOut.of(user, principal.tenant_id)
        if await _role_set(user, seen, role):
            principals.forget_user(user.id)
            await invitations.end_beyond(principal, user.id, role)
            details = {"before": str(seen.role), "after": str(role)}
            await audit.record(principal, audit.Action.MEMBER_CHANGED, "user", user.id, **details)
            return MemberOut.of((await _member(principal, user_id))[0], principal.tenant_id)
    raise MembersBusy


async def _role_set(user: User, seen: Membership, role: Role) -> bool:
    if seen.role is not Role.OWNER:
        return await store.set_role(user.id, seen, role)
    async with departing(seen.tenant_id, user.id):
        return await store.set_role(user.id, seen, role)


def _require_may_change(principal: Principal, user: User, seen: Membership, role: Role) -> None:
    if Role.OWNER in (seen.role, role) and principal.role is not Role.OWNER:
        raise OnlyOwners
    if user.id == principal.user_id and not seen.role.covers(role):  # the principal may be a second old
        raise NobodyRaisesThemselves


async def remove(principal: Principal, user_id: Id) -> None:
    """Or leave, when it is oneself. Sessions in this tenant end; those in others go on."""
    for _ in range(ATTEMPTS):
        user, seen = await _member(principal, user_id)
        _require_may_remove(principal, user, seen)
        if await _removed(user, seen):
            await _see_out(principal, user, seen)
            return
    raise MembersBusy


async def _removed(user: User, seen: Membership) -> bool:
    if seen.role is not Role.OWNER:
        return await store.end_membership(user.id, seen)
    async with departing(seen.tenant_id, user.id):
        return await store.end_membership(user.id, seen)


async def _see_out(principal: Principal, user: User, seen: Membership) -> None:
    """Membership is over by now, and with it all that rests on it; this keeps it from resting on a later one."""
    principals.forget_user(user.id)
    await store.end_sessions_in(principal.tenant_id, user.id)
    await keys.revoke_of_member(principal.tenant_id, user.id)
    await store.delete_invitation_to(principal, user.email_key)
    await invitations.end_beyond(principal, user.id, None)
    await audit.record(principal, audit.Action.MEMBER_REMOVED, "user", user.id, role=str(seen.role))


def _require_may_remove(principal: Principal, user: User, seen: Membership) -> None:
    if user.id == principal.user_id:
        return
    if not principal.role.covers(Role.ADMIN):
        raise OnlyAdmins
    if seen.role is Role.OWNER and principal.role is not Role.OWNER:
        raise OnlyOwners


async def _member(principal: Principal, user_id: Id) -> tuple[User, Membership]:
    user = await store.member(principal.tenant_id, user_id)
    if user is None:
        raise MemberNotFound
    [membership] = [held for held in user.memberships if held.tenant_id == principal.tenant_id]
    return user, membership
