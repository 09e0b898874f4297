"""A text as its letters, digits and signs alone, each knowing where it stood and what followed it.

White space and dashes are not letters but what lies between them. Ligatures and accents are taken apart, case is set
aside, every quotation mark is one mark. So one search in plain text finds a quotation however its lines are broken.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SPACE: Final = 1
DASH: Final = 2
SOFT: Final = 4  # a soft hyphen: in some fonts it is how a real one is written
LONG: Final = 8  # a dash that parts, not one that joins
GLUED: Final = 16  # the dash follows its letter at once
BREAK: Final = 32  # the white space ends a line

MARK: Final = ord("'")
LAST: Final = 0xFFFF  # beyond it a letter stands for itself
_TAKEN_APART: Final = range(0x80, 0x3000)  # scripts with case and accents
_HANGUL: Final = range(0xAC00, 0xD7A4)
_LIGATURES: Final = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_ELLIPSIS: Final = {0x2026: "..."}
_DOUBLE: Final = frozenset('"“”„‟«»″〝〞')
_SINGLE: Final = frozenset("'‘’‚‛′‹›`´")
_HYPHENS: Final = frozenset("-‐‑‒–−")
_DASHES: Final = frozenset("—―⸺⸻")
_BULLETS: Final = frozenset("•▪◦‣⁃\uf0b7\uf0a7")
_LINE_ENDS: Final = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_BLANK: Final = "_"  # to be filled in: however long it is, nothing stands there
_SOFT_HYPHEN: Final = 0xAD

Flags = NDArray[np.uint8]
Marks = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Folded:
    """`letters` one by one: where each stood, what lay between it and the next, how it was written."""

    letters: str
    lead: int  # what lay before the first
    codes: NDArray[np.uint32]
    offsets: Numbers
    after: Flags
    upper: Marks
    double: Marks  # of a quotation mark: “ and not ‘

    def __len__(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True, slots=True)
class _Tables:
    """By code point. `fold` 0 is no letter; `size` letters from `first` in `flat` are what it is taken apart into."""

    fold: NDArray[np.uint32]
    flags: Flags
    upper: Marks
    double: Marks
    size: NDArray[np.uint8]
    first: NDArray[np.uint32]
    flat: NDArray[np.uint32]
    word: Marks
    letter: Marks
    digit: Marks


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    fold = np.arange(LAST + 1, dtype=np.uint32)
    flags = np.zeros(LAST + 1, np.uint8)
    upper, double, word, letter, digit = (np.zeros(LAST + 1, np.bool_) for _ in range(5))
    size = np.ones(LAST + 1, np.uint8)
    first, flat = np.zeros(LAST + 1, np.uint32), [0]
    for code in (*range(0x3000), *_HANGUL, *_LIGATURES, *range(0xFE00, 0xFE10), 0xFEFF, 0xF0B7, 0xF0A7):
        sign = chr(code)
        parts = _parts(code)
        fold[code], flags[code] = (ord(parts[0]) if parts else 0), _flags(sign)
        upper[code], double[code] = sign != sign.lower(), sign in _DOUBLE
        letter[code], digit[code] = sign.isalpha(), sign.isdecimal()
        word[code] = sign.isalnum() or unicodedata.category(sign).startswith("M")
        if len(parts) > 1:
            size[code], first[code] = len(parts), len(flat)
            flat += map(ord, parts)
    return _Tables(fold, flags, upper, double, size, first, np.array(flat, np.uint32), word, letter, digit)


def _parts(code: int) -> str:
    """The letters of one character; "" for what lies between letters or is not seen."""
    sign = chr(code)
    if _flags(sign) or code == _SOFT_HYPHEN or unicodedata.category(sign) in {"Cf", "Cc"} or 0xFE00 <= code < 0xFE10:
        return ""
    if sign in _DOUBLE or sign in _SINGLE:
        return chr(MARK)
    if taken_apart := (_LIGATURES | _ELLIPSIS).get(code):
        return taken_apart
    lower = sign.lower() if len(sign.lower()) == 1 else sign
    return unicodedata.normalize("NFD", lower) if code in _TAKEN_APART else lower


def _flags(sign: str) -> int:
    if sign in _HYPHENS:
        return DASH
    if sign in _DASHES:
        return DASH | LONG
    if sign in _LINE_ENDS:
        return SPACE | BREAK
    if sign.isspace() or sign in _BULLETS or sign == _BLANK:
        return SPACE
    return SOFT if ord(sign) == _SOFT_HYPHEN else 0


def fold(text: str) -> Folded:
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    tables, small = _tables(), np.minimum(points, LAST)
    at = np.flatnonzero(tables.fold[small])
    flags = tables.flags[small]
    codes = np.where(points[at] < LAST, tables.fold[small[at]], points[at])
    repeated = _repeated(codes, at)
    twice = at[repeated - 1]
    at, codes = np.delete(at, repeated), np.delete(codes, repeated)
    if not len(at):
        return _nothing(int(np.bitwise_or.reduce(flags, initial=0)))
    kept, lead = small[at], int(np.bitwise_or.reduce(flags[: at[0]], initial=0))
    plain = (codes, at, _after(flags, at), tables.upper[kept], tables.double[kept] | np.isin(at, twice))
    return _made(*_apart(tables, kept, *plain), lead=lead)


def _repeated(codes: NDArray[Any], at: Numbers) -> Numbers:
    """Of ‘‘ only the first counts, as a “."""
    return np.flatnonzero((codes[1:] == MARK) & (codes[:-1] == MARK) & (np.diff(at) == 1)) + 1


def _after(flags: Flags, at: Numbers) -> Flags:
    after = np.bitwise_or.reduceat(flags, at).astype(np.uint8)
    following = np.minimum(at + 1, len(flags) - 1)
    after[(flags[following] & DASH > 0) & (following > at)] |= GLUED
    return after


def _apart(tables: _Tables, kept: NDArray[Any], *columns: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Each ligature or accented letter as its parts, all at the same place; what follows it follows the last."""
    sizes = tables.size[kept].astype(np.int64)
    if sizes.max() == 1:
        return columns
    codes, at, after, upper, double = (column.repeat(sizes) for column in columns)
    within = np.arange(len(codes)) - (np.cumsum(sizes) - sizes).repeat(sizes)
    taken = sizes.repeat(sizes) > 1
    codes[taken] = tables.flat[(tables.first[kept].repeat(sizes) + within)[taken]]
    after[within < sizes.repeat(sizes) - 1] = 0
    upper[within > 0] = False
    return codes, at, after, upper, double


