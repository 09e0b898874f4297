"""A text cut into clauses: where a heading stands, and within one at each longer paragraph.

Both sides of a comparison are cut on their own, so a cut must not depend on what stands far away: no clause begins
because of how long the ones before it were, or one word added on page 1 would move every cut behind it. Runs of short
paragraphs and endless ones are cut where their own words say so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from elenchus.library.quoting.source import Source
from elenchus.library.reading.chunking import SENTENCE_END
from elenchus.library.reading.headings import Heading, says_more
from elenchus.library.reading.outline import Outline
from elenchus.library.reading.paragraphs import Paragraph, Paragraphs

STANDS_ALONE: Final = 60  # characters; a shorter paragraph without a heading belongs to the clause above it
LONG: Final = 1_200  # from here a clause may end at a word that says so
LONGEST: Final = 6_000  # and here it ends anyway
ENDLESS: Final = 2_500  # characters of a paragraph that is cut at its sentences
PIECE: Final = 600
SENTENCE_WORDS: Final = 8  # of what looks like a heading and ends with a full stop: it says something itself
SAID: Final = 60  # characters that say whether a piece ends there
ONE_IN: Final = 4  # sentences or short paragraphs at which it may be cut

_BLANK: Final = re.compile(r"\s+")
_SENTENCE_STOPS: Final = re.compile(r"[.;:!?][”\"’)\]]*$")
_BEGINS: Final = re.compile(r"[“\"‘(]*[A-Z0-9]|\([a-z]")
_SPELLED: Final = r"(?:\d{1,3}(?:\.\d{1,3})*|[ivxlcIVXLC]{1,7}|[A-Za-z])"
_NUMBER: Final = re.compile(
    rf"(?:#{{1,6}}\s+)?(?:"
    rf"(?i:article|section|clause|chapter|schedule|exhibit|annex|appendix|attachment|§)\s*“?{_SPELLED}\b”?[.:)]?"
    rf"|\({_SPELLED}\)|{_SPELLED}\)|\d{{1,2}}\.(?!\d)|\d{{1,2}}(?:\.\d{{1,2}}){{1,4}}\.?(?=\s)"
    rf")\s*(?!\s*(?:%|per\s?cent|hundred|thousand|million|billion|x\b|"
    rf"(?:(?:business|calendar|working|consecutive)\s+)?(?:hour|day|week|month|year|dollar|euro)s?\b))"
)


class Whole:
    """One of the two. `plain` is its full text without what is there for the pages only, as long as before."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.plain = "\f".join(source.plain.page(index) for index in range(source.page_count))


@dataclass(frozen=True, slots=True)
class Clause:
    """The full text from `start` to `end`; its own number and the white space after it end at `body`. `title` is what
    its own heading says besides."""

    index: int
    start: int
    body: int
    end: int
    heading: str | None
    title: str


def clauses(side: Whole) -> list[Clause]:
    return list(_Cutter(side).cut())


def body_of(side: Whole, start: int, end: int) -> int:
    """Where a clause's own number has ended."""
    number = _NUMBER.match(side.plain, start, end)
    return number.end() if number and number.end() < end else start


class _Cutter:
    """The paragraphs of one text in their order."""

    def __init__(self, side: Whole) -> None:
        self._side, self._source, self._plain = side, side.source, side.plain
        self._outline = Outline()
        self._start: int | None = None
        self._end = 0
        self._has_body = False
        self._may_end = False
        self._heading: str | None = None
        self._title = ""
        self._count = 0

    def cut(self) -> Iterator[Clause]:
        for paragraph in _paragraphs(self._source):
            text = self._plain[paragraph.start : paragraph.end]
            heading = paragraph.heading
            if self._begins_with(paragraph, heading):
                yield from self._close()
            self._take(paragraph, heading, text)
            if len(text) > ENDLESS:
                yield from self._in_pieces(paragraph.start, text)
        yield from self._close()

    def _begins_with(self, paragraph: Paragraph, heading: Heading | None) -> bool:
        if self._start is None:
            return False
        if not self._has_body:
            return heading is not None
        length = paragraph.end - paragraph.start
        too_long = paragraph.end - self._start > LONGEST
        return heading is not None or length >= STANDS_ALONE or self._may_end or too_long

    def _take(self, paragraph: Paragraph, heading: Heading | None, text: str) -> None:
        has_said = self._has_said(text, heading)
        if self._start is None:
            self._start, self._title = paragraph.start, ""
        if not self._has_body:
            self._heading = self._outline.path
        if heading:
            self._title = _NUMBER.sub("", heading.label, count=1)
        self._has_body = self._has_body or has_said
        self._end = paragraph.end
        self._may_end = self._end - self._start >= LONG and _says_so(text)

    def _has_said(self, text: str, heading: Heading | None) -> bool:
        """Whether the paragraph is more than a heading, or the title of one."""
        is_sentence = text.endswith((".", ";")) and len(text.split()) >= SENTENCE_WORDS
        return self._outline.take(text, heading) and (is_sentence or says_more(text, heading))

    def _in_pieces(self, start: int, text: str) -> Iterator[Clause]:
        last = 0
        for end, next_ in _stops(text):
            self._end = start + end
            yield from self._close()
            last = next_
            self._start, self._end, self._has_body = start + last, start + len(text), True

    def _close(self) -> Iterator[Clause]:
        if self._start is not None:
            yield self._clause(self._start, self._end)
        self._start, self._has_body, self._may_end, self._title = None, False, False, ""

    def _clause(self, start: int, end: int) -> Clause:
        self._count += 1
        return Clause(self._count - 1, start, body_of(self._side, start, end), end, self._heading, self._title)


def _says_so(text: str) -> bool:
    return crc32("".join(text.split()).encode("utf-8", "replace")) % ONE_IN == 0


def _stops(text: str) -> Iterator[tuple[int, int]]:
    """Where a piece ends and the next begins: at sentences that say so, else at words that do, else anywhere."""
    last = 0
    for sentence in (*SENTENCE_END.finditer(text), None):
        at = sentence.start() if sentence else len(text)
        for stop in _forced(text, last, at):
            yield stop
            last = stop[1]
        if sentence and at - last >= PIECE and (_says_so(text[at - SAID : at]) or at - last > LONGEST // 2):
            yield at + len(sentence[0].rstrip()), sentence.end()
            last = sentence.end()


def _forced(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Between two sentences' ends: a stretch without any must not grow without bound."""
    while end - start > LONGEST:
        blanks = _BLANK.finditer(text, start + PIECE, start + LONGEST - SAID)
        blank = next((found for found in blanks if _says_so(text[found.end() : found.end() + SAID])), None)
        yield blank.span() if blank else (start + LONGEST, start + LONGEST)
        start = blank.end() if blank else start + LONGEST


def _paragraphs(source: Source) -> Iterator[Paragraph]:
    """Without what is there for the pages only. One that a page's end interrupts goes on, unless its sentence is over
    and the next page begins another."""
    paragraphs = Paragraphs()
    last = ""
    for index in range(source.page_count):
        page = source.plain.page(index)
        own = page.strip()
        if not own:
            continue
        if _SENTENCE_STOPS.search(last) and _BEGINS.match(own):
            yield from paragraphs.finish()
        begins = page.rfind("\n", 0, page.index(own)) + 1  # with its first line's indent
        yield from paragraphs.feed(page[begins : page.index(own) + len(own)], source.starts[index] + begins)
        last = own[-40:]
    yield from paragraphs.finish()
