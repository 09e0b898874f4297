"""All the library's MongoDB verbs."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import DuplicateKeyError, HasTenant, Row, TenantOwned
from elenchus.core.pages import NEWEST_FIRST, PageQuery
from elenchus.library.errors import ContentContested
from elenchus.library.models import (
    SETTLED,
    UNSETTLED,
    Batch,
    Chunk,
    Document,
    DocumentPage,
    DocumentStatus,
    Failure,
    Processing,
    RowKind,
    SegmentPart,
    Shelf,
    row_id,
)
from elenchus.library.schemas import DocumentFilters

IDS_AT_ONCE = 50  # the bundled database compares every row with every id: 500 deleted at once 330 ms, 10 x 50 88 ms
ADD_ATTEMPTS = 3
_ROWS: Mapping[RowKind, type[TenantOwned]] = {
    RowKind.PAGE: DocumentPage,
    RowKind.CHUNK: Chunk,
    RowKind.SEGMENT: SegmentPart,
}
_NUMBERS = {RowKind.PAGE: "page", RowKind.CHUNK: "index", RowKind.SEGMENT: "part"}
_LISTED = dict.fromkeys(
    "generation title segment_parts chunk_count category jurisdiction practice_area keywords matter".split(), 1
)


# documents


async def add(owner: HasTenant, document: Document) -> Row | None:
    """None when it was added; else the document that has these bytes already. One of many at once wins."""
    documents = Document.owned_by(owner)
    for _ in range(ADD_ATTEMPTS):
        try:
            await documents.insert(document)
        except DuplicateKeyError:
            present = await twin(owner, document.content_hash)
            if present is not None:
                return None if present["_id"] == document.id else present
        else:
            return None
    raise ContentContested


async def twin(owner: HasTenant, content_hash: str) -> Row | None:
    """The document that has these bytes."""
    return await Document.owned_by(owner).row({"content_hash": content_hash})


async def bytes_kept(owner: HasTenant) -> int:
    """Of all originals."""
    sums = await Document.owned_by(owner).aggregate([{"$group": {"_id": None, "bytes": {"$sum": "$file_size"}}}])
    return int(sums[0]["bytes"]) if sums else 0


async def document(owner: HasTenant, document_id: Id) -> Row | None:
    return await Document.owned_by(owner).row({"_id": document_id})


async def documents(owner: HasTenant, filters: DocumentFilters, page: PageQuery) -> list[Row]:
    return await Document.owned_by(owner).rows(
        {**_matching(filters), **page.filter()}, sort=NEWEST_FIRST, limit=page.fetch
    )


def _matching(filters: DocumentFilters) -> Row:
    asked: Row = filters.model_dump(exclude_none=True, include={"category", "jurisdiction", "practice_area"})
    if filters.status:
        asked["processing.status"] = filters.status
    if filters.keyword:
        asked["keywords"] = filters.keyword
    if filters.q:
        asked["filename"] = {"$regex": re.escape(filters.q), "$options": "i"}
    return asked


async def existing(owner: HasTenant, document_ids: Sequence[Id]) -> set[Id]:
    """Those of the ids that are documents of this tenant."""
    return {row["_id"] for row in await _by_ids(owner, Document, document_ids, fields={"_id": 1})}


async def change_details(
    owner: HasTenant, document_id: Id, changes: Mapping[str, object], *, revision: int | None
) -> bool:
    """False when it is gone or, with a `revision`, when it has another one by now."""
    unchanged = {} if revision is None else {"revision": revision}
    return await Document.owned_by(owner).update(
        {"_id": document_id, **unchanged}, {"$set": {**changes, "updated_at": now()}, "$inc": {"revision": 1}}
    )


async def remove_document(owner: HasTenant, document_id: Id) -> bool:
    return await Document.owned_by(owner).delete({"_id": document_id})


# the course of a reading: each write holds only while `job_id` is the document's reading


async def requeue(owner: HasTenant, document_id: Id, *, instead_of: Id, following: Processing) -> bool:
    """False when a reading is under way or another was begun meanwhile."""
    return await Document.owned_by(owner).update(
        {"_id": document_id, "processing.job_id": instead_of, "processing.status": {"$in": SETTLED}},
        {"$set": {"processing": following.model_dump(), "updated_at": now()}},
    )


async def begin_reading(owner: HasTenant, document: Row, job_id: Id, *, attempt: int) -> int | None:
    """The number of the generation that this attempt alone may write; None when the document has changed since."""
    begun: int = document["generations"]
    filter_ = {
        "_id": document["_id"],
        "processing.job_id": job_id,
        "processing.status": {"$ne": DocumentStatus.COMPLETED},
        "generations": begun,
    }
    changes = _processing(status=DocumentStatus.PROCESSING, stage="reading", progress=0.0, error=None, attempts=attempt)
    matched = await Document.owned_by(owner).update(filter_, {"$set": {**changes, "generations": begun + 1}})
    return begun + 1 if matched else None


async def note_progress(owner: HasTenant, document_id: Id, job_id: Id, *, fraction: float, stage: str) -> bool:
    return await _set_processing(owner, document_id, job_id, stage=stage, progress=fraction)


async def fail(owner: HasTenant, document_id: Id, job_id: Id, *, failure: Failure) -> bool:
    return await _set_processing(
        owner, document_id, job_id, status=DocumentStatus.FAILED, stage="failed", error=failure.model_dump()
    )


async def _set_processing(owner: HasTenant, document_id: Id, job_id: Id, **values: object) -> bool:
    filter_ = {"_id": document_id, "processing.job_id": job_id, "processing.status": {"$in": UNSETTLED}}
    return await Document.owned_by(owner).update(filter_, {"$set": _processing(**values)})


def _processing(**values: object) -> Row:
    return {**{f"processing.{name}": value for name, value in values.items()}, "updated_at": now()}


async def publish(
    owner: HasTenant, document_id: Id, job_id: Id, *, generation: int, reading: Mapping[str, object]
) -> bool:
    """The flip: from here on readers and searches see this generation. Repeating it changes nothing, and an attempt
    that slept through its successor's flip does not turn it back."""
    filter_ = {"_id": document_id, "processing.job_id": job_id, "generation": {"$not": {"$gt": generation}}}
    flip = {**reading, "generation": generation, "updated_at": now()}
    return await Document.owned_by(owner).update(filter_, {"$set": flip})


