"""A document as sentences with their places, each in its section."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from elenchus.core.llm.sentences import split
from elenchus.core.llm.terms import folded
from elenchus.library.analysing.paper import Paper, Passage

LONGEST_SHOWN = 600  # characters of a statement; its citation has all of them
_ENDINGS = frozenset('.!?;:”")')


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a heading: the full text from `start` to `end`. `text` leaves out what a page's end puts in."""

    start: int
    end: int
    text: str
    section: str | None
    is_heading: bool

    @property
    def shown(self) -> str:
        flat = folded(self.text)
        return flat if len(flat) <= LONGEST_SHOWN else flat[: LONGEST_SHOWN - 1] + "…"

    def goes_on_in(self, following: "Line") -> bool:
        """A sentence that a page's end has cut in two: no passage goes over what stands there."""
        is_open = not self.is_heading and self.text[-1:] not in _ENDINGS
        return is_open and following.section == self.section and following.text[:1].islower()


def lines(paper: Paper) -> list[Line]:
    found: list[Line] = []
    for passage in paper.passages:
        own = [*_of_passage(passage)]
        if found and own and found[-1].goes_on_in(own[0]):
            cut, rest = found.pop(), own[0]
            own[0] = Line(cut.start, rest.end, f"{cut.text}\n{rest.text}", cut.section, is_heading=False)
        found += own
    return found


def _of_passage(passage: Passage) -> Iterator[Line]:
    for sentence in split(passage.text):
        start, end = passage.start + sentence.start, passage.start + sentence.end
        yield Line(start, end, sentence.text, passage.section, sentence.is_heading)


def distinct(found: Iterable[Line]) -> list[Line]:
    """What forms repeat on every page is one."""
    return list({folded(line.text).casefold(): line for line in reversed([*found])}.values())[::-1]


def line_at(known: list[Line], place: int) -> Line | None:
    """The one that ends after this place."""
    index = bisect_left(known, place + 1, key=lambda line: line.end)
    return known[index] if index < len(known) else None
