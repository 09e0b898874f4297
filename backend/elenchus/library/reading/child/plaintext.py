"""Plain text as pages: form feeds separate them, and what is longer is cut where a line ends.

The full text is the pages joined by one form feed, so a cut takes the newline (or blank) that it replaces with it:
putting newlines back for our form feeds gives the original.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.contract import Legibility, Page, Refused
from elenchus.library.reading.cleaning import clean
from elenchus.library.reading.encodings import ENCODINGS, text_encoding
from elenchus.library.reading.values import ReadingLimits

PAGE_CHARS: Final = 3_000  # about what a printed page of a contract holds
PIECE_CHARS: Final = 1 << 18

for _encoding in ENCODINGS:
    codecs.lookup(_encoding)  # imports it: the sealed child can no longer


class TextFile:
    page_count: int | None = None

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        encoding = text_encoding(path)
        if encoding is None:
            raise Refused("damaged")
        self.encoding: str | None = encoding
        self.repaired = False
        self._path = path
        # a long text gets longer pages, so that it meets the cap on characters before the one on pages
        self._page_chars = max(PAGE_CHARS, 2 * path.stat().st_size // max(1, limits.pages))

    def pages(self) -> Iterator[Page]:
        held: str | None = None
        for text in cut(self._pieces(), self._page_chars):
            if held is not None:
                yield _page(held)
            held = text
        if held and not held.isspace():  # a file that ends with a form feed does not end with a blank page
            yield _page(held)

    def _pieces(self) -> Iterator[str]:
        with self._path.open(encoding=self.encoding, errors="replace") as file:
            while piece := file.read(PIECE_CHARS):
                self.repaired = self.repaired or "\ufffd" in piece
                yield piece


def cut(pieces: Iterator[str], page_chars: int) -> Iterator[str]:
    """Pages of up to 2 x `page_chars`; where they end does not depend on how the text came in pieces."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\f")
        for page in whole:
            yield from _cut_page(page, page_chars)
        *full, rest = _cut_page(rest, page_chars)
        yield from full
    yield rest


def _cut_page(text: str, page_chars: int) -> Iterator[str]:
    start = 0
    while len(text) - start > 2 * page_chars:
        end, following = _cut_at(text, start, page_chars)
        yield text[start:end]
        start = following
    yield text[start:]


def _cut_at(text: str, start: int, page_chars: int) -> tuple[int, int]:
    """Where the page ends and the next begins: at a blank line, else a line's end, a blank, or anywhere."""
    least, most = start + page_chars // 2, start + page_chars * 3 // 2
    for separator in ("\n\n", "\n", " "):
        if (end := text.rfind(separator, least, most)) >= 0:
            return end, end + 1
    return start + page_chars, start + page_chars


def _page(text: str) -> Page:
    text = clean(text)
    return Page(text, Legibility.BLANK if not text or text.isspace() else Legibility.READ)
