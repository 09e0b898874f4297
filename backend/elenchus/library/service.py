"""The library's door: documents come in, are read by a job, can be looked into, changed, read again and removed.

Searching is `retrieve` and `search`; `require_documents` checks ids that come from outside.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.errors import Invalid
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Row
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import resources
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.schemas import Subject
from elenchus.library import names, retrieval, store
from elenchus.library.errors import (
    ContentContested,
    DocumentBeingRead,
    DocumentChanged,
    DocumentNotFound,
    NotYourDocument,
    PageNotFound,
)
from elenchus.library.models import SETTLED, Document, DocumentStatus, Failure, Processing, RowKind, row_id
from elenchus.library.reading.kinds import Kind
from elenchus.library.retrieval import require_documents
from elenchus.library.schemas import (
    ChunkOut,
    Details,
    DetailsChange,
    DocumentFilters,
    DocumentOut,
    DocumentPageOut,
    Retrieved,
    SearchIn,
    SearchOut,
    UploadedOut,
    UploadOut,
)
from elenchus.library.uploads import ReceivedFile

INGEST, REMOVE = "library.ingest", "library.remove"
MEDIA_TYPES = {Kind.PDF: "application/pdf", Kind.TEXT: "text/plain; charset=utf-8"}
UNSETTLED_AT_ONCE = 1_000
LOST = Failure(code="error", detail="The reading ended without a result. Reprocess the document.")

DOCUMENT = "document"

__all__ = ["require_documents"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An original as it was uploaded."""

    filename: str
    media_type: str
    size: int
    digest: str
    key: str

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        return resources().storage.read(self.key, start=start, end=end)


async def add_documents(principal: Principal, files: Sequence[ReceivedFile], details: Details) -> UploadOut:
    return UploadOut(items=[await add_document(principal, file, details) for file in files])


async def add_document(principal: Principal, file: ReceivedFile, details: Details) -> UploadedOut:
    """Store the file and queue its reading; the same bytes twice in a tenant are the same document."""
    document = _uploaded(principal, file, details)
    twin = await store.twin(principal, file.digest) or await _stored(principal, document, file)
    if twin:
        await _restore(principal, twin, file)
        audit.note(principal, Action.DOCUMENT_UPLOADED, DOCUMENT, twin["_id"], duplicate=True)
        return UploadedOut.of({**twin, "duplicate": True})
    await _queue_reading(principal, document.id, document.processing)
    await audit.record(principal, Action.DOCUMENT_UPLOADED, DOCUMENT, document.id, bytes=file.size, type=file.kind)
    return UploadedOut.of({**document.model_dump(), "_id": document.id, "duplicate": False})


def _uploaded(principal: Principal, file: ReceivedFile, details: Details) -> Document:
    filename = names.label_of(file.original_filename)
    moment = now()
    return Document(
        tenant_id=principal.tenant_id,
        filename=filename,
        original_filename=names.as_sent(file.original_filename),
        title=names.title_of(filename),
        media_type=MEDIA_TYPES[file.kind],
        file_type=file.kind,
        file_size=file.size,
        content_hash=file.digest,
        uploaded_by=principal.user_id,
        processing=Processing(job_id=new_id()),
        created_at=moment,
        updated_at=moment,
        **details.model_dump(),
    )


async def _stored(principal: Principal, document: Document, file: ReceivedFile) -> Row | None:
    """Row and file, within the tenant's storage; or the document that has had these bytes first, and nothing is taken.

    From the row on, whoever removes the row gives its bytes back. What breaks off leaves more reserved than is kept,
    never less; `recount_storage` finds it.
    """
    await identity.usage.reserve_storage(principal, file.size)
    try:
        twin = await store.add(principal, document)
    except ContentContested:
        await identity.usage.release_storage(principal, file.size)
        raise
    if twin:
        await identity.usage.release_storage(principal, file.size)
    else:
        await _keep(principal, document.id, file)
    return twin


