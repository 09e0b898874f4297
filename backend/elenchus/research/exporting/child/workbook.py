"""A paper as an Excel file: its words on the first sheet, then a sheet for each table.

All of it is in memory until the end, in a process that has little else to do: files on the way would have names, and
what this process leaves behind when it is killed has a client's words in it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import xlsxwriter

from elenchus.core.clock import now
from elenchus.research.exporting import blocks, script
from elenchus.research.exporting.blocks import Block, Kind
from elenchus.research.exporting.child import tables
from elenchus.research.exporting.child.cells import ACTIVE, as_date, fitting, is_number, sheet_name

TEXT = "Text"
LONGEST_TITLE = 255
PLAIN = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
TEXT_WIDTH, NARROWEST, WIDEST = 100, 8, 60  # characters
WIDTHS_FROM = 200  # rows of a table that say how wide its columns are
STYLES: dict[str, dict[str, object]] = {
    "plain": {"text_wrap": True, "valign": "top"},
    "quoted": {"text_wrap": True, "valign": "top", "quote_prefix": True},
    "head": {"text_wrap": True, "valign": "top", "bold": True, "bg_color": "#E7E6E6", "border": 1},
    "title": {"text_wrap": True, "bold": True, "font_size": 16},
    "heading": {"text_wrap": True, "bold": True, "font_size": 12},
    "small": {"text_wrap": True, "font_size": 9, "font_color": "#444444"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "instant": {"num_format": 'yyyy-mm-dd hh:mm "UTC"', "valign": "top", "align": "left"},
    "verified": {"valign": "top", "font_color": "#1E6B34"},
    "not verified": {"valign": "top", "bold": True, "font_color": "#A00000", "bg_color": "#FBE3E3"},
}
VERIFIED = {True: "verified", False: "NOT VERIFIED"}


class Workbook:
    """Takes the parts of a paper in their order."""

    def __init__(self, file: BinaryIO, title: str = "", exported_at: str = "") -> None:
        self._book: Any = xlsxwriter.Workbook(file, PLAIN)
        self._book.set_properties({"title": title[:LONGEST_TITLE], "author": "Elenchus", "created": now()})
        self._styles = {name: self._book.add_format(each) for name, each in STYLES.items()}
        self._names: set[str] = set()
        self._text, self._lines = self._sheet(TEXT), 0
        self._text.set_column(0, 0, TEXT_WIDTH)
        talk = script.talk(title, exported_at)
        self._say(talk.title, "title")
        self._say(talk.about, "small")
        self._table: _Table | None = None

    def take(self, part: dict[str, Any]) -> None:
        if section := part.get("text"):
            self._write(section["heading"], section["markdown"])
        elif sheet := part.get("sheet"):
            self._end_table()
            self._table = _Table(self._sheet(sheet["title"]), self._styles, sheet["columns"], sheet["verified"])
        elif self._table:
            for row in part["rows"]:
                self._table.add(row)

    def close(self) -> None:
        self._end_table()
        self._book.close()

    def _end_table(self) -> None:
        if self._table:
            self._table.close()

    def _sheet(self, title: str) -> Any:
        return self._book.add_worksheet(sheet_name(title, self._names))

    def _write(self, heading: str, markdown: str) -> None:
        self._lines += 1  # an empty one above
        if heading:
            self._say(heading, "heading")
        for block in blocks.of_markdown(markdown):
            for line in tables.as_lines(block) if block.kind is Kind.TABLE else [block]:
                self._say(_said(line), "heading" if line.kind is Kind.HEADING else "plain")

    def _say(self, text: str, style: str) -> None:
        _write_text(self._text, (self._lines, 0), text, self._styles, style)
        self._lines += 1


class _Table:
    def __init__(self, sheet: Any, styles: dict[str, Any], columns: Sequence[str], verified: Sequence[bool]) -> None:
        self._sheet, self._styles, self._verified = sheet, styles, verified
        self._count = 1
        self._widths = [len(column) + 2 for column in columns]
        for number, column in enumerate(columns):
            _write_text(sheet, (0, number), column, styles, "head")
        sheet.freeze_panes(1, 0)

    def add(self, row: Sequence[Any]) -> None:
        for number, cell in enumerate(row):
            self._add(number, cell)
            if self._count <= WIDTHS_FROM:
                self._widths[number] = max(self._widths[number], *_widths(cell))
        self._count += 1

    def close(self) -> None:
        for number, width in enumerate(self._widths):
            self._sheet.set_column(number, number, min(max(width, NARROWEST), WIDEST))
        self._sheet.autofilter(0, 0, self._count - 1, len(self._widths) - 1)

    def _add(self, number: int, cell: Any) -> None:
        place = (self._count, number)
        if isinstance(cell, bool) and self._verified[number]:
            style = "verified" if cell else "not verified"
            self._sheet.write_string(*place, VERIFIED[cell], self._styles[style])
        elif isinstance(cell, bool):
            self._sheet.write_boolean(*place, cell, self._styles["plain"])
        elif is_number(cell):
            self._sheet.write_number(*place, cell, self._styles["plain"])
        elif isinstance(cell, str) and (day := as_date(cell)):
            style = "instant" if len(cell) > len("2026-01-01") else "day"
            self._sheet.write_datetime(*place, day, self._styles[style])
        elif cell is not None:
            _write_text(self._sheet, place, str(cell), self._styles, "plain")


def _write_text(sheet: Any, place: tuple[int, int], text: str, styles: dict[str, Any], style: str) -> None:
    """Never a formula, a link or a number, whatever it looks like."""
    text = fitting(blocks.fit(text))
    if text:
        is_active = style == "plain" and text.startswith(ACTIVE)
        sheet.write_string(*place, text, styles["quoted" if is_active else style])


def _said(block: Block) -> str:
    label = f"{'    ' * (block.level - 1)}{block.label} " if block.kind is Kind.ITEM else ""
    return label + "".join(span.text for span in block.spans)


def _widths(cell: Any) -> Iterator[int]:
    """Of the lines that it shows."""
    yield 0
    for line in str("" if cell is None else cell)[: 20 * WIDEST].split("\n"):
        yield len(line) + 2
