"""What crosses the border of signing in with Google."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from elenchus.identity.schemas import Otp, Token

CODE_CHARACTERS = 2048
ADDRESS_CHARACTERS = 2048


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send somebody, and what their browser must bring back."""

    url: str
    browser: str
    valid_seconds: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, as the provider has signed it; `subject` begins with the provider's own name."""

    subject: str
    email: str
    name: str


class GoogleOffer(BaseModel):
    is_offered: bool = Field(description="whether this deployment is registered with the provider")


class Return(BaseModel):
    """What the provider sends somebody back with (RFC 6749, 4.1.2; RFC 9207). It may add what we do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: Annotated[str, StringConstraints(max_length=128)] = ""
    code: Annotated[str, StringConstraints(max_length=CODE_CHARACTERS)] = ""
    iss: Annotated[str, StringConstraints(max_length=ADDRESS_CHARACTERS)] | None = None
    error: Annotated[str, StringConstraints(max_length=200)] | None = None


class SecondFactorNeeded(BaseModel):
    """The first factor is shown; `POST /auth/google/mfa` with this token and a code gives the session."""

    mfa_required: Literal[True] = True
    mfa_token: str
    expires_in: int = Field(description="seconds until the token ends")


class SecondFactorIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mfa_token: Token
    otp: Otp
