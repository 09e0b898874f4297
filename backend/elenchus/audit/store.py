"""All the record's MongoDB verbs. Rows are added at the end, pruned from the beginning, and otherwise left alone.

Everything is read by id or within a tight range of numbers: the bundled database reads every match before it sorts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pymongo
from bson import ObjectId
from pymongo.errors import BulkWriteError

from elenchus.audit.chain import Head, Link
from elenchus.audit.models import AuditHead, AuditRow, head_id, row_id
from elenchus.core.ids import Id
from elenchus.core.mongo import DUPLICATE_KEY, Owned, Row

ALL_ROWS_SECONDS = 300.0
IN_ORDER = (("seq", 1),)
NEWEST_FIRST = (("seq", -1),)


@dataclass(frozen=True, slots=True)
class _Tenant:
    tenant_id: Id


def _rows(tenant_id: Id) -> Owned[AuditRow]:
    return AuditRow.owned_by(_Tenant(tenant_id)).settled()


def _heads(tenant_id: Id) -> Owned[AuditHead]:
    return AuditHead.owned_by(_Tenant(tenant_id)).settled()


# rows


async def append(tenant_id: Id, rows: Sequence[Row]) -> bool:
    """False when somebody else has one of their numbers: those before it are written. Raises pymongo's errors, and
    then nobody knows how many are, or will be in a moment."""
    try:
        await _rows(tenant_id).append_rows(rows)
    except BulkWriteError as error:
        failures = error.details.get("writeErrors", [])
        if error.details.get("writeConcernErrors") or [row["code"] for row in failures] != [DUPLICATE_KEY]:
            raise
        return False
    return True


async def row(tenant_id: Id, seq: int) -> Row | None:
    return await _rows(tenant_id).row({"_id": row_id(tenant_id, seq)})


async def hashes(tenant_id: Id, seqs: Iterable[int]) -> dict[int, str]:
    """Of the rows that are there."""
    by_id = {row_id(tenant_id, seq): seq for seq in seqs}
    found = await _rows(tenant_id).rows({"_id": {"$in": list(by_id)}}, fields={"hash": 1})
    return {by_id[row["_id"]]: str(row.get("hash")) for row in found}


async def span(tenant_id: Id, *, after: int, last: int) -> list[Row]:
    """In order, whatever claims to stand there."""
    return await _rows(tenant_id).rows({"seq": {"$gt": after, "$lte": last}}, sort=IN_ORDER)


async def newest_with(tenant_id: Id, field: str | None, value: object, *, after: int, last: int) -> list[Row]:
    """The rows of these numbers with this value, newest first.

    By exactly one index: with any other condition beside it the bundled database reads the whole collection.
    """
    chosen = {field: value} if field else {}
    return await _rows(tenant_id).rows({**chosen, "seq": {"$gt": after, "$lte": last}}, sort=NEWEST_FIRST)


async def any_after(tenant_id: Id, seq: int) -> bool:
    """Cheap when there are few."""
    return await _rows(tenant_id).row({"seq": {"$gt": seq}}, fields={"seq": 1}) is not None


async def numbers_after(tenant_id: Id, seq: int) -> list[int]:
    return [row["seq"] for row in await _rows(tenant_id).rows({"seq": {"$gt": seq}}, fields={"seq": 1})]


async def instant(tenant_id: Id, seq: int) -> datetime | None:
    """None when there is no such row, or none that says when."""
    at = (await row(tenant_id, seq) or {}).get("at")
    return at if isinstance(at, datetime) else None


async def newest(tenant_id: Id) -> Link | None:
    """By looking at all of them: for a tenant that has none yet, or whose head is gone."""
    found = await _rows(tenant_id).rows({"seq": {"$gte": 1}}, fields={"seq": 1, "hash": 1}, sort=NEWEST_FIRST, limit=1)
    return Link(int(found[0]["seq"]), str(found[0].get("hash"))) if found else None


async def remove(tenant_id: Id, first: int, last: int) -> int:
    return await _rows(tenant_id).delete_many({"seq": {"$gte": first, "$lte": last}})


async def remains(tenant_id: Id, before: int) -> list[int]:
    """Numbers of the rows below the chain's beginning."""
    return [
        row["seq"] for row in await _rows(tenant_id).rows({"seq": {"$lt": before}}, fields={"seq": 1}, sort=IN_ORDER)
    ]


async def known_people(tenant_id: Id) -> list[Id]:
    """Of whom any row has personal details, whatever became of the chain."""
    by_user = {"$group": {"_id": "$actor.user_id"}}
    with pymongo.timeout(ALL_ROWS_SECONDS):
        found = await _rows(tenant_id).aggregate([{"$match": {"personal": {"$ne": None}}}, by_user])
    return [row["_id"] for row in found if row["_id"] is not None]


async def personal_ids(tenant_id: Id, user_id: Id, *, after: float, last: float) -> list[Id]:
    """Their rows of these numbers that have personal details."""
    mine = {"actor.user_id": user_id, "seq": {"$gt": after, "$lte": last}}
    return [row["_id"] for row in await _rows(tenant_id).rows(mine, fields={"personal": 1}) if row.get("personal")]


async def erase_personal(tenant_id: Id, ids: Sequence[Id]) -> int:
    return await _rows(tenant_id).update_many({"_id": {"$in": [*ids]}}, {"$set": {"personal": None}})


async def about(tenant_id: Id, object_id: str, *, after: int) -> list[Row]:
    return await _rows(tenant_id).rows({"object.id": object_id, "seq": {"$gt": after}}, sort=IN_ORDER)


# heads


async def head(tenant_id: Id) -> Head | None:
    found = await _heads(tenant_id).row({"_id": head_id(tenant_id)})
    return None if found is None else Head.of(tenant_id, found)


async def begin(head: Head) -> None:
    """Once for each tenant, before its first row; of many at once one wins."""
    row = {"_id": head_id(head.tenant_id), "tenant_id": head.tenant_id, **head.row()}
    await _heads(head.tenant_id).insert_missing_rows([row])


async def move_head(old: Head, new: Head) -> bool:
    """False when somebody else has moved it since `old` was read."""
    same = {"_id": head_id(old.tenant_id), "seal": old.seal}
    return await _heads(old.tenant_id).update(same, {"$set": new.row()})


async def tenants() -> list[Id]:
    """Who has a chain: for pruning, verifying and erasing, which go tenant by tenant."""
    heads = await AuditHead.across_tenants().rows({}, fields={"tenant_id": 1})
    return sorted(row["tenant_id"] for row in heads if isinstance(row.get("tenant_id"), ObjectId))


async def tenants_with_rows() -> list[Id]:
    """By looking at all rows: also those whose head is gone."""
    with pymongo.timeout(ALL_ROWS_SECONDS):
        found = await AuditRow.across_tenants().aggregate([{"$group": {"_id": "$tenant_id"}}])
    return [Id(row["_id"]) for row in found if isinstance(row["_id"], ObjectId)]


async def strays() -> int:
    """Rows and heads of no tenant, which nobody writes but by hand."""
    astray = {"tenant_id": {"$not": {"$type": "objectId"}}}
    with pymongo.timeout(ALL_ROWS_SECONDS):
        return await AuditRow.across_tenants().count(astray) + await AuditHead.across_tenants().count(astray)
