"""Every query of people, by name."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row, TenantOwned
from elenchus.core.pages import PageQuery
from elenchus.identity.models import Membership, Session, Tenant, User
from elenchus.identity.people.models import WithdrawnMembership, withdrawal_id
from elenchus.identity.people.schemas import PeopleFilter

#: In the place of `erase_at` once an erasure has begun: nothing is restored from here on.
BEGUN = datetime.fromtimestamp(0, UTC)
AT_ONCE = 200
_DELETED = {"deleted_at": {"$ne": None}}


# ---- users


async def user(user_id: Id, *, deleted: bool = False) -> User | None:
    return await User.find_one({"_id": user_id, **(_DELETED if deleted else {"deleted_at": None})})


async def user_in_any_state(user_id: Id) -> User | None:
    return await User.find_one({"_id": user_id})


async def users(filters: PeopleFilter, page: PageQuery) -> list[User]:
    """Newest first, one more than the page shows."""
    wanted: Row = {**(_DELETED if filters.deleted else {"deleted_at": None}), **page.filter()}
    if filters.is_active is not None:
        wanted["is_active"] = filters.is_active
    if filters.q:
        begins = {"$regex": f"^{re.escape(filters.q)}", "$options": "i"}
        wanted["$or"] = [{"email": begins}, {"full_name": begins}]
    return await User.find(wanted).sort("-_id").limit(page.fetch).to_list()


async def set_active(user_id: Id, active: bool) -> bool:
    change = {"is_active": active, "updated_at": now()}
    return await _changed(User.find_one({"_id": user_id, "deleted_at": None}), {"$set": change})


async def set_superuser(user_id: Id, superuser: bool) -> bool:
    change = {"is_superuser": superuser, "updated_at": now()}
    return await _changed(User.find_one({"_id": user_id, "deleted_at": None}), {"$set": change})


async def has_active_superuser() -> bool:
    able = {"is_superuser": True, "is_active": True, "deleted_at": None}
    return await User.find_one(able) is not None


async def delete_user(seen: User, *, at: datetime, erase_at: datetime) -> bool:
    """False when the user, or a membership of theirs, is another by now."""
    same = [{"memberships": {"$elemMatch": held.as_seen()}} for held in seen.memberships]
    unchanged = {"_id": seen.id, "deleted_at": None, **({"$and": same} if same else {})}
    return await _changed(User.find_one(unchanged), {"$set": _deletion(at, erase_at)})


def _deletion(at: datetime | None, erase_at: datetime | None) -> Row:
    return {"deleted_at": at, "erase_at": erase_at, "updated_at": now()}


async def restore_user(user_id: Id, *, at: datetime) -> bool:
    """Deleted `at` that time. Of a restoration and an erasure at once, a single one succeeds."""
    back = {**_deletion(None, None), "restoring_at": at}
    return await _changed(User.find_one({**_restorable(user_id), "deleted_at": at}), {"$set": back})


async def users_being_restored() -> list[User]:
    return await User.find({"restoring_at": {"$type": "date"}}).to_list()


async def end_restoring(user_id: Id) -> None:
    await User.find_one({"_id": user_id}).update({"$set": {"restoring_at": None}})


def _restorable(id_: Id) -> Row:
    return {"_id": id_, "erase_at": {"$gt": now()}}


def _erasable() -> Row:
    return {"erase_at": {"$lte": now()}}


async def deleted_users() -> AsyncIterator[User]:
    """Those whose erasure has not begun."""
    async for user in User.find({"erase_at": {"$gt": BEGUN}}):
        yield user


async def users_to_erase(*, limit: int) -> list[Id]:
    return [user.id for user in await User.find(_erasable()).limit(limit).to_list()]


async def begin_erasing_user(user_id: Id) -> User | None:
    """None when they were restored or are erased already."""
    await User.find_one({"_id": user_id, **_erasable()}).update({"$set": {"erase_at": BEGUN}})
    return await User.find_one({"_id": user_id, "erase_at": BEGUN})


async def remove_user(user_id: Id) -> None:
    await User.find_one({"_id": user_id}).delete()


async def sessions(user_id: Id) -> AsyncIterator[Session]:
    async for session in Session.find({"user_id": user_id}):
        yield session


# ---- tenants


async def tenant(tenant_id: Id) -> Tenant | None:
    return await Tenant.find_one({"_id": tenant_id, "deleted_at": None})


async def tenant_in_any_state(tenant_id: Id) -> Tenant | None:
    return await Tenant.find_one({"_id": tenant_id})


async def all_tenant_ids() -> AsyncIterator[Id]:
    """Deleted ones too."""
    async for found in Tenant.find({}):
        yield found.id


async def has_other_members(tenant_id: Id, user_id: Id) -> bool:
    others = {"_id": {"$ne": user_id}, "memberships.tenant_id": tenant_id, "deleted_at": None}
    return await User.find_one(others) is not None


async def has_member_to_come(tenant_id: Id) -> bool:
    """Whether somebody would be in it if it were restored."""
    users = [row.user_id for row in await withdrawn_from_tenant(tenant_id)]
    return await User.find_one({"_id": {"$in": users}, "deleted_at": None}) is not None


async def delete_tenant(tenant_id: Id, *, at: datetime, erase_at: datetime) -> bool:
    live = {"_id": tenant_id, "deleted_at": None}
    return await _changed(Tenant.find_one(live), {"$set": _deletion(at, erase_at)})


async def restore_tenant(tenant_id: Id) -> bool:
    return await _changed(Tenant.find_one(_restorable(tenant_id)), {"$set": _deletion(None, None)})


async def tenants_deleted_with(user_id: Id, *, at: datetime) -> list[Id]:
    """Those of the user's that were deleted by the same act, whose time they carry."""
    held = [row.tenant_id for row in await withdrawn_from_user(user_id)]
    return [found.id for found in await Tenant.find({"_id": {"$in": held}, "deleted_at": at}).to_list()]


