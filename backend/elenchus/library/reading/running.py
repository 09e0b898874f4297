"""Running headers and footers, page numbers, a court's stamps: lines that are there for the page and not for the text.

A line is one when it stands at a page's edge and says the same on three pages or more, but for one or two numbers that
count with the pages (courts count the page and the record); anything less might be the document's own, and so might a
sentence that goes on in it (forms repeat themselves). The page keeps such lines; passages and quotations go without.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations, islice, takewhile
from typing import Final, NamedTuple

EDGE_LINES: Final = 4  # at the top and at the bottom of a page
ENOUGH_PAGES: Final = 3
LONGEST: Final = 200  # characters of such a line
EDGE_CHARACTERS: Final = 1_000  # where those lines are looked for
NEIGHBOURS: Final = 6  # pages before and after that are compared: left and right pages may differ, a chapter is short

NUMBER: Final = re.compile(r"(?<!\d)\d{1,6}(?!\d)")
PLACE: Final = re.compile(r"[-–—\[( ]*(\d{1,6})[-–—\]) ]*")
MOST_NUMBERS: Final = 12  # of a line that are looked at; a court's stamp has eight
MOST_COUNTING: Final = 2
SENTENCE: Final = 60  # characters; a shorter line is no line of running text
REMEMBERED: Final = 2 * EDGE_LINES * (2 * NEIGHBOURS + 1)  # lines; each is asked for by its neighbours
BLANK_AFTER: Final = re.compile(r"[^\S\n]*(?:\n[^\S\n]*\n|\s*$)")
BLANK_BEFORE: Final = re.compile(r"(?:\n[^\S\n]*\n|^)\s*$")


class Line(NamedTuple):
    """`start` and `end` count within the page; white space in `text` is single."""

    start: int
    end: int
    text: str


class Edges(NamedTuple):
    """The outermost lines that say anything, the outermost first."""

    top: tuple[Line, ...]
    bottom: tuple[Line, ...]


class Seen(NamedTuple):
    number: int
    page: str
    edges: Edges
    shapes: tuple[str, ...]
    """Of its lines, those at the top first. Lines that have a key in common have their shape in common, which is told
    faster: most lines of most documents are alone with theirs."""


class RunningLines:
    """For pages that arrive one by one: each is judged when enough of those behind it are known."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque()
        self._on_pages: Counter[str] = Counter()  # shapes
        self._next = self._judged = 0

    def feed(self, page: str) -> Iterator[tuple[int, int]]:
        """Of the pages that can be told now, in order: from where to where each is the document's own."""
        edges = edges_of(page)
        shapes = tuple(NUMBER.sub("#", line.text) for line in (*edges.top, *edges.bottom))
        self._seen.append(Seen(self._next, page, edges, shapes))
        self._on_pages.update(set(shapes))
        self._next += 1
        if self._next - self._judged > NEIGHBOURS:
            yield self._judge()

    def finish(self) -> Iterator[tuple[int, int]]:
        while self._judged < self._next:
            yield self._judge()

    def _judge(self) -> tuple[int, int]:
        while self._seen[0].number < self._judged - NEIGHBOURS:
            self._forget(self._seen.popleft())
        judged = next(seen for seen in self._seen if seen.number == self._judged)
        self._judged += 1
        return own_part(judged.page, judged.number, judged.edges, self._repeated_on(judged))

    def _forget(self, seen: Seen) -> None:
        for shape in set(seen.shapes):
            self._on_pages[shape] -= 1
            if not self._on_pages[shape]:
                del self._on_pages[shape]

    def _repeated_on(self, judged: Seen) -> frozenset[str]:
        """What its lines have in common with those of enough pages."""
        common = {shape for shape in judged.shapes if self._on_pages[shape] >= ENOUGH_PAGES}
        if not common:
            return frozenset()
        return frozenset(repeated(Counter(key for seen in self._seen for key in _keys_within(seen, common))))


def _keys_within(seen: Seen, common: set[str]) -> set[str]:
    lines = zip((*seen.edges.top, *seen.edges.bottom), seen.shapes, strict=True)
    return set().union(*(_known_keys(line.text, seen.number) for line, shape in lines if shape in common))


def edges_of(page: str) -> Edges:
    return Edges(tuple(_edge(page, top=True)), tuple(_edge(page, top=False)))


