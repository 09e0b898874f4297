"""The two sides cut at the same words: where the left's clause ends, the right's ends too.

One text has its lines, the other has lost them; one has a heading where the other has a run-on sentence. Then a passage
ends one clause on the left and begins the next on the right, and would be told as missing here and added there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import Levenshtein

from elenchus.library.comparing.aligning import Pair
from elenchus.library.comparing.clauses import Clause, Whole, body_of
from elenchus.library.quoting.nearest import Token, tokens

MOST_WORDS: Final = 8_000  # of two neighbours, on a side
ENDS: Final = 20  # characters before a cut that are the same on both sides when nothing has shifted


@dataclass(slots=True)
class Stretch:
    """The full text from `start` to `end`; its own number ends at `body`."""

    start: int
    body: int
    end: int
    heading: str | None

    @classmethod
    def over(cls, clauses: Sequence[Clause]) -> "Stretch":
        return cls(clauses[0].start, clauses[0].body, clauses[-1].end, clauses[0].heading)


@dataclass(slots=True)
class Beside:
    left: Stretch | None
    right: Stretch | None
    moved: bool = False


def recut(rows: Sequence[tuple[Pair, Beside]], left: Whole, right: Whole) -> None:
    """Moves the right's cuts, in place."""
    for (pair, row), (following, next_) in pairwise(rows):
        if pair.moved or following.moved or not _follow(pair.left, following.left):
            continue
        if _follow(pair.right, following.right) and row.left and next_.left and row.right and next_.right:
            _recut((row.left, next_.left), (row.right, next_.right), left, right)


def _follow(indexes: Sequence[int], others: Sequence[int]) -> bool:
    return bool(indexes) and bool(others) and indexes[-1] + 1 == others[0]


def _recut(ours: tuple[Stretch, Stretch], theirs: tuple[Stretch, Stretch], left: Whole, right: Whole) -> None:
    if _is_even(left.plain[ours[0].start : ours[0].end], right.plain[theirs[0].start : theirs[0].end]):
        return
    here, there = _words(ours, left), _words(theirs, right)
    if max(len(here), len(there)) > MOST_WORDS:
        return
    cut, their_cut = _cut_of(here, ours[1]), _cut_of(there, theirs[1])
    keys, their_keys = [each.key for each in here], [each.key for each in there]
    for place in _mapped(keys, cut, their_keys):
        if 0 < place < len(there) and _apart(keys, cut, their_keys, place) < _apart(keys, cut, their_keys, their_cut):
            _move(theirs, there, place, right)
            return


def _words(pair: tuple[Stretch, Stretch], whole: Whole) -> list[Token]:
    return tokens(whole.plain[pair[0].body : pair[1].end], pair[0].body)


def _cut_of(words: Sequence[Token], second: Stretch) -> int:
    return sum(word.start < second.start for word in words)


def _is_even(ours: str, theirs: str) -> bool:
    """They end with the same words. What comes next begins with a number that may have changed."""
    return _letters(ours) == _letters(theirs)


def _letters(text: str) -> str:
    return "".join(text[-4 * ENDS :].split())[-ENDS:]


def _mapped(keys: Sequence[str], cut: int, their_keys: Sequence[str]) -> Iterator[int]:
    """Where among their words our cut is."""
    for code in Levenshtein.opcodes(keys, their_keys):
        if code.src_start <= cut <= code.src_end and code.tag == "equal":
            yield code.dest_start + cut - code.src_start


def _apart(keys: Sequence[str], cut: int, their_keys: Sequence[str], place: int) -> int:
    return Levenshtein.distance(keys[:cut], their_keys[:place]) + Levenshtein.distance(keys[cut:], their_keys[place:])


def _move(theirs: tuple[Stretch, Stretch], there: Sequence[Token], place: int, right: Whole) -> None:
    first, second = theirs
    second.start = there[place].start
    first.end = there[place - 1].end
    second.body = body_of(right, second.start, second.end)
