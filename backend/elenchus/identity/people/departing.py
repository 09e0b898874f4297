"""Deleting people and tenants so that it can be undone.

One write makes somebody, or a tenant, invisible: who reads a session, a key or a sign-in looks at `deleted_at`. What
follows only tidies up, and is done again by `mend` where a crash has cut it short.
"""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.audit.schemas import Action
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import principals
from elenchus.identity import store as accounts
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.models import User
from elenchus.identity.people import store
from elenchus.identity.people.errors import (
    LastSuperuser,
    NobodyToReturn,
    NotDeleted,
    PeopleBusy,
    PersonNotFound,
    TenantMissing,
)
from elenchus.identity.people.recording import record
from elenchus.identity.tenants import service as tenants

ATTEMPTS = 10
log = logs.get(__name__)


def _erasure(at: datetime) -> datetime:
    return at + timedelta(days=settings().auth.restore_days)


async def delete_user(actor: Principal, user_id: Id) -> None:
    """With the tenants that nobody else is in. Raises `LastOwner` where others are and nobody else owns it, and
    `LastSuperuser`."""
    for _ in range(ATTEMPTS):  # a membership may be changed between the look and the write
        user = await store.user(user_id)
        if user is None:
            raise PersonNotFound
        shared = await _owned_with_others(user)
        if not await _deleted(user, shared):
            continue
        if user.is_superuser and not await store.has_active_superuser():
            await _take_back(actor, user_id)
            raise LastSuperuser
        await delete_left_tenants(actor, user_id)
        if set(await _owned_with_others(user)) - {*shared}:  # somebody joined meanwhile, and nobody would own it
            await _take_back(actor, user_id)
            continue
        await accounts.end_sessions_of(user_id)
        principals.forget_user(user_id)
        return
    raise PeopleBusy


async def _owned_with_others(user: User) -> list[Id]:
    owned = [held.tenant_id for held in user.memberships if held.role is Role.OWNER]
    return [tenant_id for tenant_id in owned if await store.has_other_members(tenant_id, user.id)]


async def _deleted(user: User, shared: list[Id]) -> bool:
    """A tenant with other members keeps an owner, also when two of them go at once."""
    at = now()
    deleted, refusal = False, None
    async with AsyncExitStack() as departures:
        try:
            for tenant_id in shared:
                await departures.enter_async_context(tenants.departing(tenant_id, user.id))
        except Refusal as error:
            refusal = error  # raised outside: within, it would leave the departures before it standing
        else:
            deleted = await store.delete_user(user, at=at, erase_at=_erasure(at))
    if refusal:
        raise refusal
    return deleted


async def _take_back(actor: Principal, user_id: Id) -> None:
    """A deletion that should not have been, of which the record need not tell."""
    await _undeleted(actor, user_id)
    await store.end_restoring(user_id)


async def delete_left_tenants(actor: Principal, user_id: Id) -> None:
    """Of a deleted person: those that nobody is in any more."""
    user = await store.user(user_id, deleted=True)
    if user is None or user.deleted_at is None:
        return
    for held in user.memberships:
        if await store.has_other_members(held.tenant_id, user_id):
            continue
        await _delete_tenant(actor, held.tenant_id, at=user.deleted_at)
        if await store.user(user_id):  # restored since the look, and the tenant would be gone for good
            await _brought_back(actor, held.tenant_id)


async def restore_user(actor: Principal, user_id: Id) -> None:
    """With the tenants that were deleted with them; also what an earlier call left undone."""
    user = await _undeleted(actor, user_id)
    await record(actor, Action.USER_RESTORED, user)
    await store.end_restoring(user_id)


async def _undeleted(actor: Principal, user_id: Id) -> User:
    """The user is back first: from then on nobody deletes a tenant because of them."""
    user = await store.user_in_any_state(user_id)
    at = user and (user.deleted_at or user.restoring_at)
    if user is None or at is None:
        raise PersonNotFound
    if user.deleted_at and not await store.restore_user(user_id, at=at):
        raise NotDeleted
    for tenant_id in await store.tenants_deleted_with(user_id, at=at):
        await _brought_back(actor, tenant_id)
    principals.forget_user(user_id)
    return await store.user_in_any_state(user_id) or user


async def delete_tenant(actor: Principal, tenant_id: Id) -> None:
    if not await _delete_tenant(actor, tenant_id, at=now()):
        raise TenantMissing


async def _delete_tenant(actor: Principal, tenant_id: Id, *, at: datetime) -> bool:
    deleted = await store.delete_tenant(tenant_id, at=at, erase_at=_erasure(at))
    principals.forget_tenant(tenant_id)
    await withdraw_memberships(tenant_id)
    if deleted:
        await audit.record_in([tenant_id], actor, Action.TENANT_DELETED, "tenant", tenant_id)
    return deleted


async def withdraw_memberships(tenant_id: Id) -> None:
    while members := await store.some_members(tenant_id):
        for user_id, membership in members:
            await store.withdraw(user_id, membership)
            principals.forget_user(user_id)


async def restore_tenant(actor: Principal, tenant_id: Id) -> None:
    """Raises `NobodyToReturn` when all its members are deleted themselves."""
    if await store.tenant_in_any_state(tenant_id) is None:
        raise TenantMissing
    if not await store.has_member_to_come(tenant_id):
        raise NobodyToReturn
    if not await _brought_back(actor, tenant_id):
        raise NotDeleted


async def _brought_back(actor: Principal, tenant_id: Id) -> bool:
    if not await store.restore_tenant(tenant_id):
        return False
    for row in await store.withdrawn_from_tenant(tenant_id):
        await store.give_back(row)
        principals.forget_user(row.user_id)
    await audit.record_in({tenant_id, actor.tenant_id}, actor, Action.TENANT_RESTORED, "tenant", tenant_id)
    return True


async def mend(_due_at: datetime) -> None:
    """What a crash, or a change at the same moment, has left half done."""
    for user in await store.users_being_restored():
        await restore_user(DEPLOYMENT, user.id)
    async for user in store.deleted_users():
        await delete_left_tenants(DEPLOYMENT, user.id)
    for tenant in await store.deleted_tenants():
        await withdraw_memberships(tenant.id)
    for row in await store.withdrawn_in_vain():
        await store.give_back(row)
        log.info("a membership was given back", tenant_id=str(row.tenant_id), user_id=str(row.user_id))
