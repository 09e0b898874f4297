"""What a batch reads."""

from collections.abc import Collection

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.jobs.reach import Reach
from elenchus.jobs.searching.store import ledger
from elenchus.jobs.store import UNSHOWN


async def with_ids(reach: Reach, ids: Collection[Id]) -> dict[Id, Row]:
    rows = await ledger(reach).rows({"_id": {"$in": [*ids]}}, fields=UNSHOWN)
    return {row["_id"]: row for row in rows}
