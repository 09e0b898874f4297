"""The nouns of keys."""

from datetime import datetime
from typing import ClassVar

from beanie import Document
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id


class ApiKey(Document):
    """A way for programs to act as the user who made it, in the tenant it was made in, within its scopes.

    Like a session it is found before anyone knows whose it is, and it carries no copy of the role or of the user's
    state, which could be stale. A revoked one stays, for the record names it.
    """

    id: Id = Field(default_factory=new_id)
    tenant_id: Id
    user_id: Id
    name: str
    public_id: str  # the part of the key that finds it
    digest: str
    scopes: list[str]
    expires_at: datetime | None = None
    rate_limit_requests: int | None = None
    rate_limit_window: int | None = None  # seconds
    last_used_at: datetime | None = None
    usage_count: int = 0
    created_at: datetime = Field(default_factory=now)
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None

    class Settings:
        name = "api_keys"
        indexes: ClassVar = [
            IndexModel([("public_id", ASCENDING)], name="public_id", unique=True),
            IndexModel([("tenant_id", ASCENDING), ("_id", ASCENDING)], name="tenant_id_id"),
            IndexModel([("user_id", ASCENDING), ("_id", ASCENDING)], name="user_id_id"),
        ]


MODELS: tuple[type[Document], ...] = (ApiKey,)
