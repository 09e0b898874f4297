"""What a search reads: rows in the order in which they were queued, newest first, one stretch of time after the other.

The bundled database reads all rows that match before it sorts them, and leaves an index when the filter has one field
that is not in it. So each command here names the fields of one index and a stretch of time, and the rest of what was
asked is looked for in what it gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elenchus.core.ids import Id
from elenchus.core.mongo import Row, Unscoped
from elenchus.jobs import store
from elenchus.jobs.models import Job
from elenchus.jobs.reach import Reach, Tenant

FIELDS = {**store.LISTED, "keys": 1, "open": 1}
NEWEST_FIRST = (("queued_at", -1), ("_id", -1))
MOST_OPEN = 20_000  # of all tenants, the newest


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the order."""

    at: datetime
    id: Id

    @classmethod
    def of(cls, row: Row) -> "Mark":
        return cls(row["queued_at"], row["_id"])


def ledger(reach: Reach) -> Unscoped[Job]:
    return Job.across_tenants() if reach.tenant_id is None else Job.owned_by(Tenant(reach.tenant_id))


async def between(
    reach: Reach,
    equal: Mapping[str, Any],
    low: datetime,
    before: Mark | None,
    *,
    limit: int,
    fields: Mapping[str, int] = FIELDS,
) -> tuple[list[Row], bool]:
    """Of one stretch, and whether there may be older ones. `equal` and the time are one index."""
    bounds: Row = {"$gte": low} | ({"$lte": before.at} if before else {})
    asked = {**equal, "queued_at": bounds}
    found = await ledger(reach).rows(asked, fields=fields, sort=NEWEST_FIRST, limit=limit)
    rows, is_cut = [row for row in found if before is None or Mark.of(row) < before], len(found) >= limit
    if is_cut and not rows:  # so many were queued in the same millisecond
        return await between(reach, equal, low, before, limit=4 * limit, fields=fields)
    return rows, is_cut


async def with_ids(reach: Reach, ids: Sequence[Id]) -> list[Row]:
    return await ledger(reach).rows({"_id": {"$in": [*ids]}}, fields=FIELDS) if ids else []


async def open_of_all(fields: Mapping[str, int]) -> list[Row]:
    """What has not ended, of all tenants."""
    return await Job.across_tenants().rows({"open": True}, fields=fields, sort=NEWEST_FIRST, limit=MOST_OPEN)
