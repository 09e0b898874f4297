"""Every query of identity, by name."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import Row, insert_once
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Allowance, Principal, Role
from elenchus.identity.models import LoginFailures, Membership, Session, Tenant, Tier, User

MINUTE_SECONDS = 60
#: What two hosts' clocks may differ by.
CLOCKS_APART = timedelta(seconds=5)


def _joined(collection: str, field: str, *wanted: str) -> Row:
    shown = [{"$project": dict.fromkeys(wanted, 1)}]
    by_id = {"from": collection, "localField": field, "foreignField": "_id"}
    return {"$lookup": {**by_id, "pipeline": shown, "as": collection}}


#: What decides for whom a session or an API key speaks, beside it as `users` and `tenants`.
WITH_USER_AND_TENANT: tuple[Row, ...] = (
    _joined(
        "users", "user_id", "is_active", "is_superuser", "deleted_at", "password_epoch", "kept_session",
        "memberships.tenant_id", "memberships.role", "memberships.joined_at",
    ),
    _joined("tenants", "tenant_id", "tier", "deleted_at"),
)  # fmt: skip


async def add_tenant_with_owner(tenant: Tenant, owner: User) -> bool:
    """False, and nothing is left, when the address has an account already.

    Two writes and no transaction. The tenant comes first: a crash in between leaves a tenant that nobody can enter,
    never a user without one. The unique index on the user's address decides between simultaneous registrations.
    """
    await insert_once(tenant, own="created_at")
    try:
        await insert_once(owner, own="email_key")
    except DuplicateKeyError:
        await Tenant.find_one({"_id": tenant.id}).delete()
        return False
    return True


async def add_tenant_for(user: User, tenant: Tenant, membership: Membership) -> bool:
    """False, and nothing is left, when the user was deleted or is in another tenant than when they were read.

    Here too the tenant comes first, and of any number at once a single one stays.
    """
    await insert_once(tenant, own="created_at")
    seen = [held.tenant_id for held in user.memberships]
    no_other = {"$not": {"$elemMatch": {"tenant_id": {"$nin": [*seen, tenant.id]}}}}
    push = {"$push": {"memberships": membership.model_dump()}, "$set": {"updated_at": now()}}
    stranger = {"_id": user.id, "deleted_at": None, "memberships.tenant_id": {"$ne": tenant.id}}
    result: Any = await User.find_one({**stranger, "memberships": no_other}).update(push)
    if result.matched_count or await User.find_one({"_id": user.id, "memberships.tenant_id": tenant.id}) is not None:
        return True
    await Tenant.find_one({"_id": tenant.id}).delete()
    return False


async def is_live_tenant(tenant_id: Id) -> bool:
    """There, and not deleted."""
    return await Tenant.find_one({"_id": tenant_id, "deleted_at": None}) is not None


async def user_by_email(key: str) -> User | None:
    return await User.find_one({"email_key": key})


async def user_by_id(user_id: Id) -> User | None:
    return await User.find_one({"_id": user_id})


async def change_user(user_id: Id, changes: Mapping[str, Any]) -> None:
    await User.find_one({"_id": user_id}).update({"$set": {**changes, "updated_at": now()}})


async def count_login(user_id: Id, *, at: datetime) -> None:
    await User.find_one({"_id": user_id}).update({"$set": {"last_login_at": at}, "$inc": {"login_count": 1}})


async def replace_password_hash(user_id: Id, *, old: str, new: str) -> None:
    """Nothing happens when the password was changed meanwhile."""
    await User.find_one({"_id": user_id, "password_hash": old}).update({"$set": {"password_hash": new}})


async def add_session(session: Session) -> None:
    await insert_once(session, own="refresh_digest")


async def acts_in(user_id: Id, tenant_id: Id, *, since: datetime, role: Role) -> bool:
    """Neither is suspended or deleted, and the one has been in the other since then, now with at least this role."""
    found = await asyncio.gather(User.find_one({"_id": user_id}), Tenant.find_one({"_id": tenant_id}))
    users, tenants = ([row.model_dump(by_alias=True)] if row else [] for row in found)
    person = acting({"users": users, "tenants": tenants}, since=since)
    return person is not None and person.role.covers(role)


async def standing(session_id: Id) -> Principal | None:
    """For whom the session speaks at this moment; None when it, the user, their membership or the tenant is gone,
    suspended or deleted, and when it was begun with a password that is another by now.

    One command, and by three primary keys: the user's state is read where it is kept instead of being copied into each
    session, where a sign-in racing with a suspension could leave it stale. The joins cost the bundled database
    0.4 ms over the bare session, flat at 3,000 users, once per session, process and second.
    """
    return (await standings([session_id])).get(session_id)


async def standings(session_ids: Collection[Id]) -> dict[Id, Principal]:
    """The same of several at once; of one that does not stand there is none."""
    if not session_ids:
        return {}
    rows: list[Row] = await Session.aggregate(
        [{"$match": {"_id": one_of(session_ids)}}, *WITH_USER_AND_TENANT]
    ).to_list()
    found = {Id(row["_id"]): _speaking(row) for row in rows}
    return {session_id: person for session_id, person in found.items() if person}


def one_of(values: Collection[object]) -> object:
    """A condition; of a single value the plain one, which every database finds by its index."""
    return {"$in": list(values)} if len(values) > 1 else next(iter(values))


def _speaking(row: Row) -> Principal | None:
    if row["expires_at"] <= now():
        return None
    person = acting(row, since=row["last_used_at"])  # no earlier than it came into this tenant
    if person is None or not _outlived_passwords(row, row["users"][0]):
        return None
    return replace(person, session_id=Id(row["_id"]))


def _outlived_passwords(session: Row, user: Row) -> bool:
    """Rows of before there were epochs have none."""
    same: bool = session.get("password_epoch", 0) == user.get("password_epoch", 0)
    return same or session["_id"] == user.get("kept_session")


def acting(row: Row, *, since: datetime) -> Principal | None:
    """Whom a row read `WITH_USER_AND_TENANT` lets act, as they are now.

    Nobody when their membership is younger than the row: it rests on one that has ended, whatever died before it was
    cleared away.
    """
    if not row["users"] or not row["tenants"]:
        return None
    user, tenant = row["users"][0], row["tenants"][0]
    held = next((held for held in user["memberships"] if held["tenant_id"] == tenant["_id"]), None)
    if not user["is_active"] or not held or user.get("deleted_at") or tenant.get("deleted_at"):
        return None
    if _is_older(since, held):
        return None
    return Principal(
        Id(tenant["_id"]),
        Id(user["_id"]),
        Role(held["role"]),
        is_superuser=user["is_superuser"],
        allowance=_allowance(Tier(tenant["tier"])),
    )


def _is_older(moment: datetime, membership: Row) -> bool:
    """Than a membership that says when it began."""
    joined_at: datetime | None = membership.get("joined_at")
    return joined_at is not None and moment + CLOCKS_APART < joined_at


def _allowance(tier: Tier) -> Allowance | None:
    requests = tier.limits.requests_per_minute
    return Allowance(requests, MINUTE_SECONDS) if requests else None


async def rotate(session_id: Id, *, used: str, fresh: str, expires_at: datetime, since: datetime | None = None) -> bool:
    """Exchange one refresh digest for the next; of any number that try with the same one, a single one succeeds.

    Also when the driver sends the winner's write again, whose answer was lost: it then finds its own digest. With
    `since` it must have come there since then.
    """
    change = {"$set": {"refresh_digest": fresh, "last_used_at": now(), "expires_at": expires_at}}
    result: Any = await Session.find_one({"_id": session_id, "refresh_digest": used}).update(change)
    own = {"_id": session_id, "refresh_digest": fresh} | ({"last_used_at": {"$gte": since}} if since else {})
    return bool(result.matched_count) or await Session.find_one(own) is not None


async def end_session(session_id: Id) -> bool:
    result = await Session.find_one({"_id": session_id}).delete()
    return result is not None and result.deleted_count == 1


async def end_session_of(user_id: Id, session_id: Id) -> bool:
    """Only that user's own: another's does not exist here."""
    result = await Session.find_one({"_id": session_id, "user_id": user_id}).delete()
    return result is not None and result.deleted_count == 1


async def end_sessions_of(user_id: Id) -> None:
    await Session.find({"user_id": user_id}).delete()


async def sessions_of(user_id: Id, page: PageQuery) -> list[Session]:
    live = {"user_id": user_id, "expires_at": {"$gt": now()}}
    return await Session.find({**live, **page.filter()}).sort("-_id").limit(page.fetch).to_list()


async def failures(email_key: str) -> LoginFailures | None:
    """Those that still count."""
    return await LoginFailures.find_one({"_id": _failures_id(email_key), "expires_at": {"$gt": now()}})


async def count_failure(email_key: str, *, until: datetime) -> None:
    """One more, remembered from now until `until`; none is lost when many come at once."""
    if not await _count_one_more(email_key, until):
        await begin_counting(email_key, until=until)
        await _count_one_more(email_key, until)


async def _count_one_more(email_key: str, until: datetime) -> bool:
    live = {"_id": _failures_id(email_key), "expires_at": {"$gt": now()}}
    result: Any = await LoginFailures.find_one(live).update({"$inc": {"number": 1}, "$set": {"expires_at": until}})
    return bool(result.matched_count)


async def begin_counting(email_key: str, *, until: datetime) -> None:
    """At zero, unless another did so first."""
    id_ = _failures_id(email_key)
    await LoginFailures.find_one({"_id": id_, "expires_at": {"$lte": now()}}).delete()
    try:
        await LoginFailures(id=id_, number=0, expires_at=until).insert()
    except DuplicateKeyError:
        return


async def forget_failures(email_key: str) -> None:
    await LoginFailures.find_one({"_id": _failures_id(email_key)}).delete()


def _failures_id(email_key: str) -> Id:
    return derived_id("login failures", email_key)
