"""Every query of tenants, by name.

A tenant's members are users, which are read here only by way of their membership in it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Role
from elenchus.identity.models import Departure, Membership, Session, Tenant, User
from elenchus.identity.tenants.models import FirstUser, Held, Invitation, Meter, Used

_FIRST_USER = derived_id("first user")


def _is(count: int) -> Any:
    """Rows from before there was this count have none, which is zero."""
    return count or {"$in": [0, None]}


# ---- tenants


async def tenant(tenant_id: Id) -> Tenant | None:
    """A deleted one is absent."""
    return await Tenant.find_one({"_id": tenant_id, "deleted_at": None})


async def change_tenant(tenant_id: Id, changes: Mapping[str, Any], *, revision: int | None) -> bool:
    """False when it is gone or, with a `revision`, when it has another one by now."""
    seen = {"_id": tenant_id, "deleted_at": None}
    unchanged = {} if revision is None else {"revision": _is(revision)}
    renamed = {"renamed_at": now()} if "name" in changes else {}
    change = {"$set": {**changes, **renamed, "updated_at": now()}, "$inc": {"revision": 1}}
    return await _changed(Tenant.find_one({**seen, **unchanged}), change)


async def spread_name(tenant: Tenant) -> None:
    """Into the memberships that have an older one."""
    older = {"tenant_id": tenant.id, "name_revision": {"$not": {"$gte": tenant.revision}}}
    newer = {"memberships.$.tenant_name": tenant.name, "memberships.$.name_revision": tenant.revision}
    members = {"memberships.tenant_id": tenant.id, "memberships": {"$elemMatch": older}}
    await User.find(members).update({"$set": newer})


async def renamed_before(moment: datetime, *, limit: int) -> list[Tenant]:
    return await Tenant.find({"renamed_at": {"$lt": moment}}).limit(limit).to_list()


async def settle_name(tenant: Tenant) -> None:
    """Unless it was renamed again meanwhile."""
    await Tenant.find_one({"_id": tenant.id, "renamed_at": tenant.renamed_at}).update({"$set": {"renamed_at": None}})


async def all_tenants() -> list[Id]:
    return [found.id for found in await Tenant.find({"deleted_at": None}).to_list()]


async def forgetting_tenants() -> list[Tenant]:
    """Those that keep their members' work for a time only."""
    return await Tenant.find({"deleted_at": None, "retention_days": {"$gt": 0}}).to_list()


# ---- members


async def members(tenant_id: Id, page: PageQuery) -> list[User]:
    present = {"memberships.tenant_id": tenant_id, "deleted_at": None}
    return await User.find({**present, **page.filter()}).sort("-_id").limit(page.fetch).to_list()


async def member(tenant_id: Id, user_id: Id) -> User | None:
    return await User.find_one({"_id": user_id, "memberships.tenant_id": tenant_id, "deleted_at": None})


async def has_address(tenant_id: Id, key: str) -> bool:
    there = {"email_key": key, "memberships.tenant_id": tenant_id, "is_active": True, "deleted_at": None}
    return await User.find_one(there) is not None


async def acting_owners(tenant_id: Id) -> set[Id]:
    """Those who are neither suspended nor deleted."""
    holds = {"memberships.tenant_id": tenant_id, "memberships": _holding(tenant_id, role=Role.OWNER)}
    users = await User.find({**holds, "is_active": True, "deleted_at": None}).to_list()
    return {user.id for user in users}


def _holding(tenant_id: Id, **values: Any) -> Row:
    return {"$elemMatch": {"tenant_id": tenant_id, **values}}


def _as_seen(user_id: Id, seen: Membership) -> Row:
    return {"_id": user_id, "memberships": {"$elemMatch": seen.as_seen()}}


async def set_role(user_id: Id, seen: Membership, role: Role) -> bool:
    """False when the membership is another by now."""
    change = {"$set": {"memberships.$.role": role, "updated_at": now()}, "$inc": {"memberships.$.revision": 1}}
    return await _changed(User.find_one(_as_seen(user_id, seen)), change)


async def end_membership(user_id: Id, seen: Membership) -> bool:
    """False when the membership is another by now."""
    change = {"$pull": {"memberships": {"tenant_id": seen.tenant_id}}, "$set": {"updated_at": now()}}
    return await _changed(User.find_one(_as_seen(user_id, seen)), change)


