"""A message to somebody outside, and what became of it."""

import dataclasses
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import EPOCH, TenantOwned
from elenchus.core.principal import Role
from elenchus.outbox.schemas import Channel, DeliveryError, MessageStatus

#: What its sender is given of it; a URL and a secret are never read back.
EXPORTED = (
    "channel", "to", "type", "subject", "text", "data", "status", "attempts", "error", "created_at", "sent_at",
    "response_status",
)  # fmt: skip


class OutboxMessage(TenantOwned):
    """Its id follows from the tenant and the caller's key, so that what is posted twice is one; it is what receivers
    know a message by."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    user_id: Id
    role: Role

    channel: Channel
    #: An address, or the origin of a URL: the rest of it is often a secret.
    to: str
    #: The same for every spelling of one address, by which it is found and erased; empty for a webhook.
    to_key: str
    type: str
    #: The content, which goes some time after the end; `data` is JSON text, exact and no operator to the database.
    subject: str | None
    text: str | None
    data: str | None
    #: Of a webhook its URL and secret, under a key of the deployment.
    sealed: bytes | None

    status: MessageStatus = MessageStatus.QUEUED
    attempts: int = 0
    error: DeliveryError | None = None
    response_status: int | None = None
    created_at: datetime
    sent_at: datetime | None = None
    #: When a schedule has something to do with it: to make sure of its job, or to remove its content.
    due_at: datetime | None

    class Settings:
        name = "outbox_messages"
        indexes: ClassVar = [
            IndexModel(
                [("due_at", ASCENDING)],
                name="all_tenants_due",
                partialFilterExpression={"due_at": {"$gte": EPOCH}},
            ),
            IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING)], name="tenant_id_user_id"),
            IndexModel(
                [("tenant_id", ASCENDING), ("to_key", ASCENDING)],
                name="tenant_id_to_key",
                partialFilterExpression={"to_key": {"$gt": ""}},  # none for a webhook
            ),
        ]

    @property
    def job_id(self) -> Id:
        return job_id_of(self.id)


class WebhookSecret(TenantOwned):
    """Which of its secrets a tenant's webhooks are signed with; there is none of these before the first rotation."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    version: int = 1
    rotated_at: datetime | None = None

    class Settings:
        name = "webhook_secrets"

    @classmethod
    def first_of(cls, tenant_id: Id) -> "WebhookSecret":
        return cls(id=derived_id("webhook secret", tenant_id), tenant_id=tenant_id)


@dataclasses.dataclass(slots=True)
class Unqueued:
    """What the job of a message is made of."""

    id: Id
    tenant_id: Id
    user_id: Id
    role: Role
    job_id: Id = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.job_id = job_id_of(self.id)


def job_id_of(message_id: Id) -> Id:
    return derived_id("outbox job", message_id)


MODELS = (OutboxMessage, WebhookSecret)
