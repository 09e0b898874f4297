"""Which clause of the one text is which of the other: first those that keep their order, then those that moved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from elenchus.library.comparing.candidates import Candidate, candidates
from elenchus.library.comparing.words import Worded, alike, are_titled_alike

SURELY_MOVED: Final = 0.8  # of the words
LIKELY_MOVED: Final = 0.6
MOVED_WORDS: Final = 5  # a shorter clause, "Reserved.", is found anywhere and did not move
ALIKE_IN_PLACE: Final = 0.42  # between two neighbours that belong together
IN_PLACE: Final = 6  # clauses up and down that one is compared with, at the same share of what is left over there


@dataclass(slots=True)
class Pair:
    """Indexes of clauses that follow each other, on either side; one side may have none."""

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    moved: bool = False


def aligned(left: Sequence[Worded], right: Sequence[Worded]) -> list[Pair]:
    """Each clause in one pair or, when it has no partner, in none."""
    found = candidates(left, right)
    ordered = _chain(found, len(right))
    taken = _Taken(ordered)
    moved = list(taken.best(each for each in found if _has_moved(each, left, right, SURELY_MOVED)))
    in_place = list(_in_place(ordered, left, right, taken))
    moved += taken.best(each for each in found if _has_moved(each, left, right, LIKELY_MOVED))
    pairs = [Pair([each.left], [each.right]) for each in (*ordered, *in_place)]
    return pairs + [Pair([each.left], [each.right], moved=True) for each in moved]


class _Taken:
    """Which clauses have their partner."""

    def __init__(self, pairs: Iterable[Candidate]) -> None:
        self.left, self.right = set[int](), set[int]()
        for each in pairs:
            self.take(each)

    def take(self, pair: Candidate) -> None:
        self.left.add(pair.left)
        self.right.add(pair.right)

    def is_free(self, pair: Candidate) -> bool:
        return pair.left not in self.left and pair.right not in self.right

    def best(self, pairs: Iterable[Candidate]) -> Iterator[Candidate]:
        for each in sorted(pairs, key=lambda pair: (-pair.alike, -pair.weight, pair.left, pair.right)):
            if self.is_free(each):
                self.take(each)
                yield each


def _has_moved(pair: Candidate, left: Sequence[Worded], right: Sequence[Worded], least: float) -> bool:
    return pair.alike >= least and min(len(left[pair.left].ids), len(right[pair.right].ids)) >= MOVED_WORDS


def _chain(pairs: Iterable[Candidate], size: int) -> list[Candidate]:
    """The pairs that stand in the same order on both sides and weigh most together.

    Pairs come by their left, and those of one left from the last right to the first, so that none follows another of
    its own left. `best` is a Fenwick tree: what the heaviest chain that ends before a right weighs.
    """
    best: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    kept = sorted(pairs, key=lambda pair: (pair.left, -pair.right))
    before: list[int] = []
    for number, pair in enumerate(kept):
        weight, last = _heaviest(best, pair.right)
        before.append(last)
        _note(best, pair.right + 1, (weight + pair.weight, number))
    chain, at = [], _heaviest(best, size)[1]
    while at >= 0:
        chain.append(kept[at])
        at = before[at]
    return chain[::-1]


def _heaviest(best: Sequence[tuple[float, int]], count: int) -> tuple[float, int]:
    """Among the first so many."""
    found = (0.0, -1)
    while count:
        found = max(found, best[count])
        count &= count - 1
    return found


def _note(best: list[tuple[float, int]], at: int, value: tuple[float, int]) -> None:
    while at < len(best):
        best[at] = max(best[at], value)
        at += at & -at


def _in_place(
    ordered: Sequence[Candidate], left: Sequence[Worded], right: Sequence[Worded], taken: _Taken
) -> Iterator[Candidate]:
    """Between two neighbours that kept their order, what is left over may be one clause written anew."""
    edges = [(-1, -1), *((pair.left, pair.right) for pair in ordered), (len(left), len(right))]
    for (first, from_), (last, to) in pairwise(edges):
        ours = [index for index in range(first + 1, last) if index not in taken.left]
        theirs = [index for index in range(from_ + 1, to) if index not in taken.right]
        every = ((one, other, alike(left[one].ids, right[other].ids)) for one, other in _beside(ours, theirs))
        near = [
            Candidate(one, other, share, 1 + share)
            for one, other, share in every
            if share >= ALIKE_IN_PLACE or are_titled_alike(left[one], right[other])
        ]
        for pair in _chain(near, len(right)):
            taken.take(pair)
            yield pair


def _beside(ours: Sequence[int], theirs: Sequence[int]) -> Iterator[tuple[int, int]]:
    for number, one in enumerate(ours):
        middle = number * len(theirs) // len(ours)
        for other in theirs[max(middle - IN_PLACE, 0) : middle + IN_PLACE + 1]:
            yield one, other
