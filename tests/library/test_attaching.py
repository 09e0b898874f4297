"""What a message carries: documents of their own, tied to it, admitted as uploads are, each of them once."""

from datetime import timedelta
from typing import Any

import pytest

from elenchus.core import settings as settings_module
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.core.resources import Resources
from elenchus.core.settings import settings
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.library import adding, attaching, children, ingestion, service, store
from elenchus.library.errors import ContentContested
from elenchus.library.models import Document
from elenchus.library.names import storage_key
from elenchus.library.reading import unpacking
from elenchus.library.reading.kinds import Kind
from elenchus.library.uploads import ReceivedFile
from tests.fixtures import files, mails
from tests.library.support import CLAUSES, DOCUMENTS, a_document, filed, full_text, job_over, settled, upload
from tests.support import Firm

LETTER = CLAUSES.encode()
PDF = files.pdf(files.CLAUSE)


def _job(owner: Principal, mail: Document) -> Job:
    """In the ledger as a worker's that nobody may take over for an hour."""
    return Job(
        id=mail.processing.job_id,
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        role=owner.role,
        type=service.INGEST,
        queue="elsewhere",
        subject=SubjectRef(type="document", id=mail.id),
        status=JobStatus.RUNNING,
        due_at=now() + timedelta(hours=1),
        token=1,
        attempts=1,
        max_attempts=5,
        queued_at=now(),
    )


async def document(firm: Firm, document_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await firm.client.get(f"{DOCUMENTS}/{document_id}")).raise_for_status().json()
    return found


async def listed(firm: Firm) -> dict[str, dict[str, Any]]:
    rows = (await firm.client.get(DOCUMENTS)).raise_for_status().json()["items"]
    return {row["filename"]: row for row in rows}


