"""From a stored file to pages, passages and a search index, by a job that may die anywhere and be run again.

Each attempt writes a generation of its own, so that no two ever meet, and makes it the live one with a single write
that holds only while the reading is still the document's own.
"""

import time
from collections.abc import Mapping
from functools import partial

from pydantic import JsonValue

from elenchus.core import logs
from elenchus.core.errors import NotFound
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.identity import service as identity
from elenchus.jobs.errors import Fatal, Retryable
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobOutcome, JobStatus, Subject
from elenchus.library import attaching, embedding, notices, store
from elenchus.library.analysing import service as analysing
from elenchus.library.children import reader
from elenchus.library.models import SETTLED, DocumentStatus, Failure
from elenchus.library.names import storage_key
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile
from elenchus.library.reading.sandbox import Reading
from elenchus.library.reading.values import ReadingReport
from elenchus.library.writing import Writing

NOTE_SECONDS = 0.5
READING_SHARE = 0.9  # of the progress bar; the rest is the index
STOPPED = Failure(code="cancelled", detail="The reading was stopped. Reprocess the document to read it.")
FILE_GONE = "The stored file is missing. Upload the document again, then reprocess it."
log = logs.get(__name__)


async def ingest(run: Run) -> None:
    """Read, publish. A document that was deleted or given to another job meanwhile gets nothing."""
    document = await store.document(run.principal, run.subject.id)
    if document is None or document["processing"]["job_id"] != run.job_id:
        await clear_up(run.principal, run.subject.id, job_id=run.job_id, generation=None)
        return
    generation = await _begin(run, document)
    writing = Writing(run.principal, run.subject.id, generation)
    published = False
    try:
        reading = await _reading(run, document, writing)
        if document["file_type"] == Kind.MAIL:
            await run.step("attachments", partial(attaching.attach, run, document, reader()))
        reading["embedding"] = await embedding.embed(run, reading, partial(_note_embedding, _Progress(run)))
        published = bool(await run.step("publish", partial(_publish, run, reading)))
        if published and generation > 1:
            await run.step("tell", partial(notices.tell, run.principal, run.subject.id))
    finally:
        if not published:
            await writing.abandon()
            await clear_up(run.principal, run.subject.id, job_id=run.job_id, generation=generation)


async def _begin(run: Run, document: Row) -> int:
    """The generation for this attempt to write; one that died after the flip has nothing more to write."""
    if document["processing"]["status"] == DocumentStatus.COMPLETED:
        return int(document["generation"])
    generation = await store.begin_reading(run.principal, document, run.job_id, attempt=run.attempt)
    if generation is None:
        raise Retryable("The document was changed at this moment.")
    return generation


async def _reading(run: Run, document: Row, writing: Writing) -> dict[str, JsonValue]:
    """What the step `read` found, now or in an earlier attempt, unless that one's rows were swept when it failed."""
    work = partial(_read, run, document, writing)
    found = _fields(await run.step("read", work))
    if found["generation"] != writing.generation and not await _is_there(run, found):
        found = _fields(await run.step(f"read again as {writing.generation}", work))
    return found


async def _is_there(run: Run, found: Mapping[str, JsonValue]) -> bool:
    generation = found["generation"]
    assert isinstance(generation, int)
    return await store.is_indexed(run.principal, run.subject.id, generation)


def _fields(result: JsonValue) -> dict[str, JsonValue]:
    assert isinstance(result, dict)
    return result


async def _read(run: Run, document: Row, writing: Writing) -> JsonValue:
    try:
        path = await resources().storage.local_path(storage_key(run.principal, run.subject.id))
        async with reader().open(path, Kind(document["file_type"]), limits=attaching.reading_limits()) as reading:
            return await _write(run, reading, writing, name=document["title"])
    except NotFound as error:
        raise Fatal("file_missing", FILE_GONE) from error
    except UnreadableFile as error:
        raise Fatal(error.code, error.detail) from error
    except ReadingUnavailable as error:
        raise Retryable("The reading process did not start.") from error


