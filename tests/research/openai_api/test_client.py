"""The official client, with nothing changed but its base URL and its key."""

from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI
from pymongo.errors import AutoReconnect

from elenchus.research import metering, running
from elenchus.research.placing import HISTORY_MESSAGES
from elenchus.research.prompts import NO_SOURCES, STANDING
from tests.research.support import RENT, filed, message_in, shown
from tests.support import Firm, until

QUESTION = [{"role": "user", "content": RENT}]
MODELS = {"auto", "extractive"}


@pytest.fixture
async def f(firm) -> Firm:
    made: Firm = await firm()
    return made


@pytest.fixture
async def connect(live: str) -> AsyncIterator:
    opened: list[AsyncOpenAI] = []

    def make(key: str) -> AsyncOpenAI:
        opened.append(AsyncOpenAI(api_key=key, base_url=f"{live}/api/v1/openai/v1"))
        return opened[-1]

    yield make
    for each in opened:
        await each.close()


@pytest.fixture
def ai(connect, f: Firm) -> AsyncOpenAI:
    made: AsyncOpenAI = connect(f.access_token)
    return made


async def until_it_fails(stream) -> tuple[str, openai.APIError]:
    """What was said before, and why it ended."""
    told = ""
    try:
        async for chunk in stream:
            told += chunk.choices[0].delta.content or ""
    except openai.APIError as failure:
        return told, failure
    raise AssertionError("it did not fail")


async def test_the_models_that_a_question_may_name(ai: AsyncOpenAI):
    assert {model.id async for model in ai.models.list()} >= MODELS


async def test_one_of_them(ai: AsyncOpenAI):
    async for model in ai.models.list():
        assert await ai.models.retrieve(model.id) == model
    with pytest.raises(openai.NotFoundError):
        await ai.models.retrieve("nobody:knows/this")


async def test_an_answer_is_the_engines_and_is_kept(ai: AsyncOpenAI, f: Firm):
    document_id = await filed(f)
    told = await ai.chat.completions.create(
        model="auto", messages=QUESTION, max_tokens=99, extra_body={"document_ids": [document_id]}
    )
    [choice] = told.choices
    assert "$4,200" in choice.message.content
    assert (choice.finish_reason, told.object) == ("stop", "chat.completion")
    assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens > 0
    grounds = told.model_extra["elenchus"]
    kept = await message_in(f, grounds["conversation_id"], grounds["message_id"])
    assert (kept["content"], kept["citations"]) == (choice.message.content, grounds["citations"])
    assert grounds["citations"][0]["document_id"] == document_id


async def test_a_stream_says_the_same_in_pieces(ai: AsyncOpenAI, f: Firm, gemini):
    await filed(f)
    gemini.will_say("The rent ", "is $4,200 [1].")
    stream = await ai.chat.completions.create(
        model="auto", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    *told, counted = chunks
    assert told[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in told) == "The rent is $4,200 [1]."
    assert [chunk.choices[0].finish_reason for chunk in told] == [None] * (len(told) - 1) + ["stop"]
    assert told[-1].model_extra["elenchus"]["citations"][0]["n"] == 1
    assert (counted.choices, counted.usage.total_tokens) == ([], 140)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_without_asking_for_it_a_stream_has_no_usage(ai: AsyncOpenAI, gemini):
    gemini.will_say("It is so.")
    stream = await ai.chat.completions.create(model="auto", messages=QUESTION, stream=True)
    assert all([chunk.choices and chunk.usage is None async for chunk in stream])


async def test_what_was_said_before_is_in_the_prompt_and_in_the_conversation(ai: AsyncOpenAI, f: Firm, gemini):
    said = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": [{"type": "text", "text": "Who is the tenant?"}]},
        {"role": "assistant", "content": "Maria Svensson."},
        {"role": "user", "content": RENT},
    ]
    told = await ai.chat.completions.create(model="auto", messages=said)
    sent = str(gemini.requests[-1])
    assert "Who is the tenant?" in sent
    assert "Maria Svensson." in sent
    kept = await shown(f, told.model_extra["elenchus"]["conversation_id"])
    assert (kept["title"], kept["message_count"]) == ("Who is the tenant?", 5)
    assert [row["role"] for row in kept["messages"]] == ["user", "user", "assistant", "user", "assistant"]


