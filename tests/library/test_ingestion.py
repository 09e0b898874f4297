"""Reading a document: every one ends in a clear state, nothing is half there, nothing stays of what is gone."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from elenchus.core.clock import now
from elenchus.core.errors import NotFound
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Fatal, LostLease, Retryable
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobError, JobOutcome, JobStatus, Subject
from elenchus.library import ingestion, service, store
from elenchus.library.models import (
    Batch,
    Chunk,
    Document,
    DocumentPage,
    DocumentStatus,
    Failure,
    Processing,
    RowKind,
    SegmentPart,
    row_id,
)
from elenchus.library.names import storage_key
from elenchus.library.writing import BATCH_ROWS
from tests.fixtures import files
from tests.library.support import (
    CLAUSES,
    DOCUMENTS,
    a_document,
    all_chunks,
    as_files,
    filed,
    full_text,
    job_over,
    long_pdf,
    no_rows,
    rows_of,
    settled,
    some_rows,
    upload,
    written,
)
from tests.support import until

TEXT = CLAUSES.encode()


async def is_stored(resources: Resources, owner: Principal, document_id: str | Id) -> bool:
    try:
        await resources.storage.local_path(storage_key(owner, Id(document_id)))
    except NotFound:
        return False
    return True


@pytest.fixture
def owner(resources_, new_principal) -> Principal:
    return new_principal()


class TestOutcomes:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (files.encrypted(), "encrypted"),
            (files.truncated(files.pdf(files.CLAUSE) * 3), "corrupt"),
            (b"%PDF-1.7\n", "corrupt"),
            (files.scan("A picture of a contract"), "needs_ocr"),
            (files.pdf("", ""), "empty"),
        ],
    )
    async def test_an_unreadable_file_fails_with_a_code_and_what_to_do(self, firm, content, code):
        f = await firm()
        document = await settled(f, (await upload(f, content))["id"])
        processing = document["processing"]
        assert (processing["status"], processing["error"]["code"]) == ("failed", code)
        assert "pload" in processing["error"]["detail"]
        assert document["chunk_count"] is None
        job = (await f.client.get(f"/api/v1/jobs/{processing['job_id']}")).json()
        assert (job["status"], job["error"]) == ("failed", processing["error"])
        assert (job["attempts"], await rows_of(f.principal, document["id"])) == (1, 0)

    async def test_a_page_of_pictures_beside_text_is_completed_and_said(self, firm):
        f = await firm()
        document = await filed(f, files.mixed(files.CLAUSE, "A picture of an annex"))
        assert document["textless_pages"] == [2]
        assert document["chunk_count"] > 0

    async def test_a_repaired_file_says_so(self, firm):
        f = await firm()
        document = await filed(f, files.with_broken_index(files.pdf(files.CLAUSE)))
        assert document["repaired"] is True

    async def test_too_many_pages_are_refused_in_time(self, firm, limits):
        f = await firm()
        limits(max_pages=2)
        document = await settled(f, (await upload(f, files.pdf("one", "two", "three")))["id"])
        assert document["processing"]["error"]["code"] == "too_large"
        assert "2 pages" in document["processing"]["error"]["detail"]

    async def test_a_document_of_many_batches_is_whole(self, firm):
        f = await firm()
        paragraphs = "\n\n".join(f"{n}. Clause {n} says something of its own. " + "word " * 60 for n in range(3_000))
        document = await filed(f, paragraphs.encode(), "long.txt")
        assert document["chunk_count"] > 2 * BATCH_ROWS
        text = await full_text(f, document)
        chunks = await all_chunks(f, document["id"], limit=200)
        assert [chunk["index"] for chunk in chunks] == list(range(document["chunk_count"]))
        assert all(chunk["text"] == text[chunk["start_char"] : chunk["end_char"]] for chunk in chunks)
        assert document["processing"]["progress"] == 1.0

    async def test_the_steps_are_seen_on_the_job(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        job = await job_over(f, document["processing"]["job_id"])
        assert [step["name"] for step in job["steps"]] == ["read", "publish"]
        assert (job["status"], job["progress"]) == ("completed", 1.0)


class TestReprocessing:
    async def test_it_flips_to_a_new_generation_and_the_old_one_goes(self, firm):
        f = await firm()
        document = await filed(f, files.dense_pdf(4))
        before = await all_chunks(f, document["id"])
        answer = await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        assert answer.status_code == 202
        assert answer.json()["processing"]["job_id"] != document["processing"]["job_id"]
        again = await settled(f, document["id"])
        after = await all_chunks(f, document["id"])
        assert [chunk["text"] for chunk in after] == [chunk["text"] for chunk in before]
        assert not {chunk["id"] for chunk in after} & {chunk["id"] for chunk in before}
        assert again["chunk_count"] == document["chunk_count"]
        assert await until(lambda: no_rows(f, document["id"], generation=1))
        assert await rows_of(f.principal, document["id"], generation=2) > 0

    async def test_while_it_runs_the_old_text_is_there(self, firm):
        f = await firm()
        document = await filed(f, long_pdf(30))
        await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        url = f"{DOCUMENTS}/{document['id']}"
        while (await f.client.get(url)).json()["processing"]["status"] != "completed":
            assert (await f.client.get(f"{url}/pages/30")).status_code == 200
            found = (await f.client.post(f"{DOCUMENTS}/search", json={"query": "supplier"})).json()
            assert len(found["items"]) == 10

    async def test_a_document_that_is_being_read_is_409(self, firm):
        f = await firm()
        document = await filed(f, long_pdf(30))
        url = f"{DOCUMENTS}/{document['id']}/reprocess"
        answers = await asyncio.gather(*(f.client.post(url) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7
        await settled(f, document["id"])

    async def test_one_that_fails_keeps_the_text_of_before(self, firm, resources_):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        await resources_.storage.delete(storage_key(f.principal, Id(document["id"])))
        await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        failed = await settled(f, document["id"])
        assert (failed["processing"]["status"], failed["processing"]["error"]["code"]) == ("failed", "file_missing")
        assert (await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/1")).status_code == 200
        found = (await f.client.post(f"{DOCUMENTS}/search", json={"query": "purchaser"})).json()
        assert found["items"]

    async def test_a_lost_file_comes_back_with_the_next_upload(self, firm, resources_):
        f = await firm()
        document = await upload(f, TEXT, "a.txt")
        await settled(f, document["id"])
        await resources_.storage.delete(storage_key(f.principal, Id(document["id"])))
        await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        failed = await settled(f, document["id"])
        assert (await upload(f, TEXT, "b.txt"))["id"] == document["id"]
        assert await is_stored(resources_, f.principal, document["id"])
        retried = await f.client.post(f"/api/v1/jobs/{failed['processing']['job_id']}/retry")
        assert retried.status_code in {200, 202}

        async def is_completed() -> bool:
            found = (await f.client.get(f"{DOCUMENTS}/{document['id']}")).json()
            return bool(found["processing"]["status"] == "completed")

        assert await until(is_completed, timeout=60)


class TestResuming:
    async def test_after_the_flip_a_second_attempt_reads_nothing_again(self, firm, monkeypatch):
        f = await firm()
        touch = store.touch_shelf
        calls: list[int] = []

        async def fails_once(owner: Principal) -> None:
            calls.append(1)
            if len(calls) == 1:
                raise Retryable("The first time it breaks.")
            await touch(owner)

        monkeypatch.setattr(store, "touch_shelf", fails_once)
        document = await filed(f, TEXT, "a.txt")
        job = await job_over(f, document["processing"]["job_id"])
        assert (job["status"], job["attempts"]) == ("completed", 2)
        assert [step["name"] for step in job["steps"]] == ["read", "publish", "tell"]
        row = await store.document(f.principal, Id(document["id"]))
        assert row
        assert row["generation"] == 1
        assert await all_chunks(f, document["id"])

    async def test_before_the_flip_a_second_attempt_uses_what_the_first_has_read(self, firm, monkeypatch):
        f = await firm()
        publish = store.publish
        calls: list[int] = []

        async def fails_once(*args: Any, **values: Any) -> bool:
            calls.append(values["generation"])
            if len(calls) == 1:
                raise Retryable("The first time it breaks.")
            return await publish(*args, **values)

        monkeypatch.setattr(store, "publish", fails_once)
        document = await filed(f, TEXT, "a.txt")
        job = await job_over(f, document["processing"]["job_id"])
        assert [step["name"] for step in job["steps"]] == ["read", "publish", "tell"]
        assert calls == [1, 1]
        assert len(await all_chunks(f, document["id"])) == document["chunk_count"]

    async def test_a_failed_job_whose_rows_were_swept_reads_again(self, firm, monkeypatch):
        f = await firm()

        async def fails(*_args: Any, **_values: Any) -> bool:
            raise Fatal("error", "It breaks for good.")

        monkeypatch.setattr(store, "publish", fails)
        document = await settled(f, (await upload(f, TEXT, "a.txt"))["id"])
        assert document["processing"]["error"] == {"code": "error", "detail": "It breaks for good."}
        assert await until(lambda: no_rows(f, document["id"]))
        monkeypatch.undo()
        await f.client.post(f"/api/v1/jobs/{document['processing']['job_id']}/retry")

        async def is_completed() -> bool:
            row = await store.document(f.principal, Id(document["id"]))
            return bool(row and row["processing"]["status"] == "completed")

        assert await until(is_completed, timeout=60)
        job = await job_over(f, document["processing"]["job_id"])
        assert [step["name"] for step in job["steps"]] == ["read", "publish", "read again as 2", "tell"]
        assert await all_chunks(f, document["id"])


class TestDeletion:
    async def test_nothing_is_left(self, firm, resources_):
        f = await firm()
        document, other = await filed(f, files.dense_pdf(5)), await filed(f, files.dense_pdf(2))
        kept = await rows_of(f.principal, other["id"])
        assert await rows_of(f.principal, document["id"]) > 10
        assert (await f.client.delete(f"{DOCUMENTS}/{document['id']}")).status_code == 204
        assert (await f.client.get(f"{DOCUMENTS}/{document['id']}")).status_code == 404
        assert not await is_stored(resources_, f.principal, document["id"])
        assert await until(lambda: no_rows(f, document["id"]))
        assert await rows_of(f.principal, other["id"]) == kept
        assert (await f.client.delete(f"{DOCUMENTS}/{document['id']}")).status_code == 404

    async def test_while_it_is_read_the_reading_stops_and_nothing_is_left(self, firm, resources_):
        f = await firm()
        document = await upload(f, long_pdf(1_000))
        await until(lambda: some_rows(f, document["id"]), timeout=60)
        assert (await f.client.delete(f"{DOCUMENTS}/{document['id']}")).status_code == 204
        assert (await job_over(f, document["processing"]["job_id"]))["status"] == "cancelled"
        assert await until(lambda: no_rows(f, document["id"]), timeout=60)
        assert not await is_stored(resources_, f.principal, document["id"])

    async def test_many_at_once_are_one(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        answers = await asyncio.gather(*(f.client.delete(f"{DOCUMENTS}/{document['id']}") for _ in range(5)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes[0] == 204
        assert set(codes) <= {204, 404}
        assert await until(lambda: no_rows(f, document["id"]))

    async def test_an_administrator_deletes_what_a_member_began_to_read(self, firm):
        f = await firm()
        document = await upload(f, long_pdf(1_000))
        await until(lambda: some_rows(f, document["id"]), timeout=60)
        admin = Principal(f.principal.tenant_id, new_id(), Role.ADMIN)
        await service.remove_document(admin, Id(document["id"]))
        assert (await job_over(f, document["processing"]["job_id"]))["status"] == "cancelled"
        assert await until(lambda: no_rows(f, document["id"]), timeout=60)

    async def test_a_run_that_lost_its_job_cleans_up_after_itself(self, owner, resources_, tmp_path):
        """The engine does not speak for it any more: whoever took the job over may be long done."""
        document = await a_document(owner, file_type="pdf")
        content = files.saved(tmp_path, long_pdf(1_000))
        await resources_.storage.put_file(storage_key(owner, document.id), content)
        lease = Lease(resources_.settings.jobs.model_copy(update={"lease_seconds": 60}))
        job = running_job(owner, document)
        await Job.owned_by(owner).insert(job)
        reading = asyncio.create_task(ingestion.ingest(Run(job, lease)))

        async def some_are_written() -> bool:
            return await rows_of(owner, document.id) > 0

        await until(some_are_written, timeout=60)
        await store.remove_document(owner, document.id)
        lease.lost = True
        with pytest.raises(LostLease):
            await reading
        assert await rows_of(owner, document.id) == 0
        assert not await is_stored(resources_, owner, document.id)


def running_job(owner: Principal, document: Document) -> Job:
    """In the ledger as a worker's that nobody may take over for an hour."""
    return Job(
        id=document.processing.job_id,
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        role=owner.role,
        type=service.INGEST,
        queue="elsewhere",
        subject=SubjectRef(type="document", id=document.id),
        status=JobStatus.RUNNING,
        due_at=now() + timedelta(hours=1),
        token=1,
        attempts=1,
        max_attempts=5,
        queued_at=now(),
    )


