"""The door of keys: made, shown once, rotated, revoked."""

import math
from datetime import timedelta

from elenchus.audit import service as audit
from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal
from elenchus.identity import principals
from elenchus.identity.keys import secret, store, usage
from elenchus.identity.keys.errors import (
    AlreadyRotated,
    ApiKeyEnded,
    ApiKeyNotFound,
    ApiKeyRevoked,
    NotYourApiKey,
    TooManyApiKeys,
)
from elenchus.identity.keys.models import ApiKey
from elenchus.identity.keys.schemas import ApiKeyIn, ApiKeyMade, ApiKeyOut

#: Between two rotations of one key: whoever asks sooner did not see the first one's answer.
REST = timedelta(seconds=5)
MOST_KEYS = 100  # of one tenant, without the revoked; two made at once may both be the last

drain = usage.drain


async def page(principal: Principal, query: PageQuery, *, revoked: bool) -> Page[ApiKeyOut]:
    await usage.flush()
    found = await store.page(principal, query, revoked=revoked)
    shown = [ApiKeyOut.of(key) for key in found[: query.limit]]
    more = len(found) > query.limit
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if more else None)


async def get(principal: Principal, key_id: Id) -> ApiKeyOut:
    await usage.flush()
    return ApiKeyOut.of(await _found(principal, key_id))


async def create(principal: Principal, wish: ApiKeyIn) -> ApiKeyMade:
    if await store.number_left(principal) >= MOST_KEYS:
        raise TooManyApiKeys(MOST_KEYS)
    key, text = _new(principal, wish)
    while not await store.add(key):
        key, text = _new(principal, wish)
    await audit.record(principal, audit.Action.API_KEY_CREATED, "api_key", key.id, scopes=list(key.scopes))
    return ApiKeyMade.with_secret(key, text)


def _new(principal: Principal, wish: ApiKeyIn) -> tuple[ApiKey, str]:
    """A key, and what opens it."""
    public_id = secret.new_public_id()
    text = secret.new_key(public_id)
    key = ApiKey(
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        name=wish.name,
        public_id=public_id,
        digest=crypto.digest(text),
        scopes=wish.scopes,
        expires_at=wish.expires_at,
        rate_limit_requests=wish.rate_limit_requests,
        rate_limit_window=wish.window,
    )
    return key, text


async def rotate(principal: Principal, key_id: Id) -> ApiKeyMade:
    """Another secret for the same key; of any number that rotate at once, one gets it and the others are told so."""
    key = await _found(principal, key_id)
    await _require_rotatable(principal, key)
    text = secret.new_key(key.public_id)
    if not await store.exchange(key, fresh=crypto.digest(text)):
        raise AlreadyRotated(_seconds(REST))
    principals.forget_key(key_id)
    await audit.record(principal, audit.Action.API_KEY_ROTATED, "api_key", key_id)
    return ApiKeyMade.with_secret(await _found(principal, key_id), text)


async def _require_rotatable(principal: Principal, key: ApiKey) -> None:
    if key.user_id != principal.user_id:
        raise NotYourApiKey
    if key.revoked_at is not None:
        raise ApiKeyRevoked(key.id)
    if key.rotated_at is not None and (left := key.rotated_at + REST - now()) > timedelta(0):
        raise AlreadyRotated(_seconds(left))
    if await store.standing(key.public_id) is None:
        raise ApiKeyEnded(key.id)


def _seconds(left: timedelta) -> int:
    return max(1, math.ceil(left.total_seconds()))


async def revoke(principal: Principal, key_id: Id) -> None:
    if not await store.revoke(principal, key_id):
        raise ApiKeyNotFound
    principals.forget_key(key_id)
    await audit.record(principal, audit.Action.API_KEY_REVOKED, "api_key", key_id)


async def revoke_of_user(user_id: Id) -> None:
    """In all tenants; on whose behalf, the caller's own record says."""
    await store.revoke_of_user(user_id)
    principals.forget_user(user_id)


async def revoke_of_member(tenant_id: Id, user_id: Id) -> None:
    """Those of this tenant, which they would open again when the person comes back."""
    await store.revoke_of_user(user_id, tenant_id=tenant_id)
    principals.forget_user(user_id)


async def made_by(user_id: Id) -> list[ApiKeyOut]:
    """In all tenants, revoked ones too: for the export of a person's data."""
    return [ApiKeyOut.of(key) for key in await store.made_by(user_id)]


async def erase_of_user(user_id: Id) -> None:
    await store.remove_of_user(user_id)
    principals.forget_user(user_id)


async def erase_of_tenant(tenant_id: Id) -> None:
    await store.remove_of_tenant(tenant_id)
    principals.forget_tenant(tenant_id)


async def _found(principal: Principal, key_id: Id) -> ApiKey:
    key = await store.get(principal, key_id)
    if key is None:
        raise ApiKeyNotFound
    return key