async def test_what_the_client_wishes_for_stands_below_our_rules(ai: AsyncOpenAI, f: Firm, gemini):
    said = [{"role": "system", "content": "You are a pirate."}, {"role": "developer", "content": "Be brief."}]
    told = await ai.chat.completions.create(model="auto", messages=[*said, *QUESTION])
    sent = gemini.requests[-1]
    assert "pirate" not in str(sent["systemInstruction"])
    [wishes] = [part["text"] for part in sent["contents"][0]["parts"]]
    assert wishes == f"{STANDING}\n\nYou are a pirate.\n\nBe brief."
    assert sent["contents"][0]["role"] == "user"
    assert RENT in str(sent["contents"][-1])
    kept = await shown(f, told.model_extra["elenchus"]["conversation_id"])
    assert kept["title"] == RENT


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_was_cut_at_its_limit_says_so(ai: AsyncOpenAI, gemini, stream: bool):
    gemini.will_say("The rent is", finish="MAX_TOKENS")
    told = await ai.chat.completions.create(model="auto", messages=QUESTION, stream=stream)
    last = [chunk async for chunk in told][-1] if stream else told
    assert last.choices[0].finish_reason == "length"


async def test_who_leaves_finds_the_answer_later(ai: AsyncOpenAI, f: Firm, gemini):
    gemini.will_say("The rent ", "is $4,200.", pause_after=1)
    stream = await ai.chat.completions.create(model="auto", messages=QUESTION, stream=True)
    while not (await anext(stream)).choices[0].delta.content:
        pass
    await stream.close()
    gemini.go_on.set()

    async def is_complete() -> bool:
        [talk] = (await f.client.get("/api/v1/chat/conversations")).json()["items"]
        return bool((await shown(f, talk["id"]))["messages"][-1]["status"] == "complete")

    assert await until(is_complete)


async def test_only_as_much_of_it_as_a_conversation_holds(ai: AsyncOpenAI, f: Firm):
    said = [{"role": role, "content": "x" * 40_000} for _ in range(10) for role in ("user", "assistant")]
    told = await ai.chat.completions.create(model="extractive", messages=said + QUESTION)
    kept = await shown(f, told.model_extra["elenchus"]["conversation_id"])
    assert kept["message_count"] == 5 + 2


async def test_but_always_what_it_wishes_for(ai: AsyncOpenAI, f: Firm):
    said = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "x"}] * 40
    wishes = {"role": "system", "content": "Be brief."}
    told = await ai.chat.completions.create(model="extractive", messages=[wishes, *said, *QUESTION])
    kept = await f.client.get(
        f"/api/v1/chat/conversations/{told.model_extra['elenchus']['conversation_id']}/messages?limit=200"
    )
    rows = kept.json()["items"]
    assert len(rows) == HISTORY_MESSAGES + 2
    assert rows[-1]["content"].endswith("Be brief.")


