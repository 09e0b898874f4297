"""From what somebody knows or holds to a session, and what happens to whoever guesses."""

import math
from datetime import datetime, timedelta

from pydantic import SecretStr

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import founding, passwords, sessions, store
from elenchus.identity.errors import AccountLocked, AccountSuspended, WrongCredentials, WrongCurrentPassword
from elenchus.identity.mfa import checking
from elenchus.identity.mfa import store as second_factors
from elenchus.identity.mfa.checking import Factor
from elenchus.identity.mfa.errors import OtpRequired, WrongOtp
from elenchus.identity.models import LoginFailures, Membership, User
from elenchus.identity.schemas import Device, LoginForm, SignedInOut, UserOut, email_key


async def log_in(form: LoginForm, *, device: Device) -> SignedInOut:
    """An unknown address and a wrong password are answered alike, take alike long and are locked alike."""
    key, password = email_key(form.username), form.password.get_secret_value()
    user = await _whose_password(key, await _account(key), password)
    signed_in = await enter(user, form.otp, device=device, method="password")
    if user.password_hash and passwords.is_outdated(user.password_hash):
        await store.replace_password_hash(user.id, old=user.password_hash, new=await passwords.hashed(password))
    return signed_in


async def enter(user: User, otp: SecretStr | None, *, device: Device, method: str) -> SignedInOut:
    """A session for somebody who has shown a first factor: asks for the second one where there is one."""
    used = await require_second_factor(user, otp) if needs_otp(user) else None
    signed_in = await admit(user, device=device, method=method, second_factor=used)
    await store.forget_failures(user.email_key)  # not before: or a known password would buy new guesses at the code
    return signed_in


async def admit(
    user: User, *, device: Device, method: str = "password", second_factor: Factor | None = None
) -> SignedInOut:
    """A session for somebody who has proven who they are. Raises `AccountSuspended`."""
    if not user.is_active:
        note_refusal(user, "suspended")
        raise AccountSuspended
    membership = await founding.membership_of(user)
    pair = await sessions.begin(user, membership, device=device)
    user.last_login_at, user.login_count = now(), user.login_count + 1
    await store.count_login(user.id, at=user.last_login_at)
    how = {"method": method, "second_factor": str(second_factor) if second_factor else None}
    await audit.record(_acting(user, membership), audit.Action.USER_SIGNED_IN, "user", user.id, **how)
    return SignedInOut(**pair.model_dump(), user=UserOut.of(user))


async def require_password(user: User, password: str) -> None:
    """Once more, from somebody signed in: wrong ones count as they do at the door. Raises `WrongCurrentPassword`."""
    try:
        await _whose_password(user.email_key, user, password)
    except WrongCredentials as error:
        raise WrongCurrentPassword from error


def needs_otp(user: User) -> bool:
    return checking.enabled(user) is not None


async def require_second_factor(user: User, otp: SecretStr | None) -> Factor:
    """Uses the code up. Raises `OtpRequired` without one and `WrongOtp`."""
    if otp is None or not otp.get_secret_value():
        raise OtpRequired
    await take_turn(user)
    used = await checking.accept(user, otp.get_secret_value())
    if used is None:
        note_refusal(user, "otp")
        raise WrongOtp
    return used


async def take_turn(user: User) -> None:
    """Counts a failure before a code is compared; call `store.forget_failures` when all that was asked for is right.

    A comparison takes no time, so of a thousand guesses side by side all would be compared before the first was
    counted. Raises `AccountLocked` when there are no more turns.
    """
    while True:
        seen = await _require_unlocked(user.email_key, user)
        if seen is None:
            await store.begin_counting(user.email_key, until=_locked_until())
        elif await second_factors.add_failure(seen, until=_locked_until()):
            return


def note_refusal(user: User, reason: str) -> None:
    """In the account's first tenant. Without waiting: an unknown address has nothing to note."""
    if who := actor(user):
        audit.note(who, audit.Action.USER_REFUSED, "user", user.id, reason=reason)


def actor(user: User) -> Principal | None:
    """Somebody who is not signed in yet, in their first tenant; None where they have none."""
    return _acting(user, user.memberships[0]) if user.memberships else None


def _acting(user: User, membership: Membership) -> Principal:
    return Principal(membership.tenant_id, user.id, membership.role, is_superuser=user.is_superuser)


async def _account(key: str) -> User | None:
    """A deleted account is as unknown until it is restored."""
    user = await store.user_by_email(key)
    return None if user is None or user.deleted_at else user


async def _whose_password(key: str, user: User | None, password: str) -> User:
    await _require_unlocked(key, user)
    right = await passwords.matches(password, user.password_hash if user else None)
    await _require_unlocked(key, user)  # again, for guesses may have been made side by side
    if user is None or not right:
        await store.count_failure(key, until=_locked_until())
        if user:
            note_refusal(user, "password")
        raise WrongCredentials
    return user


async def _require_unlocked(key: str, user: User | None) -> LoginFailures | None:
    """The failures so far, which are too few to lock."""
    failures = await store.failures(key)
    if failures and failures.number >= settings().auth.max_failed_logins:
        if user:
            note_refusal(user, "locked")
        raise AccountLocked(math.ceil((failures.expires_at - now()).total_seconds()))
    return failures


def _locked_until() -> datetime:
    return now() + timedelta(seconds=settings().auth.lockout_seconds)
