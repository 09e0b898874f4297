"""What goes into a cell of a workbook: numbers and dates as such, everything else as text that stays text."""

import math
import re
from datetime import UTC, date, datetime

MOST_UNITS = 32_767  # of UTF-16: what a cell holds
LARGEST_INTEGER = 10**15  # a workbook keeps 15 digits of a number; a longer one is a text
FIRST_YEAR = 1900  # of its calendar, whose first two months are a day off
LONGEST_NAME = 31
_CUT = " … [cut here: {:,} characters in all]"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = "history"

#: What a program that opens the file may take for a formula when someone edits the cell.
ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) < LARGEST_INTEGER


def as_date(text: str) -> date | None:
    """A `datetime` without its zone, which a workbook does not know, in UTC; None when it is no day of the calendar
    that a workbook has."""
    shape = _DAY.fullmatch(text) or _INSTANT.fullmatch(text)
    if shape is None:
        return None
    try:
        found = date.fromisoformat(text) if shape.re is _DAY else datetime.fromisoformat(text)
        if isinstance(found, datetime):
            found = found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return found if found.year > FIRST_YEAR else None


def fitting(text: str) -> str:
    """As long as a cell may be, saying so when it was longer."""
    if len(text) <= MOST_UNITS // 2 or _units(text) <= MOST_UNITS:
        return text
    said = _CUT.format(len(text))
    room = MOST_UNITS - len(said)
    encoded = text.encode("utf-16-le")[: 2 * room]
    return encoded.decode("utf-16-le", "ignore") + said


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def sheet_name(title: str, taken: set[str]) -> str:
    """One that no other sheet has, in whatever case; `taken` grows."""
    plain = " ".join(_NOT_IN_NAMES.sub(" ", title).split()).strip("' ")
    plain = plain if plain and plain.casefold() != _RESERVED else f"Sheet {plain}".strip()
    name, number = _shortened(plain, ""), 1
    while name.casefold() in taken:
        number += 1
        name = _shortened(plain, f" ({number})")
    taken.add(name.casefold())
    return name


def _shortened(name: str, ending: str) -> str:
    room = 2 * (LONGEST_NAME - len(ending))
    return name.encode("utf-16-le")[:room].decode("utf-16-le", "ignore").strip("' ") + ending