class TestWhateverEndsTheJob:
    @pytest.mark.parametrize(
        ("status", "error", "shown"),
        [
            (JobStatus.FAILED, JobError(code="poison", detail="It broke three times."), "poison"),
            (JobStatus.FAILED, JobError(code="timeout", detail="It took too long."), "timeout"),
            (JobStatus.CANCELLED, None, "cancelled"),
            (JobStatus.CANCELLED, JobError(code="cancelled", detail="It was stopped."), "cancelled"),
        ],
    )
    async def test_the_document_says_so_and_its_rows_go(self, owner, status, error, shown):
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        await Document.owned_by(owner).update({"_id": document.id}, {"$set": {"generations": 1}})
        await written(owner, document)
        assert await rows_of(owner, document.id) > 0
        for _ in range(2):  # the engine may tell it twice
            await ingestion.reading_ended(owner, Subject("document", document.id), ended(document, status, error))
        row = await store.document(owner, document.id)
        assert row
        assert (row["processing"]["status"], row["processing"]["error"]["code"]) == ("failed", shown)
        assert await rows_of(owner, document.id) == 0

    async def test_while_another_job_reads_the_document_nothing_changes(self, owner):
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        await written(owner, document, generation=1)
        before = await rows_of(owner, document.id)
        outcome = JobOutcome(new_id(), "library.ingest", JobStatus.FAILED, None, {})
        await ingestion.reading_ended(owner, Subject("document", document.id), outcome)
        row = await store.document(owner, document.id)
        assert row
        assert row["processing"]["status"] == "processing"
        assert await rows_of(owner, document.id) == before > 0

    async def test_the_text_in_use_and_a_generation_just_begun_stay(self, owner):
        """The news of a failure may come late, when somebody has begun to read the document again."""
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        for generation in (1, 2, 3, 4):
            await written(owner, document, generation, pages=1)
        await Document.owned_by(owner).update({"_id": document.id}, {"$set": {"generation": 2, "generations": 3}})
        outcome = ended(document, JobStatus.FAILED, None)
        await ingestion.reading_ended(owner, Subject("document", document.id), outcome)
        left = [bool(await rows_of(owner, document.id, generation=generation)) for generation in (1, 2, 3, 4)]
        assert left == [False, True, False, True]

    async def test_of_a_deleted_document_nothing_stays(self, owner):
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        await written(owner, document)
        await store.remove_document(owner, document.id)
        outcome = ended(document, JobStatus.CANCELLED, None)
        await ingestion.reading_ended(owner, Subject("document", document.id), outcome)
        assert await rows_of(owner, document.id) == 0


