"""Passages as vectors: made batch by batch, paid once, and a document does without them when their model is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.llm import persistence
from elenchus.core.principal import Principal
from elenchus.core.settings import EmbeddingSettings, LlmSettings, settings, use
from elenchus.identity.tenants import usage
from elenchus.identity.tenants.models import Meter, Used
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.library import embedding, meaning, shelves, store
from elenchus.library import service as library
from elenchus.library.models import RowKind, SegmentPart, row_id
from elenchus.library.schemas import SearchMode
from tests.fixtures.embeddings import EmbeddingStub, embedding_stub
from tests.library.support import DOCUMENTS, a_document, filed, job_over, no_rows, rows_of, settled, written
from tests.support import Firm, until

SEARCH = f"{DOCUMENTS}/search"
LEASE = (
    b"1. Rent. The tenant shall pay the rent of 1,200 euros on the first day of each month. " + b"Payment is due. " * 20
    + b"\n\n2. Pets. No animals are kept in the flat without consent of the landlord. " + b"Consent is written. " * 20
)  # fmt: skip
NDA = b"1. Duty. The recipient keeps what is confidential for five years. " + b"It returns each copy. " * 20
MODEL = "google_genai:gemini-embedding-001"


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[EmbeddingStub]:
    async with embedding_stub() as stub:
        yield stub


@pytest.fixture
def model(server, settings_, monkeypatch) -> Iterator[EmbeddingStub]:
    """A deployment with a key for Gemini, spoken by the stub."""
    server.reset()
    before = settings()
    monkeypatch.setattr(persistence, "FIRST_WAIT_SECONDS", 0.01)
    key = SecretStr("a-key-for-the-stub")
    llm = LlmSettings(_env_file=None, model="extractive", GOOGLE_API_KEY=key, GOOGLE_GEMINI_BASE_URL=server.url)
    use(before.model_copy(update={"llm": llm, "embedding": EmbeddingSettings(_env_file=None)}))
    meaning.questions.forget()
    shelves.memory.forget()
    yield server
    use(before)


def other(**values: object) -> None:
    use(settings().model_copy(update={"embedding": EmbeddingSettings(_env_file=None, **values)}))


async def search(f: Firm, query: str, **more: object) -> dict:
    answer = await f.client.post(SEARCH, json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


class TestReading:
    async def test_every_passage_is_embedded_once_and_the_document_says_what_it_cost(self, firm, model):
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        made = document["embedding"]
        assert (made["model"], made["dimensions"], made["error"]) == (MODEL, 768, None)
        assert len(model.texts) == document["chunk_count"] == 2
        assert made["tokens"] == sum(-(-len(text) // 4) for text in model.texts)
        assert made["cost_usd"] == pytest.approx(made["tokens"] * 0.15e-6, abs=1e-8)
        assert set(model.kinds) == {"RETRIEVAL_DOCUMENT"}
        assert set(model.keys) == {"a-key-for-the-stub"}

    async def test_the_steps_are_seen_on_the_job(self, firm, model, monkeypatch):
        monkeypatch.setattr(embedding, "BATCH", 1)
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        job = await job_over(f, document["processing"]["job_id"])
        assert [step["name"] for step in job["steps"]] == [
            "read", f"embed 1 of 2 with {MODEL} as 1", f"embed 2 of 2 with {MODEL} as 1", "publish",
        ]  # fmt: skip

    async def test_what_passes_is_asked_again(self, firm, model):
        model.refusals = [429, 503, 500]
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        assert document["embedding"]["error"] is None
        assert len(model.calls) == 1

    @pytest.mark.parametrize(("status", "code"), [(503, "model_away"), (429, "model_busy"), (403, "model_key")])
    async def test_a_model_that_does_not_answer_costs_the_vectors_and_not_the_document(self, firm, model, status, code):
        model.refusals = [status] * 50
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        assert document["embedding"]["error"]["code"] == code
        assert "reprocess" in document["embedding"]["error"]["detail"]
        assert 50 - len(model.refusals) == (1 if status == 403 else 5)
        found = await search(f, "animals")
        assert (found["mode_used"], found["by_words_only"], len(found["items"])) == ("lexical", 1, 1)

    async def test_what_was_paid_before_it_went_away_is_said(self, firm, model, monkeypatch):
        monkeypatch.setattr(embedding, "BATCH", 1)
        model.refusals = [0, 403]
        f = await firm()
        made = (await filed(f, LEASE, "lease.txt"))["embedding"]
        assert made["error"]["code"] == "model_key"
        assert made["tokens"] == sum(-(-len(text) // 4) for text in model.texts) > 0
        assert made["cost_usd"] > 0

    async def test_without_a_model_nothing_is_said(self, firm, model):
        other(model="none")
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        assert document["embedding"] is None
        assert model.calls == []

    async def test_a_model_that_cannot_be_used_is_said(self, firm, model):
        other(model="mistralai:mistral-embed")
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        assert document["embedding"]["error"]["code"] == "model_not_ready"
        assert "pip install langchain-mistralai" in document["embedding"]["error"]["detail"]


class TestTokens:
    async def test_they_count_in_the_month_as_other_models_do(self, firm, model, monkeypatch):
        monkeypatch.setattr(embedding, "BATCH", 1)
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        read = document["embedding"]["tokens"]
        assert await tokens_used(f.principal) == read > 0
        for _ in range(3):
            await search(f, "dogs and cats")
        assert await tokens_used(f.principal) == read + 4
        await search(f, "animals", mode="lexical")
        assert await tokens_used(f.principal) == read + 4
        assert await nothing_held(f.principal)

    async def test_what_the_model_refused_costs_nothing(self, firm, model):
        model.refusals = [403] * 3
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        await search(f, "dogs")
        assert await tokens_used(f.principal) == 0
        assert await nothing_held(f.principal)

    async def test_past_the_months_limit_words_are_all_there_is(self, firm, model):
        f = await firm()
        first = await filed(f, LEASE, "lease.txt")
        limit = settings().tier_free.monthly_tokens
        month = await usage.month(f.principal)
        await usage.hold_tokens(f.principal, new_id(), limit - first["embedding"]["tokens"], month=month)
        paid = len(model.texts)
        second = await filed(f, NDA, "nda.txt")
        assert second["embedding"]["error"]["code"] == "quota_exceeded"
        assert second["processing"]["status"] == "completed"
        found = await search(f, "animals and hush")
        assert (found["mode_used"], found["by_words_only"], len(found["items"])) == ("lexical", 2, 1)
        assert len(model.texts) == paid

    async def test_a_killed_worker_counts_no_batch_twice(self, resources_, new_principal, model, monkeypatch):
        """It dies after the vectors are stored and before their tokens are settled."""
        run, reading = await a_run(new_principal())
        with monkeypatch.context() as killed:
            killed.setattr(usage, "settle_tokens", _dies)
            with pytest.raises(_Killed):
                await embedding.embed(run, reading, _silent)
        held = await tokens_used(run.principal)
        made = await embedding.embed(await the_same_after_a_crash(run), reading, _silent)
        assert held == made["tokens"] == await tokens_used(run.principal)
        assert len(model.calls) == 1
        assert await nothing_held(run.principal)


class _Killed(BaseException):
    pass


async def _dies(*_args: object, **_more: object) -> None:
    raise _Killed


async def tokens_used(owner: Principal) -> int:
    [item] = [item for item in (await usage.overview(owner)).items if item.name is Meter.TOKENS]
    return item.used or 0


async def nothing_held(owner: Principal) -> bool:
    return all(row.holds == [] for row in await Used.owned_by(owner).find({}))


class TestResuming:
    async def test_a_batch_that_was_stored_is_never_paid_again(self, resources_, new_principal, model, monkeypatch):
        """As when the process is killed after storing its vectors and before the step is noted."""
        monkeypatch.setattr(embedding, "BATCH", 2)
        run, reading = await a_run(new_principal())
        first = await embedding.embed(run, reading, _silent)
        paid = list(model.texts)
        assert len(paid) == reading["chunk_count"] > 4
        again = await the_same_after_a_crash(run, steps_noted=False)
        assert await embedding.embed(again, reading, _silent) == first
        assert model.texts == paid

    async def test_a_kill_between_two_batches_costs_only_the_later_ones(
        self, resources_, new_principal, model, monkeypatch
    ):
        monkeypatch.setattr(embedding, "BATCH", 2)
        run, reading = await a_run(new_principal())

        async def dies(share: float) -> None:
            if share > 0.5:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await embedding.embed(run, reading, dies)
        paid = list(model.texts)
        assert 0 < len(paid) < reading["chunk_count"]
        made = await embedding.embed(await the_same_after_a_crash(run), reading, _silent)
        assert (made["error"], model.texts[: len(paid)]) == (None, paid)
        assert len(model.texts) == reading["chunk_count"]

    async def test_another_model_in_the_middle_is_said_and_not_paid(
        self, resources_, new_principal, model, monkeypatch
    ):
        """A part is written once: the later model's vectors would be paid for and never kept."""
        run, reading = await a_run(new_principal())
        await embedding.embed(run, reading, _silent)
        other(model="google_genai:gemini-embedding-2")
        made = await embedding.embed(await the_same_after_a_crash(run), reading, _silent)
        assert (made["error"]["code"], made["parts"], len(model.calls)) == ("model_changed", 0, 1)

    async def test_what_was_never_stored_is_asked_for_again(self, resources_, new_principal, model):
        run, reading = await a_run(new_principal())
        await embedding.embed(run, reading, _silent)
        part = row_id(run.subject.id, 1, RowKind.SEGMENT, reading["segment_parts"])
        assert await SegmentPart.owned_by(run.principal).delete({"_id": part})
        await embedding.embed(await the_same_after_a_crash(run, steps_noted=False), reading, _silent)
        assert len(model.calls) == 2


