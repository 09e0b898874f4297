"""The door of tenants: their settings and changing from one to another; and, from beside it, members, invitations and
usage.
"""

from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.core import crypto, logs
from elenchus.core.clock import now
from elenchus.core.errors import Forbidden
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.identity import principals, sessions, tokens
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Membership, Session, Tenant, User
from elenchus.identity.schemas import TokensOut
from elenchus.identity.tenants import invitations, members, store, usage
from elenchus.identity.tenants.departing import departing
from elenchus.identity.tenants.errors import AlreadyEntered, TenantChanged, TenantNotFound
from elenchus.identity.tenants.schemas import TenantOut, TenantPatch, Versioned

__all__ = [
    "become_first_user", "change", "departing", "invitations", "is_empty_deployment", "members", "read",
    "spread_names", "switch", "usage",
]  # fmt: skip

SPREAD_AT_ONCE = 100
#: Who was just joining with the old name has joined by then.
SPREAD_AFTER = timedelta(seconds=60)
log = logs.get(__name__)


async def read(principal: Principal) -> Versioned:
    return _versioned(await _existing(principal))


async def _existing(principal: Principal) -> Tenant:
    tenant = await store.tenant(principal.tenant_id)
    if tenant is None:
        raise TenantNotFound
    return tenant


def _versioned(tenant: Tenant) -> Versioned:
    return Versioned(TenantOut.of(tenant), tenant.revision)


async def change(principal: Principal, patch: TenantPatch, *, revision: int | None) -> Versioned:
    """Only what was sent is changed; with a `revision`, only the one the client saw."""
    changes = patch.changes()
    before = await _existing(principal)
    if revision is not None and before.revision != revision:
        raise TenantChanged
    if not changes:
        return _versioned(before)
    if not await store.change_tenant(before.id, changes, revision=revision):
        raise TenantChanged
    after = await _existing(principal)
    await _take_effect(principal, before, after, fields=sorted(changes))
    return _versioned(after)


async def _take_effect(principal: Principal, before: Tenant, after: Tenant, *, fields: list[str]) -> None:
    if "name" in fields:
        await store.spread_name(after)
    if "tier" in fields:
        principals.forget_tenant(after.id)
    tiers = {"tier_before": before.tier.value, "tier_after": after.tier.value} if "tier" in fields else {}
    await audit.record(principal, audit.Action.TENANT_CHANGED, "tenant", after.id, fields=[*fields], **tiers)


async def spread_names(due_at: datetime) -> int:
    """Into every membership, also those that a crash, or joining just then, has left with the old one."""
    renamed = await store.renamed_before(due_at - SPREAD_AFTER, limit=SPREAD_AT_ONCE)
    for tenant in renamed:
        await store.spread_name(tenant)
        await store.settle_name(tenant)
    return len(renamed)


# ---- changing from one tenant to another


async def switch(principal: Principal, tenant_id: Id, *, held: str | None = None) -> TokensOut:
    """The session goes on in the other tenant, under new tokens; those it had are refused at once.

    Of a browser, `held` is the refresh token in its cookie: it is exchanged as for any of its tabs.
    """
    if principal.session_id is None:
        raise Forbidden("Only a session changes its tenant; make an API key in the other tenant instead.")
    if tenant_id == principal.tenant_id:
        raise AlreadyEntered
    membership = await _membership(principal, tenant_id)
    session = await store.session(principal.session_id)
    if session is None or session.tenant_id != principal.tenant_id:
        raise InvalidToken
    if held is not None and session.refresh_digest != crypto.digest(held):
        raise InvalidToken
    fresh = tokens.refresh_token(session.id) if held is None else tokens.successor(held)
    if not await _moved(session, tenant_id, fresh):
        raise InvalidToken  # another request of this session was faster
    principals.forget_session(session.id)
    await store.put_membership_first(principal.user_id, tenant_id)
    entered = Principal(tenant_id, principal.user_id, membership.role, session.id, is_superuser=principal.is_superuser)
    await audit.record(entered, audit.Action.TENANT_ENTERED, "tenant", tenant_id)
    return sessions.pair(entered, fresh)


async def _membership(principal: Principal, tenant_id: Id) -> Membership:
    user = await store.member(tenant_id, principal.user_id)
    if user is None or await store.tenant(tenant_id) is None:
        raise TenantNotFound
    [membership] = [held for held in user.memberships if held.tenant_id == tenant_id]
    return membership


async def _moved(session: Session, tenant_id: Id, fresh: str) -> bool:
    digest, expires_at = crypto.digest(fresh), sessions.expiry(now())
    return await store.move_session(session, tenant_id, fresh_digest=digest, expires_at=expires_at)


# ---- the first user of a deployment


async def is_empty_deployment() -> bool:
    """Costs a read by id once there was a first user, and mends what a crash has left of making them superuser."""
    first = await store.first_user()
    if first is None:
        return not await store.has_users()
    if not first.granted:
        await store.grant_superuser(first.user_id)
        principals.forget_user(first.user_id)
        await audit.record(DEPLOYMENT, audit.Action.SUPERUSER_GRANTED, "user", first.user_id)
    return False


async def become_first_user(user: User) -> bool:
    """Of all who registered while it was empty, one is made superuser. Call it once the user is stored."""
    if not await store.become_first_user(user.id):
        return False
    await store.grant_superuser(user.id)
    principals.forget_user(user.id)
    log.warning("the first user of this deployment is its superuser", user_id=str(user.id))
    return True
