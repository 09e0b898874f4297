"""The door of people: all users, one of them, and what ends them; tenants only where they are deleted and restored."""

from collections.abc import AsyncIterator

from elenchus.audit.schemas import Action
from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal
from elenchus.identity import principals
from elenchus.identity import store as accounts
from elenchus.identity.models import User
from elenchus.identity.people import departing, exporting, store
from elenchus.identity.people.errors import LastSuperuser, NameDiffers, PersonNotFound, TenantMissing
from elenchus.identity.people.recording import record
from elenchus.identity.people.schemas import PeopleFilter, PersonOut, PersonPatch

log = logs.get(__name__)


async def page(filters: PeopleFilter, query: PageQuery) -> Page[PersonOut]:
    found = await store.users(filters, query)
    shown = [PersonOut.of(user) for user in found[: query.limit]]
    more = len(found) > query.limit
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if more else None)


async def get(principal: Principal, user_id: Id, *, deleted: bool = False) -> PersonOut:
    """Oneself; everybody, deleted ones too, for a superuser. Others do not exist."""
    return PersonOut.of(await _visible(principal, user_id, deleted=deleted))


async def _visible(principal: Principal, user_id: Id, *, deleted: bool = False) -> User:
    is_theirs = user_id == principal.user_id and not deleted
    user = await store.user(user_id, deleted=deleted) if is_theirs or principal.is_superuser else None
    if user is None:
        raise PersonNotFound
    return user


async def change(principal: Principal, user_id: Id, patch: PersonPatch) -> PersonOut:
    user = await _visible(principal, user_id)
    if patch.is_active is not None:
        await _set_active(principal, user, patch.is_active)
    if patch.unlock:
        await unlock(principal, user)
    return await get(principal, user_id)


async def _set_active(actor: Principal, user: User, active: bool) -> None:
    """Sessions and keys look at the row, so writing it is enough. Two superusers who suspend each other both fail."""
    if not await store.set_active(user.id, active):
        raise PersonNotFound
    if not active and user.is_superuser and not await store.has_active_superuser():
        await store.set_active(user.id, True)
        raise LastSuperuser
    principals.forget_user(user.id)
    await record(actor, Action.USER_ACTIVATED if active else Action.USER_SUSPENDED, user)


async def unlock(actor: Principal, user: User) -> None:
    await accounts.forget_failures(user.email_key)
    await record(actor, Action.USER_UNLOCKED, user)


async def export(principal: Principal, user_id: Id) -> AsyncIterator[bytes]:
    """On the record before its first byte."""
    user = await _visible(principal, user_id)
    await record(principal, Action.USER_EXPORTED, user)
    return exporting.export(principal, user)


async def delete(principal: Principal, user_id: Id) -> None:
    """Invisible from here on, restorable for a while, and then erased."""
    user = await _visible(principal, user_id)
    await departing.delete_user(principal, user_id)
    await record(principal, Action.USER_DELETED, user)
    log.info("user deleted", of=str(user_id))


async def restore(actor: Principal, user_id: Id) -> None:
    await departing.restore_user(actor, user_id)


async def delete_tenant(principal: Principal, *, name: str) -> None:
    """Raises `NameDiffers` unless it is the tenant's own."""
    tenant = await store.tenant(principal.tenant_id)
    if tenant is None:
        raise TenantMissing
    if tenant.name != name:
        raise NameDiffers
    await departing.delete_tenant(principal, tenant.id)
    log.info("tenant deleted", of=str(tenant.id))


async def restore_tenant(actor: Principal, tenant_id: Id) -> None:
    await departing.restore_tenant(actor, tenant_id)
