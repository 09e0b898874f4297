"""Documents on their way in: stored once for each content, within the tenant's room, and queued to be read."""

from collections.abc import Sequence
from functools import partial

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.errors import NotFound
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import Subject
from elenchus.library import names, store
from elenchus.library.errors import ContentContested
from elenchus.library.models import Document, DocumentStatus, Processing
from elenchus.library.reading.kinds import Kind
from elenchus.library.schemas import Details, UploadedOut, UploadOut
from elenchus.library.uploads import ReceivedFile

INGEST = "library.ingest"
DOCUMENT = "document"
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.OLD_WORD: "application/msword",
    Kind.RICH_TEXT: "application/rtf",
    Kind.WEB_PAGE: "text/html",
    Kind.MAIL: "message/rfc822",
    Kind.TEXT: "text/plain; charset=utf-8",
}


async def add_documents(principal: Principal, files: Sequence[ReceivedFile], details: Details) -> UploadOut:
    return UploadOut(items=[await add_document(principal, file, details) for file in files])


async def add_document(principal: Principal, file: ReceivedFile, details: Details) -> UploadedOut:
    """Store the file and queue its reading; the same bytes twice in a tenant are the same document."""
    document = _uploaded(principal, file, details)
    if twin := await _admit(principal, document, file):
        return UploadedOut.of({**twin, "duplicate": True})
    return UploadedOut.of({**document.model_dump(), "_id": document.id, "duplicate": False})


async def add_attachment(principal: Principal, file: ReceivedFile, message: Row) -> Id:
    """A document of its own, with the message's labels; bytes that are here already are only tied to the message."""
    labels = Details.model_validate({name: message[name] for name in Details.model_fields})
    document = _uploaded(principal, file, labels)
    document.attached_to, document.nesting = [message["_id"]], message.get("nesting", 0) + 1
    twin = await _admit(principal, document, file)
    if twin is None:
        return document.id
    if not await store.attach(principal, twin["_id"], to=message["_id"]):
        raise ContentContested  # it was deleted at this moment
    known: Id = twin["_id"]
    return known


async def _admit(principal: Principal, document: Document, file: ReceivedFile) -> Row | None:
    """None when it was stored and queued; else the document that has these bytes already."""
    twin = await store.twin(principal, file.digest) or await _stored(principal, document, file)
    if twin:
        await _restore(principal, twin, file)
        audit.note(principal, Action.DOCUMENT_UPLOADED, DOCUMENT, twin["_id"], duplicate=True)
        return twin
    await queue_reading(principal, document.id, document.processing)
    await audit.record(principal, Action.DOCUMENT_UPLOADED, DOCUMENT, document.id, bytes=file.size, type=file.kind)
    return None


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
        await drop_row(principal, document_id, file.size)
        raise


async def drop_row(principal: Principal, document_id: Id, size: int) -> bool:
    """With the room it took. False when the job of a removal was faster, or the document is under legal hold."""
    drop = partial(store.remove_document, principal, document_id)
    return await identity.usage.release_removed(principal, size, drop)


async def _restore(principal: Principal, twin: Row, file: ReceivedFile) -> None:
    """A document that failed may have failed for want of its file, and one whose upload was killed has none: here it
    is again."""
    key = names.storage_key(principal, twin["_id"])
    if twin["processing"]["status"] != DocumentStatus.FAILED and await _is_stored(key):
        return
    await resources().storage.put_file(key, file.path)
    if await store.document(principal, twin["_id"]) is None:
        await resources().storage.delete(key)


async def _is_stored(key: str) -> bool:
    try:
        await resources().storage.local_path(key)
    except NotFound:
        return False
    return True


async def queue_reading(principal: Principal, document_id: Id, processing: Processing) -> None:
    await jobs.submit(INGEST, principal, subject=Subject("document", document_id), job_id=processing.job_id)
