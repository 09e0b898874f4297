"""A question as a vector, and which documents' vectors it can be compared with.

Whatever is missing (a model, its answer, its vectors of a document) costs the search that part and never the answer:
the rest is found by its words.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from elenchus.core import logs
from elenchus.core.ids import new_id
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.embeddings import EmbeddingModel, embedding_model
from elenchus.core.llm.providers import ModelNotReady
from elenchus.core.llm.usage import rough_tokens
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.settings import settings
from elenchus.identity.tenants.errors import QuotaExceeded
from elenchus.library import spending
from elenchus.library.shelves import Key, Shelf, memory

if TYPE_CHECKING:
    from elenchus.library.searching.ranking import Hit
    from elenchus.library.searching.vectors import Vector

REMEMBERED_QUESTIONS = 500
REMEMBERED_SECONDS = 600.0
REST_SECONDS = 30.0  # after a failure: nobody waits for a model that is away
OF_THE_QUESTION = frozenset({"model_rejected", "model_wrong"})  # failures that say nothing of the next question
NUMBER_BYTES = 4
log = logs.get(__name__)


class Questions:
    """The vectors of the last questions, None for what the model refused, and until when it is not to be asked."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, ...], tuple[float, Vector | None]] = OrderedDict()
        self._rests_until = 0.0

    def forget(self) -> None:
        self._known.clear()
        self._rests_until = 0.0

    async def vector(self, owner: HasTenant, model: EmbeddingModel, question: str) -> "Vector | None":
        """None when the model does not answer. Many who ask the same at once ask it once."""
        key = ("question", model.name, repr(settings().embedding), question)
        async with memory.loading_of(key):
            if (known := self._known.get(key)) and known[0] > time.monotonic():
                return known[1]
            if time.monotonic() < self._rests_until:
                return None
            return await self._learnt(owner, model, key)

    async def _learnt(self, owner: HasTenant, model: EmbeddingModel, key: tuple[str, ...]) -> "Vector | None":
        question = key[-1]
        try:
            vector = await spending.spend(owner, new_id(), rough_tokens(question), partial(_asked, model, question))
        except QuotaExceeded:
            reason = "quota_exceeded"
        except ModelFailed as error:
            reason = error.code
            self._note_failure(key, error.code)
        except ModelNotReady:
            reason = "model_not_ready"
            self._rests_until = time.monotonic() + REST_SECONDS
        else:
            self._keep(key, vector, REMEMBERED_SECONDS)
            return vector
        log.warning("a question is searched by its words alone", reason=reason)
        return None

    def _note_failure(self, key: tuple[str, ...], code: str) -> None:
        """One that nobody could answer must not keep other people's from being asked."""
        if code in OF_THE_QUESTION:
            self._keep(key, None, REST_SECONDS)
        else:
            self._rests_until = time.monotonic() + REST_SECONDS

    def _keep(self, key: tuple[str, ...], vector: "Vector | None", seconds: float) -> None:
        self._known[key] = (time.monotonic() + seconds, vector)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED_QUESTIONS:
            self._known.popitem(last=False)


async def _asked(model: EmbeddingModel, question: str) -> "Vector":
    numbers = await model.embed_question(question)
    from elenchus.library.searching.vectors import unit

    try:
        return cast("Vector", unit([numbers])[0])
    except ValueError as error:
        raise ModelFailed("model_wrong", "The embedding model gave no vector.", retryable=False) from error


questions = Questions()


def model_of_questions() -> EmbeddingModel | None:
    try:
        return embedding_model()
    except ModelNotReady as error:
        log.warning("there is no embedding model", reason=error.detail)
        return None


def embedded_by(model: EmbeddingModel, shelf: Shelf, keys: Iterable[Key]) -> list[Key]:
    """Those of the documents whose vectors this model has made."""
    return [key for key in keys if (made := _embedding(shelf, key)) and made["parts"] and made["model"] == model.name]


def comparable(shelf: Shelf, keys: Iterable[Key], vector: "Vector", *, first: "Sequence[Hit]") -> list[Key]:
    """Those with as many numbers as the question, as far as this process may keep: of a library larger than that, the
    documents that say its words come first."""
    fitting = of_width(shelf, keys, len(vector))
    said = dict.fromkeys(hit.doc_key for hit in first)
    ordered = [key for key in said if key in fitting]
    ordered += sorted(fitting.difference(ordered))
    room, chosen = settings().library.vector_cache_bytes, []
    for key in ordered:
        room -= shelf.by_id[key[0]]["chunk_count"] * len(vector) * NUMBER_BYTES
        if room < 0:
            break
        chosen.append(key)
    return chosen


def of_width(shelf: Shelf, keys: Iterable[Key], width: int) -> frozenset[Key]:
    return frozenset(key for key in keys if (made := _embedding(shelf, key)) and made["dimensions"] == width)


def _embedding(shelf: Shelf, key: Key) -> Row | None:
    made: Row | None = shelf.by_id[key[0]].get("embedding")
    return made
