"""From a question to the passages that may answer it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal

import numpy as np

from elenchus.library.searching.block import DocKey, Numbers
from elenchus.library.searching.index import LibraryIndex, Scores
from elenchus.library.searching.resolving import Mask, Name, Naming, asked, rarity
from elenchus.library.searching.segment import term_ids
from elenchus.library.searching.terms import terms
from elenchus.library.searching.thesaurus import related

RELATED_WEIGHT = 0.7  # of a word's relative; 0.5 to 1 give the same recall within noise

_ABOVE_NOTHING = np.finfo(np.float32).tiny

Scope = Literal["documents", "library"]


@dataclass(frozen=True, slots=True)
class Hit:
    doc_key: DocKey
    chunk_index: int
    score: float


def search(
    query: str, index: LibraryIndex, *, limit: int, scope: Scope, within: Collection[DocKey] | None = None
) -> list[Hit]:
    """Best passages first by their words; equal input gives equal output, in any process."""
    return in_turns(Aim.of(query, index, scope=scope, within=within).by_words(limit), limit=limit)


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """Which documents a question is put to, in groups that are answered apart, and the words it puts to them.

    In scope "documents" the choice of documents is the caller's (`within`, or all). In scope "library" a question that
    names documents is answered from them alone; where it names several apart ("compare A and B"), they take turns.
    """

    index: LibraryIndex
    groups: list[Numbers]
    weights: dict[str, float]

    @classmethod
    def of(cls, query: str, index: LibraryIndex, *, scope: Scope, within: Collection[DocKey] | None = None) -> "Aim":
        allowed = _allowed(index, within)
        if not allowed.any():
            return cls(index, [], {})
        words = terms(query)
        if scope == "library" and words and allowed.sum() > 1:
            naming = Naming.of(query, index, allowed)
            if named := naming.groups(index.alphabetical):
                return cls(index, named, asked(words, naming.name(named)))
        return cls(index, [np.flatnonzero(allowed)], asked(words, Name()))

    def documents(self) -> list[list[DocKey]]:
        """Their keys, group by group."""
        return [[self.index.keys[number] for number in group.tolist()] for group in self.groups]

    def by_words(self, limit: int) -> list[list[Hit]]:
        """For each group its best passages."""
        if limit < 1 or not self.weights:
            return [[] for _ in self.groups]
        scores = _scores(self.index, self.weights)
        return [_best(self.index, scores, documents=group, limit=limit) for group in self.groups]


def in_turns(groups: Iterable[Sequence[Hit]], *, limit: int) -> list[Hit]:
    return [hit for hit in chain.from_iterable(zip_longest(*groups)) if hit is not None][:limit]


def _allowed(index: LibraryIndex, within: Collection[DocKey] | None) -> Mask:
    if within is None:
        return np.ones(len(index.keys), bool)
    wanted = frozenset(within)
    return np.fromiter((key in wanted for key in index.keys), bool, len(index.keys))


def _scores(index: LibraryIndex, weights: dict[str, float]) -> Scores:
    subject = [word for word, weight in weights.items() if weight >= 1]
    weighed = weights | dict.fromkeys(sorted(related(subject) - weights.keys()), RELATED_WEIGHT)
    ids = term_ids(weighed)
    idf = rarity(index.row_frequencies(ids), index.row_count)
    return index.scores(ids, (idf * list(weighed.values())).astype(np.float32))


def _best(index: LibraryIndex, scores: Scores, *, documents: Numbers, limit: int) -> list[Hit]:
    everywhere = len(documents) == len(index.keys)
    rows = None if everywhere else index.rows_of(documents)
    found = scores if rows is None else scores[rows]
    cut = len(found) - limit
    least = max(np.partition(found, cut)[cut], _ABOVE_NOTHING) if cut > 0 else _ABOVE_NOTHING
    chosen = np.flatnonzero(found >= least)
    found = found[chosen]
    rows = chosen if rows is None else rows[chosen]
    owners = np.searchsorted(index.offsets, rows, side="right") - 1
    chunks = rows - index.offsets[owners]
    order = np.lexsort((chunks, index.alphabetical[owners], -found))[:limit]
    return [
        Hit(index.keys[owner], chunk, score)
        for owner, chunk, score in zip(
            owners[order].tolist(), chunks[order].tolist(), found[order].tolist(), strict=True
        )
    ]
