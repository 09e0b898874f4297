"""A message as one POST. The receiver knows a repeated one by its id, and us by the signature."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from elenchus import __version__
from elenchus.core import crypto, egress
from elenchus.core.clock import now
from elenchus.core.egress import Reply
from elenchus.core.settings import settings
from elenchus.jobs.errors import Fatal, Retryable
from elenchus.outbox import signing
from elenchus.outbox.models import OutboxMessage
from elenchus.outbox.schemas import as_json
from elenchus.outbox.service import SEALED_FOR

#: Another moment may do; so may it with any 5xx.
PASSING = frozenset({408, 425, 429})
LONGEST_ASKED_SECONDS = 3600.0  # what a receiver may have us wait


class Refused(Exception):
    """An answer that is no 2xx, and what it means for the job."""

    def __init__(self, status: int, meaning: Retryable | Fatal) -> None:
        super().__init__(meaning.detail)
        self.status, self.meaning = status, meaning


async def deliver(message: OutboxMessage) -> int:
    """The status of a 2xx. Raises `Refused`, `ForbiddenAddress`, `Unreachable`, `Fatal`."""
    url, own = _opened(message)
    body = body_of(message)
    secrets = [own] if own else await signing.secrets_of(message)
    reply = await egress.post(url, content=body, headers=_headers(message, body, secrets))
    if 200 <= reply.status < 300:
        return reply.status
    raise Refused(reply.status, _meaning(reply))


def body_of(message: OutboxMessage) -> bytes:
    """The same in every attempt."""
    data = {"subject": message.subject, "text": message.text} if message.data is None else json.loads(message.data)
    said = {"id": str(message.id), "type": message.type, "created_at": message.created_at.isoformat(), "data": data}
    return as_json(said).encode()


def _headers(message: OutboxMessage, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Elenchus/{__version__}",
        "Idempotency-Key": str(message.id),
        "X-Elenchus-Delivery": str(message.id),
        **signing.headers(secrets, str(message.id), body, at=int(now().timestamp())),
    }


def _opened(message: OutboxMessage) -> tuple[str, str | None]:
    try:
        held = json.loads(crypto.unseal(settings().server, SEALED_FOR, message.sealed or b""))
    except crypto.Unsealable as error:
        raise Fatal("unsealable", "The URL was written under another SECRET_KEY; send the message again.") from error
    return held["url"], held["secret"]


def _meaning(reply: Reply) -> Retryable | Fatal:
    if reply.status in PASSING or reply.status >= 500:
        return Retryable(
            f"The receiver answers {reply.status}.", code="receiver_busy", after_seconds=asked_seconds(reply)
        )
    if 300 <= reply.status < 400:
        detail = f"The receiver answers {reply.status}, a redirect, which is not followed. Give the URL it leads to."
        return Fatal("redirected", detail)
    detail = f"The receiver refuses the message ({reply.status}). Check the URL, and what it expects."
    return Fatal("receiver_refused", detail)


def asked_seconds(reply: Reply) -> float | None:
    """Retry-After, as seconds or a date (RFC 9110, 10.2.3), and no longer than we are ready to wait."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_ASKED_SECONDS)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    left = (_aware(until) - now()).total_seconds()
    return min(max(left, 0.0), LONGEST_ASKED_SECONDS)


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