async def _keep(principal: Principal, document_id: Id, file: ReceivedFile) -> None:
    """After the row, so that of many equal uploads only the one that won the row writes a file."""
    try:
        await resources().storage.put_file(names.storage_key(principal, document_id), file.path)
    except BaseException:
        await _drop_row(principal, document_id, file.size)
        raise


async def _drop_row(principal: Principal, document_id: Id, size: int) -> None:
    """With the room it took; the job of a removal may be faster."""
    await identity.usage.release_removed(principal, size, partial(store.remove_document, principal, document_id))


async def _restore(principal: Principal, twin: Row, file: ReceivedFile) -> None:
    """A document that failed may have failed for want of its file: here it is again."""
    if twin["processing"]["status"] != DocumentStatus.FAILED:
        return
    key = names.storage_key(principal, twin["_id"])
    await resources().storage.put_file(key, file.path)
    if await store.document(principal, twin["_id"]) is None:
        await resources().storage.delete(key)


async def _queue_reading(principal: Principal, document_id: Id, processing: Processing) -> None:
    await jobs.submit(INGEST, principal, subject=Subject("document", document_id), job_id=processing.job_id)


async def list_documents(principal: Principal, filters: DocumentFilters, page: PageQuery) -> Page[DocumentOut]:
    return page.page(await store.documents(principal, filters, page), DocumentOut.of)


async def get_document(principal: Principal, document_id: Id) -> DocumentOut:
    document = DocumentOut.of(await _existing(principal, document_id))
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="details")
    return document


async def _existing(principal: Principal, document_id: Id) -> Row:
    row = await store.document(principal, document_id)
    if row is None:
        raise DocumentNotFound(document_id)
    return row


async def _own(principal: Principal, document_id: Id) -> Row:
    """A member changes and deletes what they have uploaded, an administrator all of the tenant's."""
    row = await _existing(principal, document_id)
    if row["uploaded_by"] != principal.user_id and not principal.role.covers(Role.ADMIN):
        raise NotYourDocument
    return row


async def change_document(
    principal: Principal, document_id: Id, change: DetailsChange, *, revision: int | None
) -> DocumentOut:
    """Only what was sent is changed; with a `revision`, only the one the client saw."""
    await _own(principal, document_id)
    values = change.model_dump(exclude_unset=True)
    if "filename" in values:
        values["filename"] = names.label_of(values["filename"] or "")
        values["title"] = names.title_of(values["filename"])
    if not await store.change_details(principal, document_id, values, revision=revision):
        await _existing(principal, document_id)
        raise DocumentChanged
    await store.touch_shelf(principal)
    await audit.record(principal, Action.DOCUMENT_CHANGED, DOCUMENT, document_id, fields=[*sorted(values)])
    return DocumentOut.of(await _existing(principal, document_id))


async def remove_document(principal: Principal, document_id: Id) -> None:
    """At once for everybody who looks; the job makes sure that nothing of it stays, whatever dies meanwhile."""
    row = await _own(principal, document_id)
    await jobs.submit(REMOVE, principal, subject=Subject("document", document_id))
    await _drop_row(principal, document_id, row["file_size"])
    await resources().storage.delete(names.storage_key(principal, document_id))
    await store.touch_shelf(principal)
    if row["processing"]["status"] not in SETTLED:
        await _stop_reading(principal, row["processing"]["job_id"])
    await audit.record(principal, Action.DOCUMENT_DELETED, DOCUMENT, document_id)


async def _stop_reading(principal: Principal, job_id: Id) -> None:
    """Whoever may delete the document stops its reading, also one that an administrator began."""
    try:
        await jobs.cancel(replace(principal, role=Role.ADMIN), job_id)
    except (JobIsOver, JobNotFound):
        return


async def reprocess(principal: Principal, document_id: Id) -> DocumentOut:
    """Read the file again; the present text stays in use until the new one is complete."""
    row = await _own(principal, document_id)
    following = Processing(job_id=new_id())
    if not await store.requeue(principal, document_id, instead_of=row["processing"]["job_id"], following=following):
        raise DocumentBeingRead(document_id)
    await _queue_reading(principal, document_id, following)
    await audit.record(principal, Action.DOCUMENT_REPROCESSED, DOCUMENT, document_id)
    return DocumentOut.of(await _existing(principal, document_id))


