"""Tenants, users and sessions.

They are not tenant-owned: they *are* the tenancy. A user may belong to several tenants, and a session must be found
before anyone knows whose it is.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from beanie import Document
from pydantic import BaseModel, Field, JsonValue
from pymongo import ASCENDING, IndexModel

from elenchus.core.clock import now
from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.core.settings import EnterpriseTierSettings, FreeTierSettings, ProTierSettings, settings

TierSettings = FreeTierSettings | ProTierSettings | EnterpriseTierSettings


class Tier(StrEnum):
    """What a tenant may use; the settings say how much that is."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    @property
    def limits(self) -> TierSettings:
        known = settings()
        groups: dict[Tier, TierSettings] = {
            Tier.FREE: known.tier_free, Tier.PRO: known.tier_pro, Tier.ENTERPRISE: known.tier_enterprise
        }  # fmt: skip
        return groups[self]


def _dated(field: str) -> IndexModel:
    """Of the few that have a time there."""
    return IndexModel([(field, ASCENDING)], name=field, partialFilterExpression={field: {"$type": "date"}})


class Departure(BaseModel):
    """An owner is being removed or lowered at this moment, and counts as gone (`tenants.departing`)."""

    token: Id
    user_id: Id
    began_at: datetime


class Tenant(Document):
    """A firm or department: the owner of everything its members store."""

    id: Id = Field(default_factory=new_id)
    name: str
    tier: Tier = Tier.FREE
    timezone: str = "UTC"
    #: How long conversations are kept after their last activity, and jobs after their end. Documents are the firm's
    #: library and stay until somebody deletes them, as conversations do when it is None.
    retention_days: int | None = None
    notification_settings: dict[str, JsonValue] = Field(default_factory=dict)
    #: Of what its owner sets; the ETag.
    revision: int = 0
    #: Since when its name may be another than its members' memberships say; None: it is the same.
    renamed_at: datetime | None = None
    departures: list[Departure] = Field(default_factory=list)
    departures_begun: int = 0
    #: Deleted means invisible at once, restorable until `erase_at`, and gone after it.
    deleted_at: datetime | None = None
    erase_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    class Settings:
        name = "tenants"
        indexes: ClassVar = [
            _dated("erase_at"),
            _dated("renamed_at"),
        ]


class Membership(BaseModel):
    """Embedded in the user, so that a user and the right to act appear, and change, in one write."""

    tenant_id: Id
    tenant_name: str
    #: The tenant's revision that the name is from: an older name never replaces a newer one.
    name_revision: int = 0
    role: Role
    #: Rises with each change of the role: of two changes that saw the same one, the second finds another.
    revision: int = 0
    joined_at: datetime | None = None

    def as_seen(self) -> dict[str, Any]:
        """What finds it as long as nobody changes it. Rows from before there was a revision have none: it is zero."""
        return {"tenant_id": self.tenant_id, "role": self.role, "revision": self.revision or {"$in": [0, None]}}


class SecondFactor(BaseModel):
    """TOTP (RFC 6238). Enrolled but without `confirmed_at` it asks for nothing yet."""

    secret_sealed: bytes
    confirmed_at: datetime | None = None
    last_step: int = 0  # the time step of the last code that was accepted: each works once
    recovery_digests: list[str] = Field(default_factory=list)


class User(Document):
    """A person; one who signs in with Google alone has no password.

    `job_role` is what they do in the firm and grants nothing.
    """

    id: Id = Field(default_factory=new_id)
    email: str
    #: What makes two spellings one account. Mail goes to `email`, never to the spelling somebody typed.
    email_key: str
    password_hash: str | None
    #: Raised with each new password. A session of an earlier one ends by that same write, whatever dies after it.
    password_epoch: int = 0
    #: The session in which the password was changed, which alone goes on.
    kept_session: Id | None = None
    full_name: str
    organization: str | None = None
    job_role: str | None = None
    avatar_url: str | None = None
    preferences: dict[str, JsonValue] = Field(default_factory=dict)
    timezone: str = "UTC"
    language: str = "en"
    is_active: bool = True
    is_verified: bool = False
    is_superuser: bool = False
    memberships: list[Membership] = Field(default_factory=list)
    second_factor: SecondFactor | None = None
    google_subject: str | None = None  # `<issuer> <sub>`
    deleted_at: datetime | None = None
    erase_at: datetime | None = None
    #: When they had been deleted, while their restoration is under way: tenants deleted at that time come back too.
    restoring_at: datetime | None = None
    last_login_at: datetime | None = None
    login_count: int = 0
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    class Settings:
        name = "users"
        indexes: ClassVar = [
            IndexModel([("email_key", ASCENDING)], name="email_key", unique=True),
            IndexModel([("memberships.tenant_id", ASCENDING), ("_id", ASCENDING)], name="memberships_tenant_id_id"),
            IndexModel(
                [("google_subject", ASCENDING)],
                name="google_subject",
                unique=True,
                partialFilterExpression={"google_subject": {"$type": "string"}},
            ),
            _dated("erase_at"),
            _dated("restoring_at"),
        ]


class Session(Document):
    """One sign-in on one device, acting in one tenant.

    It carries no copy of the role or of the user's state, which could be stale; and ending it removes the row, so
    there is no flag that a query could forget.
    """

    id: Id = Field(default_factory=new_id)
    user_id: Id
    tenant_id: Id
    refresh_digest: str
    #: The user's when they proved who they are.
    password_epoch: int = 0
    user_agent: str
    ip_address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime

    class Settings:
        name = "sessions"
        indexes: ClassVar = [
            IndexModel([("user_id", ASCENDING), ("_id", ASCENDING)], name="user_id_id"),
            EXPIRY,
        ]


class LoginFailures(Document):
    """Wrong passwords for one address, whether it has an account or not: a lock must not tell which.

    `id` is derived from the address. Past `expires_at` the row counts as absent, however late it is removed.
    """

    id: Id
    number: int
    expires_at: datetime

    class Settings:
        name = "login_failures"
        indexes: ClassVar = [EXPIRY]


MODELS: tuple[type[Document], ...] = (Tenant, User, Session, LoginFailures)
