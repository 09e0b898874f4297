"""Mailed tokens: `<id>.<secret>`, made for one account, one address and one purpose, and good once."""

import hmac
from datetime import timedelta

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.settings import settings
from elenchus.identity import store as accounts
from elenchus.identity.models import User
from elenchus.identity.recovery import store
from elenchus.identity.recovery.errors import InvalidOneTimeToken
from elenchus.identity.recovery.models import OneTimeToken, Purpose


async def issue(user: User, purpose: Purpose, *, token_id: Id) -> str:
    """The text for the mail. Repeated with the same id, the earlier text works no more."""
    text = f"{token_id}.{crypto.random_token()}"
    await store.put(
        OneTimeToken(
            id=token_id,
            purpose=purpose,
            user_id=user.id,
            digest=crypto.digest(text),
            email_key=user.email_key,
            password_epoch=user.password_epoch,
            expires_at=now() + timedelta(seconds=seconds(purpose)),
        )
    )
    return text


def seconds(purpose: Purpose) -> int:
    """How long it works."""
    auth = settings().auth
    return auth.reset_token_seconds if purpose is Purpose.RESET else auth.verify_token_seconds


async def holder(text: str, purpose: Purpose) -> tuple[OneTimeToken, User]:
    """Whose token this is. Spends nothing; raises `InvalidOneTimeToken` for every reason there may be."""
    token = await _found(text)
    if token is None or token.purpose is not purpose or token.expires_at <= now():
        raise InvalidOneTimeToken
    user = await accounts.user_by_id(token.user_id)
    if user is None or not may_recover(user) or not _is_still_for(user, token):
        raise InvalidOneTimeToken
    return token, user


def _is_still_for(user: User, token: OneTimeToken) -> bool:
    same_password = token.purpose is not Purpose.RESET or token.password_epoch == user.password_epoch
    return user.email_key == token.email_key and same_password


async def _found(text: str) -> OneTimeToken | None:
    id_, _, secret = text.partition(".")
    token = await store.token(Id(id_)) if secret else None
    if token is None or not hmac.compare_digest(token.digest, crypto.digest(text)):
        return None
    return token


async def spend(token: OneTimeToken) -> None:
    """Raises `InvalidOneTimeToken` for all but the first."""
    if not await store.spend(token):
        raise InvalidOneTimeToken


def may_recover(user: User) -> bool:
    """A suspended or deleted account comes back by its administrator alone."""
    return user.is_active and user.deleted_at is None
