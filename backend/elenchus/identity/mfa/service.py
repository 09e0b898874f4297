"""Enrolling an authenticator, confirming that it works, and taking it away again."""

from datetime import timedelta

from pydantic import SecretStr

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.principal import Principal
from elenchus.identity import signing_in
from elenchus.identity import store as identity_store
from elenchus.identity.errors import InvalidToken
from elenchus.identity.mfa import checking, codes, store
from elenchus.identity.mfa.checking import Factor
from elenchus.identity.mfa.errors import (
    OtpRequired,
    PasswordNeeded,
    SecondFactorEnabled,
    SecondFactorNotEnrolled,
    SignInAgain,
    WrongOtp,
    WrongOtpHere,
)
from elenchus.identity.mfa.schemas import ConfirmIn, DisableIn, EnrolledOut, EnrollIn, RecoveryCodesOut
from elenchus.identity.models import SecondFactor, User

RECENT_MINUTES = 10


async def enroll(principal: Principal, wish: EnrollIn) -> EnrolledOut:
    """A new secret in the place of one that was not confirmed yet."""
    user = await _themselves(principal)
    if checking.enabled(user):
        raise SecondFactorEnabled
    await _require_proof(principal, user, wish.current_password)
    await identity_store.forget_failures(user.email_key)
    secret = codes.new_secret()
    if not await store.enroll(user.id, checking.sealed(secret)):
        raise SecondFactorEnabled
    return EnrolledOut(secret=secret, otpauth_uri=codes.otpauth_uri(secret, email=user.email))


async def confirm(principal: Principal, wish: ConfirmIn) -> RecoveryCodesOut:
    """From here on every sign-in needs it; of simultaneous confirmations one wins and shows its recovery codes."""
    user = await _themselves(principal)
    enrolled = _pending(user)
    await signing_in.take_turn(user)
    step = checking.step_of(enrolled, codes.plain(wish.otp.get_secret_value()))
    if step is None:
        signing_in.note_refusal(user, "otp")
        raise WrongOtpHere
    await identity_store.forget_failures(user.email_key)
    recovery = codes.new_recovery_codes()
    digests = [codes.recovery_digest(code) for code in recovery]
    if not await store.confirm(user.id, enrolled, step=step, recovery_digests=digests):
        raise SecondFactorEnabled
    await audit.record(principal, audit.Action.SECOND_FACTOR_ENABLED, "user", user.id)
    return RecoveryCodesOut(recovery_codes=recovery)


async def disable(principal: Principal, wish: DisableIn) -> None:
    """Needs both factors once more; a recovery code will do for the second."""
    user = await _themselves(principal)
    factor = checking.enabled(user)
    if factor is None:
        raise SecondFactorNotEnrolled
    await _require_proof(principal, user, wish.current_password)
    used = await _require_otp(user, wish.otp)
    await identity_store.forget_failures(user.email_key)
    if not await store.remove(user.id, factor):
        raise SecondFactorNotEnrolled
    await audit.record(principal, audit.Action.SECOND_FACTOR_DISABLED, "user", user.id, second_factor=used)


async def remove_lost(user: User) -> None:
    """For somebody who has neither the device nor a recovery code left. Leaves the record to the caller."""
    factor = checking.enabled(user)
    if factor is None or not await store.remove(user.id, factor):
        raise SecondFactorNotEnrolled


async def _themselves(principal: Principal) -> User:
    user = await identity_store.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    return user


def _pending(user: User) -> SecondFactor:
    if user.second_factor is None:
        raise SecondFactorNotEnrolled
    if checking.enabled(user):
        raise SecondFactorEnabled
    return user.second_factor


async def _require_proof(principal: Principal, user: User, password: SecretStr | None) -> None:
    """The password, or a sign-in just now where there is none: a session left open somewhere proves nothing."""
    if user.password_hash is None:
        await _require_recent_sign_in(principal)
    elif password is None:
        raise PasswordNeeded
    else:
        await signing_in.require_password(user, password.get_secret_value())


async def _require_otp(user: User, otp: SecretStr) -> Factor:
    try:
        return await signing_in.require_second_factor(user, otp)
    except (OtpRequired, WrongOtp) as error:
        raise WrongOtpHere from error


async def _require_recent_sign_in(principal: Principal) -> None:
    began = await store.began(principal.session_id)
    if began is None or began < now() - timedelta(minutes=RECENT_MINUTES):
        raise SignInAgain(RECENT_MINUTES)
