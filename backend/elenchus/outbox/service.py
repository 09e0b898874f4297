"""The room's door: post a message, ask how it stands with it."""

import json
from datetime import datetime

from elenchus.core import crypto, egress, mail
from elenchus.core.clock import now
from elenchus.core.emails import email_key
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import JobOutcome, JobStatus, Subject
from elenchus.outbox import store
from elenchus.outbox.errors import MessageNotFound
from elenchus.outbox.models import OutboxMessage, Unqueued
from elenchus.outbox.schemas import Channel, DeliveryError, Message, MessageOut, MessageStatus, as_json

DELIVER = "outbox.deliver"
SEALED_FOR = "outbox webhook"
AT_ONCE = 500


async def post(principal: Principal, message: Message, *, key: str) -> Id:
    """Once the row is acknowledged it goes out, whatever fails, or ends with a reason. The same key twice in a tenant
    is one message, the first. Raises `ForbiddenAddress`, `MailNotConfigured`, `MailRefused`, `UnsafeMail`."""
    row = _row(principal, message, key)
    if not await store.add(row):
        known = await store.find(principal, row.id)
        if known is None or known.status is not MessageStatus.QUEUED:
            return row.id
    await _submit(row)
    return row.id


async def get(principal: Principal, message_id: Id) -> MessageOut:
    message = await store.find(principal, message_id)
    if message is None:
        raise MessageNotFound(message_id)
    return MessageOut.model_validate(message.model_dump(include=set(MessageOut.model_fields)))


def _row(principal: Principal, message: Message, key: str) -> OutboxMessage:
    message_id = derived_id("outbox message", principal.tenant_id, key)
    to = _mailed_to(message, message_id) if message.channel is Channel.EMAIL else _called(message)
    return OutboxMessage(
        id=message_id,
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        role=principal.role,
        channel=message.channel,
        to=to,
        to_key=email_key(to) if message.channel is Channel.EMAIL else "",
        type=message.type,
        subject=message.subject,
        text=message.text,
        data=None if message.data is None else as_json(message.data),
        sealed=_sealed(message),
        created_at=now(),
        due_at=now() + store.UNBEGUN_AFTER,
    )


def _mailed_to(message: Message, message_id: Id) -> str:
    """Refused at once is what would be refused later."""
    mail.require()
    to = message.to or ""
    mail.compose(mail.Mail(to, message.subject, message.text, mail_key(message_id)))
    return to


def mail_key(message_id: Id) -> str:
    return f"outbox {message_id}"


def _called(message: Message) -> str:
    return egress.read(message.url.get_secret_value() if message.url else "").origin


def _sealed(message: Message) -> bytes | None:
    if message.url is None:
        return None
    secret = message.secret.get_secret_value() if message.secret else None
    held = json.dumps({"url": message.url.get_secret_value(), "secret": secret})
    return crypto.seal(settings().server, SEALED_FOR, held.encode())


async def _submit(message: OutboxMessage | Unqueued) -> None:
    """Its id is all that the job knows of it."""
    sender = Principal(message.tenant_id, message.user_id, message.role)
    await jobs.submit(DELIVER, sender, subject=Subject("message", message.id), job_id=message.job_id)


async def ended(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    if outcome.status is not JobStatus.COMPLETED and outcome.error is not None:
        error = DeliveryError(code=outcome.error.code, detail=outcome.error.detail)
        await store.note_failed(principal, subject.id, error)


async def submit_lost(due_at: datetime) -> int:
    """For messages whose sender died before there was a job; how many."""
    waiting = await store.perhaps_without_job(due_at, limit=AT_ONCE)
    lost = await jobs.never_queued(waiting)
    for message in lost:
        await _submit(message)
    if waiting:
        await store.look_again_later(waiting)
    return len(lost)


async def forget_content(ended_before: datetime, *, owner: HasTenant | None = None) -> int:
    """Of messages of one owner or of all: nothing of what they said stays, and they are not sent again. How many."""
    forgotten = 0
    while number := await store.forget_content(ended_before, owner=owner, limit=AT_ONCE):
        forgotten += number
    return forgotten
