"""Pages, chunks and segments of one generation."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant, Row, TenantOwned
from elenchus.library.models import Batch, Chunk, DocumentPage, RowKind, SegmentPart, row_id

IDS_AT_ONCE = 50  # the bundled database compares every row with every id: 500 deleted at once 330 ms, 10 x 50 88 ms
_ROWS: Mapping[RowKind, type[TenantOwned]] = {
    RowKind.PAGE: DocumentPage,
    RowKind.CHUNK: Chunk,
    RowKind.SEGMENT: SegmentPart,
}
_NUMBERS = {RowKind.PAGE: "page", RowKind.CHUNK: "index", RowKind.SEGMENT: "part"}


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
    texts = {row["_id"]: row["text"] for row in await by_ids(owner, DocumentPage, ids, fields={"text": 1})}
    return [texts[id_] for id_ in ids] if len(texts) == len(ids) else None


async def chunks(owner: HasTenant, chunk_ids: Sequence[Id]) -> dict[Id, Row]:
    return {row["_id"]: row for row in await by_ids(owner, Chunk, chunk_ids, fields={"vector": 0})}


async def existing_chunks(owner: HasTenant, chunk_ids: Sequence[Id]) -> frozenset[Id]:
    """Those of the ids that are chunks of this tenant."""
    return frozenset(row["_id"] for row in await by_ids(owner, Chunk, chunk_ids, fields={"_id": 1}))


async def segment_parts(owner: HasTenant, wanted: Mapping[tuple[Id, int], range]) -> dict[tuple[Id, int], list[bytes]]:
    """By (document, generation) the parts of these numbers; left out where one is gone."""
    ids = {key: [row_id(*key, RowKind.SEGMENT, part) for part in parts] for key, parts in wanted.items()}
    rows = await by_ids(owner, SegmentPart, [id_ for each in ids.values() for id_ in each], fields={"data": 1})
    stored = {row["_id"]: row["data"] for row in rows}
    return {key: [stored[id_] for id_ in each] for key, each in ids.items() if all(id_ in stored for id_ in each)}


async def by_ids(
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
