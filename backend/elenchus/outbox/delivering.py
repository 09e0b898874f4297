"""The job behind a message. It may go out more than once when a worker dies at the wrong moment, and then under the
same id: a webhook's in its header and body, an e-mail's as its Message-ID."""

from datetime import datetime
from functools import partial

from pydantic import JsonValue

from elenchus.core import mail
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.jobs.errors import Fatal, LostLease, Retryable
from elenchus.jobs.run import Run
from elenchus.outbox import store, webhooks
from elenchus.outbox.models import OutboxMessage
from elenchus.outbox.schemas import Channel, DeliveryError
from elenchus.outbox.service import mail_key
from elenchus.outbox.webhooks import Refused

#: With the pauses below, about two hours: longer than most outages last.
ATTEMPTS = 16
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 900.0


async def deliver(run: Run) -> None:
    message = await store.begin(run.principal, run.subject.id)
    if message is None:
        return
    sent = await run.step("send", partial(_send, run, message))
    if isinstance(sent, dict):
        at, status = datetime.fromisoformat(str(sent["at"])), sent["status"]
        await store.note_sent(
            run.principal, message.id, at=at, response_status=status if isinstance(status, int) else None
        )


async def _send(run: Run, message: OutboxMessage) -> JsonValue:
    if message.text is None:
        raise Fatal("content_removed", "The message is too old to be sent again; its content was removed.")
    if not await run.fenced():
        raise LostLease
    try:
        status = await (_mail(message) if message.channel is Channel.EMAIL else webhooks.deliver(message))
    except Refused as refused:
        raise await _noted(run, refused.meaning, refused.status) from refused
    except (Refusal, Fatal) as error:
        raise await _noted(run, error, None) from error
    return {"at": now().isoformat(), "status": status}


async def _mail(message: OutboxMessage) -> None:
    await mail.send(mail.Mail(message.to, message.subject or "", message.text or "", mail_key(message.id)))


async def _noted(run: Run, error: Refusal | Retryable | Fatal, status: int | None) -> Retryable | Fatal:
    """Written on the message, and as the job is to take it."""
    code = error.slug if isinstance(error, Refusal) else error.code
    await store.note_trouble(run.principal, run.subject.id, DeliveryError(code=code, detail=error.detail), status)
    if isinstance(error, Retryable):
        asked = error.after_seconds
    elif isinstance(error, Refusal) and error.retry_after_seconds is not None:
        asked = float(error.retry_after_seconds)
    else:
        return Fatal(code, error.detail)
    return Retryable(error.detail, code=code, after_seconds=pause_seconds(run, asked))


def pause_seconds(run: Run, asked: float | None) -> float:
    """What the receiver asked for, and longer each time; the jobs' own back-off comes on top."""
    return max(asked or 0.0, min(FIRST_PAUSE_SECONDS * 2.0 ** min(run.attempt - 1, 20), LONGEST_PAUSE_SECONDS))