def ended(document: Document, status: JobStatus, error: JobError | None) -> JobOutcome:
    return JobOutcome(document.processing.job_id, "library.ingest", status, error, {})


class TestClearingUp:
    async def test_rows_of_a_job_that_another_worker_carries_on_stay(self, owner):
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        await written(owner, document)
        before = await rows_of(owner, document.id)
        await ingestion.clear_up(owner, document.id, job_id=document.processing.job_id, generation=1)
        assert await rows_of(owner, document.id) == before > 0

    async def test_the_live_generation_stays(self, owner):
        document = await a_document(owner, status=DocumentStatus.PROCESSING)
        await written(owner, document)
        job_id = document.processing.job_id
        assert await store.publish(owner, document.id, job_id, generation=1, reading={"chunk_count": 3})
        before = await rows_of(owner, document.id)
        await ingestion.clear_up(owner, document.id, job_id=job_id, generation=1)
        assert await rows_of(owner, document.id) == before > 0

    async def test_writing_twice_leaves_each_row_once(self, owner):
        document = await a_document(owner)
        await written(owner, document)
        before = await rows_of(owner, document.id)
        await written(owner, document)
        assert await rows_of(owner, document.id) == before

    async def test_what_a_crash_left_is_found_although_nobody_counted_it(self, owner):
        document = await a_document(owner)
        rows = [
            {
                "_id": row_id(document.id, 1, RowKind.PAGE, number),
                "tenant_id": owner.tenant_id,
                "document_id": document.id,
                "generation": 1,
                "page": number,
                "text": "x",
                "width": 1.0,
                "height": 1.0,
                "start_char": 0,
                "end_char": 1,
            }
            for number in range(1, 131)
        ]
        await store.write(owner, document.id, 1, {RowKind.PAGE: rows[:70]})
        await store.write(owner, document.id, 1, {RowKind.PAGE: rows[40:]})
        assert await rows_of(owner, document.id) == 130 + 2
        assert await store.sweep_generation(owner, document.id, 1) == 130
        assert await rows_of(owner, document.id) == 0

    @pytest.mark.parametrize(
        ("model", "kind", "number"),
        [(DocumentPage, RowKind.PAGE, 1), (Chunk, RowKind.CHUNK, 1), (SegmentPart, RowKind.SEGMENT, 0)],
    )
    async def test_rows_built_by_hand_have_the_fields_of_their_model(self, owner, model, kind, number):
        document = await a_document(owner)
        await written(owner, document)
        (row,) = await model.owned_by(owner).rows(
            {"_id": row_id(document.id, 1, RowKind(kind), 1 - (kind == "segment"))}
        )
        assert set(row) - {"_id"} == set(model.model_fields) - {"id", "revision_id"}
        model.model_validate(row)

    async def test_rows_are_noted_before_they_are_written(self, owner):
        """Rows that the database refuses leave their note, so a crash between the two can hide nothing."""
        document = await a_document(owner)
        broken = {
            "_id": "not an id",
            "tenant_id": owner.tenant_id,
            "document_id": document.id,
            "page": 1,
            "bad": object(),
        }
        with pytest.raises(Exception, match="object"):
            await store.write(owner, document.id, 1, {RowKind.PAGE: [broken]})
        assert await Batch.owned_by(owner).count({"document_id": document.id}) == 1


