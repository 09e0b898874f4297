"""What an answer was made of, told to whom it was given; made again, and compared."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import Prompt, Speaker, Turn
from elenchus.library.models import Chunk
from elenchus.research import service, store
from elenchus.research.models import Answer
from elenchus.research.prompts import rules
from elenchus.research.recording import making, replaying
from elenchus.research.recording.errors import TooManyReplays
from tests.research.support import CHAT, LEASE, asked, filed, full_text, shown, streamed
from tests.support import until

GEMINI = "google_genai:gemini-3.8-flash"


async def record(f, message_id, expect=200):
    answered = await f.client.get(f"{CHAT}/messages/{message_id}/record")
    assert answered.status_code == expect, answered.text
    return answered.json()


async def replay(f, message_id, expect=200, **wanted):
    answered = await f.client.post(f"{CHAT}/messages/{message_id}/replay", json=wanted or None)
    assert answered.status_code == expect, answered.text
    return answered.json()


class TestRecord:
    async def test_it_says_what_the_answer_was_made_of(self, firm):
        f = await firm()
        document_id = await filed(f)
        told = await streamed(f, temperature=0.3)
        kept = await record(f, told["meta"]["message_id"])
        assert (kept["model"], kept["temperature"], kept["status"]) == ("extractive", None, "complete")  # it has none
        assert kept["answered_by"] == "extractive"
        assert kept["prompt_version"] == rules().version
        assert kept["rules_sha256"] == hashlib.sha256(rules().text.encode()).hexdigest()
        assert len(kept["prompt_sha256"]) == 64
        assert kept["text_sha256"] == hashlib.sha256(told.text.encode()).hexdigest()
        assert kept["usage"] == told["usage"]
        assert kept["stale"] == {}
        assert {row["document_id"] for row in kept["sources"]} == {document_id}

    async def test_each_source_is_the_one_that_was_told_with_the_hash_of_its_words(self, firm):
        f = await firm()
        document_id = await filed(f)
        told = await streamed(f)
        text = await full_text(f, document_id)
        kept = await record(f, told["meta"]["message_id"])
        assert [row["n"] for row in kept["sources"]] == [row["n"] for row in told["sources"]]
        for row in kept["sources"]:
            words = text[row["start_char"] : row["end_char"]]
            assert row["sha256"] == hashlib.sha256(words.encode()).hexdigest()
            assert row["score"] > 0

    async def test_its_times_follow_the_way_of_the_answer(self, firm):
        f = await firm()
        await filed(f)
        times = (await record(f, (await asked(f))["message"]["id"]))["timings_ms"]
        assert list(times) == ["sources", "first_delta", "generated", "verified"]
        assert [*times.values()] == sorted(times.values())

    async def test_it_is_there_as_soon_as_the_answer_is(self, firm):
        f = await firm()
        for _ in range(5):
            assert (await record(f, (await asked(f))["message"]["id"]))["form"] == 1

    async def test_another_s_is_not_there(self, firm):
        f, stranger = await firm(), await firm()
        message_id = (await asked(f))["message"]["id"]
        await record(stranger, message_id, expect=404)
        await replay(stranger, message_id, expect=404)
        await record(f, str(new_id()), expect=404)


class TestPromptHash:
    """Two prompts have one hash only when the same was sent."""

    @pytest.mark.parametrize(
        "other",
        [
            Prompt("Rules!", (Turn(Speaker.USER, "a"), Turn(Speaker.ASSISTANT, "b")), "", ()),
            Prompt("Rules.", (Turn(Speaker.USER, "a"), Turn(Speaker.USER, "b")), "", ()),
            Prompt("Rules.", (Turn(Speaker.USER, "a\n\nassistant: b"),), "", ()),
            Prompt("Rules.\n\nuser: a", (Turn(Speaker.ASSISTANT, "b"),), "", ()),
            Prompt("Rules.", (Turn(Speaker.USER, "a"), Turn(Speaker.ASSISTANT, "b ")), "", ()),
        ],
        ids=["rules", "speaker", "turn within a turn", "turn within the rules", "white space"],
    )
    def test_another_prompt_has_another(self, other):
        one = Prompt("Rules.", (Turn(Speaker.USER, "a"), Turn(Speaker.ASSISTANT, "b")), "", ())
        assert making._prompt_sha256(other) != making._prompt_sha256(one)

    async def test_other_rules_show_in_the_record(self, firm, monkeypatch):
        f = await firm()
        await filed(f)
        before = await record(f, (await asked(f))["message"]["id"])
        changed = replace(rules(), text=rules().text + " Be brief.")
        monkeypatch.setattr("elenchus.research.prompts.rules", lambda: changed)
        after = await record(f, (await asked(f))["message"]["id"])
        assert before["rules_sha256"] != after["rules_sha256"]
        assert before["prompt_sha256"] != after["prompt_sha256"]


class TestReplay:
    async def test_over_the_same_library_it_is_the_same(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        again = await replay(f, body["message"]["id"])
        assert again["difference"]["is_same"], again["difference"]
        assert again["message"]["content"] == body["message"]["content"]
        assert again["message"]["citations"] == body["message"]["citations"]
        assert again["replayed"]["prompt_sha256"] == again["record"]["prompt_sha256"]

    async def test_in_the_middle_of_a_conversation_it_sees_what_was_said_before_and_nothing_after(self, firm):
        f = await firm()
        await filed(f)
        talk = (await asked(f))["conversation_id"]
        second = await asked(f, "May pets be kept?", conversation_id=talk)
        await asked(f, "Which law governs the lease?", conversation_id=talk)
        again = await replay(f, second["message"]["id"])
        assert again["record"]["history_turns"] == 2
        assert again["difference"]["same_prompt"]

    async def test_an_answer_that_was_regenerated_is_made_again_as_it_was(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        regenerated = await f.client.post(f"{CHAT}/messages/{body['message']['id']}/regenerate")
        again = await replay(f, regenerated.json()["message"]["id"])
        assert again["difference"]["is_same"]

    async def test_nothing_of_it_stays(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        before = await shown(f, body["conversation_id"])
        again = await replay(f, body["message"]["id"])
        assert await shown(f, body["conversation_id"]) == before
        assert await store.answer(f.principal, Id(again["message"]["id"])) is None

    async def test_a_document_that_came_since_shows_as_a_source(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        other = await filed(f, LEASE.replace("$4,200", "$5,100"), "amended.txt")
        found = (await replay(f, body["message"]["id"]))["difference"]
        assert not found["is_same"]
        assert not found["same_prompt"]
        assert found["same_rules"]
        assert {row["document_id"] for row in found["sources"] if row["before"] is None} == {other}

    async def test_another_answer_of_the_model_to_the_same_prompt_is_the_model_s(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 [1].")
        gemini.will_say("The rent is $4,200 per month [1].")
        body = await asked(f, model=GEMINI, temperature=0.7)
        found = (await replay(f, body["message"]["id"]))["difference"]
        assert found["same_prompt"]
        assert not found["same_text"]
        assert [row["after"] for row in found["text"] if row["kind"] == "added"] == ["per month "]
        first, second = gemini.requests
        assert first == second

    async def test_its_tokens_count(self, firm, gemini):
        f = await firm()
        gemini.will_say("No source [1].")
        body = await asked(f, model=GEMINI)
        once = await _used(f)
        await replay(f, body["message"]["id"])
        assert await _used(f) == 2 * once > 0

    async def test_a_model_that_fails_is_told_and_nothing_is_held(self, firm, gemini):
        f = await firm()
        gemini.will_say("Said [1].")
        gemini.will_say(status=503)
        body = await asked(f, model=GEMINI)
        once = await _used(f)
        await replay(f, body["message"]["id"], expect=503)
        assert await _used(f) == once
        assert await Answer.owned_by(f.principal).count({}) == 1

    async def test_what_it_holds_is_let_go_when_its_process_dies(self, firm, gemini, monkeypatch):
        f = await firm()
        gemini.will_say("Said [1].")
        body = await asked(f, model=GEMINI)
        once = await _used(f)
        monkeypatch.setattr(replaying, "MOST_SECONDS", -replaying.MARGIN_SECONDS - 1)
        answer = await store.answer(f.principal, Id(body["message"]["id"]))
        question = await replaying._question(f.principal, answer)
        async with replaying._accounted(question, answer):
            assert await _used(f) > once
            await service.abandon_lost()
            assert await store.answer(f.principal, question.message_id) is None
            assert await _used(f) == once

    async def test_so_many_at_once_are_refused(self, firm, monkeypatch):
        f = await firm()
        message_id = (await asked(f))["message"]["id"]
        monkeypatch.setattr(replaying, "MOST_AT_ONCE", 0)
        assert (await replay(f, message_id, expect=503))["title"].startswith("Too many answers")

    async def test_one_person_leaves_room_for_the_others(self, firm, monkeypatch):
        f, other = await firm(), await firm()
        mine, theirs = [(await asked(each))["message"]["id"] for each in (f, other)]
        monkeypatch.setattr(replaying, "MOST_OF_ONE", 1)
        with replaying._room(f.principal.user_id):
            assert (await replay(f, mine, expect=429))["title"] == TooManyReplays.title
            await replay(other, theirs)
        await replay(f, mine)


class TestFromTheRecordedPassages:
    async def test_a_document_that_came_since_changes_nothing(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        await filed(f, LEASE.replace("$4,200", "$5,100"), "amended.txt")
        assert not (await replay(f, body["message"]["id"], sources="today"))["difference"]["same_prompt"]
        again = await replay(f, body["message"]["id"], sources="recorded")
        assert again["difference"]["is_same"], again["difference"]
        assert again["replayed"]["sources"] == again["record"]["sources"]

    async def test_one_that_is_gone_is_told(self, firm):
        f = await firm()
        document_id = await filed(f)
        body = await asked(f)
        count = len((await record(f, body["message"]["id"]))["sources"])
        await f.client.delete(f"/api/v1/documents/{document_id}")
        refused = await replay(f, body["message"]["id"], expect=409, sources="recorded")
        assert refused["sources"] == [*range(1, count + 1)]
        await replay(f, body["message"]["id"], sources="today")

    async def test_so_is_one_whose_words_are_others(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        row = (await record(f, body["message"]["id"]))["sources"][0]
        await Chunk.owned_by(f.principal).update({"_id": Id(row["chunk_id"])}, {"$set": {"text": "Other words."}})
        refused = await replay(f, body["message"]["id"], expect=409, sources="recorded")
        assert refused["sources"] == [1]

    async def test_an_answer_without_sources_is_made_again_without_any(self, firm):
        f = await firm()
        body = await asked(f)
        await filed(f)
        again = await replay(f, body["message"]["id"], sources="recorded")
        assert again["replayed"]["sources"] == []

    async def test_nothing_else_is_taken(self, firm):
        f = await firm()
        message_id = (await asked(f))["message"]["id"]
        await replay(f, message_id, expect=422, sources="elsewhere")
        await replay(f, message_id, expect=422, model="another")


class TestNobodyWaits:
    async def test_what_was_used_counts_when_the_client_leaves(self, firm, gemini, change_settings):
        """Nothing else ends this model's silence in time."""
        change_settings("llm", timeout_seconds=600)
        f = await firm()
        gemini.will_say("Said [1].")
        gemini.will_say("Said and ", "never ended.", pause_after=1)
        body = await asked(f, model=GEMINI)
        once = await _used(f)
        asking = asyncio.create_task(replay(f, body["message"]["id"]))
        await until(lambda: gemini.open_streams == 1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        async def is_over():
            return await Answer.owned_by(f.principal).count({}) == 1

        await until(is_over)
        assert await _used(f) > once

    async def test_what_takes_too_long_counts_too(self, firm, gemini, monkeypatch):
        f = await firm()
        gemini.will_say("Said [1].")
        gemini.will_say("Said and ", "never ended.", pause_after=1)
        body = await asked(f, model=GEMINI)
        once = await _used(f)
        monkeypatch.setattr(replaying, "MOST_SECONDS", 0.3)
        refused = await replay(f, body["message"]["id"], expect=503)
        assert refused["detail"].startswith("The language model took too long")
        assert await _used(f) > once


async def _used(f):
    items = (await f.client.get("/api/v1/tenants/current/usage")).json()["items"]
    return next(item["used"] for item in items if item["name"] == "monthly_tokens")
