"""A model's call in the trace of whoever asks: a turn, a job."""

import json
from contextlib import aclosing

import pytest
from langsmith.utils import get_env_var, tracing_is_enabled
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from elenchus.core import tracing
from elenchus.core.ids import new_id
from elenchus.core.llm.base import ModelFailed, Prompt, Speaker, Turn
from elenchus.core.llm.embeddings import embedding_model
from elenchus.core.llm.factory import chat_model, structured_model
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import EmbeddingSettings, LlmSettings, Settings
from tests.core.llm.test_structured import Rent
from tests.fixtures.embeddings import embedding_stub
from tests.fixtures.langfuse import config
from tests.fixtures.serving import served

PROMPT = Prompt("Answer.", (Turn(Speaker.USER, "When is rent due?"),), "When is rent due?", ())
JOB = "library.analyse"


@pytest.fixture
def traced(langfuse):
    return tracing.traced(config(langfuse.url))


def job():
    return tracing.trace(JOB, new_id(), Principal(new_id(), new_id(), Role.MEMBER))


async def test_a_form_is_a_generation_of_the_job_that_asks_for_it(gemini, gemini_options, langfuse, traced):
    gemini.will_fill(lambda _: {"amount": 5})
    model = structured_model(None, gemini_options)
    assert model
    async with traced:
        with job():
            await model.structured("Read.", "Svensson owes 5.", Rent)
    generation = langfuse["generation"]
    assert generation.parent_id == langfuse[JOB].span_id
    assert generation["observation.model.name"] == "google_genai:gemini-3.8-flash"
    assert json.loads(generation["observation.usage_details"])["total"] == 140
    assert generation["observation.input"] == f"[withheld: {len('Read.' + 'Svensson owes 5.') + 2} characters]"
    assert b"Svensson" not in langfuse.raw


async def test_a_variable_of_langchain_s_own_sends_no_prompt_to_another_service(gemini, gemini_options, monkeypatch):
    heard: list[bytes] = []

    async def take(request: Request) -> Response:
        heard.append(await request.body())
        return Response("{}", media_type="application/json")

    async with served(Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST", "PATCH"])])) as smith:
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
            monkeypatch.setenv(name, "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", smith.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "k")
        get_env_var.cache_clear()
        async with aclosing(chat_model(None, gemini_options).stream(PROMPT)) as pieces:
            assert [piece async for piece in pieces]
        assert not tracing_is_enabled()
        assert heard == []
    get_env_var.cache_clear()


async def test_each_call_is_one_and_a_failed_one_says_why(gemini, gemini_options, langfuse, traced, monkeypatch):
    monkeypatch.setattr("elenchus.core.llm.persistence.FIRST_WAIT_SECONDS", 0.001)
    gemini.will_say(status=503)
    gemini.will_say("Rent is due.")
    model = chat_model(None, gemini_options.model_copy(update={"max_attempts": 2}))
    async with traced:
        with job():
            async with aclosing(model.stream(PROMPT)) as pieces:
                assert [piece async for piece in pieces]
    failed, answered = sorted((row for row in langfuse.observations if row.name == "generation"), key=lambda r: r.began)
    assert failed["observation.status_message"] == "model_away"
    assert "langfuse.observation.usage_details" not in failed.attributes
    assert answered["observation.output"] == f"[withheld: {len('Rent is due.')} characters]"
    assert answered["observation.completion_start_time"]


async def test_while_a_provider_rests_there_is_no_call_to_tell_of(gemini, gemini_options, langfuse, traced):
    gemini.will_say(status=503)
    model = chat_model(None, gemini_options.model_copy(update={"breaker_failures": 1}))
    async with traced:
        for _ in range(2):
            with pytest.raises(ModelFailed), job():
                async with aclosing(model.stream(PROMPT)) as pieces:
                    await anext(pieces)
    assert langfuse.names == ["generation", JOB, JOB]


async def test_passages_that_are_embedded_are_counted(langfuse, traced):
    async with embedding_stub() as server, traced:
        llm = LlmSettings(_env_file=None, GOOGLE_API_KEY=SecretStr("k"), GOOGLE_GEMINI_BASE_URL=server.url)
        model = embedding_model(Settings(llm=llm, embedding=EmbeddingSettings(_env_file=None)))
        assert model
        with job():
            await model.embed(["Svensson owes rent.", "No animals."])
    embedding = langfuse["embedding"]
    assert embedding["observation.type"] == "embedding"
    assert embedding.facts == {"texts": "2", "characters": "30"}
    assert b"Svensson" not in langfuse.raw