def keys_of(edges: Edges, index: int) -> set[str]:
    """What these lines may have in common with those of other pages."""
    return {key for line in (*edges.top, *edges.bottom) for key in _keys(line.text, index)}


def repeated(on_pages: Counter[str]) -> Iterator[str]:
    return (key for key, count in on_pages.items() if count >= ENOUGH_PAGES)


def running(page: str, edges: Edges, index: int, keys: frozenset[str]) -> Iterator[Line]:
    """From each edge inwards, as far as the lines are among those."""
    yield from _above(page, edges, index, keys)
    yield from _below(page, edges, index, keys)


def own_part(page: str, index: int, edges: Edges, keys: frozenset[str]) -> tuple[int, int]:
    """Where the document's own text begins and ends on a page, white space around it left out. A page that would have
    none keeps all that it says."""
    start = max((line.end for line in _above(page, edges, index, keys)), default=0)
    end = min((line.start for line in _below(page, edges, index, keys)), default=len(page))
    own = page[start:end]  # nothing when the whole page is edge
    if not own.strip():
        return 0, len(page)
    first = own.index(own.lstrip())
    return start + own.rfind("\n", 0, first) + 1, start + len(own.rstrip())


def _above(page: str, edges: Edges, index: int, keys: frozenset[str]) -> list[Line]:
    lines = _outermost(edges.top, index, keys)
    while lines and _is_sentence(lines[-1].text) and not BLANK_AFTER.match(page, lines[-1].end):
        lines.pop()
    return lines


def _below(page: str, edges: Edges, index: int, keys: frozenset[str]) -> list[Line]:
    lines = _outermost(edges.bottom, index, keys)
    while lines and _is_sentence(lines[-1].text):
        before = page[max(0, lines[-1].start - EDGE_CHARACTERS) : lines[-1].start]
        if BLANK_BEFORE.search(before):
            break
        lines.pop()
    return lines


def _outermost(lines: Iterable[Line], index: int, keys: frozenset[str]) -> list[Line]:
    return list(takewhile(lambda line: _is_place(line.text, index) or _is_known(line.text, index, keys), lines))


def _is_place(text: str, index: int) -> bool:
    """ "- 4 -" on the fourth page is its number, whatever the others say."""
    found = PLACE.fullmatch(text)
    return found is not None and int(found[1]) == index + 1


def _is_known(text: str, index: int, keys: frozenset[str]) -> bool:
    return bool(keys) and not keys.isdisjoint(_known_keys(text, index))


def _is_sentence(text: str) -> bool:
    words = text.split()
    return len(text) >= SENTENCE and sum(word[0].islower() for word in words) * 2 > len(words)


def _edge(page: str, *, top: bool) -> Iterable[Line]:
    if top:
        begin = len(page) - len(page.lstrip())
        return islice(_lines(page[begin : begin + EDGE_CHARACTERS], begin), EDGE_LINES)
    begin = max(len(page.rstrip()) - EDGE_CHARACTERS, 0)
    last = page[begin : begin + EDGE_CHARACTERS]
    return islice(_lines_upwards(last, begin + len(last)), EDGE_LINES)


def _lines(text: str, at: int) -> Iterator[Line]:
    for line in text.split("\n"):
        if words := " ".join(line.split()):
            yield Line(at, at + len(line), words)
        at += len(line) + 1


def _lines_upwards(text: str, end: int) -> Iterator[Line]:
    for line in reversed(text.split("\n")):
        if words := " ".join(line.split()):
            yield Line(end - len(line), end, words)
        end -= len(line) + 1


def _keys(text: str, index: int) -> Iterator[str]:
    """The line as it is, and with one or two of its numbers as their distance from the page's own."""
    if len(text) > LONGEST:
        return
    if not text.isdecimal():  # a number alone is no header unless it counts
        yield text
    numbers = list(NUMBER.finditer(text))[:MOST_NUMBERS]
    for counting in range(1, MOST_COUNTING + 1):
        for chosen in combinations(numbers, counting):
            yield _relative(text, index, chosen)


@lru_cache(maxsize=REMEMBERED)
def _known_keys(text: str, index: int) -> frozenset[str]:
    return frozenset(_keys(text, index))


def _relative(text: str, index: int, numbers: Iterable[re.Match[str]]) -> str:
    parts, at = [], 0
    for number in numbers:
        parts += [text[at : number.start()], f"<{int(number[0]) - index}>"]
        at = number.end()
    return "".join([*parts, text[at:]])
