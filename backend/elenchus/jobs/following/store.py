"""What a watcher asks of the ledger."""

from collections.abc import Collection
from datetime import datetime

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.jobs import store
from elenchus.jobs.models import Job
from elenchus.jobs.reach import Reach
from elenchus.jobs.searching import store as searching

MOST = 2_000  # ended jobs that one look gives, the latest
_FIELDS = {**store.LISTED, "changed_at": 1}


async def under_way(owner: HasTenant) -> list[Row]:
    """By `open` alone, whose index has nothing but these and what is about to be told."""
    rows = await Job.owned_by(owner).rows(searching.OPEN, fields=_FIELDS)
    return [row for row in rows if row["completed_at"] is None]


async def ended_since(owner: HasTenant, since: datetime, *, user_id: Id | None = None) -> list[Row]:
    return await store.ended_since(owner, since, fields=_FIELDS, limit=MOST, user_id=user_id)


async def with_ids(owner: HasTenant, ids: Collection[Id]) -> list[Row]:
    return await searching.with_ids(Reach(owner.tenant_id), ids, _FIELDS)
