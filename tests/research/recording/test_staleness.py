"""Answers are marked when their documents no longer say what was quoted, and only then."""

import json

import pytest

from elenchus.core.ids import Id
from elenchus.core.resources import resources
from elenchus.library import service as library
from elenchus.library.names import storage_key
from elenchus.research import store
from elenchus.research.models import Message
from elenchus.research.recording import staleness
from elenchus.research.recording import store as recording
from tests.research.support import CHAT, LEASE, asked, filed, message_in, shown
from tests.support import until

PETS = "May pets be kept?"
DOCUMENTS = "/api/v1/documents"


async def cited(f, message_id):
    """Once its row is closed."""

    async def closed():
        answer = await store.answer(f.principal, Id(message_id))
        return answer if answer and answer.finished_at else None

    return (await until(closed)).cited_document_ids


async def answer(f, question="What is the monthly rent?", **more):
    body = await asked(f, question, **more)
    assert await cited(f, body["message"]["id"])
    return body


async def stale(f, body):
    message = await message_in(f, body["conversation_id"], body["message"]["id"])
    return message["stale"]


async def until_stale(f, body):
    async def marked():
        return await stale(f, body)

    return await until(marked)


async def reread(f, document_id, text):
    """The stored file says something else when it is read again."""
    path = await resources().storage.local_path(storage_key(f.principal, Id(document_id)))
    path.chmod(0o600)
    path.write_text(text)
    answered = await f.client.post(f"{DOCUMENTS}/{document_id}/reprocess")
    assert answered.status_code in (200, 202), answered.text
    job = f"/api/v1/jobs/{answered.json()['processing']['job_id']}"

    async def is_over():
        status = (await f.client.get(job)).json()["status"]
        assert status not in ("failed", "cancelled"), status
        return status == "completed"

    await until(is_over)


class TestDeleted:
    async def test_its_answers_say_so(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await answer(f)
        assert body["message"]["stale"] == {}
        assert (await f.client.delete(f"{DOCUMENTS}/{document_id}")).status_code == 204
        found = (await until_stale(f, body))[document_id]
        assert (found["reason"], found["citations"]) == ("deleted", [1])
        record = (await f.client.get(f"{CHAT}/messages/{body['message']['id']}/record")).json()
        assert record["stale"] == {document_id: found}

    async def test_answers_that_cite_another_document_do_not(self, firm):
        f = await firm()
        lease = await filed(f)
        other = await filed(f, "LICENCE\n\nThe Licensee shall pay a fee of EUR 99 per month.", "licence.txt")
        mine, theirs = await answer(f, document_ids=[lease]), await answer(f, "What is the fee?", document_ids=[other])
        await f.client.delete(f"{DOCUMENTS}/{other}")
        assert set(await until_stale(f, theirs)) == {other}
        assert await stale(f, mine) == {}

    async def test_one_that_has_moved_to_a_page_is_marked_there(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await answer(f)
        for number in range(30):
            await asked(f, f"Number {number}: zebras?", conversation_id=body["conversation_id"])
        kept = await shown(f, body["conversation_id"])
        assert body["message"]["id"] not in [row["id"] for row in kept["messages"]]
        await f.client.delete(f"{DOCUMENTS}/{document_id}")

        async def marked():
            message = await store.message(f.principal, Id(body["conversation_id"]), Id(body["message"]["id"]))
            return message and message.stale

        assert set(await until(marked)) == {document_id}


class TestReadAnew:
    async def test_what_it_still_says_stays_good_wherever_it_stands_now(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await answer(f)
        await reread(f, document_id, f"AMENDED AND RESTATED.\n\nA preamble.\n\n{LEASE}")
        assert await stale(f, body) == {}

    async def test_only_the_answer_whose_words_it_has_lost_is_marked(self, firm):
        f = await firm()
        document_id = await filed(f)
        rent, pets = await answer(f), await answer(f, PETS)
        await reread(f, document_id, LEASE.replace("$4,200", "$4,300"))
        found = (await stale(f, rent))[document_id]
        assert (found["reason"], found["citations"]) == ("changed", [1])
        assert await stale(f, pets) == {}

    async def test_when_it_says_them_again_the_mark_goes(self, firm):
        f = await firm()
        document_id = await filed(f)
        rent = await answer(f)
        await reread(f, document_id, LEASE.replace("$4,200", "$4,300"))
        assert await stale(f, rent)
        await reread(f, document_id, LEASE)
        assert await stale(f, rent) == {}

    async def test_a_number_that_only_grew_is_not_the_same(self, firm):
        f = await firm()
        document_id = await filed(f, "The fee is $4,200")
        assert await library.still_said(f.principal, Id(document_id), ["The fee is $4,20"]) == [False]
        assert await library.still_said(f.principal, Id(document_id), ["fee is"]) == [True]


class TestAtTheSameMoment:
    async def test_an_answer_that_ends_after_its_document_went_sees_it_itself(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await answer(f)
        conversation_id, message_id = Id(body["conversation_id"]), Id(body["message"]["id"])
        await recording.set_cited(f.principal, message_id, [])  # as if it had not ended when the document went
        await f.client.delete(f"{DOCUMENTS}/{document_id}")

        async def swept():
            return not await library.still_there(f.principal, [Id(body["message"]["citations"][0]["chunk_id"])])

        await until(swept)
        message = Message.model_validate_json(json.dumps(body["message"]))
        await staleness.watch(f.principal, conversation_id, message)
        assert set(await stale(f, body)) == {document_id}
        assert await cited(f, str(message_id)) == [Id(document_id)]

    async def test_saying_it_twice_changes_nothing(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await answer(f)
        await f.client.delete(f"{DOCUMENTS}/{document_id}")
        first = await until_stale(f, body)
        await staleness.recheck(f.principal, Id(document_id))
        assert await stale(f, body) == first


def test_two_listeners_cannot_take_one_name():
    with pytest.raises(ValueError, match="Two listeners"):
        library.when_text_changes("research.staleness", staleness.recheck)