async def _silent(_share: float) -> None:
    pass


async def a_run(owner: Principal) -> tuple[Run, dict]:
    """A running job about a document that was read and not embedded yet."""
    document = await a_document(owner)
    await written(owner, document, pages=6)
    job = Job(
        id=document.processing.job_id,
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        role=owner.role,
        type=library.INGEST,
        queue="elsewhere",
        subject=SubjectRef(type="document", id=document.id),
        status=JobStatus.RUNNING,
        due_at=now() + timedelta(hours=1),
        token=1,
        attempts=1,
        max_attempts=5,
        queued_at=now(),
    )
    await Job.owned_by(owner).insert(job)
    ids = [row_id(document.id, 1, RowKind.CHUNK, index) for index in range(200)]
    chunks = len(await store.chunks(owner, ids))
    return Run(job, Lease(settings().jobs.model_copy(update={"lease_seconds": 60}))), {
        "generation": 1,
        "segment_parts": 1,
        "chunk_count": chunks,
    }


async def the_same_after_a_crash(run: Run, *, steps_noted: bool = True) -> Run:
    """As another worker finds it."""
    if not steps_noted:
        await Job.owned_by(run.principal).update({"_id": run.job_id}, {"$set": {"steps": []}})
    [job] = await Job.owned_by(run.principal).find({"_id": run.job_id})
    return Run(job, Lease(settings().jobs.model_copy(update={"lease_seconds": 60})))


