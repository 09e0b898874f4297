"""Which passages answer a question, by MongoDB's search servers: for libraries that no process's cache holds.

What differs from the process's own index: a new generation is found when theirs has followed, about a second after the
flip; documents are named by their titles alone, not by their openings; words have no relatives; scores are Lucene's.
Of generations that were replaced and are still in their index nothing is shown: the shelf says which is live.
"""

import asyncio
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from elenchus.core.ids import Id
from elenchus.core.llm.embeddings import EmbeddingModel
from elenchus.core.mongo import Row
from elenchus.library import meaning
from elenchus.library.atlas import store
from elenchus.library.finding import Found, Question, mode_used
from elenchus.library.looking import Look
from elenchus.library.schemas import SearchMode
from elenchus.library.shelves import Key, Shelf, memory

if TYPE_CHECKING:
    from elenchus.library.searching.cache import IndexCache
    from elenchus.library.searching.index import LibraryIndex
    from elenchus.library.searching.ranking import Hit
    from elenchus.library.searching.vectors import Vector

Keys = frozenset[Key]
NONE: Keys = frozenset()


@dataclass(frozen=True, slots=True)
class InAtlas:
    look: Look
    question: Question

    async def find(self, keys: Keys) -> Found:
        from elenchus.library.searching.ranking import in_turns

        groups, words = await self._aimed(keys)
        aimed: Keys = NONE.union(*groups)
        model = None if self.question.mode is SearchMode.LEXICAL else meaning.model_of_questions()
        vector, compared = await self._meaning(model, aimed)
        hits = in_turns(
            [await self._ranked(group, words, vector, compared) for group in groups], limit=self.question.limit
        )
        by_words_only = 0 if model is None else len(aimed - compared)
        used = SearchMode.LEXICAL if vector is None else mode_used(self.question.mode, by_words_only)
        return Found(hits, used, by_words_only)

    async def _aimed(self, keys: Keys) -> tuple[list[Keys], str]:
        """The documents that are named, or all; and what is asked about them."""
        query = self.question.text
        if self.question.document_ids:
            return [keys], query
        names = await self._names()
        from elenchus.library.searching.ranking import Aim

        aim = Aim.of(query, names, scope="library", within=keys)
        return [frozenset(cast("list[Key]", group)) for group in aim.documents()], _asked(query, aim.weights)

    async def _names(self) -> "LibraryIndex":
        indexes = await memory.indexes()
        shelf = self.look.shelf
        name = ("titles", self.look.principal.tenant_id, shelf.version)
        async with memory.loading_of(name):
            if known := indexes.get(name, shelf.all_keys):
                return known
            return await asyncio.to_thread(_of_titles, indexes, name, shelf)

    async def _meaning(self, model: EmbeddingModel | None, keys: Keys) -> "tuple[Vector | None, Keys]":
        shelf = self.look.shelf
        if model is None or not (embedded := meaning.embedded_by(model, shelf, keys)):
            return None, NONE
        vector = await meaning.questions.vector(self.look.principal, model, self.question.text)
        fitting = NONE if vector is None else meaning.of_width(shelf, embedded, len(vector))
        return (vector, fitting) if fitting else (None, NONE)

    async def _ranked(self, group: Keys, words: str, vector: "Vector | None", compared: Keys) -> "list[Hit]":
        """In mode `semantic` words count only where there are no vectors."""
        from elenchus.library.searching.fusing import fused

        said = await self._by_words(group - compared if self.question.mode is SearchMode.SEMANTIC else group, words)
        if vector is None:
            return said
        near = await self._by_vector(group & compared, vector)
        return fused([said, near], limit=self.question.limit)

    async def _by_words(self, keys: Keys, words: str) -> "list[Hit]":
        if not keys:
            return []
        ids, limit = self._narrowed(keys), self.question.candidates
        return _hits(await store.by_words(self.look.principal, words, document_ids=ids, limit=limit), keys)

    async def _by_vector(self, keys: Keys, vector: "Vector") -> "list[Hit]":
        if not keys:
            return []
        ids, limit = self._narrowed(keys), self.question.candidates
        return _hits(await store.by_vector(self.look.principal, vector.tolist(), document_ids=ids, limit=limit), keys)

    def _narrowed(self, keys: Keys) -> list[Id] | None:
        return None if keys == self.look.shelf.all_keys else sorted(document_id for document_id, _ in keys)


def _hits(rows: Iterable[Row], live: Keys) -> "list[Hit]":
    from elenchus.library.searching.ranking import Hit

    found = [Hit((row["document_id"], row["generation"]), row["index"], row["score"]) for row in rows]
    return [hit for hit in found if hit.doc_key in live]


def _asked(query: str, weights: dict[str, float]) -> str:
    """The question without the name of what it is put to."""
    from elenchus.library.searching.terms import terms

    asked = [word for word in query.split() if any(weights.get(term, 0) >= 1 for term in terms(word))]
    return " ".join(asked) or query


def _of_titles(indexes: "IndexCache", name: Hashable, shelf: Shelf) -> "LibraryIndex":
    from elenchus.library.searching.segment import Segment, pack

    plan = indexes.plan(name, shelf.all_keys)
    titles = {key: shelf.by_id[key[0]]["title"] for key in cast("tuple[Key, ...]", plan.missing)}
    segments: dict[Hashable, Segment] = {
        key: Segment.load(pack([], name=title, head_text="")) for key, title in titles.items()
    }
    return indexes.complete(plan, segments)