class TestBeginning:
    async def test_each_attempt_has_a_generation_of_its_own(self, owner):
        document = await a_document(owner)
        job_id = document.processing.job_id
        first = await store.document(owner, document.id)
        assert first
        assert await store.begin_reading(owner, first, job_id, attempt=1) == 1
        assert await store.begin_reading(owner, first, job_id, attempt=1) is None
        second = await store.document(owner, document.id)
        assert second
        assert (second["processing"]["status"], second["processing"]["attempts"]) == ("processing", 1)
        assert await store.begin_reading(owner, second, new_id(), attempt=2) is None
        assert await store.begin_reading(owner, second, job_id, attempt=2) == 2

    async def test_of_many_at_once_each_number_is_given_once(self, owner):
        document = await a_document(owner)
        row = await store.document(owner, document.id)
        assert row
        job_id = document.processing.job_id
        given = await asyncio.gather(*(store.begin_reading(owner, row, job_id, attempt=n) for n in range(10)))
        assert [number for number in given if number is not None] == [1]

    async def test_a_document_that_was_read_is_not_begun_again(self, owner):
        document = await a_document(owner, status=DocumentStatus.COMPLETED)
        row = await store.document(owner, document.id)
        assert row
        assert await store.begin_reading(owner, row, document.processing.job_id, attempt=1) is None


