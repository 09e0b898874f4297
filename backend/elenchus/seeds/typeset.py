"""Lays a parsed text out on US Letter pages: running header, real footnotes, "Page n of m".

The same source gives the same bytes: fixed dates, no document id, fonts that come with PyMuPDF.
"""

import html
import io
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pymupdf

from elenchus.seeds.markup import FOOTNOTE_CALL, Block, Kind, Source

MUPDF: Any = pymupdf  # it ships py.typed, yet hardly any of its functions has types

PAGE = (0.0, 0.0, 612.0, 792.0)  # US Letter, in points
LEFT, RIGHT, TOP, BOTTOM = 72.0, 540.0, 76.0, 718.0
POINTS = 11.0
LEAST = 45.0  # three lines: a paragraph does not begin lower on a page than this above its foot
TALL = 10_000.0  # a page that nothing overflows, to measure on

CSS = """
body { font-family: serif; font-size: 11pt; line-height: LEADING; margin: 0 }
p { margin: 0; text-align: justify }
p.title { font-size: 17pt; font-weight: bold; text-align: center; line-height: 1.25 }
p.heading { font-size: 12.5pt; font-weight: bold; text-align: left }
p.subheading { font-weight: bold; font-style: italic; text-align: left }
p.centered { text-align: center }
p.notice { font-size: 9.5pt; font-style: italic; margin: 0 40pt; text-align: center }
p.quote { margin: 0 26pt }
p.item { margin-left: 22pt }
p.footnote { font-size: 9pt; line-height: 1.3 }
p.header { font-size: 9pt; text-align: right }
p.footer { font-size: 9pt; text-align: center }
sup { font-size: 7pt }
table { width: 100%; font-size: 10pt; line-height: 1.25; border-collapse: collapse }
th, td { border: 0.5pt solid #777; padding: 2.5pt 5pt; text-align: left; vertical-align: top }
"""
GAP_BEFORE = {Kind.TITLE: 14.0, Kind.HEADING: 14.0, Kind.SUBHEADING: 10.0, Kind.NOTICE: 12.0}
GAP = 6.0
WHOLE = {Kind.TITLE, Kind.CENTERED, Kind.NOTICE, Kind.TABLE}  # never split over two pages
LEADS = {Kind.TITLE, Kind.HEADING, Kind.SUBHEADING}  # never the last thing on a page
OUTLINE_LEVEL = {Kind.HEADING: 2, Kind.SUBHEADING: 3}  # below the title, which is the first


def typeset(source: Source) -> bytes:
    total = _Press(source, total_pages=0).run().page_number  # a first run only counts
    press = _Press(source, total_pages=total).run()
    document = MUPDF.open(stream=press.pdf.getvalue(), filetype="pdf")
    stamp = source.date.strftime("D:%Y%m%d090000Z")
    document.set_metadata(
        {"title": source.title, "author": "Elenchus samples", "creationDate": stamp, "modDate": stamp}
    )
    document.set_toc(press.outline)
    pdf: bytes = document.tobytes(garbage=4, deflate=True, no_new_id=True)
    return pdf


class _Press:
    """Fills pages with blocks from the top and with their footnotes from the bottom."""

    def __init__(self, source: Source, *, total_pages: int) -> None:
        self.source, self.total_pages, self.page_number = source, total_pages, 0
        self.outline: list[tuple[int, str, int]] = [(1, source.title, 1)]
        self.pdf = io.BytesIO()
        self._css = CSS.replace("LEADING", str(source.leading))
        self._writer: Any = MUPDF.DocumentWriter(self.pdf)
        self._page: Any = None
        self._y, self._floor, self._footnotes = TOP, BOTTOM, ""

    def run(self) -> "_Press":
        blocks = self.source.blocks
        self._open_page()
        for place, block in enumerate(blocks):
            if block.kind is Kind.PAGE_BREAK or self._room_for(blocks[place:]) > self._floor - self._y:
                self._turn_page()
            self._print(block)
        self._close_page()
        self._writer.close()
        return self

    def _room_for(self, blocks: Sequence[Block]) -> float:
        """How much of a page must be free for the first of these blocks to begin on it, in points."""
        if not blocks or blocks[0].kind is Kind.PAGE_BREAK:
            return 0.0
        block = blocks[0]
        height = _height(_markup(block), self._css) + self._gap(block)
        if block.footnote_calls:
            return height + _height(self._footnotes_of(block), self._css) + GAP
        if block.kind in LEADS or (block.text.endswith(":") and height <= LEAST):
            return height + self._room_for(blocks[1:])
        return height if block.kind in WHOLE else min(height, LEAST)

    def _print(self, block: Block) -> None:
        if block.kind is Kind.PAGE_BREAK:
            return
        self._y += self._gap(block)
        if level := OUTLINE_LEVEL.get(block.kind):
            level = min(level, self.outline[-1][0] + 1)  # MuPDF refuses an outline that skips a level
            self.outline.append((level, block.text, self.page_number))
        if notes := self._footnotes_of(block):
            self._floor -= _height(notes, self._css) + (0.0 if self._footnotes else GAP)
            self._footnotes += notes
        self._flow(_markup(block))

    def _flow(self, markup: str) -> None:
        story, more = _story(markup, self._css), True
        line = POINTS * self.source.leading
        left_over = _height(markup, self._css) - (self._floor - self._y)
        floor = self._floor - line if 0 < left_over <= line else self._floor  # one line never stands alone
        while more:
            more, filled = story.place((LEFT, self._y, RIGHT, floor))
            story.draw(self._page)
            self._y = filled[3]
            if more:
                self._turn_page()
                floor = self._floor

    def _gap(self, block: Block) -> float:
        return 0.0 if self._y == TOP else GAP_BEFORE.get(block.kind, GAP)

    def _footnotes_of(self, block: Block) -> str:
        notes = ((call, self.source.footnotes[call]) for call in block.footnote_calls)
        return "".join(f'<p class="footnote"><sup>{call}</sup> {_inline(note)}</p>' for call, note in notes)

    def _turn_page(self) -> None:
        self._close_page()
        self._open_page()

    def _open_page(self) -> None:
        self.page_number += 1
        self._page = self._writer.begin_page(MUPDF.Rect(PAGE))
        self._y, self._floor, self._footnotes = TOP, BOTTOM, ""
        self._at(44.0, f'<p class="header">{html.escape(self.source.short, quote=False)}</p>')

    def _close_page(self) -> None:
        if self._footnotes:
            self._at(self._floor + GAP, self._footnotes)
        self._at(738.0, f'<p class="footer">Page {self.page_number} of {self.total_pages}</p>')
        self._writer.end_page()

    def _at(self, y: float, markup: str) -> None:
        story = _story(markup, self._css)
        story.place((LEFT, y, RIGHT, PAGE[3]))
        story.draw(self._page)


def _story(markup: str, css: str) -> Any:
    return MUPDF.Story(markup, user_css=css)


@lru_cache(maxsize=1_000)  # asked up to five times for each block; no text has 300
def _height(markup: str, css: str) -> float:
    _, filled = _story(markup, css).place((LEFT, 0.0, RIGHT, TALL))
    return float(filled[3])


def _markup(block: Block) -> str:
    if block.kind is Kind.TABLE:
        return f"<table>{''.join(_row(row, 'td' if at else 'th') for at, row in enumerate(block.rows))}</table>"
    return f'<p class="{block.kind}">{_inline(block.text)}</p>'


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in cells)}</tr>"


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
    return FOOTNOTE_CALL.sub(r"<sup>\1</sup>", text)
