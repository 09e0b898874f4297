"""What a watcher asks of the ledger."""

from collections.abc import Collection
from datetime import datetime

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.jobs import store
from elenchus.jobs.models import Job

MOST = 2_000  # ended jobs that one look gives, the latest
_FIELDS = {**store.LISTED, "changed_at": 1, "user_id": 1}


async def under_way(owner: HasTenant) -> list[Row]:
    return await Job.owned_by(owner).rows({"status": {"$in": store.UNDER_WAY_LIST}}, fields=_FIELDS)


async def ended_since(owner: HasTenant, since: datetime, *, user_id: Id | None = None) -> list[Row]:
    return await store.ended_since(owner, since, fields=_FIELDS, limit=MOST, user_id=user_id)


async def with_ids(owner: HasTenant, ids: Collection[Id]) -> list[Row]:
    return await Job.owned_by(owner).rows({"_id": {"$in": [*ids]}}, fields=_FIELDS) if ids else []
