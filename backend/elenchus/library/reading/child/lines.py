"""The lines of a PDF's page as MuPDF finds them, with their boxes.

MuPDF writes them as JSON itself, which takes a tenth of what PyMuPDF's own lists take; colours are not in it, so the
few pages that may hide something are read by their spans (`spans_of`).
"""

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

import pymupdf as typed_in_part

pymupdf: Any = typed_in_part
mupdf: Any = pymupdf.mupdf

SCALE: Final = 10.0  # it writes whole numbers only: tenths of a point
FIRST_BYTES: Final = 1 << 16

TextPage = Any  # PyMuPDF's, which is only half typed
Box = tuple[float, float, float, float]


class Line(NamedTuple):
    """`block` is the number of the block that it belongs to, in the order of the file."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    block: int

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Span(NamedTuple):
    """A run of letters of one size and colour; `alpha` is 0 for what is not painted at all."""

    box: Box
    text: str
    size: float
    color: int
    alpha: int


def lines_of(textpage: TextPage) -> list[Line]:
    blocks = json.loads(_as_json(textpage))["blocks"]
    return [
        _line(line["bbox"], line["text"], number)
        for number, block in enumerate(blocks)
        if block["type"] == "text"
        for line in block["lines"]
    ]


def as_shown(lines: list[Line], page: Any) -> list[Line]:
    """MuPDF places the words of a turned page as if it were not."""
    if not page.rotation:
        return lines
    turn = page.rotation_matrix
    return [_moved(line, pymupdf.Rect(line[:4]) * turn) for line in lines]


def _moved(line: Line, box: Any) -> Line:
    return Line(box.x0, box.y0, box.x1, box.y1, line.text, line.block)


def spans_of(textpage: TextPage) -> list[list[list[Span]]]:
    """Blocks of lines of spans."""
    blocks = textpage.extractDICT()["blocks"]
    return [
        [[_span(span) for span in line["spans"]] for line in block["lines"]] for block in blocks if "lines" in block
    ]


def pieces_of(textpage: TextPage, is_under: Callable[[Box], bool]) -> list[list[list[Span]]]:
    """The same, each span cut where its letters get under something and where they come out again."""
    blocks = textpage.extractRAWDICT()["blocks"]
    return [
        [[piece for span in line["spans"] for piece in _pieces(span, is_under)] for line in block["lines"]]
        for block in blocks
        if "lines" in block
    ]


def _pieces(span: dict[str, Any], is_under: Callable[[Box], bool]) -> Iterator[Span]:
    for _, group in groupby(span["chars"], lambda char: is_under(char["bbox"])):
        chars = list(group)
        lefts, tops, rights, bottoms = zip(*(char["bbox"] for char in chars), strict=True)
        box = min(lefts), min(tops), max(rights), max(bottoms)
        yield Span(box, "".join(char["c"] for char in chars), span["size"], span["color"], span["alpha"])


def joined(spans: list[Span], block: int) -> Line:
    lefts, tops, rights, bottoms = zip(*(span.box for span in spans), strict=True)
    text = "".join(span.text for span in spans)
    return Line(min(lefts), min(tops), max(rights), max(bottoms), text, block)


def _as_json(textpage: TextPage) -> bytes:
    buffer = mupdf.FzBuffer(FIRST_BYTES)
    output = mupdf.FzOutput(buffer)
    mupdf.fz_print_stext_page_as_json(output, textpage.this, SCALE)
    output.fz_close_output()
    written: bytes = buffer.fz_buffer_extract_copy()
    return written


def _line(box: dict[str, int], text: str, block: int) -> Line:
    left, top = box["x"] / SCALE, box["y"] / SCALE
    return Line(left, top, left + box["w"] / SCALE, top + box["h"] / SCALE, text, block)


def _span(span: dict[str, Any]) -> Span:
    return Span(tuple(span["bbox"]), span["text"], span["size"], span["color"], span["alpha"])
