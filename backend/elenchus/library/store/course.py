"""The course of a reading: each write holds only while `job_id` is the document's reading."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.library.models import SETTLED, UNSETTLED, Attached, Document, DocumentStatus, Failure, Processing

_UNDER_WAY: Row = {"processing.status": {"$in": UNSETTLED}}


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