class TestAttaching:
    async def test_each_becomes_a_document_tied_to_its_message(self, firm):
        f = await firm()
        attached = [("lease.pdf", PDF, "application/pdf"), ("letter.txt", LETTER, "text/plain")]
        message = await filed(
            f, mails.mail("See both.", attached=attached), "notice.eml", matter="M-7", keywords=["rent"]
        )
        assert message["file_type"] == "eml"
        assert [row["filename"] for row in message["attachments"]] == ["lease.pdf", "letter.txt"]
        for row in message["attachments"]:
            found = await settled(f, row["document_id"])
            assert (found["processing"]["status"], found["attached_to"]) == ("completed", [message["id"]])
            assert (found["matter"], found["keywords"], row["error"]) == ("M-7", ["rent"], None)
        assert "Attachments: lease.pdf, letter.txt" in await full_text(f, message)

    async def test_the_words_of_an_attachment_are_found_by_search(self, firm):
        f = await firm()
        message = await filed(f, mails.mail("See it.", attached=[("lease.pdf", PDF, "application/pdf")]), "notice.eml")
        (row,) = message["attachments"]
        await settled(f, row["document_id"])
        answer = await f.client.post(f"{DOCUMENTS}/search", json={"query": "title passes on payment in full"})
        assert answer.json()["items"][0]["document_id"] == row["document_id"]

    async def test_the_same_bytes_are_one_document_with_every_message_that_had_them(self, firm):
        f = await firm()
        known = await filed(f, PDF, "lease.pdf")
        twice = [("a.pdf", PDF, "application/pdf"), ("b.pdf", PDF, "application/pdf")]
        messages = [await filed(f, mails.mail(f"Mail {n}", attached=twice), f"{n}.eml") for n in range(2)]
        ids = {row["document_id"] for message in messages for row in message["attachments"]}
        assert ids == {known["id"]}
        assert set((await document(f, known["id"]))["attached_to"]) == {message["id"] for message in messages}
        assert len(await listed(f)) == 3

    async def test_one_that_is_refused_says_why_and_fails_nothing(self, firm):
        f = await firm()
        attached = [
            ("photo.png", files.PNG, "image/png"),
            ("page.pdf", files.html(), "application/pdf"),
            ("nothing.txt", b"", "text/plain"),
            ("locked.pdf", files.encrypted(), "application/pdf"),
        ]
        message = await filed(f, mails.mail("See.", attached=attached), "notice.eml")
        codes = [row["error"] and row["error"]["code"] for row in message["attachments"]]
        assert codes == ["unsupported", "unsupported", "empty", None]
        locked = await settled(f, message["attachments"][3]["document_id"])
        assert locked["processing"]["error"]["code"] == "encrypted"

    async def test_a_message_in_a_message_brings_its_own_attachments(self, firm):
        f = await firm()
        inner = mails.mail("Inner.", Subject="Inner", attached=[("lease.pdf", PDF, "application/pdf")])
        outer = await filed(f, mails.mail("Outer.", inside=[inner]), "outer.eml")
        middle = await settled(f, outer["attachments"][0]["document_id"])
        assert (middle["filename"], middle["attached_to"]) == ("Inner.eml", [outer["id"]])
        lease = await settled(f, middle["attachments"][0]["document_id"])
        assert (lease["filename"], lease["attached_to"]) == ("lease.pdf", [middle["id"]])

    async def test_messages_nest_only_so_deep(self, firm):
        f = await firm()
        at: dict[str, Any] = await filed(f, mails.nested(attaching.DEEPEST + 2), "nest.eml")
        for _ in range(attaching.DEEPEST):
            at = await settled(f, at["attachments"][0]["document_id"])
        assert [row["error"]["code"] for row in at["attachments"]] == ["too_large"]
        assert len(await listed(f)) == attaching.DEEPEST + 1

    async def test_a_message_that_goes_leaves_its_attachments_standing_alone(self, firm):
        f = await firm()
        message = await filed(f, mails.mail("See.", attached=[("lease.pdf", PDF, "application/pdf")]), "notice.eml")
        (row,) = message["attachments"]
        await settled(f, row["document_id"])
        assert (await f.client.delete(f"{DOCUMENTS}/{message['id']}")).is_success
        job = next(j for j in (await f.client.get("/api/v1/jobs?type=library.remove")).json()["items"])
        await job_over(f, job["id"])
        assert (await document(f, row["document_id"]))["attached_to"] == []

    async def test_reprocessing_adds_nothing(self, firm):
        f = await firm()
        message = await filed(f, mails.mail("See.", attached=[("lease.pdf", PDF, "application/pdf")]), "notice.eml")
        assert (await f.client.post(f"{DOCUMENTS}/{message['id']}/reprocess")).status_code == 202
        again = await settled(f, message["id"])
        assert again["attachments"] == message["attachments"]
        assert len(await listed(f)) == 2

    async def test_the_step_is_seen_on_the_job_of_a_message_only(self, firm):
        f = await firm()
        for content, name, steps in (
            (mails.mail(), "a.eml", ["read", "attachments", "publish"]),
            (LETTER, "a.txt", ["read", "publish"]),
        ):
            job = await job_over(f, (await filed(f, content, name))["processing"]["job_id"])
            assert [step["name"] for step in job["steps"]] == steps

    async def test_their_names_are_on_the_message_and_not_in_the_ledger(self, firm):
        """The ledger outlives the document."""
        f = await firm()
        content = mails.mail("See.", attached=[("lease-of-the-mill.pdf", PDF, "application/pdf")])
        message = await filed(f, content, "a.eml")
        assert message["attachments"][0]["filename"] == "lease-of-the-mill.pdf"
        jobs = await Job.owned_by(f.principal).rows({})
        assert jobs
        assert "lease-of-the-mill" not in str(jobs)

    async def test_of_very_many_some_are_kept_and_the_rest_is_told(self, firm, monkeypatch):
        monkeypatch.setattr(unpacking, "MOST_FILES", 5)
        f = await firm()
        many = [(f"{n}.txt", LETTER, "text/plain") for n in range(1_000)]
        message = await filed(f, mails.mail("See.", attached=many), "notice.eml")
        *kept, rest = message["attachments"]
        assert len(kept) == 5
        assert (rest["filename"], rest["error"]["code"]) == (attaching.REST, "too_large")
        assert len({row["document_id"] for row in kept}) == 1
        assert len(await listed(f)) == 2

    async def test_what_does_not_fit_into_the_firms_storage_is_told(self, firm, monkeypatch):
        f = await firm()
        content = mails.mail(
            "See.", attached=[("lease.pdf", PDF, "application/pdf"), ("letter.txt", LETTER, "text/plain")]
        )
        tier = settings().tier_free.model_copy(update={"storage_bytes": len(content) + len(PDF) + 100})
        monkeypatch.setattr(settings_module, "_current", settings().model_copy(update={"tier_free": tier}))
        message = await filed(f, content, "notice.eml")
        assert [row["error"] and row["error"]["code"] for row in message["attachments"]] == [None, "storage-full"]
        assert set(await listed(f)) == {"notice.eml", "lease.pdf"}

    async def test_another_firm_has_its_own(self, firm):
        f, other = await firm(), await firm()
        content = mails.mail("See.", attached=[("lease.pdf", PDF, "application/pdf")])
        (mine,), (theirs,) = [(await filed(firm_, content, "a.eml"))["attachments"] for firm_ in (f, other)]
        assert mine["document_id"] != theirs["document_id"]
        assert (await other.client.get(f"{DOCUMENTS}/{mine['document_id']}")).status_code == 404

    async def test_one_deleted_while_it_was_found_again_is_tried_again(self, new_principal, resources_, monkeypatch):
        owner = new_principal()
        mail, twin = await a_document(owner, "eml"), await a_document(owner)
        row = await store.document(owner, mail.id)
        assert row is not None

        async def was_there(*_: Any) -> Any:
            return {"_id": new_id(), **twin.model_dump(exclude={"id"})}

        monkeypatch.setattr(adding, "_admit", was_there)
        path = resources_.storage.temporary_dir() / f"{new_id()}.part"
        with pytest.raises(ContentContested):
            await service.add_attachment(owner, ReceivedFile(path, "a.txt", 3, "digest", Kind.TEXT), row)


