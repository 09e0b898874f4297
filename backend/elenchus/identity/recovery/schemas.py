"""What crosses recovery's border."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from elenchus.identity.schemas import Email, Password

#: An id to find it by, and 256 random bits.
TOKEN_SHAPE = re.compile(r"[0-9a-f]{24}\.[A-Za-z0-9_-]{43}")
TOKEN_CHARACTERS = 68


def _shaped(value: object) -> str:
    """What cannot be a token becomes one that no account has: all wrong tokens are refused alike, by the service."""
    return value if isinstance(value, str) and TOKEN_SHAPE.fullmatch(value) else ""


MailedToken = Annotated[
    str, BeforeValidator(_shaped), Field(max_length=TOKEN_CHARACTERS, description="as it stands in the mail")
]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ForgotIn(_Input):
    email: Email


class ResetIn(_Input):
    token: MailedToken
    new_password: Password


class VerifyIn(_Input):
    token: MailedToken


class PasswordChangeIn(_Input):
    current_password: Password
    new_password: Password


class AcceptedOut(BaseModel):
    """There is no job id in it: whether there is an account to work for is nobody's business."""

    detail: str
