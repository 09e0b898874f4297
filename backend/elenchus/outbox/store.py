"""All MongoDB verbs of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import EPOCH, HasTenant
from elenchus.core.principal import Role
from elenchus.outbox.models import OutboxMessage, Unqueued, WebhookSecret
from elenchus.outbox.schemas import DeliveryError, MessageStatus

UNBEGUN_AFTER = timedelta(seconds=60)
LOOK_AGAIN_AFTER = timedelta(minutes=10)
CONTENT_KEPT = timedelta(days=30)  # past the end
_ENDED = [MessageStatus.SENT, MessageStatus.FAILED]


async def add(message: OutboxMessage) -> bool:
    """False when it is there already."""
    return await OutboxMessage.owned_by(message).insert_missing([message]) == 1


async def find(owner: HasTenant, message_id: Id) -> OutboxMessage | None:
    return await OutboxMessage.owned_by(owner).get(message_id)


# ---- what webhooks are signed with


async def webhook_secret(owner: HasTenant) -> WebhookSecret:
    first = WebhookSecret.first_of(owner.tenant_id)
    return await WebhookSecret.owned_by(owner).get(first.id) or first


async def rotate_webhook_secret(owner: HasTenant) -> WebhookSecret:
    """Of several at once one does: the secret before it goes on signing."""
    secrets, seen = WebhookSecret.owned_by(owner), await webhook_secret(owner)
    await secrets.insert_missing([WebhookSecret.first_of(owner.tenant_id)])
    as_seen = {"_id": seen.id, "version": seen.version}
    await secrets.update(as_seen, {"$inc": {"version": 1}, "$set": {"rotated_at": now()}})
    return await webhook_secret(owner)


# ---- the course of its job


async def begin(owner: HasTenant, message_id: Id) -> OutboxMessage | None:
    """One more attempt, also at one that had failed. None when it is sent or gone."""
    unsent = {"_id": message_id, "status": {"$ne": MessageStatus.SENT}}
    begun = {"status": MessageStatus.QUEUED, "due_at": now() + LOOK_AGAIN_AFTER}
    change = {"$set": begun, "$inc": {"attempts": 1}}
    messages = OutboxMessage.owned_by(owner)
    return await messages.get(message_id) if await messages.update(unsent, change) else None


async def note_trouble(owner: HasTenant, message_id: Id, error: DeliveryError, response_status: int | None) -> None:
    """Of an attempt: it may yet be sent."""
    trouble = {"error": error.model_dump(), "response_status": response_status}
    await OutboxMessage.owned_by(owner).update({"_id": message_id, "status": MessageStatus.QUEUED}, {"$set": trouble})


async def note_sent(owner: HasTenant, message_id: Id, *, at: datetime, response_status: int | None) -> None:
    sent = {"status": MessageStatus.SENT, "sent_at": at, "error": None, "response_status": response_status}
    await OutboxMessage.owned_by(owner).update({"_id": message_id}, {"$set": {**sent, "due_at": at + CONTENT_KEPT}})


async def note_failed(owner: HasTenant, message_id: Id, error: DeliveryError) -> None:
    failed = {"status": MessageStatus.FAILED, "error": error.model_dump(), "due_at": now() + CONTENT_KEPT}
    await OutboxMessage.owned_by(owner).update({"_id": message_id, "status": MessageStatus.QUEUED}, {"$set": failed})


# ---- the schedules' errands, over all tenants


async def perhaps_without_job(before: datetime, *, limit: int) -> list[Unqueued]:
    due = {"due_at": {"$gte": EPOCH, "$lte": before}, "status": MessageStatus.QUEUED}
    fields = {"tenant_id": 1, "user_id": 1, "role": 1}
    rows = await OutboxMessage.across_tenants().rows(due, fields=fields, limit=limit)
    return [Unqueued(row["_id"], row["tenant_id"], row["user_id"], Role(row["role"])) for row in rows]


async def look_again_later(messages: Sequence[Unqueued]) -> None:
    these = {"_id": {"$in": [message.id for message in messages]}, "status": MessageStatus.QUEUED}
    await OutboxMessage.across_tenants().update_many(these, {"$set": {"due_at": now() + LOOK_AGAIN_AFTER}})


async def forget_content(ended_before: datetime, *, owner: HasTenant | None, limit: int) -> int:
    """Of some, of one owner or of all; how many. Call it until there are none."""
    messages = OutboxMessage.across_tenants() if owner is None else OutboxMessage.owned_by(owner)
    due = {"due_at": {"$gte": EPOCH, "$lte": ended_before + CONTENT_KEPT}, "status": {"$in": _ENDED}}
    rows = await messages.rows(due, fields={"_id": 1}, limit=limit)
    empty = dict.fromkeys(("subject", "text", "data", "sealed", "due_at"))
    these = {"_id": {"$in": [row["_id"] for row in rows]}, **due}
    return await messages.update_many(these, {"$set": empty}) if rows else 0
