"""In what two texts differ, word by word, in runs that a person would call one difference."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rapidfuzz.distance import Levenshtein

from elenchus.library.comparing.kinds import Names, kinds
from elenchus.library.comparing.words import alike
from elenchus.library.quoting import misreading
from elenchus.library.quoting.agreement import Wanted, agree
from elenchus.library.quoting.folding import fold
from elenchus.library.quoting.nearest import Change, Token, tokens
from elenchus.library.quoting.source import Source

AROUND: Final = 24  # characters beside a difference that tell whether a number is a date's
LONGEST_SHOWN: Final = 300  # characters of one side
REWORDED: Final = 3  # words changed on both sides of a word or two that happened to stay
STAYED: Final = 2  # such words
SLIDES: Final = 60  # words that an insertion may be moved by, to begin where a sentence does

_ITEM: Final = re.compile(r"(?:^|(?:[.;:,]|\b(?:and|or))[^\S\n]*\n|\n[^\S\n]*\n)[^\S\n]*\($")
_OPENED: Final = re.compile(r"\([^()]*$")


@dataclass(frozen=True, slots=True)
class Told:
    kind: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Difference:
    """All there is to tell of two texts. `is_renumbered` when an item bears another number; `alike`, of 1, is the share
    of words and signs that both say in the same order."""

    told: tuple[Told, ...]
    is_renumbered: bool
    alike: float


def are_same(left: str, right: str) -> bool:
    """But for layout, by the rules that a quotation is held to."""
    ours, theirs = fold(left), fold(right)
    if ours.letters != theirs.letters:
        return False
    return left == right or not len(ours) or agree(Wanted(ours), theirs, 0) or agree(Wanted(theirs), ours, 0)


class Differ:
    """`left` and `right` are whole documents: what proves that a word in them was misread."""

    def __init__(self, left: Source, right: Source, names: Names) -> None:
        self._sources = left, right
        self._names = names

    def differ(self, left: str, right: str) -> Difference:
        if are_same(left, right):
            return Difference((), is_renumbered=False, alike=1)
        here, there = tokens(left, 0), tokens(right, 0)
        changes = [each for each in _changes(here, there) if not _is_layout(each, left, right)]
        kept = [each for each in changes if not _is_item(each, left, right)]
        told = [each for change in kept for each in self._told(change, left, right)]
        changed = tuple(dict.fromkeys(told)) or tuple(_cases(here, there))
        share = alike([each.key for each in here], [each.key for each in there])
        return Difference(changed, len(kept) < len(changes), share)

    def _told(self, change: Change, left: str, right: str) -> Iterator[Told]:
        sides = _shown(change.source, left), _shown(change.quote, right)
        if self._is_misread(change):
            yield Told("misread", *sides)
            return
        around = _around(change.source, left), _around(change.quote, right)
        for kind in kinds(change, around, self._names):
            yield Told(kind, *sides)

    def _is_misread(self, change: Change) -> bool:
        ours, theirs = self._sources
        turned = Change(change.source, change.quote)
        return misreading.explains([change], ours) or misreading.explains([turned], theirs)


def _changes(here: Sequence[Token], there: Sequence[Token]) -> list[Change]:
    """`quote` is the right side's: what the right has more is "added", as in a quotation."""
    blocks = [_slid(block, here, there) for block in _blocks(here, there)]
    return [Change(tuple(there[block[2] : block[3]]), tuple(here[block[0] : block[1]])) for block in _joined(blocks)]


Block = tuple[int, int, int, int]  # [start, end) of the left, [start, end) of the right


def _blocks(here: Sequence[Token], there: Sequence[Token]) -> list[Block]:
    codes = Levenshtein.opcodes([each.key for each in here], [each.key for each in there])
    found = []
    for is_equal, run in groupby(codes, key=lambda code: code.tag == "equal"):
        if not is_equal:
            steps = list(run)
            found.append((steps[0].src_start, steps[-1].src_end, steps[0].dest_start, steps[-1].dest_end))
    return found


def _slid(block: Block, here: Sequence[Token], there: Sequence[Token]) -> Block:
    """What only one side has may as well begin a few words earlier, when those come again at its end: where a sentence
    begins, it reads best."""
    start, end, from_, to = block
    if (start == end) == (from_ == to):
        return block
    side, first, last = (there, from_, to) if start == end else (here, start, end)
    for back in range(min(SLIDES, start, from_)):
        if first == back or side[first - back - 1].text in {".", ";", ":"}:
            return start - back, end - back, from_ - back, to - back
        if side[first - back - 1].key != side[last - back - 1].key:
            break
    return block


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Where nearly all is worded anew, the few words between that stayed by chance are part of it."""
    open_: Block | None = None
    for block in blocks:
        if open_ and _is_one(open_, block):
            open_ = open_[0], block[1], open_[2], block[3]
            continue
        if open_:
            yield open_
        open_ = block
    if open_:
        yield open_


def _is_one(block: Block, following: Block) -> bool:
    between = following[0] - block[1]
    return between <= 0 or (between <= STAYED and all(_size(each) >= REWORDED for each in (block, following)))


def _size(block: Block) -> int:
    return min(block[1] - block[0], block[3] - block[2])


def _is_layout(change: Change, left: str, right: str) -> bool:
    """The same letters in another line or with another dash, seen with the words beside them."""
    one, other = _place(change.source), _place(change.quote)
    if one is None or other is None:
        return False
    return are_same(left[slice(*one)], right[slice(*other)])


def _place(side: Sequence[Token]) -> tuple[int, int] | None:
    return (side[0].start, side[-1].end) if side else None


def _is_item(change: Change, left: str, right: str) -> bool:
    """ "(b)" has become "(c)" where an item begins."""
    if len(change.source) != 1 or len(change.quote) != 1:
        return False
    places = ((change.source[0], left), (change.quote[0], right))
    return all(len(token.key) <= 4 and _begins_item(token, text) for token, text in places)


def _begins_item(token: Token, text: str) -> bool:
    return _ITEM.search(text[max(token.start - AROUND, 0) : token.start]) is not None


def _around(side: Sequence[Token], text: str) -> str:
    return text[max(side[0].start - AROUND, 0) : side[-1].end + AROUND] if side else ""


def _shown(side: Sequence[Token], text: str) -> str:
    """As it stands there, on one line. A bracket that it opens is closed."""
    if not side:
        return ""
    start, end = side[0].start, side[-1].end
    if text[end : end + 1] == ")" and _OPENED.search(text[start:end]):
        end += 1
    flat = " ".join(text[start:end].split())
    return flat if len(flat) <= LONGEST_SHOWN else flat[: LONGEST_SHOWN - 1] + "…"


def _cases(here: Sequence[Token], there: Sequence[Token]) -> Iterator[Told]:
    """Where all words are the same: those that begin with a capital on one side only, or stand in capitals."""
    if len(here) != len(there):
        return
    for one, other in zip(here, there, strict=True):
        if (one.text[:1].isupper(), one.text.isupper()) != (other.text[:1].isupper(), other.text.isupper()):
            yield Told("case", one.text, other.text)