def _made(*columns: NDArray[Any], lead: int) -> Folded:
    codes = columns[0].astype("<u4")
    return Folded(codes.tobytes().decode("utf-32-le", "surrogatepass"), lead, codes, *columns[1:])


def _nothing(lead: int) -> Folded:
    none = np.zeros(0, np.bool_)
    return Folded("", lead, np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.uint8), none, none)


def joined(pages: Sequence[tuple[int, Folded]]) -> Folded:
    """Pages that follow each other, each with its place in the whole text; a page's end is white space."""
    columns: list[list[NDArray[Any]]] = [[], [], [], [], []]
    lead, between = pages[0][1].lead, 0
    for start, page in pages:
        if not len(page):
            between |= page.lead | SPACE | BREAK
            continue
        if columns[2]:
            columns[2][-1][-1] |= between | page.lead | SPACE | BREAK
        own: tuple[NDArray[Any], ...] = (page.codes, page.offsets + start, page.after.copy(), page.upper, page.double)
        for number, values in enumerate(own):
            columns[number].append(values)
        between = 0
    if not columns[0]:
        return _nothing(lead)
    return _made(*map(np.concatenate, columns), lead=lead)


def is_seen(sign: str) -> bool:
    """Not a joiner, a mark of direction or a control, which nobody sees; a soft hyphen may be seen."""
    code = min(ord(sign), LAST)
    return bool(_tables().fold[code] or _tables().flags[code])


def is_word(codes: NDArray[Any]) -> Marks:
    """Letters, digits and accents of scripts that part their words by spaces."""
    found: Marks = _tables().word[np.minimum(codes, LAST)]
    return found


def is_letter(codes: NDArray[Any]) -> Marks:
    found: Marks = _tables().letter[np.minimum(codes, LAST)]
    return found


def is_digit(codes: NDArray[Any]) -> Marks:
    found: Marks = _tables().digit[np.minimum(codes, LAST)]
    return found
