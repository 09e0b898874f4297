"""Ask, and get a cited answer: whole, or as it is written."""

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.research import running, store
from elenchus.research.models import Answer
from elenchus.research.placing import title_of
from elenchus.research.prompts import rules
from tests.research.support import (
    CHAT,
    CONVERSATIONS,
    RENT,
    RENT_WORDS,
    SSE,
    asked,
    conversation,
    filed,
    full_text,
    shown,
    streamed,
)

MESSAGE_FIELDS = (
    "id role content message_type status model usage citations verification trace_id span_id generation_id feedback "
    "latency_ms created_at"
).split()
CITATION_FIELDS = ("n document_id document_title chunk_id page_start page_end start_char end_char quote").split()


class TestWhole:
    async def test_an_answer_in_the_sources_own_words_with_its_place(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await asked(f)
        assert list(body) == ["message", "conversation_id", "usage"]
        message = body["message"]
        assert message["content"].startswith(f"{RENT_WORDS} [1]")
        assert "no language model was used" in message["content"]
        assert message["verification"]["unsupported_sentences"] == []  # what we say of the answer is no part of it
        assert (message["role"], message["status"], message["model"]) == ("assistant", "complete", "extractive")
        [citation] = message["citations"]
        assert citation["document_id"] == document_id
        text = await full_text(f, document_id)
        assert citation["quote"] == text[citation["start_char"] : citation["end_char"]]
        assert " ".join(citation["quote"].split()) == RENT_WORDS
        assert (citation["page_start"], citation["page_end"]) == (1, 1)

    async def test_its_shape_is_the_contract_s(self, firm):
        f = await firm()
        await filed(f)
        message = (await asked(f))["message"]
        assert [name for name in message if name in MESSAGE_FIELDS] == MESSAGE_FIELDS
        assert list(message["citations"][0]) == CITATION_FIELDS
        assert list(message["usage"])[:4] == ["prompt_tokens", "completion_tokens", "total_tokens", "cost_usd"]
        assert list(message["verification"])[:4] == [
            "quotes", "citations_valid", "unsupported_sentences", "legal_citations",
        ]  # fmt: skip
        assert message["created_at"].endswith("Z")
        assert message["message_type"] == "text"

    async def test_tokens_are_counted_and_cost_nothing_without_a_model(self, firm):
        f = await firm()
        await filed(f)
        usage = (await asked(f))["usage"]
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 40
        assert usage["cost_usd"] == 0.0

    async def test_a_question_without_an_answer_is_told_so_without_a_citation(self, firm):
        f = await firm()
        await filed(f)
        message = (await asked(f, "What is the capital of Australia?"))["message"]
        assert message["content"].startswith("The sources do not answer this question.")
        assert message["citations"] == []
        assert message["status"] == "complete"

    async def test_an_empty_library_is_no_error(self, firm):
        message = (await asked(await firm()))["message"]
        assert message["content"].startswith("The sources do not answer this question.")

    async def test_question_and_answer_stand_in_a_new_conversation_titled_from_it(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f, session_id="tab-7")
        kept = await shown(f, body["conversation_id"])
        assert kept["title"] == RENT
        assert kept["session_id"] == "tab-7"
        assert (kept["messages"][0]["role"], kept["messages"][0]["content"]) == ("user", RENT)
        assert kept["messages"][1] == body["message"]
        assert kept["message_count"] == 2

    async def test_a_follow_up_goes_into_the_same_conversation(self, firm):
        f = await firm()
        await filed(f)
        first = await asked(f)
        second = await asked(f, "May pets be kept?", conversation_id=first["conversation_id"])
        assert second["conversation_id"] == first["conversation_id"]
        kept = await shown(f, first["conversation_id"])
        assert [m["role"] for m in kept["messages"]] == ["user", "assistant"] * 2

    async def test_what_it_was_made_of_is_on_record(self, firm):
        from elenchus.core.ids import Id
        from tests.support import until

        f = await firm()
        await filed(f)
        message = (await asked(f))["message"]

        async def closed() -> object:
            answer = await store.answer(f.principal, Id(message["id"]))
            return answer if answer and answer.finished_at else None

        answer = await until(closed)
        assert answer.status == "complete"
        assert answer.question == RENT
        assert answer.record["prompt_version"] == rules().version
        assert len(answer.record["prompt_sha256"]) == 64
        assert {row["chunk_id"] for row in answer.record["sources"]} >= {message["citations"][0]["chunk_id"]}
        assert all(len(row["sha256"]) == 64 for row in answer.record["sources"])


class TestStream:
    async def test_events_come_in_their_order_each_with_an_id(self, firm):
        f = await firm()
        await filed(f)
        told = await streamed(f)
        assert told.names[:2] == ["meta", "sources"]
        assert set(told.names[2:-3]) == {"delta"}
        assert told.names[-3:] == ["verification", "usage", "done"]
        assert told.ids == sorted(set(told.ids))

    async def test_each_event_has_the_contract_s_shape(self, firm):
        f = await firm()
        document_id = await filed(f)
        told = await streamed(f)
        assert list(told["meta"]) == ["conversation_id", "user_message_id", "message_id", "model", "trace_id"]
        assert list(told["sources"][0]) == [
            "n", "document_id", "document_title", "page_start", "page_end", "start_char", "end_char", "text",
        ]  # fmt: skip
        assert [source["n"] for source in told["sources"]] == list(range(1, len(told["sources"]) + 1))
        assert {source["document_id"] for source in told["sources"]} == {document_id}
        assert list(told["delta"]) == ["text"]
        assert list(told["done"]) == ["message"]

    async def test_the_sources_are_slices_of_the_document(self, firm):
        f = await firm()
        document_id = await filed(f)
        told = await streamed(f)
        text = await full_text(f, document_id)
        for source in told["sources"]:
            assert source["text"] == text[source["start_char"] : source["end_char"]]

    async def test_the_deltas_are_the_message(self, firm):
        f = await firm()
        await filed(f)
        told = await streamed(f)
        message = told["done"]["message"]
        assert told.text == message["content"]
        assert told["usage"] == message["usage"]
        assert told["verification"] == message["verification"]
        assert told["meta"]["message_id"] == message["id"]
        kept = await shown(f, told["meta"]["conversation_id"])
        assert kept["messages"][1] == message
        assert kept["messages"][0]["id"] == told["meta"]["user_message_id"]

    async def test_it_says_the_same_as_a_whole_answer(self, firm):
        f = await firm()
        await filed(f)
        whole, told = (await asked(f))["message"], (await streamed(f))["done"]["message"]
        own = {"id", "created_at", "latency_ms"}
        assert {k: v for k, v in whole.items() if k not in own} == {k: v for k, v in told.items() if k not in own}

    async def test_nothing_on_the_way_may_keep_it(self, firm):
        f = await firm()
        answered = await f.client.post(CHAT, json={"content": RENT}, headers=SSE)
        assert answered.headers["cache-control"] == "no-cache"
        assert answered.headers["x-accel-buffering"] == "no"


class TestChoiceOfDocuments:
    OTHER = "LICENCE AGREEMENT\n\nThe Licensee shall pay rent of EUR 99 per month for the software."

    async def test_only_the_named_documents_are_read(self, firm):
        f = await firm()
        await filed(f)
        other = await filed(f, self.OTHER, "licence.txt")
        message = (await asked(f, document_ids=[other]))["message"]
        assert "EUR 99" in message["content"]
        assert "$4,200" not in message["content"]

    async def test_the_conversation_s_own_set_counts_when_none_is_named(self, firm):
        f = await firm()
        await filed(f)
        other = await filed(f, self.OTHER, "licence.txt")
        talk = await conversation(f, document_ids=[other])
        message = (await asked(f, conversation_id=talk["id"]))["message"]
        assert {row["document_id"] for row in message["citations"]} == {other}

    async def test_a_new_conversation_keeps_the_set_of_its_first_question(self, firm):
        f = await firm()
        await filed(f)
        other = await filed(f, self.OTHER, "licence.txt")
        body = await asked(f, document_ids=[other])
        assert (await shown(f, body["conversation_id"]))["document_ids"] == [other]

    async def test_a_deleted_document_of_the_set_never_widens_it_to_the_library(self, firm):
        f = await firm()
        await filed(f)
        other = await filed(f, self.OTHER, "licence.txt")
        talk = await conversation(f, document_ids=[other])
        assert (await f.client.delete(f"/api/v1/documents/{other}")).status_code == 204
        message = (await asked(f, conversation_id=talk["id"]))["message"]
        assert message["content"].startswith("The sources do not answer this question.")


class TestRefusals:
    """All before anything is told, also when a stream was asked for, and nothing is stored."""

    @pytest.mark.parametrize("headers", [{}, SSE])
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 422),
            ({"content": ""}, 422),
            ({"content": " \n\t "}, 422),
            ({"content": "a\x00b"}, 422),
            ({"content": "x" * 32_001}, 422),
            ({"content": "\ud800"}, 422),
            ({"content": RENT, "conversation_id": "nonsense"}, 422),
            ({"content": RENT, "conversation_id": "6" * 24}, 404),
            ({"content": RENT, "document_ids": ["6" * 24]}, 404),
            ({"content": RENT, "document_ids": ["6" * 24] * 201}, 422),
            ({"content": RENT, "model": "nobody:model"}, 422),
            ({"content": RENT, "model": "openai:gpt-oss"}, 422),
            ({"content": RENT, "temperature": 3}, 422),
            ({"content": RENT, "temperature": "NaN"}, 422),
            ({"content": RENT, "role": "system"}, 422),
            ({"content": RENT, "tenant_id": "6" * 24}, 422),
        ],
    )
    async def test_a_bad_question(self, shared_firm, body, status, headers):
        f = shared_firm
        import json

        sent = json.dumps(body).encode()  # escapes what httpx itself would not send
        answered = await f.client.post(CHAT, content=sent, headers={**headers, "Content-Type": "application/json"})
        assert answered.status_code == status, answered.text
        assert answered.headers["content-type"] == "application/problem+json"
        listed = (await f.client.get(CONVERSATIONS)).json()
        assert listed == {"items": [], "next_cursor": None}

    async def test_another_s_conversation_or_document_does_not_exist(self, firm):
        mine, theirs = await firm(), await firm()
        document_id = await filed(theirs)
        talk = await conversation(theirs)
        for body in ({"conversation_id": talk["id"]}, {"document_ids": [document_id]}):
            answered = await mine.client.post(CHAT, json={"content": RENT, **body}, headers=SSE)
            assert answered.status_code == 404
        assert (await shown(theirs, talk["id"]))["message_count"] == 0
        assert (await mine.client.get(CONVERSATIONS)).json()["items"] == []

    async def test_nobody_asks_without_signing_in(self, client):
        assert (await client.post(CHAT, json={"content": RENT})).status_code == 401

    async def test_an_answer_that_belongs_to_nobody_is_not_left_behind(self, firm):
        f = await firm()
        missing = new_id()
        await f.client.post(CHAT, json={"content": RENT, "conversation_id": str(missing)})
        from elenchus.research.models import Answer

        assert await Answer.owned_by(f.principal).rows({"conversation_id": missing}) == []


