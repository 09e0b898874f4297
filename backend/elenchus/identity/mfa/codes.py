"""One-time codes: what they look like and which are right. Nothing here is stored."""

import secrets

import pyotp
from pyotp.exceptions import OTPVerificationError

from elenchus.core import crypto
from elenchus.core.clock import now

ISSUER = "Elenchus"
DIGITS = 6
STEPS_ASIDE = 1  # of 30 s each: a phone's clock may be that far off (RFC 6238, 5.2)
RECOVERY_CODES = 10
#: Letters and digits that nobody confuses: 31 of them, so 15 are 74 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 5


def new_secret() -> str:
    return pyotp.random_base32()


def otpauth_uri(secret: str, *, email: str) -> str:
    """What authenticators read as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def plain(typed: str) -> str:
    """People copy codes with the spaces and dashes they are shown with."""
    return "".join(typed.split()).replace("-", "").lower()


def is_of_authenticator(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is, now or one aside; None for any other."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now(), valid_window=STEPS_ASIDE)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))


def recovery_digest(code: str) -> str:
    """Without the deployment's key: these codes must work when it was lost, and are too long to be tried out."""
    return crypto.digest(plain(code))
