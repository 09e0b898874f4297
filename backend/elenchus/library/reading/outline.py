"""Where in a document a heading stands: "ARTICLE IV TERM > 4.2 Termination > 4.2.1"."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from elenchus.library.reading.headings import Heading, title_of

APART: Final = " > "
DEEPEST: Final = 6  # headings in a path

#: From the widest: an exhibit holds articles, an article sections. What is not here is a numbered section.
DIVISIONS: Final = {
    **dict.fromkeys(("exhibit", "schedule", "annex", "appendix", "attachment"), 0),
    "chapter": 1,
    "article": 2,
}
CAPITALS: Final = 3  # a heading without number or name: beside "4.", above "4.2"
NAME: Final = re.compile(r"[^\W\d_]+")
#: Letters are named in both cases, for whatever only folds to one of them ("İ") has no value.
NUMBERED: Final = re.compile(r"(?:(?i:section)\s+|§\s*)?(\d+(?:\.\d+)*|[ivxlcIVXLC]+\b)")
ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

Number = tuple[int, ...]


class _Level(NamedTuple):
    """`number` is (4, 2) of "4.2", empty of what has none."""

    depth: int
    number: Number
    label: str


class Outline:
    """Follows the headings of a document in their order, or `take`s its paragraphs with them."""

    def __init__(self) -> None:
        self._open: list[_Level] = []
        self._above: Heading | None = None

    @property
    def path(self) -> str | None:
        return APART.join(level.label for level in self._open[-DEEPEST:]) or None

    def take(self, text: str, heading: Heading | None) -> bool:
        """The next paragraph. False when it is only the title of a bare "ARTICLE IV" above it."""
        above, self._above = self._above, heading
        title = heading.label if heading and heading.is_plain else "" if heading or "\n" in text else title_of(text)
        if above and above.is_bare and title:
            self.complete(title)
            return False
        if heading:
            self.enter(heading)
        return True

    def enter(self, heading: Heading) -> None:
        """What the heading does not stand under is left: what is as deep, and what bears another number ("4.2" is not
        under "3. Fees", whose successor was no heading that we know)."""
        depth, number = _place(heading.label)
        depth += heading.depth - 1 if heading.is_plain else 0
        above = list(takewhile(lambda level: level.depth < depth, self._open))
        while (at := _stranger(above, number)) is not None:
            del above[at:]
        self._open = [*above, _Level(depth, number, heading.label)]

    def complete(self, title: str) -> None:
        """The last heading was bare and takes the title from the next line."""
        last = self._open.pop()
        self._open.append(last._replace(label=f"{last.label} {title}"))


def _stranger(above: Sequence[_Level], number: Number) -> int | None:
    """Where the innermost number stands, if it is not that of a parent. Exhibits do not number what they hold."""
    numbered = [at for at, level in enumerate(above) if level.number and level.depth >= DIVISIONS["chapter"]]
    if len(number) < 2 or not numbered:
        return None
    parent = above[numbered[-1]].number
    return None if number[: len(parent)] == parent else numbered[-1]


def _place(label: str) -> tuple[int, Number]:
    first = NAME.match(label)
    division = DIVISIONS.get(first[0].lower()) if first else None
    found = NUMBERED.match(label if first is None or division is None else label[first.end() :].strip(' "“'))
    number = _number(found[1]) if found else ()
    if division is not None:
        return division, number if division else ()
    if not number or (found and found[0] == found[1] and not found[1][0].isdigit()):
        return CAPITALS, ()
    return CAPITALS + len(number) - 1, number


def _number(written: str) -> Number:
    if written[0].isdigit():
        return tuple(int(part) for part in written.split("."))
    values = [ROMAN[letter] for letter in written.lower()]
    return (sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)),)
