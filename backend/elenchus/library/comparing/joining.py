"""Clauses that the two texts cut differently, put together again: a page's end, a lost blank line, another format.

A clause without a partner that stands beside one with a partner belongs to it, when that partner says most of its words
too and nothing beside it says them already.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from elenchus.library.comparing.aligning import Pair
from elenchus.library.comparing.words import Worded, in_common

GAINED: Final = 0.6  # of its words, that the pair has more in common when it is taken in
FEWEST_WORDS: Final = 1
ROUNDS: Final = 6  # so many clauses may one become on each of its sides
MOST_WORDS: Final = 6_000  # of a side; each look costs their square over 64


def join(pairs: Sequence[Pair], left: Sequence[Worded], right: Sequence[Worded]) -> None:
    """Grows the pairs in place."""
    for _ in range(ROUNDS):
        grown = _join_left(pairs, left, right)
        turned = [Pair(pair.right, pair.left, pair.moved) for pair in pairs]  # the same lists, seen from the other side
        grown |= _join_left(turned, right, left)
        if not grown:
            return


def _join_left(pairs: Sequence[Pair], left: Sequence[Worded], right: Sequence[Worded]) -> bool:
    holding = {index: pair for pair in pairs for index in pair.left}
    grown = False
    for index in [each for each in range(len(left)) if each not in holding]:
        for beside in (index - 1, index + 1):
            pair = holding.get(beside)
            if pair and _belongs(index, pair, left, right):
                pair.left[:] = sorted([*pair.left, index])
                holding[index], grown = pair, True
                break
    return grown


def _belongs(index: int, pair: Pair, left: Sequence[Worded], right: Sequence[Worded]) -> bool:
    size = len(left[index].ids)
    now, there = _ids(pair.left, left), _ids(pair.right, right)
    if size < FEWEST_WORDS or len(now) + size > MOST_WORDS or len(there) > MOST_WORDS:
        return False
    said = in_common(now, there)
    if len(there) - said < GAINED * size:  # nothing is left for it to be
        return False
    return in_common(_ids(sorted([*pair.left, index]), left), there) - said >= GAINED * size


def _ids(indexes: Iterable[int], side: Sequence[Worded]) -> list[int]:
    return [id_ for index in indexes for id_ in side[index].ids]
