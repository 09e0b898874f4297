"""Tenants, users and sessions.

They are not tenant-owned: they *are* the tenancy. A user may belong to several tenants, and a session must be found
before anyone knows whose it is.
"""

from datetime import datetime
from typing import ClassVar

from beanie import Document
from pydantic import BaseModel, Field, JsonValue
from pymongo import ASCENDING, IndexModel

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role


class Tenant(Document):
    """A firm or department: the owner of everything its members store."""

    id: Id = Field(default_factory=new_id)
    name: str
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    class Settings:
        name = "tenants"


class Membership(BaseModel):
    """Embedded in the user, so that a user and the right to act appear, and change, in one write."""

    tenant_id: Id
    tenant_name: str
    role: Role


class User(Document):
    """A person with a password; `job_role` is what they do in the firm and grants nothing."""

    id: Id = Field(default_factory=new_id)
    email: str
    #: What makes two spellings one account. Mail goes to `email`, never to the spelling somebody typed.
    email_key: str
    password_hash: str
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
    last_login_at: datetime | None = None
    login_count: int = 0
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    class Settings:
        name = "users"
        indexes: ClassVar = [IndexModel([("email_key", ASCENDING)], name="email_key", unique=True)]


class Session(Document):
    """One sign-in on one device, acting in one tenant.

    It carries no copy of the role or of the user's state, which could be stale; and ending it removes the row, so
    there is no flag that a query could forget.
    """

    id: Id = Field(default_factory=new_id)
    user_id: Id
    tenant_id: Id
    refresh_digest: str
    user_agent: str
    ip_address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime

    class Settings:
        name = "sessions"
        indexes: ClassVar = [
            IndexModel([("user_id", ASCENDING), ("_id", ASCENDING)], name="user_id_id"),
            IndexModel([("expires_at", ASCENDING)], name="expires_at_ttl", expireAfterSeconds=0),
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
        indexes: ClassVar = [IndexModel([("expires_at", ASCENDING)], name="expires_at_ttl", expireAfterSeconds=0)]


MODELS: tuple[type[Document], ...] = (Tenant, User, Session, LoginFailures)
