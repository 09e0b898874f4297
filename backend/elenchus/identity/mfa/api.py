"""HTTP: the second factor: TOTP and recovery codes."""

from fastapi import APIRouter

from elenchus.core.principal import AccountPrincipal
from elenchus.core.ratelimit import LoginLimit
from elenchus.identity.mfa import service as mfa
from elenchus.identity.mfa.schemas import ConfirmIn, DisableIn, EnrolledOut, EnrollIn, RecoveryCodesOut

router = APIRouter(prefix="/auth/mfa", tags=["auth"], dependencies=[LoginLimit])


@router.post("/enroll", operation_id="enroll_second_factor")
async def enroll(principal: AccountPrincipal, wish: EnrollIn) -> EnrolledOut:
    """A secret for your authenticator. Signing in needs it once you have confirmed it; 409 when another is."""
    return await mfa.enroll(principal, wish)


@router.post("/confirm", operation_id="confirm_second_factor")
async def confirm(principal: AccountPrincipal, wish: ConfirmIn) -> RecoveryCodesOut:
    """A code of the authenticator proves that it works. Keep the recovery codes: nobody can show them again."""
    return await mfa.confirm(principal, wish)


@router.post("/disable", operation_id="disable_second_factor", status_code=204)
async def disable(principal: AccountPrincipal, wish: DisableIn) -> None:
    """The password and a code, or a recovery code, once more."""
    await mfa.disable(principal, wish)
