"""Which passages answer a question, by the process's own index of words and vectors."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from elenchus.core.ids import Id
from elenchus.core.llm.embeddings import EmbeddingModel
from elenchus.library import meaning
from elenchus.library.looking import Look
from elenchus.library.schemas import SearchFilters, SearchMode
from elenchus.library.shelves import Key

if TYPE_CHECKING:
    from elenchus.library.searching.ranking import Aim, Hit
    from elenchus.library.searching.vectors import Matrix, Vector

CANDIDATES = 100  # of each ranking, before they become one


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    document_ids: tuple[Id, ...]
    filters: SearchFilters
    limit: int
    mode: SearchMode

    @property
    def candidates(self) -> int:
        return max(self.limit, CANDIDATES)


@dataclass(frozen=True, slots=True)
class Found:
    """`by_words_only` documents could not be compared by meaning, though a model is set and it was asked for."""

    hits: "list[Hit]"
    mode_used: SearchMode = SearchMode.LEXICAL
    by_words_only: int = 0


class Finder(Protocol):
    async def find(self, keys: frozenset[Key]) -> Found:
        """The best passages of these documents."""


@dataclass(frozen=True, slots=True)
class InProcess:
    look: Look
    question: Question

    async def find(self, keys: frozenset[Key]) -> Found:
        from elenchus.library.searching.ranking import in_turns

        aim = await self._aim(keys)
        limit = self.question.limit
        model = None if self.question.mode is SearchMode.LEXICAL else meaning.model_of_questions()
        if model is None:
            return Found(in_turns(aim.by_words(limit), limit=limit))
        words = aim.by_words(self.question.candidates)
        aimed = cast("list[Key]", [key for group in aim.documents() for key in group])
        vector, vectors = await self._meaning(model, aimed, in_turns(words, limit=len(aimed)))
        if vector is None or not vectors:
            return Found(in_turns(words, limit=limit), by_words_only=len(aimed))
        hits = await asyncio.to_thread(self._together, aim, words, vector, vectors)
        by_words_only = len(set(aimed)) - len(vectors)
        return Found(hits, mode_used(self.question.mode, by_words_only), by_words_only)

    async def _aim(self, keys: frozenset[Key]) -> "Aim":
        """Chosen documents have an index of their own: a conversation over three files does not load the library."""
        tenant_id = self.look.principal.tenant_id
        is_chosen = bool(self.question.document_ids)
        if is_chosen:
            index = await self.look.index((tenant_id, keys), keys)
        else:
            index = await self.look.index(tenant_id, self.look.shelf.all_keys)
        from elenchus.library.searching.ranking import Aim

        within = None if index.holds_exactly(keys) else keys
        return Aim.of(self.question.text, index, scope="documents" if is_chosen else "library", within=within)

    async def _meaning(
        self, model: EmbeddingModel, keys: list[Key], said: "list[Hit]"
    ) -> "tuple[Vector | None, dict[Key, Matrix]]":
        """The model is asked only when there is something to compare its answer with."""
        shelf = self.look.shelf
        if not (embedded := meaning.embedded_by(model, shelf, keys)):
            return None, {}
        vector = await meaning.questions.vector(self.look.principal, model, self.question.text)
        if vector is None:
            return None, {}
        chosen = meaning.comparable(shelf, embedded, vector, first=said)
        return vector, await self.look.vectors(chosen, model=model.name)

    def _together(
        self, aim: "Aim", words: "list[list[Hit]]", vector: "Vector", vectors: "dict[Key, Matrix]"
    ) -> "list[Hit]":
        """In mode `semantic` words count only where there are no vectors."""
        from elenchus.library.searching.fusing import fused
        from elenchus.library.searching.ranking import in_turns
        from elenchus.library.searching.vectors import nearest

        limit, groups = self.question.limit, []
        for keys, said in zip(aim.documents(), words, strict=True):
            documents = [(key, vectors[key]) for key in cast("list[Key]", keys) if key in vectors]
            near = nearest(documents, vector, limit=self.question.candidates)
            if self.question.mode is SearchMode.SEMANTIC:
                said = [hit for hit in said if hit.doc_key not in vectors]
            groups.append(fused([said, near], limit=limit))
        return in_turns(groups, limit=limit)


def mode_used(asked: SearchMode, by_words_only: int) -> SearchMode:
    """What was done, when some were compared by meaning."""
    return SearchMode.SEMANTIC if asked is SearchMode.SEMANTIC and not by_words_only else SearchMode.HYBRID
