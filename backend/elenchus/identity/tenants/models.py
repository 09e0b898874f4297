"""The nouns of tenants."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.clock import now
from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import TenantOwned
from elenchus.core.principal import Role


class Invitation(TenantOwned):
    """One open invitation for each address. Past `expires_at` it counts as absent, however late it is removed."""

    id: Id = Field(default_factory=new_id)
    email: str
    email_key: str
    role: Role
    invited_by: Id
    token_digest: str
    expires_at: datetime
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "invitations"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("email_key", ASCENDING)], name="one_per_address", unique=True),
            EXPIRY,
        ]


class Meter(StrEnum):
    """What is counted, by the name of its limit."""

    REQUESTS = "requests_per_minute"
    EVENTS = "monthly_events"
    TOKENS = "monthly_tokens"
    STORAGE = "storage_bytes"


class Held(BaseModel):
    """A part of what counts as used, until it is known how much it was."""

    id: Id
    amount: int


class Used(TenantOwned):
    """How much of one thing a tenant has used in one period; `id` is derived from all three.

    `changes` counts the changes of `used`, so that a recount sees whether anything has happened meanwhile.
    """

    listed_by_tenant: ClassVar[bool] = False

    meter: Meter
    #: Such as 2026-11; empty for what is never set back.
    period: str
    used: int = 0
    holds: list[Held] = Field(default_factory=list)
    changes: int = 0
    updated_at: datetime = Field(default_factory=now)

    class Settings:
        name = "usage"


class FirstUser(Document):
    """Who registered first on an empty deployment, and so runs it. There is one row; its id is the same everywhere.

    Not a tenant's: it belongs to the deployment.
    """

    user_id: Id
    granted: bool = False

    class Settings:
        name = "first_user"


MODELS: tuple[type[Document], ...] = (Invitation, Used, FirstUser)
