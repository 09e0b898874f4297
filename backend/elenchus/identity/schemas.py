"""What crosses identity's border."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import available_timezones

from fastapi import Depends
from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, JsonValue, SecretStr, StringConstraints

from elenchus.core import emails
from elenchus.core.context import caller
from elenchus.core.emails import EMAIL_CHARACTERS as EMAIL_CHARACTERS
from elenchus.core.emails import email_key as email_key
from elenchus.core.ids import IdField
from elenchus.core.plain import Labels
from elenchus.core.principal import Principal, Role
from elenchus.identity.models import Session, User

PASSWORD_INPUT_CHARACTERS = 512  # as typed; the policy counts again after normalising
TOKEN_CHARACTERS = 512
OTP_CHARACTERS = 64
USER_AGENT_CHARACTERS = 200


def _without_control_characters(text: str) -> str:
    """Nor halves of surrogate pairs, which JSON can spell and UTF-8, and so MongoDB, cannot."""
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("Control characters are not allowed.")
    return text


def _secret_without_control_characters(secret: SecretStr) -> SecretStr:
    _without_control_characters(secret.get_secret_value())
    return secret


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks the disk: 10 ms


def _timezone(name: str) -> str:
    if name != "UTC" and name not in _timezones():
        raise ValueError("This is no IANA time zone, such as Europe/London.")
    return name


def _web_address(text: str) -> str:
    return str(AnyHttpUrl(text))


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_without_control_characters),
]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=EMAIL_CHARACTERS), AfterValidator(emails.normalized)
]
Password = Annotated[
    SecretStr, Field(max_length=PASSWORD_INPUT_CHARACTERS), AfterValidator(_secret_without_control_characters)
]
Token = Annotated[str, StringConstraints(max_length=TOKEN_CHARACTERS), AfterValidator(_without_control_characters)]
#: Six digits of an authenticator, or a recovery code with its dashes.
Otp = Annotated[SecretStr, Field(max_length=OTP_CHARACTERS), AfterValidator(_secret_without_control_characters)]
WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web_address)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_timezone)]
Language = Annotated[str, StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class RegisterIn(_Input):
    email: Email
    password: Password
    full_name: Line
    organization: Line | None = None
    job_role: Line | None = Field(None, alias="role", description="what you do, e.g. associate; it grants nothing")
    invitation_token: Token | None = Field(None, description="to join the tenant that invited this address")


class LoginForm(_Input):
    """OAuth2's password form (RFC 6749, 4.3.2); the client's own fields are taken and not needed."""

    username: Annotated[
        str, StringConstraints(max_length=EMAIL_CHARACTERS), AfterValidator(_without_control_characters)
    ]
    password: Password
    otp: Otp | None = None
    grant_type: Annotated[str, StringConstraints(pattern="^(password)?$")] = "password"
    scope: Annotated[str, StringConstraints(max_length=200)] = ""
    client_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    client_secret: Annotated[SecretStr, Field(max_length=200)] | None = None


class RefreshIn(_Input):
    refresh_token: Token


class ProfilePatch(_Input):
    """What is left out stays; null clears what may be empty; preferences are replaced as a whole."""

    full_name: Line = ""
    organization: Line | None = None
    job_role: Line | None = Field(None, alias="role")
    avatar_url: WebAddress | None = None
    preferences: Labels = Field(default_factory=dict)
    timezone: TimeZone = "UTC"
    language: Language = "en"

    def changes(self) -> dict[str, JsonValue]:
        """Only what was sent, by the names it is stored under."""
        return self.model_dump(exclude_unset=True)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in came from, as the client says; shown to its user, trusted by nobody."""

    user_agent: str
    ip_address: str


async def _device() -> Device:
    known = caller()
    return Device(known.user_agent[:USER_AGENT_CHARACTERS] or "unknown", known.ip_address or "unknown")


FromDevice = Annotated[Device, Depends(_device)]


class MembershipOut(BaseModel):
    tenant_id: IdField
    tenant_name: str
    role: Role


class UserOut(BaseModel):
    """Everything a user may see of a user. No hash, token or counter of failures is named here, so none can leave."""

    id: IdField
    email: str
    full_name: str
    organization: str | None
    role: str | None
    avatar_url: str | None
    preferences: dict[str, JsonValue]
    timezone: str
    language: str
    is_active: bool
    is_verified: bool
    is_superuser: bool
    mfa_enabled: bool
    memberships: list[MembershipOut]
    last_login_at: datetime | None
    login_count: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        shown = user.model_dump(include=set(cls.model_fields))
        factor = user.second_factor
        return cls(**shown, role=user.job_role, mfa_enabled=bool(factor and factor.confirmed_at))


class TokensOut(BaseModel):
    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme's name, not a secret
    expires_in: int = Field(description="seconds until the access token ends")


class SignedInOut(TokensOut):
    user: UserOut


class SessionOut(BaseModel):
    id: IdField
    user_agent: str
    ip_address: str
    is_current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, *, current: bool) -> Self:
        return cls(**session.model_dump(include=set(cls.model_fields)), is_current=current)


class PrincipalOut(BaseModel):
    """Who is asking, for whom, and what they may do."""

    user_id: IdField
    tenant_id: IdField
    role: Role
    is_superuser: bool

    @classmethod
    def of(cls, principal: Principal) -> Self:
        return cls(
            user_id=principal.user_id,
            tenant_id=principal.tenant_id,
            role=principal.role,
            is_superuser=principal.is_superuser,
        )
