"""What a search reads: rows in the order in which they were queued, newest first, one stretch of time after the other.

The bundled database reads all rows that match before it sorts them, and leaves an index when the filter has one field
that is not in it. So each command here names the fields of one index and a stretch of time. The rest of what was asked
is looked for in what it gives: by a second stage where all of it may be read, else by whoever asked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from elenchus.core.ids import Id
from elenchus.core.mongo import Row, Unscoped
from elenchus.jobs import store
from elenchus.jobs.models import Job
from elenchus.jobs.reach import Reach, Tenant

FIELDS = {**store.LISTED, "keys": 1, "open": 1}
OPEN = {"open": True}
NEWEST_FIRST = (("queued_at", -1), ("_id", -1))
IDS_AT_ONCE = 50  # the bundled database compares each row with each id: 900 take 0.5 s, 50 take 4 ms
NO_MORE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the order."""

    at: datetime
    id: Id

    @classmethod
    def of(cls, row: Row) -> "Mark":
        return cls(row["queued_at"], row["_id"])


def all_of(values: Collection[str]) -> Row:
    return {"$all": sorted(values)}


def one_of(values: Collection[str]) -> Row:
    return {"$in": sorted(values)}


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
    and_also: Mapping[str, Any] = NO_MORE,
) -> tuple[list[Row], bool]:
    """Of one stretch, and whether there may be older ones. `equal` and the time are one index."""
    bounds: Row = {"$gte": low} | ({"$lte": before.at} if before else {})
    if and_also:
        found = await _among(reach, {**equal, "queued_at": bounds}, and_also, fields=fields, limit=limit)
    else:
        asked = {**equal, "queued_at": bounds}
        found = await ledger(reach).rows(asked, fields=fields, sort=NEWEST_FIRST, limit=limit)
    rows, is_cut = [row for row in found if before is None or Mark.of(row) < before], len(found) >= limit
    if is_cut and not rows:  # so many were queued in the same millisecond
        return await between(reach, equal, low, before, limit=4 * limit, fields=fields, and_also=and_also)
    return rows, is_cut


async def _among(
    reach: Reach, indexed: Mapping[str, Any], wanted: Mapping[str, Any], *, fields: Mapping[str, int], limit: int
) -> list[Row]:
    stages: list[Row] = [{"$match": wanted}, {"$sort": dict(NEWEST_FIRST)}, {"$limit": limit}, {"$project": fields}]
    return await ledger(reach).aggregate(stages, among=indexed)


async def with_ids(reach: Reach, ids: Collection[Id], fields: Mapping[str, int] = FIELDS) -> list[Row]:
    """In any order."""
    found: list[Row] = []
    wanted = [*ids]
    for first in range(0, len(wanted), IDS_AT_ONCE):
        some = wanted[first : first + IDS_AT_ONCE]
        found += await ledger(reach).rows({"_id": {"$in": some}}, fields=fields)
    return found
