"""The numbers that court paper and transcripts print beside each line (1 to 28, 1 to 25): they count the paper's lines
and belong to no sentence.

They go only where nothing else can be meant: counted from 1 without a gap, evenly spaced down the page, left of all
that is written. A list or a table that is numbered has its numbers within its text, or fewer, or unevenly spaced.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from elenchus.library.reading.child.lines import Line

FEWEST: Final = 20  # lines that a numbered sheet has at least
MOST: Final = 60
UNEVEN: Final = 0.25  # of the usual distance
STRAY: Final = 0.1  # share of the other lines that may begin further left: a stamp, a page number
NUMBER: Final = re.compile(r"\s*(\d{1,2})(?:\s*$|\s{2,}(?=\S))")


class Numbered(NamedTuple):
    place: int
    number: int
    line: Line
    end: int
    """Where the number ends in the line; what follows is the text beside it."""


def without_line_numbers(lines: Sequence[Line]) -> Sequence[Line]:
    if len(lines) < FEWEST:
        return lines
    counted = _counted(lines)
    if len(counted) < FEWEST or not _is_even(counted) or not _is_in_margin(counted, lines):
        return lines
    numbers = {found.place: found for found in counted}
    rest = (_without(line, numbers.get(index)) for index, line in enumerate(lines))
    return [line for line in rest if line.text]


def _counted(lines: Sequence[Line]) -> list[Numbered]:
    """1, 2, 3 … down the page, as far as it goes."""
    found: list[Numbered] = []
    for candidate in sorted(_candidates(lines), key=lambda one: one.line.top):
        if candidate.number == len(found) + 1 and len(found) < MOST:
            found.append(candidate)
    return found


def _candidates(lines: Sequence[Line]) -> list[Numbered]:
    matches = ((index, line, NUMBER.match(line.text)) for index, line in enumerate(lines))
    return [Numbered(index, int(found[1]), line, found.end()) for index, line, found in matches if found]


def _is_even(counted: list[Numbered]) -> bool:
    steps = [below.line.middle - above.line.middle for above, below in pairwise(counted)]
    usual = median(steps)
    return usual > 0 and sum(abs(step - usual) <= UNEVEN * usual for step in steps) >= 0.9 * len(steps)


def _is_in_margin(counted: list[Numbered], lines: Sequence[Line]) -> bool:
    """Left of nearly all that is no such number, and above one another."""
    lefts = [found.line.left for found in counted]
    if max(lefts) - min(lefts) > 2 * max(found.line.bottom - found.line.top for found in counted):
        return False
    edge, indexes = max(lefts), {found.place for found in counted}
    others = [line for index, line in enumerate(lines) if index not in indexes and not line.text.isspace()]
    return sum(line.left <= edge for line in others) <= STRAY * len(others)


def _without(line: Line, found: Numbered | None) -> Line:
    return line._replace(text=line.text[found.end :]) if found else line
