"""HTTP: what a mailed link can do: verify an address, set a new password; and changing a password one knows."""

from typing import Annotated

from fastapi import APIRouter

from elenchus.core.principal import CurrentPrincipal
from elenchus.core.ratelimit import LoginLimit, MailLimit
from elenchus.identity.recovery import service as recovery
from elenchus.identity.recovery.schemas import AcceptedOut, ForgotIn, PasswordChangeIn, ResetIn, VerifyIn

router = APIRouter(prefix="/auth", tags=["auth"])

#: As a parameter behind the principal: who is not signed in must not use up the mails of their address.
AfterTheGuard = Annotated[None, MailLimit]


@router.post("/password/forgot", operation_id="forgot_password", status_code=202, dependencies=[MailLimit])
async def forgot_password(body: ForgotIn) -> AcceptedOut:
    """Mails a link to the address if it has an account; the answer never tells whether it has."""
    await recovery.forgot(body.email)
    return AcceptedOut(detail="If this address has an account, a mail with a link is on its way.")


@router.post("/password/reset", operation_id="reset_password", status_code=204, dependencies=[LoginLimit])
async def reset_password(body: ResetIn) -> None:
    """Sets the password that a mailed link asks for, once, and ends every session and API key of the account."""
    await recovery.reset(body.token, body.new_password.get_secret_value())


@router.post("/me/password", operation_id="change_password", status_code=204, dependencies=[LoginLimit])
async def change_password(principal: CurrentPrincipal, body: PasswordChangeIn) -> None:
    """Ends every other session of yours. Wrong current passwords lock the account like wrong sign-ins: 423."""
    current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    await recovery.change_password(principal, current=current, new=new)


@router.post("/email/verify-request", operation_id="request_verification", status_code=202)
async def request_verification(principal: CurrentPrincipal, _counted: AfterTheGuard) -> AcceptedOut:
    """Mails another link; to a verified address nothing is sent."""
    await recovery.verify_again(principal)
    return AcceptedOut(detail="Unless your address is verified already, a mail with a link is on its way.")


@router.post("/email/verify", operation_id="verify_email", status_code=204, dependencies=[LoginLimit])
async def verify_email(body: VerifyIn) -> None:
    """Marks the address as verified, if it still is the account's."""
    await recovery.verify(body.token)
