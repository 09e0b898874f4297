"""The library's door: documents come in, are read by a job, can be looked into, changed, read again and removed.

Searching is `retrieve` and `search`; `require_documents` checks ids that come from outside.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Row
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import resources
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.schemas import Subject
from elenchus.library import names, retrieval, store
from elenchus.library.adding import DOCUMENT, INGEST, add_attachment, add_documents, drop_row, queue_reading
from elenchus.library.authorities import cited_authorities
from elenchus.library.checking import check_quotes
from elenchus.library.errors import (
    DocumentBeingRead,
    DocumentChanged,
    DocumentHeld,
    HoldNeedsAdministrator,
    NotYourDocument,
)
from elenchus.library.models import SETTLED, Failure, Processing
from elenchus.library.notices import when_text_changes
from elenchus.library.quotes import at_hand, still_said, still_there, verify_quotes
from elenchus.library.recalling import recall
from elenchus.library.retrieval import require_documents, require_read
from elenchus.library.schemas import (
    DetailsChange,
    DocumentFilters,
    DocumentOut,
    Retrieved,
    SearchIn,
    SearchOut,
)
from elenchus.library.viewing import existing

REMOVE = "library.remove"
UNSETTLED_AT_ONCE = 1_000
LOST = Failure(code="error", detail="The reading ended without a result. Reprocess the document.")

__all__ = [
    "INGEST",
    "add_attachment",
    "add_documents",
    "at_hand",
    "check_quotes",
    "cited_authorities",
    "recall",
    "require_documents",
    "require_read",
    "still_said",
    "still_there",
    "verify_quotes",
    "when_text_changes",
]


async def list_documents(principal: Principal, filters: DocumentFilters, page: PageQuery) -> Page[DocumentOut]:
    return page.page(await store.documents(principal, filters, page), DocumentOut.of)


async def get_document(principal: Principal, document_id: Id) -> DocumentOut:
    document = DocumentOut.of(await existing(principal, document_id))
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="details")
    return document


async def _own(principal: Principal, document_id: Id) -> Row:
    """A member changes and deletes what they have uploaded, an administrator all of the tenant's."""
    row = await existing(principal, document_id)
    if row["uploaded_by"] != principal.user_id and not principal.role.covers(Role.ADMIN):
        raise NotYourDocument
    return row


async def change_document(
    principal: Principal, document_id: Id, change: DetailsChange, *, revision: int | None
) -> DocumentOut:
    """Only what was sent is changed; with a `revision`, only the one the client saw."""
    await _own(principal, document_id)
    values = change.model_dump(exclude_unset=True)
    if "legal_hold" in values and not principal.role.covers(Role.ADMIN):
        raise HoldNeedsAdministrator
    if "filename" in values:
        values["filename"] = names.label_of(values["filename"] or "")
        values["title"] = names.title_of(values["filename"])
    if not await store.change_details(principal, document_id, values, revision=revision):
        await existing(principal, document_id)
        raise DocumentChanged
    await store.touch_shelf(principal)
    await audit.record(principal, Action.DOCUMENT_CHANGED, DOCUMENT, document_id, fields=[*sorted(values)])
    return DocumentOut.of(await existing(principal, document_id))


async def remove_document(principal: Principal, document_id: Id) -> None:
    """At once for everybody who looks; the job makes sure that nothing of it stays, whatever dies meanwhile."""
    row = await _own(principal, document_id)
    if row.get("legal_hold"):
        raise DocumentHeld(document_id)
    await jobs.submit(REMOVE, principal, subject=Subject("document", document_id))
    removed = await drop_row(principal, document_id, row["file_size"])
    if not removed and await store.document(principal, document_id):  # held at this moment; the job respects it too
        raise DocumentHeld(document_id)
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
    await queue_reading(principal, document_id, following)
    await audit.record(principal, Action.DOCUMENT_REPROCESSED, DOCUMENT, document_id)
    return DocumentOut.of(await existing(principal, document_id))


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
            job = await jobs.get(replace(uploader, role=Role.ADMIN), document.processing.job_id)  # whoever began it
        except JobNotFound:
            await queue_reading(uploader, document.id, document.processing)
            mended += 1
            continue
        if job.status.is_over:
            failure = Failure.model_validate(job.error, from_attributes=True) if job.error else LOST
            await store.fail(uploader, document.id, document.processing.job_id, failure=failure)
            mended += 1
    return mended
