"""The same searches, put to MongoDB's search servers: what they are asked, and what becomes of their answers.

The bundled database has none, so a stand-in reads each pipeline as the manual describes it and refuses any other form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from bson.binary import Binary
from pydantic import SecretStr
from pymongo.asynchronous.collection import AsyncCollection

from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import UnscopedAccess
from elenchus.core.settings import EmbeddingSettings, LlmSettings, settings, use
from elenchus.library import meaning, store
from elenchus.library.atlas.store import SearchAway, by_words
from elenchus.library.models import Chunk
from tests.fixtures.embeddings import EmbeddingStub, embedding_stub
from tests.library.support import DOCUMENTS, filed
from tests.support import Firm

SEARCH = f"{DOCUMENTS}/search"
LEASE = b"1. Rent. The tenant pays the rent monthly.\n\n2. Pets. No animals are kept in the flat."
NDA = b"1. Secrecy. The recipient keeps what is confidential.\n\n2. Rent. No rent is due under this agreement."


class Mongot:
    """Answers the two stages over the real rows, each as its index would."""

    def __init__(self) -> None:
        self.pipelines: list[list[Mapping[str, Any]]] = []

    async def answer(self, collection: AsyncCollection, pipeline: list[Mapping[str, Any]]) -> "_Answers":
        self.pipelines.append(pipeline)
        first, match, *then = pipeline
        rows = await collection.find(_allowed(first) | match["$match"]).to_list()
        scored = [row | {"score": score} for row in rows if (score := _score(first, row)) > 0]
        scored.sort(key=lambda row: -row["score"])
        limit = then[0].get("$limit") or first["$vectorSearch"]["limit"]
        kept = then[-1]["$project"]
        return _Answers([{name: row[name] for name in kept} for row in scored[:limit]])


class _Answers:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    async def to_list(self) -> list[dict[str, Any]]:
        return self._rows


def _allowed(first: Mapping[str, Any]) -> dict[str, Any]:
    if "$vectorSearch" in first:
        return dict(first["$vectorSearch"]["filter"])
    found: dict[str, Any] = {}
    for clause in first["$search"]["compound"]["filter"]:
        [(operator, asked)] = clause.items()
        found[asked["path"]] = {"equals": asked["value"], "in": {"$in": asked["value"]}}[operator]
    return found


def _score(first: Mapping[str, Any], row: Mapping[str, Any]) -> float:
    if "$vectorSearch" in first:
        asked = first["$vectorSearch"]
        stored = row.get(asked["path"])
        return _cosine(asked["queryVector"], stored) if stored else 0.0
    [must] = first["$search"]["compound"]["must"]
    words = must["text"]["query"].lower().split()
    return float(sum(row[must["text"]["path"]].lower().count(word) for word in words))


def _cosine(one: Binary, other: Binary) -> float:
    a, b = (np.array(packed.as_vector().data) for packed in (one, other))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@pytest.fixture
def mongot(settings_, monkeypatch) -> Iterator[Mongot]:
    stub, before, aggregate = Mongot(), settings(), AsyncCollection.aggregate

    async def answered(self: AsyncCollection, pipeline: list[Mapping[str, Any]], **more: Any) -> Any:
        if {"$search", "$vectorSearch"} & pipeline[0].keys():
            return await stub.answer(self, pipeline)
        return await aggregate(self, pipeline, **more)

    monkeypatch.setattr(AsyncCollection, "aggregate", answered)
    use(before.model_copy(update={"library": before.library.model_copy(update={"search_backend": "atlas"})}))
    yield stub
    use(before)


@pytest.fixture
async def model(mongot) -> Iterator[EmbeddingStub]:
    meaning.questions.forget()
    async with embedding_stub() as server:
        key = SecretStr("k")
        llm = LlmSettings(_env_file=None, model="extractive", GOOGLE_API_KEY=key, GOOGLE_GEMINI_BASE_URL=server.url)
        use(settings().model_copy(update={"llm": llm, "embedding": EmbeddingSettings(_env_file=None, dimensions=64)}))
        yield server


async def search(f: Firm, query: str, **more: object) -> dict:
    answer = await f.client.post(SEARCH, json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def titles(found: dict) -> list[str]:
    return [item["document_title"] for item in found["items"]]


class TestWords:
    async def test_the_pipeline(self, firm, worker, mongot):
        f = await firm()
        lease = await filed(f, LEASE, "Ashford lease.txt")
        await filed(f, NDA, "Borealis NDA.txt")
        await search(f, "rent due", document_ids=[lease["id"]], limit=3)
        tenant = f.principal.tenant_id
        assert mongot.pipelines == [
            [
                {
                    "$search": {
                        "index": "passages_by_words",
                        "compound": {
                            "must": [{"text": {"query": "rent due", "path": "text"}}],
                            "filter": [
                                {"equals": {"path": "tenant_id", "value": tenant}},
                                {"in": {"path": "document_id", "value": [Id(lease["id"])]}},
                            ],
                        },
                    }
                },
                {"$match": {"tenant_id": tenant}},
                {"$limit": 100},
                {"$project": {"document_id": 1, "generation": 1, "index": 1, "score": {"$meta": "searchScore"}}},
            ]
        ]

    async def test_passages_are_as_they_always_are(self, firm, worker, mongot):
        f = await firm()
        lease = await filed(f, LEASE, "Ashford lease.txt", category="lease")
        await filed(f, NDA, "Borealis NDA.txt")
        found = await search(f, "rent monthly")
        assert (found["mode_used"], titles(found)) == ("lexical", ["Ashford lease", "Borealis NDA"])
        first = found["items"][0]
        assert first["text"][slice(*first["highlights"][0])].lower() == "rent"
        assert len((await search(f, "rent", limit=1))["items"]) == 1
        narrowed = await search(f, "rent", filters={"category": "lease"})
        assert {item["document_id"] for item in narrowed["items"]} == {lease["id"]}

    async def test_a_document_that_is_named_is_asked_alone_and_without_its_name(self, firm, worker, mongot):
        f = await firm()
        await filed(f, LEASE, "Ashford lease.txt")
        nda = await filed(f, NDA, "Borealis NDA.txt")
        assert set(titles(await search(f, "Is rent due under the Borealis NDA?"))) == {"Borealis NDA"}
        [pipeline] = mongot.pipelines
        compound = pipeline[0]["$search"]["compound"]
        assert compound["filter"][1] == {"in": {"path": "document_id", "value": [Id(nda["id"])]}}
        assert "Borealis" not in compound["must"][0]["text"]["query"]
        await f.client.patch(f"{DOCUMENTS}/{nda['id']}", json={"filename": "Casement.txt"})
        assert set(titles(await search(f, "Is rent due under the Casement agreement?"))) == {"Casement"}

    async def test_another_tenants_passages_are_not_even_ranked(self, firm, worker, mongot):
        f, theirs = await firm(), await firm()
        await filed(f, LEASE, "lease.txt")
        await filed(theirs, NDA, "nda.txt")
        assert titles(await search(f, "rent")) == ["lease"]
        assert titles(await search(theirs, "rent")) == ["nda"]

    async def test_what_the_index_still_has_of_an_older_generation_is_left_out(self, firm, worker, mongot):
        f = await firm()
        lease = await filed(f, LEASE, "lease.txt")
        [row, *_] = await Chunk.owned_by(f.principal).rows({"document_id": Id(lease["id"])})
        await Chunk.owned_by(f.principal).insert_missing_rows([row | {"_id": new_id(), "generation": 0}])
        found = await search(f, "rent")
        assert [item["chunk_id"] for item in found["items"]] == [str(row["_id"])]

    async def test_a_database_that_has_no_such_index_is_said(self, resources_, new_principal):
        with pytest.raises(SearchAway, match="LIBRARY_SEARCH_BACKEND"):
            await by_words(new_principal(), "rent", document_ids=None, limit=1)


class TestMeaning:
    async def test_the_pipeline(self, firm, worker, model, mongot):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        found = await search(f, "dogs", mode="semantic")
        assert (found["mode_used"], found["by_words_only"]) == ("semantic", 0)
        assert "animals" in found["items"][0]["text"]
        [[first, match, project]] = mongot.pipelines
        asked = first["$vectorSearch"]
        assert len(asked.pop("queryVector").as_vector().data) == 64
        tenant = f.principal.tenant_id
        assert asked == {
            "index": "passages_by_meaning",
            "path": "vector",
            "numCandidates": 2000,
            "limit": 100,
            "filter": {"tenant_id": tenant},
        }
        assert match == {"$match": {"tenant_id": tenant}}
        assert project["$project"]["score"] == {"$meta": "vectorSearchScore"}

    async def test_both_are_joined_and_what_has_no_vectors_is_said(self, firm, worker, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        found = await search(f, "dogs and rent")
        assert (found["mode_used"], found["by_words_only"], titles(found)[0]) == ("hybrid", 0, "lease")
        model.refusals = [403]
        await filed(f, NDA, "nda.txt")
        found = await search(f, "confidential rent", mode="semantic")
        assert (found["mode_used"], found["by_words_only"]) == ("hybrid", 1)
        assert set(titles(found)) == {"lease", "nda"}
        assert (await search(f, "rent", mode="lexical"))["mode_used"] == "lexical"

    async def test_passages_are_shown_without_their_vectors(self, firm, worker, model):
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        [row, *_] = await Chunk.owned_by(f.principal).rows({"document_id": Id(document["id"])})
        assert "vector" in row
        assert "vector" not in (await store.chunks(f.principal, [row["_id"]]))[row["_id"]]


class TestWall:
    @pytest.mark.parametrize(
        "stage", [{"$search": {"text": {"query": "x", "path": "text"}}}, {"$searchMeta": {}}, {"$match": {}}]
    )
    async def test_a_stage_that_no_tenant_fits_into_is_refused(self, resources_, new_principal, stage):
        with pytest.raises(UnscopedAccess):
            await Chunk.owned_by(new_principal()).searched(stage, [])

    async def test_a_filter_cannot_name_another_tenant(self, resources_, new_principal, mongot):
        owner = new_principal()
        stage = {"$vectorSearch": {"limit": 1, "filter": {"tenant_id": new_id()}}}
        await Chunk.owned_by(owner).searched(stage, [{"$project": {}}])
        assert mongot.pipelines[0][0]["$vectorSearch"]["filter"] == {"tenant_id": owner.tenant_id}
