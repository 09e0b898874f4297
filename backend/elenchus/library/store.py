"""All the library's MongoDB verbs."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import DuplicateKeyError, HasTenant, Row, TenantOwned
from elenchus.core.pages import PageQuery
from elenchus.library.errors import ContentContested
from elenchus.library.models import (
    SETTLED,
    UNSETTLED,
    Attached,
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
_UNDER_WAY: Row = {"processing.status": {"$in": UNSETTLED}}
_NUMBERS = {RowKind.PAGE: "page", RowKind.CHUNK: "index", RowKind.SEGMENT: "part"}
_LISTED = dict.fromkeys(
    "generation title segment_parts embedding chunk_count category jurisdiction practice_area keywords matter".split(),
    1,
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
    return await Document.owned_by(owner).newest(_matching(filters), limit=page.fetch, before=page.after)


def _matching(filters: DocumentFilters) -> Row:
    asked: Row = filters.model_dump(exclude_none=True, include={"category", "jurisdiction", "practice_area", "matter"})
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


async def attach(owner: HasTenant, document_id: Id, *, to: Id) -> bool:
    """The same file may have come with many messages."""
    return await Document.owned_by(owner).update({"_id": document_id}, {"$addToSet": {"attached_to": to}})


async def detach_all(owner: HasTenant, message_id: Id) -> int:
    """What was attached to a message that is gone stands alone."""
    return await Document.owned_by(owner).update_many(
        {"attached_to": message_id}, {"$pull": {"attached_to": message_id}}
    )


async def remove_document(owner: HasTenant, document_id: Id, *, though_held: bool = False) -> bool:
    """False when it is gone, or under legal hold."""
    free = {} if though_held else {"legal_hold": {"$ne": True}}
    return await Document.owned_by(owner).delete({"_id": document_id, **free})


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
    changes = _processing(status=DocumentStatus.PROCESSING, stage="reading", progress=0.0, error=None, attempts=attempt)
    where = {"processing.status": {"$ne": DocumentStatus.COMPLETED}, "generations": begun}
    matched = await _change(owner, document["_id"], job_id, {**changes, "generations": begun + 1}, where=where)
    return begun + 1 if matched else None


async def note_progress(owner: HasTenant, document_id: Id, job_id: Id, *, fraction: float, stage: str) -> bool:
    changes = _processing(stage=stage, progress=fraction)
    return await _change(owner, document_id, job_id, changes, where=_UNDER_WAY)


async def note_attachments(owner: HasTenant, document_id: Id, job_id: Id, attachments: Sequence[Attached]) -> bool:
    """Here and in no other place, so that their names go with the document."""
    changes = {"attachments": [attached.model_dump() for attached in attachments]}
    return await _change(owner, document_id, job_id, changes, where=_UNDER_WAY)


async def publish(
    owner: HasTenant, document_id: Id, job_id: Id, *, generation: int, reading: Mapping[str, object]
) -> bool:
    """The flip: from here on readers and searches see this generation. Repeating it changes nothing. An attempt that
    slept through its successor's flip does not turn it back, nor does one whose rows were swept when its job failed."""
    where = {"generation": {"$not": {"$gt": generation}}, "$or": [_UNDER_WAY, {"generation": generation}]}
    return await _change(owner, document_id, job_id, {**reading, "generation": generation}, where=where)


async def complete(owner: HasTenant, document_id: Id, job_id: Id, *, generation: int) -> bool:
    """Say that it was read: after the shelf was touched, so that whoever sees this finds the document by searching."""
    done = _processing(status=DocumentStatus.COMPLETED, stage="done", progress=1.0, error=None)
    return await _change(owner, document_id, job_id, done, where={"generation": generation})


async def fail(owner: HasTenant, document_id: Id, job_id: Id, *, failure: Failure) -> bool:
    changes = _processing(status=DocumentStatus.FAILED, stage="failed", error=failure.model_dump())
    return await _change(owner, document_id, job_id, changes, where=_UNDER_WAY)


async def _change(owner: HasTenant, document_id: Id, job_id: Id, changes: Row, *, where: Row) -> bool:
    filter_ = {"_id": document_id, "processing.job_id": job_id, **where}
    return await Document.owned_by(owner).update(filter_, {"$set": {**changes, "updated_at": now()}})


def _processing(**values: object) -> Row:
    return {f"processing.{name}": value for name, value in values.items()}


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


async def page_texts(owner: HasTenant, document_id: Id, generation: int, page_count: int) -> list[str] | None:
    """Of all pages in order; None when the generation has been replaced."""
    ids = [row_id(document_id, generation, RowKind.PAGE, number) for number in range(1, page_count + 1)]
    texts = {row["_id"]: row["text"] for row in await _by_ids(owner, DocumentPage, ids, fields={"text": 1})}
    return [texts[id_] for id_ in ids] if len(texts) == len(ids) else None


async def chunks(owner: HasTenant, chunk_ids: Sequence[Id]) -> dict[Id, Row]:
    return {row["_id"]: row for row in await _by_ids(owner, Chunk, chunk_ids, fields={"vector": 0})}


async def segment_parts(owner: HasTenant, wanted: Mapping[tuple[Id, int], range]) -> dict[tuple[Id, int], list[bytes]]:
    """By (document, generation) the parts of these numbers; left out where one is gone."""
    ids = {key: [row_id(*key, RowKind.SEGMENT, part) for part in parts] for key, parts in wanted.items()}
    rows = await _by_ids(owner, SegmentPart, [id_ for each in ids.values() for id_ in each], fields={"data": 1})
    stored = {row["_id"]: row["data"] for row in rows}
    return {key: [stored[id_] for id_ in each] for key, each in ids.items() if all(id_ in stored for id_ in each)}


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