class TestPublishing:
    async def test_only_the_documents_own_job_flips_it(self, owner):
        document = await a_document(owner)
        stale = {"generation": 1, "reading": {"chunk_count": 1}}
        assert not await store.publish(owner, document.id, new_id(), **stale)
        assert not await store.publish(owner, new_id(), document.processing.job_id, **stale)
        row = await store.document(owner, document.id)
        assert row
        assert (row["generation"], row["processing"]["status"]) == (None, "pending")

    async def test_an_attempt_that_overslept_does_not_flip_it_back(self, owner):
        document = await a_document(owner)
        job_id = document.processing.job_id
        assert await store.publish(owner, document.id, job_id, generation=2, reading={"chunk_count": 2})
        assert not await store.publish(owner, document.id, job_id, generation=1, reading={"chunk_count": 1})
        row = await store.document(owner, document.id)
        assert row
        assert (row["generation"], row["chunk_count"]) == (2, 2)

    async def test_an_attempt_that_outlived_its_job_publishes_nothing(self, owner):
        """The job failed and what it had written was swept: the words are gone that it would flip to."""
        document = await a_document(owner)
        job_id = document.processing.job_id
        failure = Failure(code="poison", detail="It broke three times.")
        assert await store.fail(owner, document.id, job_id, failure=failure)
        assert not await store.publish(owner, document.id, job_id, generation=1, reading={"chunk_count": 1})

    async def test_once_is_as_good_as_twice(self, owner):
        document = await a_document(owner)
        for _ in range(2):
            assert await store.publish(
                owner, document.id, document.processing.job_id, generation=1, reading={"chunk_count": 9}
            )
            assert await store.complete(owner, document.id, document.processing.job_id, generation=1)
        row = await store.document(owner, document.id)
        assert row
        assert (row["generation"], row["chunk_count"], row["processing"]["status"]) == (1, 9, "completed")

    async def test_only_what_was_flipped_to_is_complete(self, owner):
        document = await a_document(owner)
        job_id = document.processing.job_id
        assert not await store.complete(owner, document.id, job_id, generation=1)
        assert await store.publish(owner, document.id, job_id, generation=1, reading={"chunk_count": 9})
        assert not await store.complete(owner, document.id, new_id(), generation=1)
        row = await store.document(owner, document.id)
        assert row
        assert row["processing"]["status"] == "pending"

    async def test_older_generations_go_and_newer_ones_stay(self, owner):
        document = await a_document(owner)
        for generation in (1, 2, 3):
            await written(owner, document, generation=generation, pages=1)
        await store.sweep_older(owner, document.id, up_to=2, keep=2)
        assert await rows_of(owner, document.id, generation=1) == 0
        assert await rows_of(owner, document.id, generation=2) > 0
        assert await rows_of(owner, document.id, generation=3) > 0


