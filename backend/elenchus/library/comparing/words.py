"""Clauses as their words, prepared for being compared many times."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from rapidfuzz.distance import Indel, LCSseq

from elenchus.library.comparing.clauses import Clause, Whole, clauses
from elenchus.library.quoting.folding import Folded, fold
from elenchus.library.quoting.nearest import tokens

SHINGLE: Final = 3  # words

Shingle = tuple[int, ...]


class Vocabulary(dict[str, int]):
    """Word → number: two lists of numbers are compared faster than two of words."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


@dataclass(frozen=True)
class Worded:
    """A clause without its own number and without what is there for the pages only."""

    clause: Clause
    text: str
    vocabulary: Vocabulary = field(repr=False)

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @property
    def key(self) -> str:
        """Clauses that have it in common say the same, but for what lies between the letters."""
        return self.folded.letters

    @cached_property
    def ids(self) -> list[int]:
        return [self.vocabulary[token.key] for token in tokens(self.text, 0) if token.key[:1].isalnum()]

    @cached_property
    def shingles(self) -> frozenset[Shingle]:
        size = min(SHINGLE, max(len(self.ids), 1))
        return frozenset(tuple(self.ids[at : at + size]) for at in range(len(self.ids) - size + 1))

    @cached_property
    def title(self) -> str:
        return " ".join(self.clause.title.lower().split())


def worded(side: Whole, vocabulary: Vocabulary) -> list[Worded]:
    return [Worded(clause, side.plain[clause.body : clause.end], vocabulary) for clause in clauses(side)]


def are_titled_alike(ours: Worded, theirs: Worded) -> bool:
    return ours.title != "" and ours.title == theirs.title


def alike(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """The share of the words of both that stand in both in the same order."""
    return Indel.normalized_similarity(left, right)


def in_common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many words."""
    return LCSseq.similarity(left, right)