async def deleted_tenants() -> list[Tenant]:
    return await Tenant.find({"erase_at": {"$type": "date"}}).to_list()


async def tenants_to_erase(*, limit: int) -> list[Id]:
    return [tenant.id for tenant in await Tenant.find(_erasable()).limit(limit).to_list()]


async def begin_erasing_tenant(tenant_id: Id) -> Tenant | None:
    """None when it was restored or is erased already."""
    await Tenant.find_one({"_id": tenant_id, **_erasable()}).update({"$set": {"erase_at": BEGUN}})
    return await Tenant.find_one({"_id": tenant_id, "erase_at": BEGUN})


async def remove_tenant(tenant_id: Id) -> None:
    await Tenant.find_one({"_id": tenant_id}).delete()


# ---- memberships in deleted tenants


async def some_members(tenant_id: Id) -> Sequence[tuple[Id, Membership]]:
    """Of users in any state; call it again until there are none."""
    found = await User.find({"memberships.tenant_id": tenant_id}).limit(AT_ONCE).to_list()
    return [(user.id, held) for user in found for held in user.memberships if held.tenant_id == tenant_id]


async def withdraw(user_id: Id, seen: Membership) -> None:
    """Keep it, then take it off, unless it has changed in between."""
    row = WithdrawnMembership(
        id=withdrawal_id(user_id, seen.tenant_id), user_id=user_id, tenant_id=seen.tenant_id, membership=seen
    )
    kept = {"$set": {"membership": seen.model_dump()}}
    with suppress(DuplicateKeyError):  # another does the same at this moment
        await WithdrawnMembership.find_one({"_id": row.id}).upsert(kept, on_insert=row)
    holder = {"_id": user_id, "memberships": {"$elemMatch": seen.as_seen()}}
    await User.find_one(holder).update({"$pull": {"memberships": {"tenant_id": seen.tenant_id}}})
    await Session.find({"user_id": user_id, "tenant_id": seen.tenant_id}).delete()


async def give_back(row: WithdrawnMembership) -> None:
    stranger = {"_id": row.user_id, "memberships.tenant_id": {"$ne": row.tenant_id}}
    await User.find_one(stranger).update({"$push": {"memberships": row.membership.model_dump()}})
    await WithdrawnMembership.find_one({"_id": row.id}).delete()


async def withdrawn_from_user(user_id: Id) -> list[WithdrawnMembership]:
    return await WithdrawnMembership.find({"user_id": user_id}).to_list()


async def withdrawn_from_tenant(tenant_id: Id) -> list[WithdrawnMembership]:
    return await WithdrawnMembership.find({"tenant_id": tenant_id}).to_list()


async def withdrawn_in_vain() -> list[WithdrawnMembership]:
    """Those whose tenant is there: a crash has cut its restoration short."""
    rows = await WithdrawnMembership.find({}).to_list()
    held = list({row.tenant_id for row in rows})
    live = {found.id for found in await Tenant.find({"_id": {"$in": held}, "deleted_at": None}).to_list()}
    return [row for row in rows if row.tenant_id in live]


async def forget_withdrawn(*, user_id: Id | None = None, tenant_id: Id | None = None) -> None:
    wanted = {"user_id": user_id} if user_id else {"tenant_id": tenant_id}
    await WithdrawnMembership.find(wanted).delete()


# ---- rows of other rooms that lie below


async def rows(model: type[TenantOwned], owner: HasTenant, wanted: Mapping[str, Id | str]) -> list[Row]:
    return await model.owned_by(owner).rows(wanted)


async def remove_rows(model: type[TenantOwned], owner: HasTenant, wanted: Mapping[str, Id | str]) -> None:
    await model.owned_by(owner).delete_many(wanted)


async def _changed(found: Any, change: Mapping[str, Any]) -> bool:
    result = await found.update(change)
    return bool(result.matched_count)
