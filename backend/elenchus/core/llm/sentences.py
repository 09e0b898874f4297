"""Where legal prose divides into sentences, as spans of the text as it stands.

A full stop ends a sentence only where reading on as one would be odd: not in "Inc.", "No. 5", "Smith v. Jones",
"Sec. 4.2" or "J. Smith". Blank lines, list items and heading lines divide as well; a line break alone does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A sentence longer than this is read as the clauses that its semicolons make; no reader takes in more at once.
LONG_CHARACTERS = 700
LOOK_BACK = 40

_NEVER_LAST = frozenset(
    "mr mrs ms dr prof hon messrs st no nos art arts sec secs para paras cl reg regs ch pp p vol ed eds fig ex v vs cf "
    "viz e.g i.e eg ie approx est dept gov gen sgt capt rev esq ss incl supp".split()
)
_SELDOM_LAST = frozenset(
    "inc ltd co corp llc llp l.p n.a s.a plc bros assn u.s u.s.a u.k e.u d.c a.m p.m al etc jr sr jan feb mar apr jun "
    "jul aug sept sep oct nov dec ph.d j.d bldg ave blvd rd".split()
)
_LETTERED = frozenset("exhibit schedule section appendix annex annexure part class article attachment clause".split())
_STARTERS = frozenset(
    "the this that these those in if it its any all no not each every such unless where when whenever while upon on a "
    "an he she they we you our their as at by for from to under with without except notwithstanding subject there "
    "however nothing neither either provided".split()
)
_STOP = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)")
_NEXT = re.compile(r"\s+[\"'“‘(\[]*(\w+|\S)")
_LAST_TOKEN = re.compile(r"\S*$")
_MARK = r"(?:[•●▪*–-]|\(?[a-z]\)|\(?[ivx]{1,4}\)|\(?\d{1,2}\)|\d{1,3}(?:\.\d{1,3})*\.?)"  # of a list item
_BREAK = re.compile(rf"(?:\n\s*\n|[\n\f](?=[^\S\n]*{_MARK}[^\S\n]+\S))\s*")  # an empty line, or a new item
_HEADING_LINE = re.compile(r"\s*(\S[^\n\f]{1,79}?)[^\S\n]*(?:\n|\f)\s*(?=[\"“(]?[A-Z])")
_ITEM = re.compile(_MARK)
_SMALL_WORDS = frozenset("a an and as at by for from in no of on or page re the to v vs with".split())
_CLAUSE_END = re.compile(r";(?=\s)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is exactly the slice [start, end) of what was split, white space inside it included."""

    start: int
    end: int
    text: str

    @property
    def is_heading(self) -> bool:
        return is_heading(self.text)


def split(text: str) -> list[Sentence]:
    """The sentences of a text, in order; only white space lies between them."""
    found = [
        Sentence(start, end, text[start:end])
        for block in _blocks(text)
        for part in _sentences(text, *block)
        for start, end in _clauses(text, *part)
    ]
    return _joined_items(text, found)


def is_heading(text: str) -> bool:
    """A title or a bare number: no ending of a sentence and every longer word capital, or too short to say anything."""
    tokens = text.split()
    if len(tokens) < 3:
        return True
    if len(tokens) > 14 or (text.rstrip().endswith((".", "!", "?", ";", ",")) and len(tokens) > 5):
        return False
    return _is_titled(tokens)


def _is_titled(tokens: list[str]) -> bool:
    worded = [token.strip("“”\"'().:") for token in tokens if any(map(str.isalpha, token))]
    return all(word[:1].isupper() or word.lower() in _SMALL_WORDS for word in worded)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BREAK.finditer(text):
        yield from _without_heading(text, start, gap.start())
        start = gap.end()
    yield from _without_heading(text, start, len(text))


def _without_heading(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A heading line at the head of a block stands alone."""
    while (line := _HEADING_LINE.match(text, start, end)) and line.end() < end:
        if line[1].endswith((".", ",", ";", ":", "&", "-")) or not _is_titled(line[1].split()):
            break
        yield start, line.end(1)
        start = line.end()
    yield start, end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and _ends_sentence(text, start, stop):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, end)


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    following = _NEXT.match(text, stop.end())
    if following is None or following[1][0].islower():
        return False
    if stop[0][0] != ".":
        return True
    before = _token_before(text, start, stop.start()).lstrip("(\"'“‘[").lower()
    if not before or before in _NEVER_LAST or _is_item_number(text, start, stop.start(), before):
        return False
    if before in _SELDOM_LAST:
        return following[1].lower() in _STARTERS
    return len(before) > 1 or not before.isalpha() or _names_a_part(text, start, stop.start() - 1)


def _token_before(text: str, start: int, end: int) -> str:
    """Looking back over a few characters only keeps a text of nothing but stops from costing its square."""
    token = _LAST_TOKEN.search(text[max(start, end - LOOK_BACK) : end])
    return token[0] if token else ""


def _is_item_number(text: str, start: int, end: int, token: str) -> bool:
    """The "4." of "4. Termination." is no sentence."""
    if end - start > LOOK_BACK or text[start : end - len(token)].strip():
        return False
    return bool(re.fullmatch(r"[\d.]+|[a-z]|[ivx]+", token))


def _names_a_part(text: str, start: int, end: int) -> bool:
    """In "see Schedule A. The" the letter ends a sentence; in "J. Smith" it is an initial."""
    words = text[max(start, end - LOOK_BACK) : end].split()
    return bool(words) and words[-1].lower() in _LETTERED


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start > LONG_CHARACTERS:
        for mark in _CLAUSE_END.finditer(text, start + LONG_CHARACTERS // 8, end - LONG_CHARACTERS // 8):
            yield from _trimmed(text, start, mark.end())
            start = mark.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        yield start, end


def _joined_items(text: str, sentences: list[Sentence]) -> list[Sentence]:
    """A list's mark that came out alone, as in "(a)\\n The Tenant…", goes before what it marks."""
    joined: list[Sentence] = []
    for sentence in sentences:
        if joined and _ITEM.fullmatch(joined[-1].text):
            start = joined.pop().start
            sentence = Sentence(start, sentence.end, text[start : sentence.end])
        joined.append(sentence)
    return joined