class TestSameRequestAgain:
    async def test_the_same_key_and_question_is_the_same_answer(self, firm):
        f = await firm()
        await filed(f)
        key = {"Idempotency-Key": "question-1"}
        first = await f.client.post(CHAT, json={"content": RENT}, headers=key)
        again = await f.client.post(CHAT, json={"content": RENT}, headers=key)
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert len((await f.client.get(CONVERSATIONS)).json()["items"]) == 1

    async def test_a_conversation_that_is_made_under_a_key_is_listed_where_its_time_is(self, firm):
        f = await firm()
        made = []
        for number in range(6):
            key = {"Idempotency-Key": f"place-{number}"} if number % 2 else {}
            answered = await f.client.post(CHAT, json={"content": RENT}, headers=key)
            made.insert(0, answered.json()["conversation_id"])
        assert [row["id"] for row in (await f.client.get(CONVERSATIONS)).json()["items"]] == made

    async def test_it_is_had_also_when_it_could_not_be_asked_any_more(self, firm, monkeypatch):
        f = await firm()
        document_id = await filed(f)
        key, body = {"Idempotency-Key": "question-5"}, {"content": RENT, "document_ids": [document_id]}
        first = await f.client.post(CHAT, json=body, headers=key)
        assert (await f.client.delete(f"/api/v1/documents/{document_id}")).status_code == 204
        monkeypatch.setattr(running, "MOST_AT_ONCE", 0)
        again = await f.client.post(CHAT, json=body, headers=key)
        assert again.status_code == 200, again.text
        assert again.json()["message"]["id"] == first.json()["message"]["id"]
        assert (await f.client.post(CHAT, json=body)).status_code == 503

    async def test_many_at_once_are_one_answer(self, firm):
        import asyncio

        f = await firm()
        await filed(f)
        key = {"Idempotency-Key": "question-2"}
        answers = await asyncio.gather(
            *(f.client.post(CHAT, json={"content": RENT}, headers=key) for _ in range(8)), return_exceptions=False
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["message"]["id"] for answer in answers}) == 1
        assert len((await f.client.get(CONVERSATIONS)).json()["items"]) == 1

    async def test_another_question_under_the_key_is_refused(self, firm):
        f = await firm()
        key = {"Idempotency-Key": "question-3"}
        await f.client.post(CHAT, json={"content": RENT}, headers=key)
        other = await f.client.post(CHAT, json={"content": "Something else?"}, headers=key)
        assert other.status_code == 409

    async def test_a_key_is_its_owner_s_alone(self, firm):
        mine, theirs = await firm(), await firm()
        key = {"Idempotency-Key": "question-4"}
        first = await mine.client.post(CHAT, json={"content": RENT}, headers=key)
        other = await theirs.client.post(CHAT, json={"content": RENT}, headers=key)
        assert other.status_code == 200
        assert other.json()["message"]["id"] != first.json()["message"]["id"]

    async def test_a_row_that_the_driver_sends_again_is_its_own(self, resources_, new_principal):
        owner = new_principal()
        answer = Answer(
            id=new_id(), tenant_id=owner.tenant_id, user_id=owner.user_id, conversation_id=new_id(),
            user_message_id=new_id(), alive_until=now(), question=RENT, document_ids=[], model="m", temperature=0,
            require_verified=False, created_at=now(),
        )  # fmt: skip
        assert await store.insert_answer(owner, answer)
        assert await store.insert_answer(owner, answer)
        of_another_request = answer.model_copy(update={"insertion": new_id()})
        assert not await store.insert_answer(owner, of_another_request)

    async def test_a_senseless_key_is_refused(self, firm):
        f = await firm()
        answered = await f.client.post(CHAT, json={"content": RENT}, headers={"Idempotency-Key": "x" * 201})
        assert answered.status_code == 400


class TestTitle:
    @pytest.mark.parametrize(
        ("question", "title"),
        [
            ("What is due?", "What is due?"),
            ("  What\n is\tdue?  ", "What is due?"),
            ("a\u2028b\x07c", "a b c"),
            ("word " * 40, "word " * 15 + "word…"),
            ("x" * 200, "x" * 79 + "…"),
        ],
    )
    def test_the_question_s_beginning_on_one_line(self, question, title):
        assert title_of(question) == title
        assert len(title_of(question)) <= 80


def test_a_viewer_is_no_author():
    """`MemberPrincipal` is what the routes ask for; this is the rank it stands for."""
    assert not Role.VIEWER.covers(Role.MEMBER)