async def complete(owner: HasTenant, document_id: Id, job_id: Id, *, generation: int) -> bool:
    """Say that it was read: after the shelf was touched, so that whoever sees this finds the document by searching."""
    filter_ = {"_id": document_id, "processing.job_id": job_id, "generation": generation}
    done = _processing(status=DocumentStatus.COMPLETED, stage="done", progress=1.0, error=None)
    return await Document.owned_by(owner).update(filter_, {"$set": done})


async def unsettled_since(moment: datetime, *, limit: int) -> list[Document]:
    """Documents of all tenants that no sign of life came from: the sweep's errand."""
    return await Document.across_tenants().find(
        {"processing.status": {"$in": UNSETTLED}, "updated_at": {"$lt": moment}}, limit=limit
    )


# pages, chunks and segments of one generation


async def write(owner: HasTenant, document_id: Id, generation: int, rows: Mapping[RowKind, Sequence[Row]]) -> None:
    """Rows of a kind must be given in the order of their numbers, without gaps. Repeating it changes nothing."""
    await note(owner, document_id, generation, {kind: _numbers(kind, given) for kind, given in rows.items() if given})
    await asyncio.gather(*(_ROWS[kind].owned_by(owner).insert_missing_rows(given) for kind, given in rows.items()))


def _numbers(kind: RowKind, rows: Sequence[Row]) -> range:
    first: int = rows[0][_NUMBERS[kind]]
    return range(first, first + len(rows))


