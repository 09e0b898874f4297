"""What a quotation may be read as under the customs of citing: first as it is written, then with its editor's marks.

- "[T]he" and "[t]he" change the case of a letter and nothing else. Words in brackets are the editor's and not the
  source's: they are never verified.
- "[sic]", "(emphasis added)", "(citations omitted)" and their like speak about the quotation and are set aside. They
  excuse nothing: what was left out needs an ellipsis.
- "…", "...", ". . .", "* * *", bare or in brackets, leave something out (`omission` says what may be).
- A comma or full stop at the very end may be the quoting sentence's. A full stop says that the sentence ends there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from elenchus.library.quoting.agreement import Wanted
from elenchus.library.quoting.folding import fold

MOST_PARTS: Final = 10
_MARKS: Final = "\"“”„‟«»'‘’‚‛‹›` \t\r\n\f"
_REMARK: Final = re.compile(
    r"\s*(?:[\[(]sic\.?[\])]"
    r"|[\[(](?:emphasis|italics|bold)\s+(?:added|supplied|mine|omitted|in(?:\s+the)?\s+original)[\])]"
    r"|[\[(](?:internal\s+)?(?:citations?|footnotes?|quotation\s+marks|alterations?)\s+omitted[\])]"
    r"|[\[(]cleaned\s+up[\])])",
    re.IGNORECASE,
)
_ONE_LETTER: Final = re.compile(r"(?<!\w)\[([^\W\d_])\]")
_DOTS: Final = r"(?:…\s?\.?|\.(?:\s?\.){2,3}|\*\s\*\s\*)"
_ELLIPSIS: Final = re.compile(rf"[\[(]\s*{_DOTS}\s*[\])]|{_DOTS}")


@dataclass(frozen=True)
class Part:
    """A run of words that must stand in the source as they are. `free` are places of letters whose case may differ."""

    text: str
    free: frozenset[int] = frozenset()

    @cached_property
    def wanted(self) -> Wanted:
        folded = fold(self.text)
        letters = {int(number) for number, place in enumerate(folded.offsets.tolist()) if place in self.free}
        return Wanted(folded, frozenset(letters) if self.free else frozenset())


@dataclass(frozen=True)
class Reading:
    """`ends` when it closed with a full stop that is not looked for."""

    parts: tuple[Part, ...]
    ends: bool = False


def bare(quote: str) -> str:
    """Without the quotation marks and the white space around it."""
    return quote.strip(_MARKS)


def readings(quote: str) -> Iterator[Reading]:
    """The strictest first."""
    text = bare(quote)
    as_written = Reading((Part(text),))
    yield from _with_and_without_end(as_written)
    edited = _edited(text)
    if edited != as_written and 0 < len(edited.parts) <= MOST_PARTS:
        yield from _with_and_without_end(edited)


def _with_and_without_end(reading: Reading) -> Iterator[Reading]:
    yield reading
    *others, last = reading.parts
    if last.text.endswith((".", ",")) and not last.text.endswith(".."):
        shorter = Part(last.text[:-1].rstrip(_MARKS), last.free)
        yield Reading((*others, shorter), ends=last.text.endswith("."))


def _edited(text: str) -> Reading:
    text, free = _unbracketed(_REMARK.sub("", text))
    edges = [0, *(edge for found in _ELLIPSIS.finditer(text) for edge in found.span()), len(text)]
    parts = (_part(text, start, end, free) for start, end in list(pairwise(edges))[::2])
    return Reading(tuple(part for part in parts if any(map(str.isalnum, part.text))))


def _unbracketed(text: str) -> tuple[str, frozenset[int]]:
    pieces: list[str] = []
    free: set[int] = set()
    at = length = 0
    for found in _ONE_LETTER.finditer(text):
        pieces += text[at : found.start()], found[1]
        length += found.start() - at + 1
        free.add(length - 1)
        at = found.end()
    return "".join(pieces) + text[at:], frozenset(free)


def _part(text: str, start: int, end: int, free: frozenset[int]) -> Part:
    """A comma before an ellipsis, or after it, is the editor's or the source's: it says nothing either way."""
    inner = text[start:end]
    words = inner.strip(_MARKS + (",;" if end < len(text) else "")).lstrip(",;" if start else "").lstrip(_MARKS)
    at = start + inner.find(words)
    return Part(words, frozenset(place - at for place in free if at <= place < at + len(words)))
