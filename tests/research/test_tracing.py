"""What an operator's Langfuse is told of an answer."""

import json

from elenchus.core import tracing
from tests.fixtures.langfuse import LangfuseStub
from tests.research.remembering.support import remembered
from tests.research.support import CHAT, RENT, asked, filed, first_words, streamed, streaming, to_the_end
from tests.support import until


async def told(langfuse: LangfuseStub, name: str = "chat.turn") -> LangfuseStub:
    """The turn ends when its events are with Redis, a little after its answer."""

    async def has_arrived() -> bool:
        await langfuse.flush()
        return name in langfuse.names

    await until(has_arrived)
    return langfuse


class TestATurn:
    async def test_the_message_and_its_stream_name_the_trace(self, firm, gemini, langfuse):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 per month [1].")
        got = await streamed(f)
        assert got["meta"]["trace_id"] == got["done"]["message"]["trace_id"]
        turn = (await told(langfuse))["chat.turn"]
        assert turn.trace_id == got["meta"]["trace_id"]
        assert turn.attributes["session.id"] == got["meta"]["conversation_id"]
        assert turn.attributes["user.id"] == str(f.principal.user_id)
        for part in ("retrieval", "generation", "verification"):
            assert langfuse[part].parent_id == turn.span_id

    async def test_parts_follow_each_other_and_the_model_is_accounted_for(self, firm, gemini, langfuse):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is ", "$4,200 per month [1].")
        await asked(f)
        await told(langfuse)
        retrieval, generation, verification = (langfuse[n] for n in ("retrieval", "generation", "verification"))
        assert retrieval.ended <= generation.began < generation.ended <= verification.began
        assert generation["observation.model.name"] == "google_genai:gemini-3.8-flash"
        assert json.loads(generation["observation.usage_details"])["total"] == 140
        assert int(retrieval.facts["passages"]) >= 1

    async def test_the_message_names_its_turn_and_the_call_that_gave_it(self, firm, gemini, langfuse):
        f = await firm()
        gemini.will_say("No source says so.")
        message = (await asked(f))["message"]
        await told(langfuse)
        assert message["span_id"] == langfuse["chat.turn"].span_id
        assert message["generation_id"] == langfuse["generation"].span_id
        kept = await f.client.get(f"{CHAT}/messages/{message['id']}/stream")
        assert message["generation_id"] in kept.text

    async def test_a_stand_in_s_call_is_beside_the_one_that_failed(self, firm, gemini, langfuse, change_settings):
        change_settings("llm", fallbacks=["extractive"])
        f = await firm()
        await filed(f)
        gemini.will_say(status=503)
        message = (await asked(f))["message"]
        await told(langfuse)
        calls = {row["observation.model.name"]: row for row in langfuse.observations if row.name == "generation"}
        assert calls["google_genai:gemini-3.8-flash"]["observation.status_message"] == "model_away"
        assert calls["extractive"].span_id == message["generation_id"]

    async def test_a_stopped_answer_is_counted_as_far_as_it_came(self, firm, gemini, langfuse):
        f = await firm()
        gemini.will_say("x" * 40, "never said", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            await f.client.post(f"{CHAT}/messages/{so_far['meta']['message_id']}/stop")
            await to_the_end(stream)
        generation = (await told(langfuse))["generation"]
        assert json.loads(generation["observation.usage_details"])["output"] == 10
        assert generation.facts == {"usage_is_estimate": "true", "cut_off": "true"}

    async def test_an_answer_made_again_has_a_trace_of_its_own(self, firm, gemini, langfuse):
        f = await firm()
        gemini.will_say("No source says so.")
        message = (await asked(f))["message"]
        replayed = await f.client.post(f"{CHAT}/messages/{message['id']}/replay")
        await told(langfuse, "chat.replay")
        assert langfuse["chat.replay"].trace_id == replayed.json()["message"]["trace_id"] != message["trace_id"]
        assert langfuse["chat.replay"].attributes["session.id"] == langfuse["chat.turn"].attributes["session.id"]

    async def test_neither_question_nor_document_nor_answer_is_told(self, firm, gemini, langfuse):
        f = await firm()
        await filed(f, name="svensson.txt")
        gemini.will_say("The rent is $4,200 per month [1].")
        await asked(f)
        await told(langfuse)
        for secret in (RENT, "4,200", "Svensson", "svensson", f.email):
            assert secret.encode() not in langfuse.raw

    async def test_a_failed_one_says_why(self, firm, gemini, langfuse):
        f = await firm()
        await filed(f)
        gemini.will_say(status=400)
        got = await streamed(f)
        assert got.names[-1] == "error"
        await told(langfuse)
        assert langfuse["generation"]["observation.status_message"] == "model_rejected"
        assert langfuse["chat.turn"]["observation.level"] == "ERROR"

    async def test_a_mute_langfuse_delays_no_answer(self, firm, gemini, langfuse):
        langfuse.is_mute = True
        f = await firm()
        await filed(f)
        assert (await asked(f))["message"]["status"] == "complete"
        langfuse.go_on.set()


async def test_the_call_that_names_a_conversation_is_counted_once(firm, gemini, langfuse, change_settings):
    change_settings("research", memory_model="same")
    gemini.will_fill(lambda _: {"title": "Rent of the Maine lease"})
    f = await firm()
    await asked(f)
    await remembered(f, 1)
    await told(langfuse, "research.remember")
    job = langfuse["research.remember"]
    parts = [row for row in langfuse.observations if row.trace_id == job.trace_id]
    assert [row.name for row in parts if "langfuse.observation.usage_details" in row.attributes] == ["generation"]
    assert langfuse["title"].parent_id == job.span_id


class TestFeedback:
    async def test_it_is_a_score_of_the_message_s_trace_and_the_last_one_counts(self, firm, gemini, langfuse):
        f = await firm()
        message = (await asked(f))["message"]
        for given in ({"score": 1}, {"score": -1, "comment": "Svensson is wrong"}):
            answered = await f.client.post(f"{CHAT}/messages/{message['id']}/feedback", json=given)
            assert answered.json()["feedback"]["score"] == given["score"]

        async def has_arrived() -> bool:
            await langfuse.flush()
            return len(langfuse.scores) == 2

        await until(has_arrived)
        first, last = langfuse.scores
        assert (first["traceId"], first["name"], first["value"]) == (message["trace_id"], "feedback", 1)
        assert (last["id"], last["value"]) == (first["id"], -1)
        assert b"Svensson" not in langfuse.raw

    async def test_of_what_does_not_exist_there_is_none(self, firm, gemini, langfuse):
        f = await firm()
        refused = await f.client.post(f"{CHAT}/messages/{f.principal.user_id}/feedback", json={"score": 1})
        assert refused.status_code == 404
        await langfuse.flush()
        assert langfuse.scores == []

    async def test_a_mute_langfuse_delays_it_not(self, firm, gemini, langfuse):
        langfuse.is_mute = True
        f = await firm()
        message = (await asked(f))["message"]
        given = await f.client.post(f"{CHAT}/messages/{message['id']}/feedback", json={"score": 1})
        assert given.status_code == 200
        langfuse.go_on.set()

    async def test_a_broken_client_fails_it_not(self, firm, gemini, langfuse, monkeypatch):
        f = await firm()
        message = (await asked(f))["message"]
        monkeypatch.setattr(tracing.tracer()._client, "create_score", None)
        given = await f.client.post(f"{CHAT}/messages/{message['id']}/feedback", json={"score": 1})
        assert given.json()["feedback"]["score"] == 1


async def test_without_keys_no_trace_is_promised(firm, gemini):
    f = await firm()
    got = await streamed(f)
    assert got["meta"]["trace_id"] is None
