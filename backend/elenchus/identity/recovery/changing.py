"""A new password, by a mailed token or by the current one; and what ends with the old one."""

from elenchus.core.principal import Principal, Role
from elenchus.identity import passwords, principals, signing_in
from elenchus.identity import store as accounts
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.errors import InvalidToken, WeakPassword, WrongCurrentPassword
from elenchus.identity.keys import service as keys
from elenchus.identity.models import User
from elenchus.identity.recovery import one_time, store
from elenchus.identity.recovery.errors import InvalidOneTimeToken, NoPassword, SamePassword, WeakNewPassword
from elenchus.identity.recovery.models import Purpose


async def reset(token_text: str, new: str) -> User:
    """All that may be wrong with the request comes before the token is spent: a weak password must not burn it. When
    the database goes away behind that, it is burnt, and another has to be asked for.

    API keys end as well, for whoever was in the account may have made them; and first, lest a crash leave them alive.
    """
    token, user = await one_time.holder(token_text, Purpose.RESET)
    _require_strong(new, user)
    new_hash = await passwords.hashed(new)
    await one_time.spend(token)
    await keys.revoke_of_user(user.id)
    if not await store.set_password(user, new_hash, kept_session=None):
        raise InvalidOneTimeToken
    await accounts.end_sessions_of(user.id)
    await _settle(user)
    return user


async def change(principal: Principal, *, current: str, new: str) -> User:
    """Guessing the current one counts towards the lock of the account: a stolen session must not find it out."""
    user = await accounts.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    _require_strong(new, user)
    await _require_current(user, current)
    if await passwords.matches(new, user.password_hash):
        raise SamePassword
    if not await store.set_password(user, await passwords.hashed(new), kept_session=principal.session_id):
        raise WrongCurrentPassword  # by now: another request was first
    await store.end_other_sessions(user.id, kept=principal.session_id)
    await _settle(user)
    return user


def as_actor(user: User) -> Principal:
    """Whoever holds a token that was mailed to them acts as themselves, in the tenant they would sign in to."""
    return signing_in.actor(user) or Principal(DEPLOYMENT.tenant_id, user.id, Role.VIEWER)


async def _settle(user: User) -> None:
    """What the old password still had: wrong guesses, and what this process remembers.

    Not so with a second factor, or a new password after every few codes would buy new guesses at them.
    """
    principals.forget_user(user.id)
    if not signing_in.needs_otp(user):
        await accounts.forget_failures(user.email_key)


def _require_strong(new: str, user: User) -> None:
    own_words = (user.email, user.email.partition("@")[0], user.full_name, user.organization)
    try:
        passwords.require_strong(new, own_words=own_words)
    except WeakPassword as weak:
        raise WeakNewPassword(weak.detail) from weak


async def _require_current(user: User, current: str) -> None:
    if user.password_hash is None:
        raise NoPassword
    await signing_in.require_password(user, current)
