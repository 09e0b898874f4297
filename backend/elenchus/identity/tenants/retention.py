"""How long tenants keep their members' work. What goes then, the rooms that have it remove."""

from dataclasses import dataclass

from elenchus.core.ids import Id
from elenchus.identity.tenants import store


@dataclass(frozen=True, slots=True)
class Term:
    tenant_id: Id
    days: int


async def terms() -> list[Term]:
    """Of the live tenants that have one."""
    return [Term(found.id, found.retention_days or 0) for found in await store.forgetting_tenants()]
