"""Every query of the second factor, by name. Each change compares with what was read, so that of many one wins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.identity.models import LoginFailures, SecondFactor, Session, User


async def enroll(user_id: Id, sealed: bytes) -> bool:
    """In the place of one that was never confirmed; False when one was."""
    fresh = SecondFactor(secret_sealed=sealed).model_dump()
    return await _change({"_id": user_id, "second_factor.confirmed_at": None}, {"$set": {"second_factor": fresh}})


async def confirm(user_id: Id, enrolled: SecondFactor, *, step: int, recovery_digests: list[str]) -> bool:
    """False when it was confirmed, or another took its place, meanwhile; not when the driver sends it again."""
    pending = {**_this(user_id, enrolled), "second_factor.confirmed_at": None}
    confirmed = {"confirmed_at": now(), "last_step": step, "recovery_digests": recovery_digests}
    change = {"$set": {f"second_factor.{name}": value for name, value in confirmed.items()}}
    own = {"_id": user_id, "second_factor.recovery_digests": recovery_digests}
    return await _change(pending, change) or await User.find_one(own) is not None


async def use_step(user_id: Id, factor: SecondFactor, step: int) -> bool:
    """Of any number that come with the code of one step, a single one succeeds; and none with an earlier one after."""
    unused = {**_this(user_id, factor), "second_factor.last_step": {"$lt": step}}
    return await _change(unused, {"$set": {"second_factor.last_step": step}})


async def use_recovery_code(user_id: Id, factor: SecondFactor, digest: str) -> bool:
    unused = {**_this(user_id, factor), "second_factor.recovery_digests": digest}
    return await _change(unused, {"$pull": {"second_factor.recovery_digests": digest}})


async def remove(user_id: Id, factor: SecondFactor) -> bool:
    return await _change(_this(user_id, factor), {"$set": {"second_factor": None}})


async def began(session_id: Id | None) -> datetime | None:
    """When somebody signed in to get this session."""
    session = await Session.find_one({"_id": session_id})
    return session.created_at if session else None


async def add_failure(seen: LoginFailures, *, until: datetime) -> bool:
    """One more than what was seen; False when another was counted meanwhile."""
    as_seen = {"_id": seen.id, "number": seen.number, "expires_at": {"$gt": now()}}
    result: Any = await LoginFailures.find_one(as_seen).update({"$inc": {"number": 1}, "$set": {"expires_at": until}})
    return bool(result.matched_count)


def _this(user_id: Id, factor: SecondFactor) -> dict[str, Any]:
    """The sealed secret is another with each enrolment."""
    return {"_id": user_id, "second_factor.secret_sealed": factor.secret_sealed}


async def _change(filter_: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    result: Any = await User.find_one(filter_).update(change)
    return bool(result.matched_count)
