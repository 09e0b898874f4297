"""The numbers that Word shows before paragraphs, which the text itself does not hold: "4.2", "(a)", "ARTICLE IV"."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from elenchus.library.reading.child.package import Node, Package
from elenchus.library.reading.child.styles import Styles, is_on, whole

LEVELS: Final = 9
MOST_COUNT: Final = 4_000  # from here even Roman numbers are written as digits
PLACE: Final = re.compile(r"%([1-9])")
ROMAN: Final = tuple(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split(), strict=True)
)
CARDINALS: Final = (
    "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen "
    "Eighteen Nineteen Twenty"
).split()
ORDINALS: Final = (
    "Zeroth First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth Thirteenth Fourteenth "
    "Fifteenth Sixteenth Seventeenth Eighteenth Nineteenth Twentieth"
).split()
BULLET: Final = "•"


def roman(number: int) -> str:
    if not 0 < number < MOST_COUNT:
        return str(number)
    letters = ""
    for value, sign in ROMAN:
        letters, number = letters + sign * (number // value), number % value
    return letters


def letters(number: int) -> str:
    """A … Z, AA, BB …, as Word counts."""
    if not 0 < number < MOST_COUNT:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(65 + letter) * (times + 1)


def ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _word(words: list[str]) -> Callable[[int], str]:
    return lambda number: words[number] if 0 <= number < len(words) else str(number)


FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": letters,
    "lowerLetter": lambda number: letters(number).lower(),
    "decimalZero": lambda number: f"{number:02d}",
    "ordinal": ordinal,
    "cardinalText": _word(CARDINALS),
    "ordinalText": _word(ORDINALS),
    "none": lambda number: "",
}


@dataclass(frozen=True, slots=True)
class Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    style: str | None = None
    legal: bool = False
    glued: bool = False


@dataclass(slots=True)
class List:
    """`counts` is shared by all lists of one kind, as Word does, until one says where it starts anew."""

    levels: dict[int, Level]
    counts: list[int | None]
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Ask for each numbered paragraph once, in order: `label` counts."""

    def __init__(self, styles: Styles, package: Package, folder: str) -> None:
        self._styles = styles
        self._lists = _lists(package.tree(f"{folder}numbering.xml"))

    def label(self, style: str | None, number: str | None, level: int | None) -> str:
        """With the blank after it, or nothing. A paragraph's own number goes before that of its style."""
        if number is None:
            number, inherited = self._of_style(style)
            level = inherited if level is None else level
        list_ = self._lists.get(number or "")
        if list_ is None:
            return ""
        if level is None:
            level = next((at for at, found in list_.levels.items() if found.style and found.style == style), 0)
        return _counted(list_, min(max(level, 0), LEVELS - 1))

    def _of_style(self, style: str | None) -> tuple[str | None, int | None]:
        level = None
        for found in self._styles.chain(style):
            level = found.level if level is None else level
            if found.number is not None:
                return found.number, level
        return None, None


def _counted(list_: List, level: int) -> str:
    here = list_.levels.get(level)
    if here is None:
        return ""
    counts = list_.counts
    start = list_.restarts.pop(level, None)
    current = counts[level]
    counts[level] = start if start is not None else here.start if current is None else current + 1
    counts[level + 1 :] = [None] * (LEVELS - level - 1)
    if here.format == "bullet":
        return f"{BULLET} "
    text = PLACE.sub(lambda place: _shown(list_, here, int(place[1]) - 1), here.text).strip()
    return text if here.glued or not text else f"{text} "


def _shown(list_: List, here: Level, level: int) -> str:
    found = list_.levels.get(level, Level())
    count = list_.counts[level]
    written = "decimal" if here.legal else found.format
    return FORMATS.get(written, str)(found.start if count is None else count)


def _lists(root: Node) -> dict[str, List]:
    table = root.first("numbering") or root
    kinds = {kind.attributes.get("abstractNumId", ""): kind for kind in table.all("abstractNum")}
    counts: dict[str, list[int | None]] = {id_: [None] * LEVELS for id_ in kinds}
    named = {kind.value("styleLink"): id_ for id_, kind in kinds.items() if kind.value("styleLink")}
    lists: dict[str, List] = {}
    for number in table.all("num"):
        id_ = number.value("abstractNumId") or ""
        if id_ in kinds and (link := kinds[id_].value("numStyleLink")):
            id_ = named.get(link, id_)
        if id_ in kinds:
            list_ = List(_levels(kinds[id_]), counts[id_])
            _override(list_, number)
            lists[number.attributes.get("numId", "")] = list_
    return lists


def _override(list_: List, number: Node) -> None:
    for override in number.all("lvlOverride"):
        level = whole(override.attributes.get("ilvl")) or 0
        start = whole(override.value("startOverride"))
        list_.levels |= _levels(override)
        if start is not None:
            list_.restarts[level] = start
            list_.levels[level] = replace(list_.levels.get(level, Level()), start=start)


def _levels(of: Node) -> dict[int, Level]:
    return {
        whole(level.attributes.get("ilvl")) or 0: Level(
            start=whole(level.value("start")) or 0 if level.first("start") else 1,
            format=level.value("numFmt") or "decimal",
            text=level.value("lvlText") or "",
            style=level.value("pStyle"),
            legal=is_on(level.first("isLgl")),
            glued=level.value("suff") == "nothing",
        )
        for level in of.all("lvl")
    }
