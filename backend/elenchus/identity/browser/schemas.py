"""What crosses the border of a browser's session."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from elenchus.core.ids import IdField
from elenchus.identity.schemas import Otp, UserOut


class BrowserSession(BaseModel):
    """For the page's memory. The refresh token is in the cookie alone."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme's name, not a secret
    expires_in: int = Field(description="seconds until the access token ends; `token` then gives the next")
    tenant_id: IdField = Field(description="of the user's memberships, the one this session acts in")
    user: UserOut


@dataclass(frozen=True, slots=True)
class Kept:
    """What the page is shown of a session, and what its browser keeps of it."""

    shown: BrowserSession
    refresh_token: str


class OtpIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otp: Otp