async def get_page(principal: Principal, document_id: Id, number: int) -> DocumentPageOut:
    row = await _existing(principal, document_id)
    page = row["generation"] and await store.page(principal, document_id, row["generation"], number)
    if not page:
        raise PageNotFound(number, row["page_count"])
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="page", page=number)
    return DocumentPageOut.model_validate(page)


async def list_chunks(principal: Principal, document_id: Id, page: PageQuery) -> Page[ChunkOut]:
    """In the order of the document."""
    row = await _existing(principal, document_id)
    if row["generation"] is None:
        return Page(items=[], next_cursor=None)
    first = await _index_after(principal, row, page.after)
    end = min(first + page.limit, row["chunk_count"])
    ids = [row_id(document_id, row["generation"], RowKind.CHUNK, index) for index in range(first, end)]
    found = await store.chunks(principal, ids)
    items = [ChunkOut.model_validate({**found[id_], "id": id_}) for id_ in ids if id_ in found]
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="chunks", first=first, number=len(items))
    return Page(items=items, next_cursor=encode_cursor(ids[-1]) if end < row["chunk_count"] else None)


async def _index_after(principal: Principal, document: Row, last_seen: Id | None) -> int:
    if last_seen is None:
        return 0
    chunk = (await store.chunks(principal, [last_seen])).get(last_seen)
    if chunk is None or (chunk["document_id"], chunk["generation"]) != (document["_id"], document["generation"]):
        detail = "The cursor is not one of this document as it is now; begin with the first page again."
        raise Invalid(detail, errors=[{"loc": ["query", "cursor"], "msg": detail, "type": "cursor"}])
    index: int = chunk["index"]
    return index + 1


async def open_file(principal: Principal, document_id: Id) -> StoredFile:
    """Raises `NotFound` while the answer can still be a refusal."""
    row = await _existing(principal, document_id)
    key = names.storage_key(principal, document_id)
    await resources().storage.local_path(key)
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="file")
    return StoredFile(row["filename"], row["media_type"], row["file_size"], row["content_hash"], key)


async def recount_storage() -> int:
    """Of how many tenants the storage was counted wrong."""
    return await identity.usage.recount_storage(store.bytes_kept)


async def search(principal: Principal, asked: SearchIn) -> SearchOut:
    """Whose passages were shown is on the record, and nothing of the question."""
    found = await retrieval.search(principal, asked)
    _note_shown(principal, [item.document_id for item in found.items])
    return found


async def retrieve(principal: Principal, query: str, *, document_ids: Sequence[Id] = (), limit: int = 8) -> Retrieved:
    """`retrieval.retrieve`, on the record as a search is."""
    found = await retrieval.retrieve(principal, query, document_ids=document_ids, limit=limit)
    _note_shown(principal, [passage.document_id for passage in found.passages])
    return found


def _note_shown(principal: Principal, document_ids: Sequence[Id]) -> None:
    """One row, which is found by each of the documents."""
    shown = sorted(map(str, {*document_ids}))
    audit.note(principal, Action.DOCUMENT_SEARCHED, DOCUMENT, None, passages=len(document_ids), documents=[*shown])


async def mend_unsettled(before: datetime) -> int:
    """Queue the readings that their upload could not queue any more; say how many documents needed mending."""
    mended = 0
    for document in await store.unsettled_since(before, limit=UNSETTLED_AT_ONCE):
        uploader = Principal(document.tenant_id, document.uploaded_by, Role.MEMBER)
        try:
            job = await jobs.get(uploader, document.processing.job_id)
        except JobNotFound:
            await _queue_reading(uploader, document.id, document.processing)
            mended += 1
            continue
        if job.status.is_over:
            failure = Failure.model_validate(job.error, from_attributes=True) if job.error else LOST
            await store.fail(uploader, document.id, document.processing.job_id, failure=failure)
            mended += 1
    return mended