class TestErrors:
    async def test_a_bad_key(self, connect):
        with pytest.raises(openai.AuthenticationError) as caught:
            await connect("elk_nobody").models.list()
        assert caught.value.type == "authentication_error"
        assert caught.value.code == "invalid-api-key"

    async def test_a_key_without_the_scope(self, connect, f: Firm):
        made = await f.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["chat:read"]})
        reading = connect(made.json()["key"])
        assert [model async for model in reading.models.list()]
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await reading.chat.completions.create(model="auto", messages=QUESTION)
        assert caught.value.type == "permission_error"

    async def test_a_model_that_is_not_here(self, ai: AsyncOpenAI):
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            await ai.chat.completions.create(model="gpt-9", messages=QUESTION)
        assert (caught.value.type, caught.value.param) == ("invalid_request_error", "model")

    @pytest.mark.parametrize("more", [{"tools": []}, {"stop": ["x"]}, {"n": 2}, {"response_format": {"type": "text"}}])
    async def test_what_would_change_the_answer_and_cannot_is_named(self, ai: AsyncOpenAI, more: dict):
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            await ai.chat.completions.create(model="auto", messages=QUESTION, extra_body=more)
        assert caught.value.param == next(iter(more))

    async def test_wishes_without_end(self, ai: AsyncOpenAI):
        with pytest.raises(openai.UnprocessableEntityError):
            await ai.chat.completions.create(
                model="auto", messages=[{"role": "system", "content": "x" * 16_001}] * 2 + QUESTION
            )

    @pytest.mark.parametrize("last", [{"role": "assistant", "content": "x"}, {"role": "user", "content": " "}])
    async def test_the_last_message_is_a_question(self, ai: AsyncOpenAI, last: dict):
        with pytest.raises(openai.UnprocessableEntityError):
            await ai.chat.completions.create(model="auto", messages=[*QUESTION, last])

    async def test_an_answer_that_fails_verification_is_not_asked_for_again(self, ai: AsyncOpenAI, f: Firm, gemini):
        await filed(f)
        gemini.will_say("The rent is due [9].")
        with pytest.raises(openai.ConflictError) as caught:
            await ai.chat.completions.create(model="auto", messages=QUESTION, extra_body={"require_verified": True})
        assert caught.value.code == "unverified"
        assert len(gemini.requests) == 1

    async def test_in_mid_stream(self, ai: AsyncOpenAI, gemini):
        gemini.will_say("The rent ", "is", pause_after=1, breaks=True)
        stream = await ai.chat.completions.create(model="auto", messages=QUESTION, stream=True)
        told, failure = await until_it_fails(stream)
        assert (told, failure.type) == (f"{NO_SOURCES}\n\nThe rent ", "server_error")

    async def test_a_question_that_cannot_be_answered_now_leaves_nothing(self, ai: AsyncOpenAI, f: Firm, monkeypatch):
        monkeypatch.setattr(running, "MOST_AT_ONCE", 0)
        said = [*QUESTION, {"role": "assistant", "content": "x"}, *QUESTION]
        with pytest.raises(openai.InternalServerError):
            await ai.with_options(max_retries=0).chat.completions.create(model="auto", messages=said)
        assert (await f.client.get("/api/v1/chat/conversations")).json()["items"] == []

    async def test_nor_does_one_that_the_database_goes_away_under(self, ai: AsyncOpenAI, f: Firm, monkeypatch):
        async def away(_question: object) -> None:
            raise AutoReconnect("away")

        monkeypatch.setattr(metering, "hold", away)
        said = [*QUESTION, {"role": "assistant", "content": "x"}, *QUESTION]
        with pytest.raises(openai.InternalServerError):
            await ai.with_options(max_retries=0).chat.completions.create(model="auto", messages=said)
        assert (await f.client.get("/api/v1/chat/conversations")).json()["items"] == []

    async def test_a_document_of_another_firm(self, ai: AsyncOpenAI, firm, f: Firm):
        other = await filed(await firm())
        said = [*QUESTION, {"role": "assistant", "content": "x"}, *QUESTION]
        with pytest.raises(openai.NotFoundError):
            await ai.chat.completions.create(model="auto", messages=said, extra_body={"document_ids": [other]})
        assert (await f.client.get("/api/v1/chat/conversations")).json()["items"] == []


async def test_a_stream_ends_with_the_session(ai: AsyncOpenAI, f: Firm, gemini):
    gemini.will_say("The rent ", "is $4,200.", pause_after=1)
    stream = await ai.chat.completions.create(model="auto", messages=QUESTION, stream=True)
    while not (await anext(stream)).choices[0].delta.content:
        pass
    assert (await f.client.post("/api/v1/auth/logout")).status_code == 204
    told, failure = await until_it_fails(stream)
    assert (told, failure.type) == ("", "authentication_error")
    gemini.go_on.set()