class TestSearching:
    async def test_what_is_meant_is_found_where_the_words_differ(self, firm, model):
        f = await firm()
        lease = await filed(f, LEASE, "lease.txt")
        await filed(f, NDA, "nda.txt")
        assert (await search(f, "dogs", mode="lexical"))["items"] == []
        for mode in ("hybrid", "semantic"):
            found = await search(f, "dogs", mode=mode)
            assert (found["mode_used"], found["by_words_only"]) == (mode, 0)
            first = found["items"][0]
            assert (first["document_id"], "animals" in first["text"]) == (lease["id"], True)
            scores = [item["score"] for item in found["items"]]
            assert scores == sorted(scores, reverse=True)
        assert model.kinds[-1] == "RETRIEVAL_QUERY"

    async def test_hybrid_puts_first_what_both_find(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        await filed(f, NDA, "nda.txt")
        found = await search(f, "are cats animals?")
        assert "animals" in found["items"][0]["text"]
        assert len(found["items"]) == 3

    async def test_filters_and_chosen_documents_hold_for_meaning_too(self, firm, model):
        f = await firm()
        lease = await filed(f, LEASE, "lease.txt", category="lease")
        nda = await filed(f, NDA, "nda.txt", category="nda")
        for narrowed in ({"document_ids": [nda["id"]]}, {"filters": {"category": "nda"}}):
            found = await search(f, "dogs hush", mode="semantic", **narrowed)
            assert {item["document_id"] for item in found["items"]} == {nda["id"]}
        both = await search(f, "dogs hush", mode="semantic", document_ids=[nda["id"], lease["id"]])
        assert {item["document_id"] for item in both["items"]} == {nda["id"], lease["id"]}

    async def test_a_question_is_paid_for_once(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        for _ in range(3):
            await search(f, "dogs")
        assert model.texts.count("dogs") == 1

    async def test_many_who_ask_the_same_at_once_pay_once(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        await asyncio.gather(*(search(f, "dogs") for _ in range(10)))
        assert model.texts.count("dogs") == 1

    async def test_a_question_that_the_model_refuses_is_not_everybodys(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        model.refusals = [400]
        assert (await search(f, "cats"))["mode_used"] == "lexical"
        assert (await search(f, "dogs"))["mode_used"] == "hybrid"
        assert (await search(f, "cats"))["mode_used"] == "lexical"
        assert "cats" not in model.texts

    async def test_words_alone_ask_no_model(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        paid = len(model.texts)
        found = await search(f, "animals", mode="lexical")
        assert (found["mode_used"], len(model.texts)) == ("lexical", paid)

    async def test_a_model_that_is_away_costs_one_wait_and_not_the_answer(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        other(question_timeout_seconds=0.3)
        model.delay = 5.0
        for mode in ("semantic", "hybrid", "semantic"):
            found = await search(f, "animals", mode=mode)
            assert (found["mode_used"], found["by_words_only"], len(found["items"])) == ("lexical", 1, 1)
        assert found["took_ms"] < 300

    async def test_what_another_model_embedded_is_found_by_its_words_and_said(self, firm, model):
        f = await firm()
        old = await filed(f, LEASE, "lease.txt")
        other(dimensions=256)
        new = await filed(f, NDA, "nda.txt")
        for mode, used in (("semantic", "hybrid"), ("hybrid", "hybrid")):
            found = await search(f, "animals hush", mode=mode)
            assert (found["mode_used"], found["by_words_only"]) == (used, 1)
            assert {item["document_id"] for item in found["items"]} == {old["id"], new["id"]}
        other(model="google_genai:gemini-embedding-2")
        paid = len(model.texts)
        found = await search(f, "animals hush", mode="semantic")
        assert (found["mode_used"], found["by_words_only"], len(model.texts)) == ("lexical", 2, paid)

    async def test_vectors_that_do_not_fit_belong_to_the_documents_that_say_least(self, firm, model):
        f = await firm()
        lease = await filed(f, LEASE, "lease.txt")
        await filed(f, NDA, "nda.txt")
        before = settings()
        narrow = before.library.model_copy(update={"vector_cache_bytes": 2 * 768 * 4})
        use(before.model_copy(update={"library": narrow}))
        shelves.memory.forget()
        found = await search(f, "dogs and rent", mode="semantic")
        use(before)
        assert (found["mode_used"], found["by_words_only"]) == ("hybrid", 1)
        assert {item["document_id"] for item in found["items"]} == {lease["id"]}

    async def test_the_door_says_how_it_was_found(self, firm, model):
        f = await firm()
        await filed(f, LEASE, "lease.txt")
        assert (await library.retrieve(f.principal, "dogs")).mode_used is SearchMode.HYBRID


class TestGone:
    async def test_deleting_leaves_no_vector_behind(self, firm, model):
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        before = await rows_of(f.principal, document["id"])
        assert before == 1 + 2 + 2 + 4  # page, passages, words and vectors, and the notes of each
        await f.client.delete(f"{DOCUMENTS}/{document['id']}")
        await until(lambda: no_rows(f, document["id"]), timeout=30)

    async def test_reprocessing_replaces_them_with_the_flip(self, firm, model):
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")
        before = await rows_of(f.principal, document["id"])
        other(model="none")
        await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        again = await _read_again(f, document)
        assert again["embedding"] is None
        await until(lambda: no_rows(f, document["id"], generation=1), timeout=30)
        assert await rows_of(f.principal, document["id"]) == before - 2
        assert (await search(f, "animals"))["mode_used"] == "lexical"

    async def test_a_reading_that_fails_after_embedding_keeps_the_old_vectors(self, firm, model, monkeypatch):
        f = await firm()
        document = await filed(f, LEASE, "lease.txt")

        async def refuses(*_args, **_kwargs):
            raise RuntimeError("told to")

        with monkeypatch.context() as broken:
            broken.setattr(store, "publish", refuses)
            job_id = (await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")).json()["processing"]["job_id"]
            await until(lambda: _is_embedded_again(model, document), timeout=30)
            await f.client.post(f"/api/v1/jobs/{job_id}/cancel")
            await job_over(f, job_id)
        await until(lambda: _only_generation(f, document["id"], 1), timeout=30)
        found = await search(f, "dogs")
        assert (found["mode_used"], "animals" in found["items"][0]["text"]) == ("hybrid", True)


async def _read_again(f: Firm, document: dict) -> dict:
    return await settled(f, document["id"])


async def _is_embedded_again(model: EmbeddingStub, document: dict) -> bool:
    return len(model.texts) >= 2 * document["chunk_count"]


async def _only_generation(f: Firm, document_id: str, generation: int) -> bool:
    others = await rows_of(f.principal, document_id) - await rows_of(f.principal, document_id, generation=generation)
    return others == 0