class TestSweep:
    async def test_a_reading_that_was_never_queued_is_queued(self, firm):
        """As when the process died between the document's row and the job's."""
        f = await firm()
        document = await upload(f, TEXT, "a.txt")
        await settled(f, document["id"])
        lost = new_id()
        await Document.owned_by(f.principal).update(
            {"_id": Id(document["id"])}, {"$set": {"processing": Processing(job_id=lost).model_dump()}}
        )
        await service.mend_unsettled(now())
        assert (await settled(f, document["id"]))["processing"]["status"] == "completed"
        assert (await jobs.get(f.principal, lost)).subject.id == Id(document["id"])

    async def test_a_document_whose_job_ended_unheard_is_failed(self, firm):
        f = await firm()
        document = await settled(f, (await upload(f, files.encrypted()))["id"])
        await job_over(f, document["processing"]["job_id"])
        await Document.owned_by(f.principal).update(
            {"_id": Id(document["id"])},
            {"$set": {"processing.status": DocumentStatus.PROCESSING, "processing.error": None}},
        )
        await service.mend_unsettled(now())
        found = (await f.client.get(f"{DOCUMENTS}/{document['id']}")).json()
        assert found["processing"]["status"] == "failed"
        assert found["processing"]["error"]["code"] == "encrypted"

    async def test_one_that_is_under_way_is_left_alone(self, owner):
        document = await a_document(owner)
        before = await store.document(owner, document.id)
        await service.mend_unsettled(document.updated_at)
        assert await store.document(owner, document.id) == before

    async def test_files_that_never_came_whole_are_dropped(self, resources_):
        import os

        from elenchus.library.tasks import sweep

        folder = resources_.storage.temporary_dir()
        old, fresh = folder / "old.part", folder / "fresh.part"
        for path in (old, fresh):
            path.write_bytes(b"half")
        os.utime(old, (0, 0))
        await sweep(now())
        assert not old.exists()
        assert fresh.exists()
        fresh.unlink()


class TestSeveralUploads:
    async def test_a_full_form_is_read_to_the_last_file(self, firm):
        f = await firm()
        answer = await f.client.post(DOCUMENTS, files=as_files(*((f"{n}.txt", TEXT + b"%d" % n) for n in range(20))))
        documents = [await settled(f, item["id"]) for item in answer.json()["items"]]
        assert {document["processing"]["status"] for document in documents} == {"completed"}
