"""What the figures are made of. Each command names the fields of one index and nothing else (see `searching.store`)."""

from datetime import datetime

from elenchus.core.mongo import Row
from elenchus.jobs.reach import Reach
from elenchus.jobs.searching.store import ledger

LIVE = dict.fromkeys(("user_id", "type", "queue", "status", "queued_at", "due_at"), 1)
ENDED = dict.fromkeys("user_id type queue status error.code queued_at started_at completed_at".split(), 1)


async def live(reach: Reach) -> list[Row]:
    """What has not ended, or ended a moment ago."""
    return await ledger(reach).rows({"open": True}, fields=LIVE)


async def ended(reach: Reach, low: datetime, high: datetime | None, *, limit: int) -> list[Row]:
    """The latest of them."""
    bounds = {"$gte": low} | ({"$lt": high} if high else {})
    return await ledger(reach).rows({"completed_at": bounds}, fields=ENDED, sort=[("completed_at", -1)], limit=limit)