async def _write(run: Run, reading: Reading, writing: Writing, *, name: str) -> JsonValue:
    progress = _Progress(run)
    async for page in reading:
        if await writing.take(page):
            await progress.note(READING_SHARE * page.number / max(reading.page_count or 0, page.number), "reading")
    await progress.note(READING_SHARE, "indexing")
    parts = await writing.finish(name=name)
    return _found(reading.report, writing, segment_parts=parts)


def _found(report: ReadingReport, writing: Writing, *, segment_parts: int) -> dict[str, JsonValue]:
    """The fields of the document that a reading fills."""
    return {
        "generation": writing.generation,
        "page_count": report.page_count,
        "char_count": report.char_count,
        "chunk_count": writing.chunk_count,
        "segment_parts": segment_parts,
        "ocr_pages": list(report.ocr_pages),
        "ocr_confidence": report.ocr_confidence,
        "textless_pages": list(report.textless_pages),
        "hidden_text": list(report.hidden_text),
        "repaired": report.repaired,
        "language": report.language,
    }


async def _note_embedding(progress: "_Progress", share: float) -> None:
    await progress.note(READING_SHARE + (1 - READING_SHARE) * share, "embedding")


class _Progress:
    """On the job and on the document, so that either can be watched."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._told_at = time.monotonic()

    async def note(self, fraction: float, stage: str) -> None:
        await self._run.checkpoint()
        if time.monotonic() - self._told_at < NOTE_SECONDS:
            return
        self._told_at = time.monotonic()
        run = self._run
        await run.progress(fraction, stage)
        await store.note_progress(run.principal, run.subject.id, run.job_id, fraction=fraction, stage=stage)


async def _publish(run: Run, reading: Mapping[str, JsonValue]) -> JsonValue:
    """The flip, then the older generations go. False when the reading is no longer the document's own."""
    principal, document_id = run.principal, run.subject.id
    generation = reading["generation"]
    assert isinstance(generation, int)
    if not await store.publish(principal, document_id, run.job_id, generation=generation, reading=reading):
        return False
    await store.touch_shelf(principal)
    await store.complete(principal, document_id, run.job_id, generation=generation)
    if generation > 1:
        await store.sweep_older(principal, document_id, up_to=generation, keep=generation)
    return True


async def clear_up(principal: Principal, document_id: Id, *, job_id: Id, generation: int | None) -> None:
    """Remove what an attempt wrote in vain: all of a document that is gone, else its generation unless that is in use.

    While the document is still this job's, another worker may be carrying on with what the attempt had finished.
    """
    document = await store.document(principal, document_id)
    if document is None:
        await erase(principal, document_id)
        return
    processing = document["processing"]
    is_under_way = processing["job_id"] == job_id and processing["status"] not in SETTLED
    if generation is not None and generation != document["generation"] and not is_under_way:
        await store.sweep_generation(principal, document_id, generation)


async def erase(principal: Principal, document_id: Id, *, though_held: bool = False) -> None:
    """Everything of a document, unless it is under legal hold by now. Safe to repeat."""
    document = await store.document(principal, document_id)
    if document:
        drop = partial(store.remove_document, principal, document_id, though_held=though_held)
        removed = await identity.usage.release_removed(principal, document["file_size"], drop)
        if not removed and await store.document(principal, document_id):
            return
    await resources().storage.delete(storage_key(principal, document_id))
    await analysing.erase_of(principal, document_id)
    await store.detach_all(principal, document_id)
    rows = await store.sweep_all(principal, document_id)
    await notices.tell(principal, document_id)
    log.info("document erased", document_id=str(document_id), rows=rows)


async def reading_ended(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    """However the job ended, the document says so, and of what was written in vain nothing stays."""
    if outcome.status is JobStatus.COMPLETED:
        return
    error = outcome.error
    failure = Failure(code=error.code, detail=error.detail) if error else STOPPED
    await store.fail(principal, subject.id, outcome.job_id, failure=failure)
    document = await store.document(principal, subject.id)
    if document is None:
        await erase(principal, subject.id)
    elif document["processing"]["status"] in SETTLED:
        await store.sweep_older(principal, subject.id, up_to=document["generations"], keep=document["generation"])
