"""Dates as ISO 8601 writes them, which sort as texts, and as people read them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from elenchus.workflows.expressions.counting import BadExpression, Meter, named

_LONGEST_FORMAT = 60
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[0-9:.]{4,20}(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
#: Ours, because those of the C library differ between systems, know widths, and follow the locale of the process.
_WORDS: dict[str, Callable[[date], str]] = {
    "%%": lambda day: "%",
    "%d": lambda day: f"{day.day:02}",
    "%-d": lambda day: str(day.day),
    "%m": lambda day: f"{day.month:02}",
    "%-m": lambda day: str(day.month),
    "%B": lambda day: _MONTHS[day.month - 1],
    "%b": lambda day: _MONTHS[day.month - 1][:3],
    "%Y": lambda day: f"{day.year:04}",
    "%y": lambda day: f"{day.year % 100:02}",
    "%A": lambda day: _DAYS[day.weekday()],
    "%a": lambda day: _DAYS[day.weekday()][:3],
}
_WORD = re.compile(r"%-?.?", re.DOTALL)


def read(value: Any) -> date:
    found = _ISO.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError as error:
        shown = f"`{value[:40]}`" if isinstance(value, str) else named(value)
        raise BadExpression(f"This is no date as ISO writes it (2026-01-31): {shown}.") from error


def formatted(_meter: Meter, value: Any, format: str = "%B %-d, %Y") -> str:
    """January 31, 2026, unless the format says otherwise."""
    day = read(value)
    if not isinstance(format, str) or len(format) > _LONGEST_FORMAT:
        raise BadExpression(f"The format of a date is a text of at most {_LONGEST_FORMAT} characters.")
    unknown = [word for word in _WORD.findall(format) if word not in _WORDS]
    if unknown:
        raise BadExpression(f"A date has no `{unknown[0]}`; there are {' '.join(_WORDS)}.")
    return _WORD.sub(lambda word: _WORDS[word[0]](day), format)


def plus_days(_meter: Meter, value: Any, days: int) -> str:
    """Calendar days; before the date when they are negative."""
    if type(days) is not int:
        raise BadExpression("Days are a whole number.")
    try:
        return (read(value) + timedelta(days=days)).isoformat()
    except OverflowError as error:
        raise BadExpression("There is no such date.") from error
