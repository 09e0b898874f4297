"""The passages of one generation as vectors: batch by batch, each a step of its job, so that none is paid for twice.

A model that does not answer costs a document its vectors and nothing more: it is published all the same, found by its
words, and says why, and what had been paid by then.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from pydantic import JsonValue, TypeAdapter

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.llm.base import ModelFailed, Usage
from elenchus.core.llm.embeddings import EmbeddingModel, embedding_model
from elenchus.core.llm.providers import ModelNotReady
from elenchus.core.llm.usage import cost_usd, rough_tokens
from elenchus.core.settings import settings
from elenchus.identity.tenants.errors import QuotaExceeded
from elenchus.jobs.run import Run
from elenchus.library import spending, store
from elenchus.library.atlas import store as atlas
from elenchus.library.models import Embedding, Failure, RowKind, row_id

BATCH = 64  # passages; about 12,000 tokens
MOST_BATCHES = 800  # a job has 1,000 steps
REPROCESS = "Its passages are found by their words alone; reprocess the document to embed them."

Note = Callable[[float], Awaitable[None]]


async def embed(run: Run, reading: Mapping[str, JsonValue], note: Note) -> JsonValue:
    """What the document is to say of its vectors; None where no model is set. `note` is told the share that is done."""
    try:
        model = embedding_model()
    except ModelNotReady as error:
        made = await _without(run, settings().embedding.model, "model_not_ready", error.detail)
        return made.model_dump(mode="json")
    if model is None:
        return None
    made = await _Work.of(run, reading, model).all_batches(note)
    return made.model_dump(mode="json")


async def _without(run: Run, model: str, code: str, detail: str) -> Embedding:
    await run.log("the passages have no vectors", reason=code)
    return Embedding(model=model, error=Failure(code=code, detail=f"{detail} {REPROCESS}"))


@dataclass(frozen=True, slots=True)
class _Made:
    """One batch, as its step tells it."""

    dimensions: int
    tokens: int


_made = TypeAdapter(_Made)


@dataclass(frozen=True, slots=True)
class _Work:
    run: Run
    model: EmbeddingModel
    generation: int
    chunk_count: int
    first_part: int
    done: list[_Made] = field(default_factory=list)

    @classmethod
    def of(cls, run: Run, reading: Mapping[str, JsonValue], model: EmbeddingModel) -> "_Work":
        numbers = [reading[name] for name in ("generation", "chunk_count", "segment_parts")]
        generation, chunk_count, first_part = (number for number in numbers if isinstance(number, int))
        return cls(run, model, generation, chunk_count, first_part)

    @property
    def size(self) -> int:
        return max(BATCH, -(-self.chunk_count // MOST_BATCHES))

    async def all_batches(self, note: Note) -> Embedding:
        try:
            await self._each_batch(note)
            made = Embedding(model=self.model.name, dimensions=self._width(), parts=len(self.done))
        except ModelFailed as error:
            made = await _without(self.run, self.model.name, error.code, error.detail)
        except ModelNotReady as error:
            made = await _without(self.run, self.model.name, "model_not_ready", error.detail)
        except QuotaExceeded as error:
            made = await _without(self.run, self.model.name, "quota_exceeded", error.detail)
        tokens = sum(batch.tokens for batch in self.done)
        cost = cost_usd(self.model.name, Usage(tokens, 0), on=now().date())
        return made.model_copy(update={"tokens": tokens, "cost_usd": cost})

    async def _each_batch(self, note: Note) -> None:
        count = -(-self.chunk_count // self.size)
        for number in range(count):
            await note(number / count)
            step = f"embed {number + 1} of {count} with {self.model.name} as {self.generation}"
            result = await self.run.step(step, partial(self._batch, number))
            self.done.append(_made.validate_python(result))

    def _width(self) -> int:
        widths = {batch.dimensions for batch in self.done}
        if len(widths) > 1:
            raise _changed()
        return widths.pop()

    async def _batch(self, number: int) -> JsonValue:
        """Stored vectors are taken as they are: the process died between storing and saying so."""
        texts = await self._texts(number)
        tokens = sum(map(rough_tokens, texts))
        call_id = self.run.effect_id("embed", self.generation, number, self.model.name)
        width = await self._stored(number, len(texts))
        if width is None:
            width = await spending.spend(self.run.principal, call_id, tokens, partial(self._paid, number, texts))
        else:
            await spending.settled(self.run.principal, call_id, tokens)
        return {"dimensions": width, "tokens": tokens}

    async def _stored(self, number: int, rows: int) -> int | None:
        """How wide they are. A part is written once, so another model's cannot be replaced by this one's."""
        from elenchus.library.searching.vectors import width_of

        part = self.first_part + number
        key = (self.run.subject.id, self.generation)
        stored = (await store.segment_parts(self.run.principal, {key: range(part, part + 1)})).get(key)
        if stored is None:
            return None
        width = width_of(stored[0], model=self.model.name, rows=rows)
        if width is None:
            raise _changed()
        return width

    async def _paid(self, number: int, texts: list[str]) -> int:
        from elenchus.library.searching.vectors import pack_vectors

        vectors = await self.model.embed(texts)
        try:
            data = pack_vectors(vectors, model=self.model.name)
        except ValueError as error:
            raise ModelFailed("model_wrong", "The embedding model gave no vectors.", retryable=False) from error
        if settings().library.search_backend == "atlas":
            await atlas.put_vectors(self.run.principal, dict(zip(self._ids(number), vectors, strict=True)))
        document_id, generation, part = self.run.subject.id, self.generation, self.first_part + number
        row = {
            "_id": row_id(document_id, generation, RowKind.SEGMENT, part),
            "tenant_id": self.run.principal.tenant_id,
            "document_id": document_id,
            "generation": generation,
            "part": part,
            "data": data,
        }
        await store.write(self.run.principal, document_id, generation, {RowKind.SEGMENT: [row]})
        return len(vectors[0])

    async def _texts(self, number: int) -> list[str]:
        ids = self._ids(number)
        found = await store.chunks(self.run.principal, ids)
        return [found[id_]["text"] for id_ in ids]

    def _ids(self, number: int) -> list[Id]:
        within = range(number * self.size, min((number + 1) * self.size, self.chunk_count))
        return [row_id(self.run.subject.id, self.generation, RowKind.CHUNK, index) for index in within]


def _changed() -> ModelFailed:
    return ModelFailed("model_changed", "The embedding model changed while the document was read.", retryable=False)
