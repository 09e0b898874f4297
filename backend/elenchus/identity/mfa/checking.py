"""Whether somebody has a second factor, and whether this code is of it. Counting failures is `signing_in`'s."""

from enum import StrEnum

from elenchus.core import crypto, logs
from elenchus.core.crypto import Unsealable
from elenchus.core.settings import settings
from elenchus.identity.mfa import codes, store
from elenchus.identity.models import SecondFactor, User

PURPOSE = "totp"
log = logs.get(__name__)


class Factor(StrEnum):
    """What was shown beside the first one."""

    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"


def enabled(user: User) -> SecondFactor | None:
    """One that is enrolled but never was confirmed asks for nothing: its owner may have no working authenticator."""
    factor = user.second_factor
    return factor if factor and factor.confirmed_at else None


async def accept(user: User, otp: str) -> Factor | None:
    """Use this code up; None when it is wrong, too old or was used before."""
    factor, code = enabled(user), codes.plain(otp)
    if factor is None:
        return None
    if not codes.is_of_authenticator(code):
        digest = codes.recovery_digest(code)
        return Factor.RECOVERY_CODE if await store.use_recovery_code(user.id, factor, digest) else None
    step = step_of(factor, code)
    return Factor.TOTP if step is not None and await store.use_step(user.id, factor, step) else None


def step_of(factor: SecondFactor, code: str) -> int | None:
    """None also when SECRET_KEY was changed: a recovery code still helps then."""
    try:
        secret = crypto.unseal(settings().server, PURPOSE, factor.secret_sealed)
    except Unsealable as error:
        log.error("a second factor does not open", error=str(error))
        return None
    return codes.step_of(secret.decode(), code)


def sealed(secret: str) -> bytes:
    return crypto.seal(settings().server, PURPOSE, secret.encode())
