"""Paragraphs out of the lines of pages, whatever separates them: blank lines, indents, numbers or nothing.

Filings come in every shape: one line a paragraph, lines padded with no-break spaces, single newlines with a first-line
indent, sentences that run over a page's end. A form feed between pages is a line's end like any other.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from elenchus.library.reading.headings import MOST_LINES, Heading, heading_of, heading_over, marked

ENDINGS: Final = '.;:!?…”"’)]'  # a line that ends so may end its paragraph
LIST_ENDINGS: Final = ("; and", "; or", ", and", ", or")
ITEM: Final = re.compile(r"\(?(?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})[.)]\s|[•·▪◦*-]\s")
INDENT: Final = 2  # columns more than the line above
LONGEST: Final = 20_000  # characters; text without any break must not grow without bound
LONGEST_MARKED: Final = 200  # characters; a longer "heading" is a paragraph that was to look like one
NO_DEPTHS: Final[Mapping[int, int]] = MappingProxyType({})
DIGITS: Final = re.compile(r"\d+")


class Paragraph(NamedTuple):
    """Code points into the full text, white space around it left out. `opening` are its first lines, if the first of
    them may be a heading; `is_first` after a break that sentences may run over; `depth`, from 1, of a heading that the
    document marks as one."""

    start: int
    end: int
    opening: tuple[str, ...] = ()
    is_first: bool = False
    depth: int = 0

    @property
    def heading(self) -> Heading | None:
        if self.depth:
            return marked(self.opening[0], self.depth)
        heading = heading_over(self.opening) if self.opening else None
        if heading and self.is_first and (len(self.opening) > 1 or heading.label != " ".join(self.opening[0].split())):
            return None
        return heading


class Paragraphs:
    """Feed it pages in order; a paragraph comes out when the next begins."""

    def __init__(self) -> None:
        self._open: Paragraph | None = None
        self._above, self._above_indent = "", 0
        self._after_blank = True
        self._is_first = False
        self._running: set[str] = set()

    @property
    def open_start(self) -> int | None:
        """Where the paragraph begins that is not finished."""
        return self._open.start if self._open else None

    def feed(self, text: str, start: int, depths: Mapping[int, int] = NO_DEPTHS) -> Iterator[Paragraph]:
        """`depths` are of lines that the document marks as headings, by where they begin in the full text."""
        for line in text.split("\n"):
            words = line.strip()
            if words:
                indent = len(line) - len(line.lstrip())
                depth = depths.get(start, 0) if depths and len(words) <= LONGEST_MARKED else 0
                if finished := self._take(words, start + indent, indent, depth):
                    yield finished
            self._after_blank = not words
            start += len(line) + 1

    def finish(self) -> Iterator[Paragraph]:
        if self._open:
            yield self._open
        self._open = None
        self._is_first = True

    def _take(self, words: str, start: int, indent: int, depth: int) -> Paragraph | None:
        """Add the line to the open paragraph, or begin one and give back the finished."""
        open_, end = self._open, start + len(words)
        may_begin = self._after_blank or self._above.endswith(LIST_ENDINGS) or self._above[-1:] in ENDINGS
        heading = self._heading(words) if may_begin else self._numbered(words)
        begins = heading or depth or self._after_blank or (may_begin and self._looks_new(words, indent))
        self._above, self._above_indent = words, indent
        if open_ and not begins and end - open_.start <= LONGEST:
            goes_on = 0 < len(open_.opening) < MOST_LINES
            self._open = open_._replace(end=end, opening=(*open_.opening, words) if goes_on else open_.opening)
            return None
        is_first = self._is_first and not may_begin
        heading = heading or (self._heading(words) if is_first else None)
        opening = (words,) if heading or depth else ()
        self._open, self._is_first = Paragraph(start, end, opening, is_first, depth), False
        return open_

    def _looks_new(self, words: str, indent: int) -> bool:
        return indent >= self._above_indent + INDENT or ITEM.match(words) is not None

    def _numbered(self, words: str) -> Heading | None:
        """ "4.1 Term" right below "ARTICLE IV" or "TERMINATION", which end without a full stop."""
        above = heading_of(self._above) if self._open and self._open.opening else None
        heading = heading_of(words) if above and (above.is_bare or above.is_plain) else None
        return None if heading and heading.is_plain else heading

    def _heading(self, words: str) -> Heading | None:
        """A line in capitals alone that comes again, but for its digits, is the page's header."""
        heading = heading_of(words)
        if heading and heading.is_plain:
            plain = DIGITS.sub("", words)
            if plain in self._running:
                return None
            self._running.add(plain)
        return heading