async def note(owner: HasTenant, document_id: Id, generation: int, numbers: Mapping[RowKind, range]) -> None:
    """A batch's id names its bounds: whoever cuts elsewhere notes anew."""
    batches = [
        Batch(
            id=derived_id("batch", document_id, generation, kind, within.start, within.stop),
            tenant_id=owner.tenant_id,
            document_id=document_id,
            generation=generation,
            kind=kind,
            first=within.start,
            end=within.stop,
        )
        for kind, within in numbers.items()
    ]
    await Batch.owned_by(owner).insert_missing(batches)


async def page(owner: HasTenant, document_id: Id, generation: int, number: int) -> Row | None:
    return await DocumentPage.owned_by(owner).row({"_id": row_id(document_id, generation, RowKind.PAGE, number)})


async def chunks(owner: HasTenant, chunk_ids: Sequence[Id]) -> dict[Id, Row]:
    return {row["_id"]: row for row in await _by_ids(owner, Chunk, chunk_ids)}


async def segments(owner: HasTenant, wanted: Mapping[tuple[Id, int], int]) -> dict[tuple[Id, int], bytes]:
    """Packed segments by (document, generation), given how many parts each has; one that is gone is left out."""
    ids = [row_id(*key, RowKind.SEGMENT, part) for key, parts in wanted.items() for part in range(parts)]
    stored = {row["_id"]: row["data"] for row in await _by_ids(owner, SegmentPart, ids)}
    found: dict[tuple[Id, int], bytes] = {}
    for key, parts in wanted.items():
        here = [stored[id_] for part in range(parts) if (id_ := row_id(*key, RowKind.SEGMENT, part)) in stored]
        if len(here) == parts:
            found[key] = b"".join(here)
    return found


async def _by_ids(
    owner: HasTenant, model: type[TenantOwned], ids: Sequence[Id], *, fields: Mapping[str, Any] | None = None
) -> list[Row]:
    rows = model.owned_by(owner)
    answers = await asyncio.gather(*(rows.rows({"_id": {"$in": block}}, fields=fields) for block in _blocks(ids)))
    return [row for answer in answers for row in answer]


def _blocks(ids: Sequence[Id]) -> list[Sequence[Id]]:
    return [ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE)]


async def is_indexed(owner: HasTenant, document_id: Id, generation: int) -> bool:
    """Whether the last thing a reading writes is there, and so all before it."""
    part = row_id(document_id, generation, RowKind.SEGMENT, 0)
    return await SegmentPart.owned_by(owner).row({"_id": part}, fields={"_id": 1}) is not None


async def sweep_older(owner: HasTenant, document_id: Id, *, up_to: int, keep: int | None) -> int:
    """A newer one may be on its way already."""
    return await _sweep(owner, {"document_id": document_id, "generation": {"$lte": up_to, "$ne": keep}})


async def sweep_generation(owner: HasTenant, document_id: Id, generation: int) -> int:
    return await _sweep(owner, {"document_id": document_id, "generation": generation})


async def sweep_all(owner: HasTenant, document_id: Id) -> int:
    return await _sweep(owner, {"document_id": document_id})


async def _sweep(owner: HasTenant, filter_: Row) -> int:
    """How many rows went. What `is_indexed` asks for goes first; a batch is forgotten when its rows are gone."""
    batches = await Batch.owned_by(owner).find(filter_)
    batches.sort(key=lambda batch: batch.kind is not RowKind.SEGMENT)
    gone = sum([await _delete_rows(owner, batch) for batch in batches])
    await Batch.owned_by(owner).delete_many({**filter_, "_id": {"$in": [batch.id for batch in batches]}})
    return gone


async def _delete_rows(owner: HasTenant, batch: Batch) -> int:
    rows = _ROWS[batch.kind].owned_by(owner)
    ids = [row_id(batch.document_id, batch.generation, batch.kind, number) for number in range(batch.first, batch.end)]
    return sum([await rows.delete_many({"_id": {"$in": block}}) for block in _blocks(ids)])


# what searches may find


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
