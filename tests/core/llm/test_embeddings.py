"""Which model embeds, what it is asked, and what its failures mean."""

import httpx
import pytest
from pydantic import SecretStr

from elenchus.core.llm import embeddings, persistence
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.embeddings import DEFAULT_GEMINI, embedding_model
from elenchus.core.llm.persistence import failure_of, persistently
from elenchus.core.llm.providers import ModelNotReady
from elenchus.core.settings import EmbeddingSettings, LlmSettings, Settings
from tests.fixtures.embeddings import embedding_stub


def configured(model: str = "auto", *, key: str | None = "a-key", url: str | None = None, **values: object) -> Settings:
    secret = SecretStr(key) if key else None
    llm = LlmSettings(_env_file=None, GOOGLE_API_KEY=secret, GOOGLE_GEMINI_BASE_URL=url)
    return Settings(llm=llm, embedding=EmbeddingSettings(_env_file=None, model=model, **values))


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setattr(persistence, "FIRST_WAIT_SECONDS", 0.01)
    async with embedding_stub() as stub:
        yield stub


class TestChoosing:
    def test_auto_is_gemini_with_a_key_and_none_without(self):
        model = embedding_model(configured())
        assert model is not None
        assert model.name == DEFAULT_GEMINI
        assert embedding_model(configured(key=None)) is None

    def test_none_is_none(self):
        assert embedding_model(configured("none")) is None

    def test_a_bare_gemini_name_is_googles(self):
        model = embedding_model(configured("gemini-embedding-2"))
        assert model is not None
        assert model.name == "google_genai:gemini-embedding-2"

    @pytest.mark.parametrize("name", ["nonsense", "nowhere:model", "openai:", ""])
    def test_other_names_are_refused_with_the_known_ones(self, name):
        with pytest.raises(ModelNotReady, match="google_genai"):
            embedding_model(configured(name))

    def test_a_missing_package_is_named(self):
        with pytest.raises(ModelNotReady, match="pip install langchain-cohere"):
            embedding_model(configured("cohere:embed-v4"))

    def test_a_missing_key_is_named(self):
        with pytest.raises(ModelNotReady, match="GOOGLE_API_KEY"):
            embedding_model(configured(DEFAULT_GEMINI, key=None))


class TestAsking:
    async def test_passages_and_a_question_are_told_apart(self, server):
        model = embedding_model(configured(url=server.url, dimensions=64))
        assert model is not None
        vectors = await model.embed(["Rent is due.", "No animals."])
        question = await model.embed_question("rent")
        assert [len(vector) for vector in [*vectors, question]] == [64, 64, 64]
        assert server.kinds == ["RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY"]
        assert server.texts == ["Rent is due.", "No animals.", "rent"]

    async def test_passages_are_asked_for_again_while_that_may_help(self, server):
        server.refusals = [429, 500]
        model = embedding_model(configured(url=server.url))
        assert model is not None
        assert len(await model.embed(["one"])) == 1

    async def test_and_no_more_often_than_is_set(self, server):
        server.refusals = [503] * 9
        model = embedding_model(configured(url=server.url, max_attempts=3))
        assert model is not None
        with pytest.raises(ModelFailed) as failed:
            await model.embed(["one"])
        assert (failed.value.code, len(server.refusals)) == ("model_away", 6)

    async def test_a_question_is_asked_once_and_not_for_long(self, server):
        server.refusals = [503] * 2
        model = embedding_model(configured(url=server.url, question_timeout_seconds=0.2))
        assert model is not None
        with pytest.raises(ModelFailed, match="does not answer"):
            await model.embed_question("rent")
        assert len(server.refusals) == 1
        server.refusals, server.delay = [], 5.0
        with pytest.raises(ModelFailed, match="in time"):
            await model.embed_question("rent")

    async def test_a_provider_that_is_not_there(self, monkeypatch):
        monkeypatch.setattr(persistence, "FIRST_WAIT_SECONDS", 0.01)
        model = embedding_model(configured(url="http://127.0.0.1:9", max_attempts=2))
        assert model is not None
        with pytest.raises(ModelFailed) as failed:
            await model.embed(["one"])
        assert failed.value.retryable


class TestPackages:
    @pytest.mark.parametrize("fault", [ImportError("it needs another package"), RuntimeError("where is the key?")])
    async def test_one_that_cannot_be_set_up_is_said(self, monkeypatch, fault):
        """OpenAI's without a key raises an error of its own, and what a package lacks it may notice late."""

        def refuses(_module: str) -> None:
            raise fault

        model = embedding_model(configured(dimensions=8))
        assert model is not None
        monkeypatch.setattr(embeddings.importlib, "import_module", refuses)
        for asked in (model.embed(["one"]), model.embed_question("one")):
            with pytest.raises(ModelNotReady, match="EMBEDDING_"):
                await asked


class _Refused(Exception):
    def __init__(self, **fields: object) -> None:
        super().__init__("told to")
        self.__dict__.update(fields)


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "code", "retryable"),
        [
            (_Refused(code=429), "model_busy", True),
            (_Refused(status_code=429), "model_busy", True),
            (_Refused(code=503), "model_away", True),
            (_Refused(code=401), "model_key", False),
            (_Refused(status_code=404), "model_unknown", False),
            (_Refused(code=400), "model_rejected", False),
            (_Refused(code="RESOURCE"), "model_rejected", False),
            (TimeoutError(), "model_slow", True),
            (httpx.ReadTimeout("slow"), "model_slow", True),
            (httpx.ConnectError("away"), "model_away", True),
            (ValueError("our own"), "model_rejected", False),
        ],
    )
    def test_are_told_by_the_status_however_deep(self, error, code, retryable):
        wrapped = RuntimeError("Error embedding content")
        wrapped.__cause__ = error
        for each in (error, wrapped):
            failed = failure_of(each)
            assert (failed.code, failed.retryable) == (code, retryable)

    def test_causes_in_a_ring_end(self):
        one, other = RuntimeError("one"), RuntimeError("other")
        one.__cause__, other.__cause__ = other, one
        assert failure_of(one).code == "model_rejected"

    async def test_what_does_not_pass_is_not_asked_again(self):
        calls = []

        async def refuses() -> None:
            calls.append(1)
            raise ModelFailed("model_key", "no", retryable=False)

        with pytest.raises(ModelFailed):
            await persistently(refuses, attempts=5)
        assert len(calls) == 1
