"""Every query of identity, by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import Row, insert_once
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.identity.models import LoginFailures, Session, Tenant, User

_WHAT_DECIDES = {"is_active": 1, "is_superuser": 1, "memberships.tenant_id": 1, "memberships.role": 1}


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


async def standing(session_id: Id) -> Principal | None:
    """For whom the session speaks at this moment; None when it, the user or the membership is gone or suspended.

    One command, and by two primary keys: the user's state is read where it is kept instead of being copied into each
    session, where a sign-in racing with a suspension could leave it stale. The join costs the bundled database
    0.3 ms over the bare session, flat at 3,000 users, once per session, process and second.
    """
    join = {"from": "users", "localField": "user_id", "foreignField": "_id", "pipeline": [{"$project": _WHAT_DECIDES}]}
    rows: list[Row] = await Session.aggregate(
        [{"$match": {"_id": session_id}}, {"$lookup": {**join, "as": "users"}}]
    ).to_list()
    return _principal(rows[0]) if rows and rows[0]["users"] else None


def _principal(row: Row) -> Principal | None:
    user = row["users"][0]
    roles = [held["role"] for held in user["memberships"] if held["tenant_id"] == row["tenant_id"]]
    if not user["is_active"] or not roles or row["expires_at"] <= now():
        return None
    return Principal(
        Id(row["tenant_id"]), Id(row["user_id"]), Role(roles[0]), Id(row["_id"]), is_superuser=user["is_superuser"]
    )


async def rotate(session_id: Id, *, used: str, fresh: str, expires_at: datetime) -> bool:
    """Exchange one refresh digest for the next; of any number that try with the same one, a single one succeeds."""
    change = {"$set": {"refresh_digest": fresh, "last_used_at": now(), "expires_at": expires_at}}
    result: Any = await Session.find_one({"_id": session_id, "refresh_digest": used}).update(change)
    return bool(result.modified_count)


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
        await _begin_counting(email_key, until)
        await _count_one_more(email_key, until)


async def _count_one_more(email_key: str, until: datetime) -> bool:
    live = {"_id": _failures_id(email_key), "expires_at": {"$gt": now()}}
    result: Any = await LoginFailures.find_one(live).update({"$inc": {"number": 1}, "$set": {"expires_at": until}})
    return bool(result.matched_count)


async def _begin_counting(email_key: str, until: datetime) -> None:
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
