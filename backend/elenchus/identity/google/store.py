"""Every query of signing in with Google, by name."""

from typing import Any

from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import insert_once
from elenchus.identity.google.models import GoogleState
from elenchus.identity.models import User


def state_id(state: str) -> Id:
    return derived_id("google state", state)


async def keep_state(state: GoogleState) -> None:
    await insert_once(state, own="browser_digest")


async def take_state(state: str, browser_digest: str) -> GoogleState | None:
    """Once, and only by the browser that began: another's attempt does not use it up."""
    begun = {"_id": state_id(state), "browser_digest": browser_digest, "expires_at": {"$gt": now()}}
    found = await GoogleState.find_one(begun)
    if found is None:
        return None
    result = await GoogleState.find_one({"_id": found.id}).delete()
    return found if result is not None and result.deleted_count == 1 else None


async def user_by_subject(subject: str) -> User | None:
    return await User.find_one({"google_subject": subject})


async def link(user_id: Id, subject: str) -> bool:
    """False when the account was linked, deleted or lost its verification meanwhile, or the subject has another."""
    free = {"_id": user_id, "google_subject": None, "is_verified": True, "deleted_at": None}
    try:
        result: Any = await User.find_one(free).update({"$set": {"google_subject": subject, "updated_at": now()}})
    except DuplicateKeyError:
        return False
    return bool(result.matched_count)
