"""What webhooks are signed with: a secret of each tenant, that follows from the deployment's key and lies nowhere."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.outbox import store
from elenchus.outbox.models import WebhookSecret
from elenchus.outbox.schemas import WebhookSecretOut

PREFIX = "whsec_"  # as Standard Webhooks have it, whose libraries take what follows for the key in base64
BOTH_FOR = timedelta(hours=24)  # after a rotation the secret before it signs too, so that no receiver refuses one


async def shown(principal: Principal) -> WebhookSecretOut:
    found = await store.webhook_secret(principal)
    await audit.record(principal, Action.WEBHOOK_SECRET_READ, "tenant", principal.tenant_id)
    return _out(found)


async def rotate(principal: Principal) -> WebhookSecretOut:
    found = await store.rotate_webhook_secret(principal)
    await audit.record(principal, Action.WEBHOOK_SECRET_ROTATED, "tenant", principal.tenant_id)
    return _out(found)


async def secrets_of(owner: HasTenant) -> list[str]:
    """All that sign now."""
    found = await store.webhook_secret(owner)
    until = _until(found)
    older = [_secret(found, found.version - 1)] if until and now() < until else []
    return [_secret(found, found.version), *older]


def headers(secrets: Sequence[str], message_id: str, body: bytes, *, at: int) -> dict[str, str]:
    """Ours, and those of Standard Webhooks. Receivers compute one of them again over the body as it came, and refuse
    an old time."""
    ours = [hmac.digest(secret.encode(), b"%d.%s" % (at, body), "sha256").hex() for secret in secrets]
    content = f"{message_id}.{at}.".encode() + body
    standard = [base64.b64encode(hmac.digest(_key(secret), content, "sha256")).decode() for secret in secrets]
    return {
        "X-Elenchus-Signature": ",".join([f"t={at}", *(f"v1={each}" for each in ours)]),
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{each}" for each in standard),
    }


def _key(secret: str) -> bytes:
    """Whatever is no secret of the standard's making is the key itself."""
    if secret.startswith(PREFIX):
        with suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return secret.encode()


def _secret(of: WebhookSecret, version: int) -> str:
    key = crypto.key_for(settings().server, f"webhook signature {of.tenant_id} {version}")
    return PREFIX + base64.b64encode(key).decode()


def _until(found: WebhookSecret) -> datetime | None:
    return found.rotated_at + BOTH_FOR if found.rotated_at else None


def _out(found: WebhookSecret) -> WebhookSecretOut:
    secret = _secret(found, found.version)
    return WebhookSecretOut(secret=secret, rotated_at=found.rotated_at, previous_signs_until=_until(found))
