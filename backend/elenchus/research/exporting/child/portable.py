"""A conversation as a PDF. The footnotes of an answer stand under it, in small type.

MuPDF sets it, which brings a typeface for every script, reads right-to-left ones as they are written and breaks tables
over pages. What it cannot fit it leaves out without a word, so words that are too long get places to break, tables that
are too wide become lines, and in the end the letters of the file are counted against those that were given to it.
"""

from collections import Counter
from io import BytesIO
from typing import Any, BinaryIO

import pymupdf as typed_in_part

from elenchus.research.exporting.child.sheet import Sheet, letters
from elenchus.research.exporting.script import EXAMINATION, Talk, Turn

pymupdf: Any = typed_in_part  # strict typing refuses to call what PyMuPDF left untyped
pymupdf.TOOLS.mupdf_display_errors(False)  # they would quote a client's text
pymupdf.TOOLS.mupdf_display_warnings(False)
PAGE = pymupdf.paper_rect("a4")
MARGIN, FOOT = 57, 64  # points
BOX = pymupdf.Rect(MARGIN, MARGIN, PAGE.width - MARGIN, PAGE.height - FOOT)
LEAST_ROOM = 90  # below a heading; with less it goes to the next page
GAP = 10  # between turns
GREY = (0.35, 0.35, 0.35)
_READING = pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_PRESERVE_LIGATURES & ~pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
MISSING = "\ufffd"  # as which a page gives back what it has no sign for
_SIGNLESS = "{} characters have no sign in this file's typefaces. The Word, Markdown and JSON files have them."


class LettersLost(RuntimeError):
    """Something did not fit on any page."""


class PdfFile:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._draft = BytesIO()  # a tenth of a million bytes for a hundred messages
        self._writer = pymupdf.DocumentWriter(self._draft)
        self._page = self._writer.begin_page(PAGE)
        self._top = float(BOX.y0)
        self._given: Counter[str] = Counter()

    def head(self, talk: Talk) -> None:
        self._talk = talk
        sheet = Sheet(BOX.width)
        sheet.say("h1", talk.title)
        sheet.say("p", talk.about, "small")
        self._place(sheet)

    def turn(self, said: Turn) -> None:
        if BOX.y1 - self._top < LEAST_ROOM:
            self._turn_page()
        sheet = Sheet(BOX.width)
        if said.heading:
            sheet.say("h2", said.heading)
        for style, texts in (("small", said.remarks), ("warning", said.warnings)):
            for text in texts:
                sheet.say("p", text, style)
        for block in said.blocks:
            sheet.set(block)
        for note in said.notes:
            sheet.say("p", f"[{note.number}] {note.text}", "note")
        if said.findings:
            sheet.say("h3", EXAMINATION)
        for row in said.findings:
            sheet.say("p", row, "note")
        self._place(sheet)

    def close(self) -> None:
        self._writer.end_page()
        self._writer.close()
        with pymupdf.open(stream=self._draft.getvalue(), filetype="pdf") as document:
            found = Counter[str]()
            for number, page in enumerate(document, 1):
                found += letters(page.get_text(flags=_READING))
                _write_at_foot(page, f"{number} / {document.page_count}", line=0)
            if self._given - found:
                raise LettersLost("Pages hold fewer letters than they were given.")
            if missing := found[MISSING] - self._given[MISSING]:
                _write_at_foot(page, _SIGNLESS.format(missing), line=1)
            document.set_metadata(
                {"title": self._talk.title, "creator": "Elenchus", "creationDate": pymupdf.get_pdf_now()}
            )
            document.subset_fonts()
            self._file.write(document.tobytes(garbage=3, deflate=True, use_objstms=1))

    def _place(self, sheet: Sheet) -> None:
        self._given += sheet.given
        while True:
            is_fresh = self._top == BOX.y0
            more, filled = sheet.story.place(pymupdf.Rect(BOX.x0, self._top, BOX.x1, BOX.y1))
            sheet.story.draw(self._page)
            if not more:
                self._top = filled[3] + GAP
                return
            if is_fresh and filled[3] <= filled[1]:
                raise LettersLost("A whole page took nothing.")
            self._turn_page()

    def _turn_page(self) -> None:
        self._writer.end_page()
        self._page = self._writer.begin_page(PAGE)
        self._top = float(BOX.y0)


def _write_at_foot(page: Any, text: str, *, line: int) -> None:
    width = pymupdf.get_text_length(text, fontsize=8)
    place = ((PAGE.width - width) / 2, PAGE.height - FOOT / 2 - 11 * line)
    page.insert_text(place, text, fontsize=8, color=GREY)
