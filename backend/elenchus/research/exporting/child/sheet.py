"""Blocks as the tree that MuPDF lays out. No markup is written and none is read: text becomes a node of text."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pymupdf as typed_in_part

from elenchus.research.exporting.blocks import Block, Cells, Kind, Span, is_right_to_left
from elenchus.research.exporting.child import tables

pymupdf: Any = typed_in_part  # strict typing refuses to call what PyMuPDF left untyped
LONGEST_WORD = 40  # letters without a place to break; a line holds 50 of the widest
BREAK = "\u200b"
INDENT = 14  # points
DEEPEST = 8
CELL_SIZE, CELL_SIDES = 9, 10  # points
MOST_LINES = 40  # of a cell; a page holds 58, and lines of words leave some of their room empty
LATIN, EAST_ASIAN = "\u00ff", "\u2e80"  # the last of the ones, the first of the others
_LONG = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_LETTERS = re.compile("[A-Za-z0-9\ufffd]")  # what is read from a page as it was written, whatever its typeface
_STYLE = """
body { font-family: sans-serif; font-size: 10pt; line-height: 1.35 }
h1 { font-size: 17pt; margin: 0 0 4pt 0 } h2 { font-size: 12pt; margin: 0 0 3pt 0 }
h3 { font-size: 10.5pt; margin: 7pt 0 3pt 0 }
p { margin: 0 0 6pt 0 } pre { font-size: 8.5pt; margin: 0 0 6pt 12pt; white-space: pre-wrap }
table { border-collapse: collapse; font-size: 9pt; margin: 2pt 0 8pt 0 }
td, th { border: 0.6pt solid #888888; padding: 2pt 4pt; text-align: left }
.quote { margin: 0 12pt 6pt 12pt; border-left: 2pt solid #999999; padding-left: 8pt }
.small { font-size: 8pt; margin: 0 0 3pt 0; color: #444444 } .note { font-size: 8pt; margin: 0 0 3pt 0 }
.warning { font-weight: bold; color: #a00000 } sup { font-size: 7pt }
"""


def letters(text: str) -> Counter[str]:
    return Counter(_LETTERS.findall(text))


class Sheet:
    """A part of the file before it has its place on a page. `width` is what a line may take."""

    def __init__(self, width: float) -> None:
        self.story = pymupdf.Story(user_css=_STYLE)
        self.given: Counter[str] = Counter()
        self._width = width

    def say(self, element: str, text: str, style: str = "") -> None:
        self._fill(self.story.body, element, [Span(text)], style)

    def set(self, block: Block) -> None:
        match block.kind:
            case Kind.TABLE if not self._fits(block):
                for line in tables.as_lines(block):
                    self.set(line)
            case Kind.TABLE:
                self._table(block.rows)
            case Kind.ITEM:
                self._item(block)
            case Kind.QUOTE:
                self._fill(self.story.body, "p", block.spans, "quote")
            case _:
                names = {Kind.CODE: "pre", Kind.HEADING: "h3"}
                self._fill(self.story.body, names.get(block.kind, "p"), block.spans)

    def _item(self, block: Block) -> None:
        left = INDENT * (min(block.level, DEEPEST) + 1)
        label = [Span(f"{block.label}\u00a0 ")] if block.label else []
        node = self._fill(self.story.body, "p", [*label, *block.spans])
        node.set_attribute("style", f"margin-left: {left}pt" + (f"; text-indent: -{INDENT}pt" if label else ""))

    def _table(self, rows: Sequence[Cells]) -> None:
        table = _child(self.story.body, "table")
        for number, row in enumerate(rows):
            line = _child(table, "tr")
            for cell in row:
                self._fill(line, "td" if number else "th", cell)

    def _fits(self, block: Block) -> bool:
        """Whether each column has room for its longest word, in the wider typeface, and each row on a page."""
        if not tables.fits(block):
            return False
        columns = [*zip(*block.rows, strict=True)]
        least = [*map(_least_width, columns)]
        spare = self._width - sum(least)
        return spare >= 0 and _most_lines(columns, least, spare) <= MOST_LINES

    def _fill(self, parent: Any, element: str, spans: Sequence[Span], style: str = "") -> Any:
        node = _child(parent, element)
        if style:
            node.set_attribute("class", style)
        if is_right_to_left("".join(span.text for span in spans)):
            node.set_attribute("dir", "rtl")
        for span in spans:
            self._add(node, span)
        return node

    def _add(self, node: Any, span: Span) -> None:
        for name, wanted in _marks(span):
            node = _child(node, name) if wanted else node
        if span.flag:
            node.set_attribute("class", "warning")
        text = _breakable(_plain(span))
        self.given += letters(text)
        for number, line in enumerate(text.split("\n")):
            if number:
                _child(node, "br")
            if line:
                node.append_child(node.create_text_node(line))


def _marks(span: Span) -> Iterator[tuple[str, bool]]:
    yield "sup", span.note is not None
    yield "span", span.flag
    yield "code", span.code
    yield "b", span.bold
    yield "i", span.italic


def _child(parent: Any, name: str) -> Any:
    node = parent.create_element(name)
    parent.append_child(node)
    return node


def _plain(span: Span) -> str:
    return span.text if span.note is None else f"[{span.note}]"


def _least_width(column: tuple[list[Span], ...]) -> float:
    words = (word for cell in column for word in "".join(map(_plain, cell)).split())
    widest = (pymupdf.get_text_length(word[:LONGEST_WORD], "hebo", CELL_SIZE) for word in words)
    return max(widest, default=0.0) + CELL_SIDES


def _most_lines(columns: Sequence[tuple[list[Span], ...]], least: Sequence[float], spare: float) -> int:
    """Of a cell. What is left when each column has its least width is shared out by what each would take beside."""
    texts = [["".join(map(_plain, cell)).split("\n") for cell in column] for column in columns]
    widths = [[[*map(_width_of, lines)] for lines in column] for column in texts]
    wanted = [max(max(lines) for lines in column) for column in widths]
    lacking = [max(0.0, width + CELL_SIDES - own) for width, own in zip(wanted, least, strict=True)]
    share = min(1.0, spare / sum(lacking)) if any(lacking) else 1.0
    most = 0
    for column, own, more in zip(widths, least, lacking, strict=True):
        room = own + more * share - CELL_SIDES
        most = max(most, *(sum(max(1, math.ceil(line / room)) for line in lines) for lines in column))
    return most


def _width_of(text: str) -> float:
    """PyMuPDF knows the widths of Latin letters only, and takes any other for 0.28 of the type's height."""
    more = sum(0.72 if sign >= EAST_ASIAN else 0.35 for sign in text if sign > LATIN)
    return float(pymupdf.get_text_length(text, "hebo", CELL_SIZE)) + more * CELL_SIZE


def _breakable(text: str) -> str:
    """With a place to break in each word that is too long for a line."""
    return _LONG.sub(lambda word: BREAK.join(_pieces(word[0])), text.expandtabs(4))


def _pieces(word: str) -> list[str]:
    return [word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD)]
