"""Two columns that were written row by row (left, right, left, right …), read one after the other.

Most programs write a column whole, and then its order is the right one; tables and signatures are written in rows too
and are to stay so. What is mended has long lines on both sides of an empty strip and changes sides nearly every line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from elenchus.library.reading.child.lines import Line

FEWEST: Final = 6  # lines in each column
FEWEST_WORDS: Final = 4  # in its usual line; cells of a table have fewer
CHANGES: Final = 1.0  # of side, for each line of the shorter column; 2 when every line changes
LIKELY: Final = 3  # edges that are tried
STRIP: Final = 4.0  # points between the columns at least
NARROW: Final = 0.25  # of what is written across, that each column has at least
ACROSS: Final = 0.3  # share of lines that may run over both: titles, headers
PARAGRAPH: Final = 0.7  # of a line's height, between two paragraphs


def columns_apart(lines: Sequence[Line]) -> Sequence[Line]:
    written = [line for line in lines if not line.text.isspace()]
    if len(written) < 2 * FEWEST:
        return lines
    strip = _strip(written)
    if strip is None:
        return lines
    sides = [_side(line, strip) for line in written]
    if not _changes_sides(sides) or not _is_prose(written, sides):
        return lines
    return list(_as_blocks(_band_by_band(written, sides)))


def _strip(lines: list[Line]) -> float | None:
    """Where the right column begins: the commonest left edge that hardly a line crosses."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    lefts = Counter(round(line.left) for line in lines if line.left > left + NARROW * (right - left))
    likely = [edge for edge, count in lefts.items() if count >= FEWEST and right - edge >= NARROW * (right - left)]
    for edge in sorted(likely, key=lambda edge: -lefts[edge])[:LIKELY]:
        if sum(line.left < edge - STRIP < line.right for line in lines) <= ACROSS * len(lines):
            return edge - STRIP / 2
    return None


def _side(line: Line, strip: float) -> int:
    """-1 left of the strip, 1 right of it, 0 across."""
    return -1 if line.right <= strip else 1 if line.left >= strip else 0


def _changes_sides(sides: list[int]) -> bool:
    shorter = min(sides.count(-1), sides.count(1))
    changes = sum(a * b < 0 for a, b in pairwise(sides))
    return shorter >= FEWEST and changes >= CHANGES * shorter


def _is_prose(lines: list[Line], sides: list[int]) -> bool:
    words = {
        side: [len(line.text.split()) for line, on in zip(lines, sides, strict=True) if on == side] for side in (-1, 1)
    }
    return min(median(counts) for counts in words.values()) >= FEWEST_WORDS


def _band_by_band(lines: list[Line], sides: list[int]) -> Iterator[list[Line]]:
    """A line across both columns ends what stands above it."""
    placed = sorted(zip(lines, sides, strict=True), key=lambda each: each[0].top)
    for across, band in groupby(placed, lambda each: each[1] == 0):
        within = list(band)
        for side in (0,) if across else (-1, 1):
            yield [line for line, on in within if on == side]


def _as_blocks(columns: Iterable[list[Line]]) -> Iterator[Line]:
    """Numbered anew: a gap ends a block, as it does where MuPDF finds them."""
    block = 0
    for column in columns:
        block += 1
        for above, line in zip([None, *column], column, strict=False):
            block += above is not None and line.top - above.bottom > PARAGRAPH * (line.bottom - line.top)
            yield line._replace(block=block)
