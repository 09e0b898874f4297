"""Pages for formats that have none: stretches about as long as a printed page, and breaks where the file has them."""

from collections.abc import Iterator
from itertools import dropwhile
from typing import Final

from elenchus.library.reading.child.contract import Legibility, Page
from elenchus.library.reading.child.plaintext import PAGE_CHARS, cut
from elenchus.library.reading.cleaning import clean
from elenchus.library.reading.values import ReadingLimits

# Stand for one in the text until the page is made; `clean` takes them out
PICTURE: Final = "\x01"
HIDDEN: Final = "\x02"  # words that no reader sees
HEADING: Final = "\x03"  # before a line that is one, as often as it is deep
MARKS: Final = dict.fromkeys(map(ord, (PICTURE, HIDDEN, HEADING)))


def page_chars(size: int, limits: ReadingLimits) -> int:
    """Long texts get longer pages, so that they meet the cap on characters before the one on pages."""
    return max(PAGE_CHARS, 2 * size // max(1, limits.pages))


def pages_of(pieces: Iterator[str], chars: int) -> Iterator[Page]:
    """Blank lines at a page's edges go, as do blank pages at the end."""
    blanks = 0
    for text in cut(pieces, chars):
        page = _page(text)
        if page.legibility is Legibility.BLANK:
            blanks += 1
            continue
        yield from [Page("", Legibility.BLANK)] * blanks
        blanks = 0
        yield page


def _page(text: str) -> Page:
    words = clean(text).strip("\n")
    hides = HIDDEN in text
    if words and not words.isspace():
        return Page(words, Legibility.READ, hides_text=hides, headings=tuple(_headings(text)))
    return Page("", Legibility.UNREAD if PICTURE in text else Legibility.BLANK, hides_text=hides)


def _headings(text: str) -> Iterator[tuple[int, int]]:
    if HEADING not in text:
        return
    lines = dropwhile(lambda line: not clean(line), text.split("\n"))
    for number, line in enumerate(lines):
        if (depth := line.count(HEADING)) and clean(line).strip():
            yield number, depth
