"""The nouns of recovery."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import Document
from pymongo import ASCENDING, IndexModel

from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id


class Purpose(StrEnum):
    RESET = "reset"
    VERIFY = "verify"


class OneTimeToken(Document):
    """What a mailed link may do once. Only the digest of its secret is kept.

    Not tenant-owned: whoever holds the link has not signed in, and the account may be in several tenants or none.
    """

    id: Id
    purpose: Purpose
    user_id: Id
    digest: str
    #: The address it was sent to: it proves nothing about another that the account may have by then.
    email_key: str
    #: Of the account when it was made. A link to reset the password ends with the password.
    password_epoch: int = 0
    expires_at: datetime

    class Settings:
        name = "one_time_tokens"
        indexes: ClassVar = [
            IndexModel([("user_id", ASCENDING)], name="user_id"),
            EXPIRY,
        ]


MODELS: tuple[type[Document], ...] = (OneTimeToken,)
