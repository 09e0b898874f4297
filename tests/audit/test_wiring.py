"""What people do is on the record: which deed, on which object, by whom; and no word of theirs."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from elenchus.audit import service as audit
from elenchus.audit import store
from elenchus.core.ids import Id, new_id
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import Subject
from elenchus.library import service as library
from tests.audit.support import Raw, is_whole, stored
from tests.research.support import CHAT, CONVERSATIONS, LEASE, asked, conversation, filed
from tests.support import COMMANDS, Firm, until

CANARY = "zanzibar"
DOCUMENTS, JOBS = "/api/v1/documents", "/api/v1/jobs"
Recorded = Callable[[], Awaitable[list[tuple[str, str | None]]]]


@pytest.fixture(autouse=True)
def _reading(worker: None) -> None:
    """Uploads are read."""


@pytest.fixture
async def office(firm) -> Firm:
    made: Firm = await firm()
    return made


async def recorded(f: Firm) -> list[Raw]:
    """By this person, oldest first."""
    await audit.drain(10)
    rows = await stored(f.principal.tenant_id)
    return [row for row in rows if row["actor"]["user_id"] == f.principal.user_id]


async def deeds(f: Firm, object_id: object) -> list[str]:
    return [row["action"] for row in await recorded(f) if row["object"]["id"] == str(object_id)]


async def details(f: Firm, action: str) -> Raw:
    found: Raw = [row for row in await recorded(f) if row["action"] == action][-1]["details"]
    return found


class TestDocuments:
    async def test_from_upload_to_deletion(self, office):
        document_id = await filed(office)
        await office.client.patch(f"{DOCUMENTS}/{document_id}", json={"category": "lease"})
        await office.client.post(f"{DOCUMENTS}/{document_id}/reprocess")

        async def is_read() -> bool:
            row = await library.get_document(office.principal, Id(document_id))
            return row.processing.status == "completed"

        await until(is_read)
        assert (await office.client.delete(f"{DOCUMENTS}/{document_id}")).status_code == 204
        changes = [action for action in await deeds(office, document_id) if action != "document.read"]
        assert changes == ["document.uploaded", "document.changed", "document.reprocessed", "document.deleted"]
        assert await details(office, "document.uploaded") == {"bytes": len(LEASE.encode()), "type": "text"}
        assert await details(office, "document.changed") == {"fields": ["category"]}

    async def test_the_same_bytes_again(self, office):
        document_id = await filed(office)
        await filed(office)
        assert (await deeds(office, document_id)).count("document.uploaded") == 2
        assert await details(office, "document.uploaded") == {"duplicate": True}

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("", {"part": "details"}),
            ("/file", {"part": "file"}),
            ("/pages/1", {"part": "page", "page": 1}),
            ("/chunks", {"part": "chunks", "first": 0, "number": 5}),
        ],
    )
    async def test_each_way_of_reading(self, office, path, said):
        document_id = await filed(office)
        before = len(await recorded(office))
        assert (await office.client.get(f"{DOCUMENTS}/{document_id}{path}")).status_code == 200
        (row,) = (await recorded(office))[before:]
        assert (row["action"], row["object"]) == ("document.read", {"kind": "document", "id": document_id})
        assert row["details"] == said

    async def test_what_was_refused_was_not_read(self, office):
        document_id = await filed(office)
        before = len(await recorded(office))
        for path in (f"{document_id}/pages/99", f"{new_id()}", f"{new_id()}/file"):
            assert (await office.client.get(f"{DOCUMENTS}/{path}")).status_code == 404
        assert len(await recorded(office)) == before

    async def test_a_search_says_whose_passages_were_shown(self, office):
        document_id = await filed(office)
        found = (await office.client.post(f"{DOCUMENTS}/search", json={"query": "rent"})).json()["items"]
        assert await details(office, "document.searched") == {"passages": len(found), "documents": [document_id]}


class TestResearch:
    async def test_a_conversation_from_beginning_to_end(self, office):
        talk = await conversation(office, title="x")
        path = f"{CONVERSATIONS}/{talk['id']}"
        await office.client.get(path)
        await office.client.get(f"{path}/messages")
        await office.client.patch(path, json={"title": "y", "is_archived": True})
        await office.client.delete(path)
        assert [action.partition(".")[2] for action in await deeds(office, talk["id"])] == [
            "created", "read", "read", "changed", "deleted",
        ]  # fmt: skip
        assert await details(office, "conversation.changed") == {"fields": ["is_archived", "title"]}

    async def test_a_question_and_what_becomes_of_its_answer(self, office):
        document_id = await filed(office)
        answered = await asked(office, document_ids=[document_id])
        message = f"{CHAT}/messages/{answered['message']['id']}"
        await office.client.get(f"{message}/stream")
        await office.client.post(f"{message}/feedback", json={"score": 1})
        await office.client.post(f"{message}/stop")
        again = (await office.client.post(f"{message}/regenerate")).json()
        assert await deeds(office, answered["conversation_id"]) == [
            "conversation.created", "question.asked", "question.asked",
        ]  # fmt: skip
        answer = await deeds(office, answered["message"]["id"])
        assert answer == ["answer.read", "answer.rated", "answer.read", "answer.stopped"]
        assert await details(office, "answer.rated") == {"score": 1}
        last = await details(office, "question.asked")
        assert (last["answer_id"], last["again"]) == (again["message"]["id"], answered["message"]["id"])
        assert last["documents"] == [document_id]

    async def test_who_saw_a_document_in_an_answer_or_a_search_is_found_by_it(self, office):
        shown, other = await filed(office), await filed(office, "Nothing of the kind.", name="other.txt")
        await asked(office)
        await office.client.post(f"{DOCUMENTS}/search", json={"query": "rent"})
        await audit.drain(5)
        found = (await office.client.get("/api/v1/audit", params={"object_id": shown})).json()["items"]
        assert [row["action"] for row in found][:2] == ["document.searched"] * 2
        found = (await office.client.get("/api/v1/audit", params={"object_id": other})).json()["items"]
        assert "document.searched" not in [row["action"] for row in found]

    async def test_a_repeated_request_is_one_question(self, office):
        headers = {"Idempotency-Key": str(new_id())}
        for _ in range(3):
            answer = await office.client.post(CHAT, json={"content": "What is the rent?"}, headers=headers)
        deeds_of_it = await deeds(office, answer.raise_for_status().json()["conversation_id"])
        assert deeds_of_it == ["conversation.created", "question.asked"]

    async def test_in_a_conversation_there_already_is(self, office):
        document_id = await filed(office)
        talk = await conversation(office, document_ids=[document_id])
        await asked(office, conversation_id=talk["id"])
        assert (await deeds(office, talk["id"])).count("conversation.created") == 1

    async def test_what_was_refused_was_not_done(self, office):
        before = len(await recorded(office))
        for verb, path, body in (
            ("GET", f"{CONVERSATIONS}/{new_id()}", None),
            ("PATCH", f"{CONVERSATIONS}/{new_id()}", {"title": "x"}),
            ("DELETE", f"{CONVERSATIONS}/{new_id()}", None),
            ("POST", CHAT, {"content": "?", "conversation_id": str(new_id())}),
            ("GET", f"{CHAT}/messages/{new_id()}/stream", None),
            ("POST", f"{CHAT}/messages/{new_id()}/feedback", {"score": 1}),
            ("POST", f"{JOBS}/{new_id()}/cancel", None),
        ):
            assert (await office.client.request(verb, path, json=body)).status_code == 404
        assert len(await recorded(office)) == before


class TestJobs:
    async def test_cancelled_and_retried(self, office, monkeypatch):
        monkeypatch.setattr(jobs.queueing, "wake", lambda *_, **__: asyncio.sleep(0))
        job_id = await jobs.submit("library.remove", office.principal, subject=Subject("document", new_id()))
        assert (await office.client.post(f"{JOBS}/{job_id}/cancel")).status_code == 202
        assert await deeds(office, job_id) == ["job.cancelled"]
        assert await details(office, "job.cancelled") == {"type": "library.remove"}
        assert (await office.client.post(f"{JOBS}/{job_id}/retry")).status_code == 202
        assert await deeds(office, job_id) == ["job.cancelled", "job.retried"]

    async def test_a_refused_steering_is_not_on_it(self, office):
        document_id = await filed(office)
        job_id = (await library.get_document(office.principal, Id(document_id))).processing.job_id

        async def is_over() -> bool:
            return (await jobs.get(office.principal, job_id)).status.is_over

        await until(is_over)
        assert (await office.client.post(f"{JOBS}/{job_id}/cancel")).status_code == 409
        assert (await office.client.post(f"{JOBS}/{job_id}/retry")).status_code == 409
        assert await deeds(office, job_id) == []


class TestNoWordOfTheirs:
    async def test_neither_text_nor_names_nor_questions(self, office):
        document_id = await filed(office, LEASE + CANARY, name=f"{CANARY}.txt")
        await office.client.patch(f"{DOCUMENTS}/{document_id}", json={"filename": f"{CANARY}2.txt", "matter": CANARY})
        await office.client.get(f"{DOCUMENTS}/{document_id}/pages/1")
        await office.client.get(f"{DOCUMENTS}/{document_id}/file")
        await office.client.post(f"{DOCUMENTS}/search", json={"query": CANARY})
        talk = await conversation(office, title=CANARY, metadata={"m": CANARY})
        await office.client.patch(f"{CONVERSATIONS}/{talk['id']}", json={"title": f"{CANARY}!"})
        answered = await asked(office, f"What is {CANARY}?", document_ids=[document_id])
        path = f"{CHAT}/messages/{answered['message']['id']}/feedback"
        await office.client.post(path, json={"score": -1, "comment": CANARY})
        rows = await recorded(office)
        assert len(rows) >= 10
        assert CANARY not in str(rows)


class TestHotPaths:
    async def test_reading_sends_no_command_for_the_record(self, office, monkeypatch):
        document_id, sent = await filed(office), []
        talk = await conversation(office)
        await audit.drain(5)
        append = store.append

        async def counted(tenant_id, rows):
            sent.append(len(rows))
            return await append(tenant_id, rows)

        monkeypatch.setattr(store, "append", counted)
        with COMMANDS.record() as names:
            await office.client.get(f"{DOCUMENTS}/{document_id}")
            await office.client.get(f"{CONVERSATIONS}/{talk['id']}")
        assert len(names) <= 4
        await audit.drain(5)
        assert sum(sent) == 2
        assert len(sent) <= 2

    async def test_all_of_it_is_one_chain(self, office):
        document_id = await filed(office)
        await asyncio.gather(*(office.client.get(f"{DOCUMENTS}/{document_id}") for _ in range(30)))
        await audit.drain(5)
        assert await is_whole(office.principal.tenant_id, len(await stored(office.principal.tenant_id)))
        assert (await deeds(office, document_id)).count("document.read") >= 30
