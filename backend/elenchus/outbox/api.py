"""HTTP: what a tenant's webhooks are signed with."""

from fastapi import APIRouter

from elenchus.core import scopes
from elenchus.core.principal import AdminPrincipal
from elenchus.outbox import signing
from elenchus.outbox.schemas import WebhookSecretOut

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

BY_PEOPLE = {scopes.FIELD: scopes.SESSION_ONLY}


@router.get("/secret", operation_id="get_webhook_secret", openapi_extra=BY_PEOPLE)
async def get_webhook_secret(principal: AdminPrincipal) -> WebhookSecretOut:
    """Your tenant's. `X-Elenchus-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `<t>.<body>` under the whole
    secret; `webhook-signature`, `webhook-id` and `webhook-timestamp` are those of Standard Webhooks. A message that is
    sent again has the same `webhook-id`."""
    return await signing.shown(principal)


@router.post("/secret/rotate", operation_id="rotate_webhook_secret", openapi_extra=BY_PEOPLE)
async def rotate_webhook_secret(principal: AdminPrincipal) -> WebhookSecretOut:
    """Another one. For a day the one before it signs too, beside it, while you tell your receivers."""
    return await signing.rotate(principal)