async def fence(tenant_id: Id, user_id: Id) -> None:
    """Whoever saw the membership before now can change it no more."""
    holder = User.find_one({"_id": user_id, "memberships": _holding(tenant_id)})
    await _changed(holder, {"$inc": {"memberships.$.revision": 1}})


async def add_membership(user_id: Id, membership: Membership) -> bool:
    """False when there is one in this tenant already; of any number at once, a single one is added."""
    stranger = {"_id": user_id, "memberships.tenant_id": {"$ne": membership.tenant_id}, "deleted_at": None}
    change = {"$push": {"memberships": membership.model_dump()}, "$set": {"updated_at": now()}}
    return await _changed(User.find_one(stranger), change)


async def add_user(user: User) -> bool:
    """False when the address has an account already."""
    try:
        await user.insert()
    except DuplicateKeyError:
        return await User.find_one({"_id": user.id}) is not None  # our own insert, sent again by the driver
    return True


async def end_sessions_in(tenant_id: Id, user_id: Id) -> None:
    await Session.find({"user_id": user_id, "tenant_id": tenant_id}).delete()


async def begin_departure(tenant_id: Id, departure: Departure, *, begun: int) -> bool:
    """False when another was begun since `begun` was read."""
    seen = {"_id": tenant_id, "deleted_at": None, "departures_begun": _is(begun)}
    change = {"$push": {"departures": departure.model_dump()}, "$inc": {"departures_begun": 1}}
    return await _changed(Tenant.find_one(seen), change)


async def end_departure(tenant_id: Id, departure: Departure) -> None:
    await Tenant.find_one({"_id": tenant_id}).update({"$pull": {"departures": {"token": departure.token}}})


# ---- invitations


async def replace_invitation(invitation: Invitation) -> bool:
    """False when somebody else invites the same address at this moment."""
    rows = Invitation.owned_by(invitation)
    await rows.delete({"email_key": invitation.email_key})
    try:
        await rows.insert(invitation)
    except DuplicateKeyError:
        return await rows.row({"_id": invitation.id}) is not None  # our own insert, sent again by the driver
    return True


async def invitation(owner: HasTenant, invitation_id: Id) -> Invitation | None:
    return await Invitation.owned_by(owner).first({"_id": invitation_id, "expires_at": {"$gt": now()}})


async def invitations(owner: HasTenant, page: PageQuery) -> list[Row]:
    open_ = {"expires_at": {"$gt": now()}, **page.filter()}
    return await Invitation.owned_by(owner).rows(open_, sort=[("_id", -1)], limit=page.fetch)


async def delete_invitation(owner: HasTenant, invitation_id: Id) -> bool:
    return await Invitation.owned_by(owner).delete({"_id": invitation_id})


async def delete_invitation_to(owner: HasTenant, email_key: str) -> None:
    await Invitation.owned_by(owner).delete({"email_key": email_key})


async def delete_invitations_by(owner: HasTenant, user_id: Id, *, roles: Sequence[Role]) -> None:
    await Invitation.owned_by(owner).delete_many({"invited_by": user_id, "role": {"$in": list(roles)}})


# ---- sessions that change their tenant


async def session(session_id: Id) -> Session | None:
    return await Session.find_one({"_id": session_id})


async def move_session(seen: Session, tenant_id: Id, *, fresh_digest: str, expires_at: datetime) -> bool:
    """Of any number that saw the same session, a single one succeeds; also when the driver sends its write again."""
    as_seen = {"_id": seen.id, "tenant_id": seen.tenant_id, "refresh_digest": seen.refresh_digest}
    moved = {"tenant_id": tenant_id, "refresh_digest": fresh_digest, "last_used_at": now(), "expires_at": expires_at}
    if await _changed(Session.find_one(as_seen), {"$set": moved}):
        return True
    return await Session.find_one({"_id": seen.id, "refresh_digest": fresh_digest}) is not None


async def put_membership_first(user_id: Id, tenant_id: Id) -> None:
    """In one write on what the memberships are at that moment."""
    is_it = {"$eq": ["$$held.tenant_id", tenant_id]}
    parts = [{"$filter": {"input": "$memberships", "as": "held", "cond": cond}} for cond in (is_it, {"$not": [is_it]})]
    change: Any = [{"$set": {"memberships": {"$concatArrays": parts}}}]  # a pipeline, which Beanie's types do not know
    await User.find_one({"_id": user_id}).update(change)


# ---- what was used


async def used(owner: HasTenant, meter: Meter, period: str) -> Used | None:
    return await Used.owned_by(owner).first({"_id": _used_id(owner, meter, period)})


