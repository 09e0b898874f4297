"""Tesseract's table of words as text: lines as they stand, a blank line between paragraphs.

The numbers that court paper prints down its left margin are no words of it. Tesseract reads them as words of their own,
as the first ones of their lines, or as an upright line of guesses; so they are told by where they stand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

PAGE_LEVEL: Final = "1"
WORD_LEVEL: Final = "5"
COLUMNS: Final = 12  # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
LEAST: Final = 0.3  # sureness of a block; less is a photograph, a seal or a rule

SHORT: Final = 3  # letters of a number, also when it is misread
FEWEST: Final = 10  # numbers that are found in a margin at least; court paper has 25 to 28
TALL: Final = 0.6  # of the page's height, that they go down
PROSE: Final = 3  # words of a line that tells where the text begins
UPRIGHT: Final = 3  # times as high as wide


@dataclass(frozen=True, slots=True)
class Recognised:
    """`confidence` is the engine's own mean over the letters, between 0 and 1."""

    text: str
    confidence: float


class Word(NamedTuple):
    block: int
    paragraph: int
    line: int
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    text: str


Line = Sequence[Word]


def recognised(table: str) -> Recognised | None:
    """None when there is no word in it."""
    found = list(_words(table))
    numbers = _in_margin(list(_lines(found)), _page_height(table))
    blocks = _grouped([word for word in found if word not in numbers], "block")
    words = [word for block in blocks if _confidence(block) >= LEAST for word in block]
    if not words:
        return None
    text = "\n\n".join(_written(paragraph) for paragraph in _grouped(words, "block", "paragraph"))
    return Recognised(text, round(_confidence(words), 3))


def _page_height(table: str) -> int:
    rows = (row.split("\t") for row in table.splitlines())
    return next((int(cells[9]) for cells in rows if len(cells) >= COLUMNS - 1 and cells[0] == PAGE_LEVEL), 0)


def _words(table: str) -> Iterator[Word]:
    for row in table.splitlines():
        cells = row.split("\t", COLUMNS - 1)
        if len(cells) == COLUMNS and cells[0] == WORD_LEVEL and cells[-1].strip():
            block, paragraph, line, _, left, top, width, height = map(int, cells[2:10])
            confidence = float(cells[10]) / 100
            yield Word(block, paragraph, line, left, top, left + width, top + height, confidence, cells[-1].strip())


def _in_margin(lines: Sequence[Line], page_height: int) -> frozenset[Word]:
    """What stands left of the text all down the page: numbers, or what they were taken for."""
    lefts = sorted(_without_number(line)[0].left for line in lines if len(line) >= PROSE and not _is_upright(line))
    if not lefts:
        return frozenset()
    edge = lefts[len(lefts) // 10]  # a header or a stamp may begin further left
    found = [word for line in lines for word in _maybe_numbers(line) if word.right < edge]
    if len(found) < FEWEST or max(word.bottom for word in found) - min(word.top for word in found) < TALL * page_height:
        return frozenset()
    return frozenset(found)


def _maybe_numbers(line: Line) -> Line:
    return line if _is_upright(line) else [word for word in line[:1] if len(word.text) <= SHORT]


def _without_number(line: Line) -> Line:
    number, beside = line[0], line[1]
    is_apart = beside.left - number.right > number.bottom - number.top
    return line[1:] if is_apart and len(number.text) <= SHORT else line


def _is_upright(line: Line) -> bool:
    across = max(word.right for word in line) - min(word.left for word in line)
    down = max(word.bottom for word in line) - min(word.top for word in line)
    return down > UPRIGHT * across


def _grouped(words: Sequence[Word], *by: str) -> Iterator[list[Word]]:
    for _, group in groupby(words, attrgetter(*by)):
        yield list(group)


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    return _grouped(words, "block", "paragraph", "line")


def _written(paragraph: Sequence[Word]) -> str:
    return "\n".join(" ".join(word.text for word in line) for line in _lines(paragraph))


def _confidence(words: Sequence[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(max(0.0, word.confidence) * len(word.text) for word in words) / letters
