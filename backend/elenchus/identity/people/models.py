"""The nouns of people."""

from typing import ClassVar

from beanie import Document
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id
from elenchus.identity.models import Membership


def withdrawal_id(user_id: Id, tenant_id: Id) -> Id:
    return derived_id("withdrawn membership", user_id, tenant_id)


class WithdrawnMembership(Document):
    """A membership in a deleted tenant, taken off its user's row until the tenant is restored or erased: whoever reads
    a user finds only tenants that are there, without having to know of deletion.

    Not tenant-owned: it is a piece of a user.
    """

    id: Id
    user_id: Id
    tenant_id: Id
    membership: Membership

    class Settings:
        name = "withdrawn_memberships"
        indexes: ClassVar = [
            IndexModel([("user_id", ASCENDING)], name="user_id"),
            IndexModel([("tenant_id", ASCENDING)], name="tenant_id"),
        ]


MODELS: tuple[type[Document], ...] = (WithdrawnMembership,)