async def take(owner: HasTenant, meter: Meter, period: str, amount: int, *, limit: int | None) -> bool:
    """Count it unless that would pass the limit; of any number at the brink, exactly those that fit succeed."""
    rows, id_ = Used.owned_by(owner), _used_id(owner, meter, period)
    room = {"_id": id_} if limit is None else {"_id": id_, "used": {"$lte": limit - amount}}
    change = {"$inc": {"used": amount, "changes": 1}, "$set": {"updated_at": now()}}
    if await rows.update(room, change):
        return True
    await rows.insert_missing([Used(id=id_, tenant_id=owner.tenant_id, meter=meter, period=period)])
    return await rows.update(room, change)


async def add(owner: HasTenant, meter: Meter, period: str, amount: int) -> None:
    """Whatever the limit; also 0: who has seen it before can correct it no more. A tenant that is gone stays gone."""
    change = {"$inc": {"used": amount, "changes": 1}, "$set": {"updated_at": now()}}
    await Used.owned_by(owner).update({"_id": _used_id(owner, meter, period)}, change)


async def give_back(owner: HasTenant, meter: Meter, period: str, amount: int) -> None:
    """Never below zero; in one write, so that it overwrites nothing that is taken meanwhile."""
    left = {"$max": [0, {"$subtract": ["$used", amount]}]}
    change = [{"$set": {"used": left, "changes": {"$add": ["$changes", 1]}, "updated_at": now()}}]
    await Used.owned_by(owner).update({"_id": _used_id(owner, meter, period)}, change)


async def hold(owner: HasTenant, meter: Meter, period: str, part: Held, *, limit: int | None) -> bool:
    """`take` what is not known exactly yet. Holding the same twice is holding it once."""
    rows, id_ = Used.owned_by(owner), _used_id(owner, meter, period)
    room = {"_id": id_, "holds.id": {"$ne": part.id}}
    if limit is not None:
        room["used"] = {"$lte": limit - part.amount}
    change = {"$inc": {"used": part.amount, "changes": 1}, "$push": {"holds": part.model_dump()}}
    if await rows.update(room, change):
        return True
    await rows.insert_missing([Used(id=id_, tenant_id=owner.tenant_id, meter=meter, period=period)])
    return await rows.update(room, change) or await _held(owner, meter, period, part.id) is not None


async def _held(owner: HasTenant, meter: Meter, period: str, hold_id: Id) -> Held | None:
    found = await used(owner, meter, period)
    return next((part for part in found.holds if part.id == hold_id), None) if found else None


async def settle(owner: HasTenant, meter: Meter, period: str, hold_id: Id, amount: int) -> None:
    """Count so much in place of what is held, once of however many try."""
    part = await _held(owner, meter, period, hold_id)
    if part is not None:
        held = {"_id": _used_id(owner, meter, period), "holds.id": hold_id}
        change = {"$pull": {"holds": {"id": hold_id}}, "$inc": {"used": amount - part.amount, "changes": 1}}
        await Used.owned_by(owner).update(held, change)


async def correct(owner: HasTenant, seen: Used, used: int) -> bool:
    """False when it has changed since it was seen."""
    change = {"$set": {"used": used}, "$inc": {"changes": 1}}
    return await Used.owned_by(owner).update({"_id": seen.id, "changes": seen.changes}, change)


def _used_id(owner: HasTenant, meter: Meter, period: str) -> Id:
    return derived_id("used", owner.tenant_id, meter, period)


# ---- the first user


async def first_user() -> FirstUser | None:
    return await FirstUser.find_one({"_id": _FIRST_USER})


async def has_users() -> bool:
    return await User.find_one({}) is not None


async def become_first_user(user_id: Id) -> bool:
    """Of any number at once, a single one is."""
    try:
        await FirstUser(id=_FIRST_USER, user_id=user_id).insert()
    except DuplicateKeyError:
        found = await first_user()
        return found is not None and found.user_id == user_id
    return True


async def grant_superuser(user_id: Id) -> None:
    """Safe to repeat."""
    await User.find_one({"_id": user_id}).update({"$set": {"is_superuser": True, "updated_at": now()}})
    await FirstUser.find_one({"_id": _FIRST_USER}).update({"$set": {"granted": True}})


async def _changed(found: Any, change: Mapping[str, Any]) -> bool:
    result = await found.update(change)
    return bool(result.matched_count)
