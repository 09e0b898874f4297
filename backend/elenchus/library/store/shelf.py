"""What searches may find."""

from collections.abc import Mapping
from typing import Any

from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant, Row
from elenchus.library.models import Document, Shelf

_LISTED = dict.fromkeys(
    "generation title segment_parts embedding chunk_count category jurisdiction practice_area keywords matter".split(),
    1,
)


async def shelf_version(owner: HasTenant) -> int:
    row = await Shelf.owned_by(owner).row({"_id": _shelf_id(owner)})
    return row["version"] if row else 0


async def touch_shelf(owner: HasTenant) -> None:
    """Call it after every change of what searches may find: cached listings carry the version they were read at."""
    shelves = Shelf.owned_by(owner)
    change: Mapping[str, Any] = {"$inc": {"version": 1}}
    if not await shelves.update({"_id": _shelf_id(owner)}, change):
        await shelves.insert_missing([Shelf(id=_shelf_id(owner), tenant_id=owner.tenant_id)])
        await shelves.update({"_id": _shelf_id(owner)}, change)


def _shelf_id(owner: HasTenant) -> Id:
    return derived_id("shelf", owner.tenant_id)


async def listing(owner: HasTenant) -> list[Row]:
    """Every document that has a live generation, with what a search needs to choose it."""
    return await Document.owned_by(owner).rows({"generation": {"$gt": 0}}, fields=_LISTED)
