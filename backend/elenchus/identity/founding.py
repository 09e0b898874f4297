"""A tenant of one's own: for who registers, and for who signs in after their last membership ended.

Without one somebody could not sign in, and so neither accept another invitation nor reach their own data.
"""

from elenchus.audit import service as audit
from elenchus.core import logs
from elenchus.core.principal import Principal, Role
from elenchus.identity import store
from elenchus.identity.errors import WrongCredentials
from elenchus.identity.models import Membership, Tenant, User

log = logs.get(__name__)


def own_tenant(user: User) -> tuple[Tenant, Membership]:
    """Named after their organization or themselves; nothing is stored yet."""
    tenant = Tenant(name=user.organization or user.full_name)
    membership = Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=Role.OWNER, joined_at=tenant.created_at)
    return tenant, membership


async def membership_of(user: User) -> Membership:
    """The first whose tenant was not deleted, or else one in a new tenant. Raises `WrongCredentials` for somebody who
    was deleted meanwhile: who is to be erased gets no tenant."""
    while True:
        if live := await _live(user):
            return live
        if opened := await _opened(user):
            return opened
        user.memberships = (await _as_they_are(user)).memberships


async def _live(user: User) -> Membership | None:
    for membership in user.memberships:
        if await store.is_live_tenant(membership.tenant_id):
            return membership
    return None


async def _opened(user: User) -> Membership | None:
    """None, and nothing is left, when they are in another tenant by now, as by a sign-in beside this one."""
    tenant, membership = own_tenant(user)
    if not await store.add_tenant_for(user, tenant, membership):
        return None
    user.memberships.append(membership)
    actor = Principal(tenant.id, user.id, membership.role)
    await audit.record(actor, audit.Action.TENANT_OPENED, "tenant", tenant.id)
    log.info("somebody without a tenant was given one", user_id=str(user.id), tenant_id=str(tenant.id))
    return membership


async def _as_they_are(user: User) -> User:
    found = await store.user_by_id(user.id)
    if found is None or found.deleted_at:
        raise WrongCredentials
    return found
