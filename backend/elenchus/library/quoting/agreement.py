"""Whether what stood between the same letters is the same but for layout.

Between two letters of words there is nothing, a space or a dash, and these three are different words: "resign",
"re sign", "re-sign". Only a hyphen at a line's end may be either of two. Around signs white space says nothing, but in
numbers: "3. 5" is not "3.5". Capitals count ("Party" is a defined term), except at the quotation's first letter, where
the custom of brackets allows it, and where two or more words in a row are all capitals, which is typography.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from elenchus.library.quoting.folding import (
    BREAK,
    DASH,
    GLUED,
    LONG,
    MARK,
    SOFT,
    SPACE,
    Flags,
    Folded,
    Marks,
    is_digit,
    is_letter,
    is_word,
)

CAPITALS_IN_A_ROW: Final = 2  # words
_POINTS: Final = [ord(sign) for sign in ".,:/"]


@dataclass(frozen=True)
class Wanted:
    """A quotation, or one part of it between two ellipses. `free` letters may differ in case."""

    folded: Folded
    free: frozenset[int] = frozenset()

    @property
    def letters(self) -> str:
        return self.folded.letters

    def __len__(self) -> int:
        return len(self.folded)

    @cached_property
    def word(self) -> Marks:
        return is_word(self.folded.codes)

    @cached_property
    def digit(self) -> Marks:
        return is_digit(self.folded.codes)

    @cached_property
    def letter(self) -> Marks:
        return is_letter(self.folded.codes)

    @cached_property
    def in_number(self) -> Marks:
        """After which letters a space would part a number: both sides of the point in "3.5"."""
        found = np.zeros(max(len(self) - 1, 0), np.bool_)
        points = self.digit[:-2] & np.isin(self.folded.codes[1:-1], _POINTS) & self.digit[2:]
        found[:-1] |= points
        found[1:] |= points
        return found

    @cached_property
    def words(self) -> list[slice]:
        """Those that have letters."""
        parted = self.folded.after[:-1] & (SPACE | DASH) > 0
        edges = np.flatnonzero(parted | (self.word[:-1] != self.word[1:])) + 1
        found = [slice(start, end) for start, end in pairwise([0, *edges.tolist(), len(self)])]
        return [word for word in found if self.word[word.start] and self.letter[word].any()]

    @cached_property
    def shown_in_capitals(self) -> Marks:
        return _in_capitals(self, self.folded.upper)


def agree(wanted: Wanted, source: Folded, at: int) -> bool:
    """The letters are the same already; is all between them, with the source's letters from `at` on?"""
    here = slice(at, at + len(wanted))
    return (
        _lead_agrees(wanted, source, at)
        and _gaps_agree(wanted, source, here)
        and _marks_agree(wanted, source, here)
        and _capitals_agree(wanted, source, here)
    )


def _lead_agrees(wanted: Wanted, source: Folded, at: int) -> bool:
    """A dash that the quotation begins with stands there."""
    before = int(source.after[at - 1]) if at else source.lead
    return not wanted.folded.lead & DASH or before & DASH > 0


def _gaps_agree(wanted: Wanted, source: Folded, here: slice) -> bool:
    theirs, ours = _settled(source.after[here][:-1]), _settled(wanted.folded.after[:-1])
    ours[ours & SOFT > 0] = 0  # a soft hyphen in a quotation is not seen
    either = _may_be_joined(theirs) & _is_joined(ours) & _joinable(wanted, source.upper[here])
    either |= _may_be_joined(ours) & _is_joined(theirs) & _joinable(wanted, wanted.folded.upper)
    soft = theirs & SOFT > 0
    dashed = (theirs & DASH > 0) | (soft & (ours & DASH > 0))
    same_dash = dashed == (ours & DASH > 0)
    counts = (wanted.word[:-1] & wanted.word[1:]) | wanted.in_number
    spaced = (theirs & SPACE > 0) & ~soft
    same_space = (spaced == (ours & SPACE > 0)) | dashed | ~counts
    return bool(np.all(either | (same_dash & same_space)))


def _settled(flags: Flags) -> Flags:
    """A soft hyphen divides a word at a line's end; before other white space it is nothing: "not able" is two words."""
    is_nothing = (flags & (SOFT | SPACE | BREAK)) == SOFT | SPACE
    return np.where(is_nothing, flags ^ SOFT, flags)


def _is_joined(flags: Flags) -> Marks:
    joined: Marks = flags & (SPACE | DASH | SOFT) == 0
    return joined


def _may_be_joined(flags: Flags) -> Marks:
    """A hyphen before white space, where a line ends or ended."""
    broken: Marks = (flags & (DASH | GLUED | SPACE) == DASH | GLUED | SPACE) & (flags & LONG == 0)
    return broken | (flags & SOFT > 0)


def _joinable(wanted: Wanted, upper: Marks) -> Marks:
    """Between two letters, the second small unless both are capitals."""
    return wanted.letter[:-1] & wanted.letter[1:] & (~upper[1:] | upper[:-1])


def _marks_agree(wanted: Wanted, source: Folded, here: slice) -> bool:
    """“ or ‘ is style, but after a digit they are inches and feet."""
    counts = (wanted.folded.codes[1:] == MARK) & wanted.digit[:-1]
    return not np.any(counts & (source.double[here][1:] != wanted.folded.double[1:]))


def _capitals_agree(wanted: Wanted, source: Folded, here: slice) -> bool:
    differing = np.flatnonzero(source.upper[here] != wanted.folded.upper)
    free = wanted.free | {int(np.argmax(wanted.word))}
    if free.issuperset(differing.tolist()):
        return True
    shown = wanted.shown_in_capitals | _in_capitals(wanted, source.upper[here])
    return all(shown[index] for index in differing.tolist() if index not in free)


def _in_capitals(wanted: Wanted, upper: Marks) -> Marks:
    """The letters of words in capitals that stand with others such, or at the quotation's beginning."""
    shown = np.zeros(len(wanted), np.bool_)
    run: list[slice] = []
    for number, word in enumerate([*wanted.words, None]):
        if word is not None and _all_capitals(wanted, upper, word):
            run.append(word)
            continue
        long = sum(each.stop - each.start > 1 for each in run)  # "A" alone is the first letter of anything
        if long >= CAPITALS_IN_A_ROW or (long and number == len(run)):
            shown[run[0].start : run[-1].stop] = True
        run = []
    return shown


def _all_capitals(wanted: Wanted, upper: Marks, word: slice) -> bool:
    return bool(upper[word][wanted.letter[word]].all())
