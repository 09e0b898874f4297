"""What a batch reads."""

from collections.abc import Collection

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.jobs.reach import Reach
from elenchus.jobs.searching import store as searching
from elenchus.jobs.store import UNSHOWN


async def with_ids(reach: Reach, ids: Collection[Id]) -> dict[Id, Row]:
    return {row["_id"]: row for row in await searching.with_ids(reach, ids, UNSHOWN)}
