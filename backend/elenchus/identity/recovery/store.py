"""Every query of recovery, by name."""

from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.identity.models import Session, User
from elenchus.identity.recovery.models import OneTimeToken, Purpose


async def put(token: OneTimeToken) -> None:
    """In the place of one with the same id, which an attempt that died had made and never mailed."""
    await OneTimeToken.find_one({"_id": token.id}).delete()
    await token.insert()


async def token(token_id: Id) -> OneTimeToken | None:
    return await OneTimeToken.find_one({"_id": token_id})


async def spend(spent: OneTimeToken) -> bool:
    """Of any number that try at once, a single one succeeds."""
    live = {"_id": spent.id, "digest": spent.digest, "purpose": spent.purpose, "expires_at": {"$gt": now()}}
    result = await OneTimeToken.find_one(live).delete()
    return result is not None and result.deleted_count == 1


async def forget_tokens_of(user_id: Id, *purposes: Purpose) -> None:
    await OneTimeToken.find({"user_id": user_id, "purpose": {"$in": list(purposes)}}).delete()


async def set_password(user: User, new_hash: str, *, kept_session: Id | None) -> bool:
    """False, and nothing is changed, when the password, the address or the account's state is another by now.

    With the same write all other sessions end, also one that a sign-in with the old password is about to begin, and
    the links that were mailed before. Sent again by the driver it finds its own hash, which no other has.
    """
    fields = {"password_hash": new_hash, "kept_session": kept_session, "updated_at": now()}
    change = {"$set": fields, "$inc": {"password_epoch": 1}}
    result: Any = await User.find_one(_unchanged(user) | {"password_hash": user.password_hash}).update(change)
    return bool(result.matched_count) or await User.find_one({"_id": user.id, "password_hash": new_hash}) is not None


async def set_verified(user: User) -> bool:
    """False when the address or the account's state is another by now."""
    change = {"$set": {"is_verified": True, "updated_at": now()}}
    result: Any = await User.find_one(_unchanged(user)).update(change)
    return bool(result.matched_count)


def _unchanged(user: User) -> dict[str, Any]:
    return {"_id": user.id, "email_key": user.email_key, "is_active": True, "deleted_at": None}


async def end_other_sessions(user_id: Id, *, kept: Id | None) -> None:
    await Session.find({"user_id": user_id, "_id": {"$ne": kept}}).delete()
