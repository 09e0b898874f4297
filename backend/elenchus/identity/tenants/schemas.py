"""What crosses the border of tenants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from elenchus.core.ids import Id, IdField
from elenchus.core.plain import Labels
from elenchus.core.principal import Role
from elenchus.identity.models import Tenant, Tier, User
from elenchus.identity.schemas import Email, Line, TimeZone, Token
from elenchus.identity.tenants.models import Invitation, Meter

MOST_RETENTION_DAYS = 36_500  # a hundred years


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TenantPatch(_Input):
    """What is left out stays."""

    name: Line = ""
    timezone: TimeZone = Field("UTC", description="months are counted in it")
    retention_days: Annotated[int, Field(strict=True, ge=1, le=MOST_RETENTION_DAYS)] | None = Field(
        None,
        description="conversations without activity for so long are deleted, and jobs that ended so long ago; "
        "documents are the firm's library and stay until somebody deletes them; null: conversations do too",
    )
    notification_settings: Labels = Field(default_factory=dict, description="replaced as a whole")
    tier: Tier = Tier.FREE

    def changes(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class RoleIn(_Input):
    role: Role


class InvitationIn(_Input):
    email: Email
    role: Role = Role.MEMBER


class AcceptIn(_Input):
    token: Token


class SwitchIn(_Input):
    tenant_id: IdField


class Limits(BaseModel):
    """0 means without limit."""

    requests_per_minute: int
    monthly_events: int
    monthly_tokens: int
    storage_bytes: int

    @classmethod
    def of(cls, tier: Tier) -> Self:
        return cls(**tier.limits.model_dump(include=set(cls.model_fields)))

    def of_meter(self, meter: Meter) -> int | None:
        """None for no limit."""
        return getattr(self, meter) or None


class TenantOut(BaseModel):
    id: IdField
    name: str
    tier: Tier
    timezone: str
    retention_days: int | None
    notification_settings: dict[str, JsonValue]
    limits: Limits
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        return cls(**tenant.model_dump(include=set(cls.model_fields)), limits=Limits.of(tenant.tier))


@dataclass(frozen=True, slots=True)
class Versioned:
    """A tenant as shown, and the revision that this is."""

    shown: TenantOut
    revision: int


class UsageItem(BaseModel):
    name: Meter
    limit: int | None = Field(description="null: no limit")
    used: int | None = Field(
        description="requests: by you or this key in the present minute, null when they are not limited or the key has "
        "a limit of its own; tokens: with the most that answers under way may use"
    )
    resets_at: datetime | None = Field(description="null for what is never set back")


class UsageOut(BaseModel):
    tier: Tier
    items: list[UsageItem]


class MemberOut(BaseModel):
    user_id: IdField
    email: str
    full_name: str
    role: Role
    is_active: bool
    joined_at: datetime | None = Field(description="null for members from before this was noted")
    last_login_at: datetime | None

    @classmethod
    def of(cls, user: User, tenant_id: Id) -> Self:
        [held] = [one for one in user.memberships if one.tenant_id == tenant_id]
        shown = user.model_dump(include={"email", "full_name", "is_active", "last_login_at"})
        return cls(user_id=user.id, role=held.role, joined_at=held.joined_at, **shown)


class InvitationOut(BaseModel):
    id: IdField
    email: str
    role: Role
    invited_by: IdField
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        return cls(**invitation.model_dump(include=set(InvitationOut.model_fields)))


class NewInvitationOut(InvitationOut):
    """The token is shown this once, for deployments that send no mail."""

    token: str
    accept_url: str