class TestDying:
    async def test_an_attempt_that_died_among_the_attachments_is_finished_by_the_next(
        self, resources_: Resources, new_principal, monkeypatch
    ):
        owner = new_principal()
        mail = await a_document(owner, "eml")
        attached = [("a.pdf", PDF, "application/pdf"), ("b.txt", LETTER, "text/plain")]
        content = resources_.storage.temporary_dir() / f"{new_id()}.part"
        content.write_bytes(mails.mail("See both.", attached=attached))
        await resources_.storage.put_file(storage_key(owner, mail.id), content)
        job = _job(owner, mail)
        await Job.owned_by(owner).insert(job)
        lease = Lease(resources_.settings.jobs.model_copy(update={"lease_seconds": 60}))
        seen = 0
        original = attaching._admitted

        async def dies_at_the_second(*arguments: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == 2:
                raise RuntimeError("killed")
            return await original(*arguments)

        monkeypatch.setattr(attaching, "_admitted", dies_at_the_second)
        with pytest.raises(RuntimeError):
            await ingestion.ingest(Run(job, lease))
        await ingestion.ingest(Run(job, lease))
        row = await store.document(owner, mail.id)
        assert row is not None
        assert [attached["filename"] for attached in row["attachments"]] == ["a.pdf", "b.txt"]
        rows = await Document.owned_by(owner).rows({"attached_to": mail.id})
        assert {str(found["_id"]) for found in rows} == {attached["document_id"] for attached in row["attachments"]}
        await children.close_reader()


async def test_an_upload_waits_like_any_other(firm):
    f = await firm()
    assert (await upload(f, mails.mail(), "a.eml"))["media_type"] == "message/rfc822"
    assert Id((await listed(f))["a.eml"]["id"])
