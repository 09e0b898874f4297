"""What the figures are made of. Each command names the fields of one index and nothing else (see `searching.store`);
what is many is counted by the database, which gives half as much to do."""

from datetime import datetime

from elenchus.core.mongo import Row
from elenchus.jobs.reach import Reach
from elenchus.jobs.schemas import UNDER_WAY
from elenchus.jobs.searching.store import OPEN, ledger

ENDED = dict.fromkeys("user_id type queue status error.code queued_at started_at completed_at".split(), 1)


async def live(reach: Reach, moment: datetime) -> list[Row]:
    """What is under way: how many of each `type`, `queue` and `status` are due or not, and `since` when."""
    kind = {name: f"${name}" for name in ("type", "queue", "status")} | {"is_due": {"$lte": ["$due_at", moment]}}
    stages = [
        _whose(reach),
        {"$match": {"status": {"$in": sorted(UNDER_WAY)}}},
        {"$group": {"_id": kind, "number": {"$sum": 1}, "since": {"$min": "$due_at"}}},
    ]
    found = await ledger(reach).aggregate(stages, among=OPEN)
    return [{**row.pop("_id"), **row} for row in found]


async def ended(reach: Reach, low: datetime, *, limit: int) -> list[Row]:
    """The latest of them, of one tenant."""
    since = {"completed_at": {"$gte": low}}
    return await ledger(reach).rows(since, fields=ENDED, sort=[("completed_at", -1)], limit=limit)


async def counted(reach: Reach, low: datetime, high: datetime, *, minutes: int) -> list[Row]:
    """What ended between, of one tenant: how many of each `type`, `status` and `code` in each so many minutes, which
    begin `at`."""
    at = {"$dateTrunc": {"date": "$completed_at", "unit": "minute", "binSize": minutes}}
    kind = {"type": "$type", "status": "$status", "code": "$error.code", "at": at}
    stages = [_whose(reach), {"$group": {"_id": kind, "number": {"$sum": 1}}}]
    found = await ledger(reach).aggregate(stages, among={"completed_at": {"$gte": low, "$lt": high}})
    return [{**row["_id"], "number": row["number"]} for row in found]


def _whose(reach: Reach) -> Row:
    return {"$match": {"user_id": reach.user_id} if reach.user_id else {}}
