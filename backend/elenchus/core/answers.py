"""Answers kept for whoever sends the same request again under its Idempotency-Key: one row for each key."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from beanie import Document
from pymongo.errors import DuplicateKeyError

from elenchus.core.clock import now
from elenchus.core.errors import Conflict
from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id
from elenchus.core.settings import settings

LEASE_SECONDS = 60
RETRY_SECONDS = 1
TRIES = 3  # each time another request was quicker


class KeyReused(Conflict):
    title = "The Idempotency-Key was used for another request"

    def __init__(self) -> None:
        super().__init__("Send the request of before unchanged, or a new one under a new key.")


class StillRunning(Conflict):
    title = "The first request with this Idempotency-Key is still under way"

    def __init__(self) -> None:
        super().__init__("Ask again shortly for its answer.", retry_after_seconds=RETRY_SECONDS)


class AnswerNotKept(Conflict):
    title = "The request was carried out, its answer was not kept"

    def __init__(self) -> None:
        super().__init__("It was too long, or nobody waited for its end. Read what it made; a new key would repeat it.")


class KeptAnswer(Document):
    """One key's request and, when it was carried out, its answer.

    `id` is derived from who sent it (tenant and user or key; nobody), the path and the key. A request that nobody
    signed must be found as well, so the tenant is in there and not beside it.
    """

    id: Id
    #: A keyed digest of the whole request: what was sent is not stored.
    fingerprint: str
    #: Of the request that carries it out. When its process died, the lease runs out and the next one may.
    holder: Id
    lease_until: datetime
    status: int | None = None
    #: The answer's status, headers and body; None for one that could not be kept.
    sealed: bytes | None = None
    expires_at: datetime

    class Settings:
        name = "kept_answers"
        indexes: ClassVar = [EXPIRY]


MODELS: tuple[type[Document], ...] = (KeptAnswer,)


async def claim(id_: Id, fingerprint: str, *, holder: Id) -> KeptAnswer | None:
    """None: carry it out, nobody else does. Else the answer of before. Raises `KeyReused` or `StillRunning`."""
    for _ in range(TRIES):
        if await _insert(_fresh(id_, fingerprint, holder)):
            return None
        found = await KeptAnswer.find_one({"_id": id_})
        if found is None:
            continue  # given back a moment ago
        if found.holder == holder:
            return None  # our own insert, which the driver sent again because its answer was lost
        if not _is_over(found, fingerprint):
            return found
        if await _take_over(found, _fresh(id_, fingerprint, holder)):
            return None
    raise StillRunning


def _is_over(found: KeptAnswer, fingerprint: str) -> bool:
    """Whether it may be carried out by whoever asks now."""
    if found.expires_at <= now():
        return True  # and only not removed yet
    if found.fingerprint != fingerprint:
        raise KeyReused
    if found.status is None and found.lease_until > now():
        raise StillRunning
    return found.status is None


def _fresh(id_: Id, fingerprint: str, holder: Id) -> KeptAnswer:
    at = now()
    return KeptAnswer(
        id=id_,
        fingerprint=fingerprint,
        holder=holder,
        lease_until=at + timedelta(seconds=LEASE_SECONDS),
        expires_at=at + timedelta(hours=settings().limits.idempotency_hours),
    )


async def _insert(row: KeptAnswer) -> bool:
    try:
        await row.insert()
    except DuplicateKeyError:
        return False
    return True


async def _take_over(found: KeptAnswer, row: KeptAnswer) -> bool:
    """Of any number that try, and of the holder that comes back to life, one succeeds."""
    as_seen = {"_id": found.id, "holder": found.holder, "lease_until": found.lease_until, "status": found.status}
    result: Any = await KeptAnswer.find_one(as_seen).update({"$set": row.model_dump(exclude={"id", "revision_id"})})
    return bool(result.matched_count)


async def renew(id_: Id, *, holder: Id) -> None:
    until = now() + timedelta(seconds=LEASE_SECONDS)
    await KeptAnswer.find_one({"_id": id_, "holder": holder, "status": None}).update({"$set": {"lease_until": until}})


async def keep(id_: Id, status: int, sealed: bytes | None, *, holder: Id) -> bool:
    """False when another has taken over."""
    mine = {"_id": id_, "holder": holder, "status": None}
    result: Any = await KeptAnswer.find_one(mine).update({"$set": {"status": status, "sealed": sealed}})
    return bool(result.matched_count)


async def give_back(id_: Id, *, holder: Id) -> None:
    """Nothing was done: the next request with this key is the first again."""
    await KeptAnswer.find_one({"_id": id_, "holder": holder, "status": None}).delete()
