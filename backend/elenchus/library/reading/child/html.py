"""Web pages (.html): what a reader would see, as paragraphs. Nothing is run or fetched."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.codepages import codec
from elenchus.library.reading.child.contract import Page, Refused
from elenchus.library.reading.child.htmltext import Visible
from elenchus.library.reading.child.stretches import page_chars, pages_of
from elenchus.library.reading.encodings import text_encoding
from elenchus.library.reading.values import ReadingLimits

PIECE_CHARS: Final = 1 << 16
DECLARED_WITHIN: Final = 4_096
DECLARED: Final = re.compile(
    rb"""<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{1,100}encoding=["']([\w.-]{2,40})""", re.I
)
TEXT_SHARE: Final = 3  # of a page's bytes at most so much is text


class WebPage:
    page_count: int | None = None

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        encoding = _encoding(path)
        if encoding is None:
            raise Refused("damaged")
        self.encoding: str | None = encoding
        self.repaired = False
        self._path = path
        self._page_chars = page_chars(path.stat().st_size // TEXT_SHARE, limits)

    def pages(self) -> Iterator[Page]:
        return pages_of(self._pieces(), self._page_chars)

    def _pieces(self) -> Iterator[str]:
        visible = Visible()
        with self._path.open(encoding=self.encoding, errors="replace") as file:
            while piece := file.read(max(PIECE_CHARS, visible.pending)):
                self.repaired = self.repaired or "\ufffd" in piece
                visible.feed(piece)
                yield visible.taken()
        yield visible.finish()
        self.repaired = self.repaired or visible.is_cut


def visible_text(html: str) -> str:
    """Of a page that is already at hand, such as the body of a message."""
    visible = Visible()
    visible.feed(html)
    return visible.finish()


def _encoding(path: Path) -> str | None:
    """A byte order mark, what is UTF-8 all through, what the page says, a guess: in this order."""
    found = text_encoding(path)
    if found in ("utf-8-sig", "utf-16"):
        return found
    with path.open("rb") as file:
        said = DECLARED.search(file.read(DECLARED_WITHIN))
    claimed = codec((said[1] or said[2]).decode("ascii", "ignore")) if said else None
    if claimed in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):  # it could not have said so in these bytes
        claimed = None
    if found == "utf-8" or claimed is None or codecs.lookup(claimed).name == "utf-8":
        return found
    return claimed
