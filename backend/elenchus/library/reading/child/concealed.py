"""Text that a PDF holds and no reader sees: white on white, transparent, far too small, or painted over. It is no
evidence, and it is where instructions to machines are put. It is left out of the page, which is told to have had some.

Most pages are cleared by one look at their colours and sizes, and at whether anything is painted after the first words.
What remains may still be honest, white on a dark bar, words under a marker or the transparent ones under a scan, so the
page is drawn: where nothing shows, nothing is seen.
"""

import re
from itertools import chain
from typing import Any, Final

from elenchus.library.reading.child.ink import Raster, clipped, drawn, marks_of, scaled
from elenchus.library.reading.child.lines import Box, Line, Span, TextPage, joined, pieces_of, spans_of

PALE: Final = 0xE0  # of each colour: paler letters are not seen on paper
TINY: Final = 2.5  # points
TINY_ADVANCE: Final = 1.25  # points a letter; some fonts give their size in units of their own
VISIBLE: Final = 0.01  # of its box that a word's letters fill at least; 0.1 and more is usual
LEAST_PIXELS: Final = 2  # of a word's height, without the edges
EDGE: Final = 1.0  # points
DRAWN_PIXELS: Final = 800  # the longer side of the page
DRAWINGS: Final = 200  # pages drawn per document; past it whatever is painted behind counts as a background

# As MuPDF writes each span's style: without a colour what is not painted at all.
STYLE: Final = re.compile(r"font-size:[^\"]*\"")  # a page has a handful, so the odd ones are looked for only in these
UNUSUAL: Final = re.compile(r"font-size:(?:[01](?:\.\d+)?|2\.[0-5])pt|color:#(?:[ef][0-9a-f]){3}|font-size:[\d.]+pt\"")

# Operators in a page's content: they show words, paint shapes and pictures, or do what another stream says
SHOWS: Final = re.compile(rb"T[jJ]|['\"]\s")
PAINTS: Final = frozenset(b"f f* F B B* b b* sh BI".split())
DOES: Final = b"Do"
DELIMITERS: Final = bytes.maketrans(b"/[]<>()%\0", b"         ")

Page = Any


class Curtain:
    """Looks behind it on every page of one document."""

    def __init__(self) -> None:
        self._drawings_left = DRAWINGS

    def seen_lines(self, page: Page, textpage: TextPage) -> list[Line] | None:
        """The lines without what is hidden; None when the page hides nothing."""
        may_cover = may_paint_over(page.read_contents())
        may_be_unusual = any(map(UNUSUAL.search, set(STYLE.findall(textpage.extractHTML()))))
        if not may_cover and not may_be_unusual:
            return None
        view = _View(page, may_draw=self._drawings_left > 0)
        if not may_be_unusual and not view.has_covers:
            return None
        blocks = spans_of(textpage)
        if any(view.covers_some_of(span.box) for span in chain.from_iterable(chain.from_iterable(blocks))):
            blocks = pieces_of(textpage, view.is_over)
        if not any(view.may_hide(span) for span in chain.from_iterable(chain.from_iterable(blocks))):
            return None
        hides, lines = False, []
        for number, block in enumerate(blocks):
            for line in block:
                seen = [span for span in line if not view.hides(span)]
                hides = hides or len(seen) < len(line)
                if seen:
                    lines.append(joined(seen, number))
        self._drawings_left -= view.was_drawn
        return lines if hides else None


class _View:
    """What of a page is seen. It is drawn only when that has to be known."""

    def __init__(self, page: Page, *, may_draw: bool) -> None:
        self.was_drawn = False
        self._page, self._may_draw = page, may_draw
        self._marks = marks_of(page)
        self._raster: Raster | None = None
        self._zoom = 1.0

    def may_hide(self, span: Span) -> bool:
        """Dashes and dots hardly show as it is."""
        return any(map(str.isalnum, span.text)) and (is_unusual(span) or self.is_over(span.box))

    def hides(self, span: Span) -> bool:
        if not self.may_hide(span):
            return False
        if is_tiny(span):
            return True
        if span.alpha == 0 and self._lies_on(self._marks.images, span.box):
            return False  # the words of a scan, for searching
        below = self._below(span.box)
        return not (self._shows(below) or (not is_unusual(span) and self._is_too_small_to_tell(below)))

    def _is_too_small_to_tell(self, box: Box) -> bool:
        """On a plan of a house letters are less than a pixel high; ordinary ones get the benefit of the doubt."""
        return (box[3] - box[1]) * self._zoom < LEAST_PIXELS

    @property
    def has_covers(self) -> bool:
        return bool(self._marks.over_text)

    def covers_some_of(self, box: Box) -> bool:
        left, top, right, bottom = box
        middle = (top + bottom) / 2
        return any(a < right and left < b and c <= middle <= d for a, c, b, d in self._marks.over_text)

    def is_over(self, box: Box) -> bool:
        """Something that was painted later is; it may be as transparent as a marker's yellow."""
        return self._lies_on(self._marks.over_text, box)

    def _below(self, box: Box) -> Box:
        """The part of it that is under something, without the edges of that; all of it when nothing is there."""
        over = next((mark for mark in self._marks.over_text if self._lies_on([mark], box)), None)
        if over is None:
            return box
        left, top, right, bottom = clipped(box, over)
        return left + EDGE, top + EDGE, right - EDGE, bottom - EDGE

    def _shows(self, box: Box) -> bool:
        if not self._may_draw:
            return self._lies_on(self._marks.images + self._marks.fills, box)
        if self._raster is None:
            self._raster, self._zoom = self._drawn()
            self.was_drawn = True
        return self._raster.contrast_within(scaled(box, self._zoom)) >= VISIBLE

    def _drawn(self) -> tuple[Raster, float]:
        """Before it was turned, which is how its words and marks are placed."""
        turned = self._page.rotation
        self._page.set_rotation(0)
        try:
            return drawn(self._page, DRAWN_PIXELS)
        finally:
            self._page.set_rotation(turned)

    def _lies_on(self, marks: list[Box], box: Box) -> bool:
        """Its middle does."""
        across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in marks)


def may_paint_over(content: bytes) -> bool:
    """Anything may be in what another stream does."""
    words = SHOWS.search(content)
    after = content[words.end() :] if words else b""
    return DOES in content or not PAINTS.isdisjoint(after.translate(DELIMITERS).split())


def is_unusual(span: Span) -> bool:
    return span.alpha == 0 or is_tiny(span) or all(part >= PALE for part in span.color.to_bytes(3, "big"))


def is_tiny(span: Span) -> bool:
    left, top, right, bottom = span.box
    along = max(right - left, bottom - top)  # whichever way it runs
    return span.size < TINY and along < TINY_ADVANCE * len(span.text)
