"""What an answer puts in quotation marks or sets off as a block, whole: a quotation within one belongs to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from elenchus.research.examining.marks import MARK

_BLANK: Final = re.compile(r"\n[^\S\n]*\n")
_BLOCK: Final = re.compile(r"^[ \t]{0,3}>[^\n]*(?:\n[ \t]{0,3}>[^\n]*)*", re.MULTILINE)
_QUOTE_LINE: Final = re.compile(r"^[ \t]{0,3}>[ \t]?(?:>[ \t]?)*", re.MULTILINE)
_ATTRIBUTION: Final = re.compile(r"(?:^|\n)[^\S\n]*(?:—|–|--)[^\n]*\s*\Z")
_DOUBLE: Final = re.compile('["“”„‟«»]')
_CLOSERS: Final = {"“": '”"', '"': '"”', "„": '“”"', "‟": "”", "«": "»", "»": "«"}
_SINGLE: Final = re.compile(
    r"(?<![\w’'])[‘'](?=\w)([^‘\n\"“”]{8,1000}?(?<=[\w.,;:!?)…]))(?<!\ws(?=[’'] [a-z]))[’'](?!\w)"
)
_BEFORE_OPENING: Final = frozenset(" \t\n\f([{—–-/*_>‘'“\u00a0")
_LAST_WORD: Final = re.compile(r"\s\S*\Z")
_EMPHASIS: Final = re.compile(
    r"(?<!\[)(\*{1,3}|_{2,3}|`)(?=[^\s\]*])([^*_`\n]{1,500}?)(?<=[^\s\[])\1(?!\])"
)  # no "[***]"
FEWEST_IN_SINGLE: Final = 4  # words: shorter ones are apostrophes as often as quotations


@dataclass(frozen=True, slots=True)
class Quotation:
    """`start` and `end` in the answer, marks included; `text` is what is said to be the source's. One that was never
    closed ends with its paragraph, and is cut when the answer ended there."""

    start: int
    end: int
    text: str
    is_block: bool = False
    is_cut: bool = False


def quotations(answer: str) -> list[Quotation]:
    """In order; none lies within another."""
    blocks = [_block(found) for found in _BLOCK.finditer(answer)]
    rest = blanked(answer, [(one.start, one.end) for one in blocks])
    found = blocks + [one for start, end in _paragraphs(rest) for one in _in_paragraph(rest, start, end)]
    return sorted((one for one in found if any(map(str.isalnum, one.text))), key=lambda one: one.start)


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The same length, with empty lines in place of the spans."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += text[at:start], "\n" * (end - start)
        at = end
    return "".join(pieces) + text[at:]


def _block(found: re.Match[str]) -> Quotation:
    inner = _without_last_marks(_QUOTE_LINE.sub("", found[0]))
    inner = _without_last_marks(_ATTRIBUTION.sub("", inner))
    return Quotation(found.start(), found.end(), plain(inner), is_block=True)


def _without_last_marks(text: str) -> str:
    """They are the answer's."""
    end = len(text)
    for mark in reversed(list(MARK.finditer(text))):
        if text[mark.end() : end].strip():
            break
        end = mark.start()
    return text[:end]


def plain(text: str) -> str:
    """Without the asterisks of emphasis, which are the answer's."""
    return _EMPHASIS.sub(r"\2", text).strip()


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BLANK.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Quotation]:
    spans, is_open = _nested(text, start, end)
    if is_open:
        flat, is_open_too = _flat(text, start, end)
        spans = spans if is_open_too else flat
        is_open = is_open_too
    for number, (first, last) in enumerate(spans):
        unclosed = is_open and number == len(spans) - 1
        yield _quotation(text, first, last, is_unclosed=unclosed)
    outside = blanked(text[start:end], [(first - start, last - start) for first, last in spans])
    for found in _SINGLE.finditer(outside):
        if len(found[1].split()) >= FEWEST_IN_SINGLE:
            yield Quotation(start + found.start(), start + found.end(), plain(found[1]))


def _quotation(text: str, first: int, last: int, *, is_unclosed: bool) -> Quotation:
    is_cut = is_unclosed and not text[last:].strip()
    inner = text[first + 1 : last if is_unclosed else last - 1]
    return Quotation(first, last, plain(_LAST_WORD.sub("", inner) if is_cut else inner), is_cut=is_cut)


def _nested(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """The outermost pairs, and whether the last was never closed."""
    spans: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for mark in _DOUBLE.finditer(text, start, end):
        at, sign = mark.start(), mark[0]
        if opened and sign in _CLOSERS[opened[-1][0]] and not (sign == '"' and _opens(text, at, start)):
            _, first = opened.pop()
            spans += [] if opened else [(first, at + 1)]
        elif sign in "“„‟«" or (sign == '"' and _opens(text, at, start)):
            opened.append((sign, at))
    if opened:
        spans.append((opened[0][1], end))
    return spans, bool(opened)


def _opens(text: str, at: int, start: int) -> bool:
    """Whether a straight mark stands before its words and not behind them."""
    before, after = text[at - 1 : at] if at > start else " ", text[at + 1 : at + 2]
    return before in _BEFORE_OPENING and after.strip() != ""


def _flat(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """Every second mark closes."""
    places = [mark.start() for mark in _DOUBLE.finditer(text, start, end) if not text[mark.start() - 1].isdecimal()]
    spans = [(first, last + 1) for first, last in zip(places[::2], places[1::2], strict=False)]
    if len(places) % 2:
        spans.append((places[-1], end))
    return spans, len(places) % 2 == 1
