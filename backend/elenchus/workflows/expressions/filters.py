"""The filters there are, each bounded in what it takes and makes. No other can be reached, not by its name in a text
either: `map` takes an attribute and no filter.

The first argument is the meter; what an author writes begins at the third.
"""

import math
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import Undefined

from elenchus.workflows.expressions import dates, listing, operating, shaping
from elenchus.workflows.expressions.counting import BadExpression, Meter, json_of, known, named, number, text_of

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_WHOLE = re.compile(r"\s{0,9}[+-]?[0-9]{1,16}\s{0,9}", re.ASCII)
_DECIMAL = re.compile(r"\s{0,9}[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?\s{0,9}", re.ASCII)
_MOST_PLACES = 15
_LARGEST_ROUNDED = 2**53  # beyond it a float is whole already
_ROUNDING = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
_NO_DEFAULT = object()


def default(_meter: Meter, value: Any, other: Any = "", boolean: bool = False) -> Any:
    """Also for null, which is the output of a step that was skipped."""
    if isinstance(value, Undefined) or value is None or (boolean is True and not value):
        return known(other)
    return value


def length(_meter: Meter, value: Any) -> int:
    if not isinstance(value, str | list | tuple | dict):
        raise BadExpression(f"{named(value).capitalize()} has no length.")
    return len(value)


def _text(meter: Meter, value: Any) -> str:
    """For what makes a text of about the same length of it."""
    text = text_of(meter, value)
    meter.makes(len(text))
    return text


def upper(meter: Meter, value: Any) -> str:
    return _text(meter, value).upper()


def lower(meter: Meter, value: Any) -> str:
    return _text(meter, value).lower()


def title(meter: Meter, value: Any) -> str:
    text = _text(meter, value)
    meter.work(len(text) // 4)
    return _WORD.sub(lambda found: found[0].capitalize(), text)


def capitalize(meter: Meter, value: Any) -> str:
    return _text(meter, value).capitalize()


def trim(meter: Meter, value: Any) -> str:
    return _text(meter, value).strip()


def replace(meter: Meter, value: Any, old: str, new: str) -> str:
    """Its length is known before anything is made."""
    text = text_of(meter, value)
    if not isinstance(old, str) or not isinstance(new, str) or not old:
        raise BadExpression("`replace` takes two texts, of which the first is not empty.")
    meter.work(2 * operating.search_work(text, old))
    times = text.count(old)
    meter.makes(len(text) + times * (len(new) - len(old)))
    meter.work(times // 10)
    return text.replace(old, new)


def truncate(meter: Meter, value: Any, length: int = 255, killwords: bool = False, end: str = "…") -> str:
    """At a space unless `killwords`; with its end it is never longer than `length`."""
    text = _text(meter, value)
    if type(length) is not int or not isinstance(end, str) or not len(end) <= length <= len(text) + len(end):
        return _as_short(text, length, end)
    if len(text) <= length:
        return text
    cut = text[: length - len(end)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


def _as_short(text: str, length: Any, end: Any) -> str:
    if type(length) is not int or not isinstance(end, str) or length < len(end):
        raise BadExpression("`truncate` takes a whole number that is no less than its end is long.")
    return text


def split(meter: Meter, value: Any, separator: str = "\n") -> list[str]:
    text = _text(meter, value)
    if not isinstance(separator, str) or not separator:
        raise BadExpression("`split` takes the text to split at.")
    meter.work(operating.search_work(text, separator))
    meter.work(4 * text.count(separator))  # each piece takes some 60 bytes
    return text.split(separator)


def string(meter: Meter, value: Any) -> str:
    return _text(meter, value)


def tojson(meter: Meter, value: Any, indent: int | None = None) -> str:
    if indent is not None and not (type(indent) is int and 0 <= indent <= 4):
        raise BadExpression("`tojson` indents by 0 to 4.")
    return json_of(meter, value, indent)


def whole(_meter: Meter, value: Any, default: Any = _NO_DEFAULT) -> Any:
    """What is no number is an error, and not silently 0, unless there is a default."""
    if isinstance(value, bool):
        return int(value)
    if operating.is_number(value):
        return number(math.trunc(number(value)))
    if isinstance(value, str) and len(value) < 40 and _WHOLE.fullmatch(value):
        return number(int(value))
    found = _read_decimal(value)
    if found is not None:
        return number(math.trunc(found))
    return _or_default(value, default)


def decimal(_meter: Meter, value: Any, default: Any = _NO_DEFAULT) -> Any:
    if operating.is_number(value) or isinstance(value, bool):
        return float(value)
    found = _read_decimal(value)
    return found if found is not None else _or_default(value, default)


def _read_decimal(value: Any) -> float | None:
    if isinstance(value, str) and len(value) < 90 and _DECIMAL.fullmatch(value):
        return float(number(float(value)))
    return None


def _or_default(value: Any, default: Any) -> Any:
    if default is _NO_DEFAULT:
        shown = value[:60] if isinstance(value, str) else named(value)
        raise BadExpression(f"`{shown}` is no number.")
    return default


def rounded(_meter: Meter, value: Any, precision: int = 0, method: str = "common") -> int | float:
    """Halves go up, as amounts of money do, and a whole number is one."""
    found = number(value)
    if method not in _ROUNDING or type(precision) is not int or not 0 <= precision <= _MOST_PLACES:
        raise BadExpression("`round` takes 0 to 15 places, and `common`, `ceil` or `floor`.")
    if type(found) is int or abs(found) >= _LARGEST_ROUNDED:
        return found
    exact = Decimal(repr(found))
    result = exact.quantize(Decimal(1).scaleb(-precision), _ROUNDING[method]) if _fits(exact, precision) else exact
    return number(float(result) if precision else int(result))


def _fits(value: Decimal, places: int) -> bool:
    """A number with fewer places is round already; and quantizing to more digits than 28 is refused by `decimal`."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -exponent > places


def absolute(_meter: Meter, value: Any) -> int | float:
    return abs(number(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": absolute,
    "capitalize": capitalize,
    "count": length,
    "date": dates.formatted,
    "default": default,
    "first": listing.first,
    "flatten": listing.flatten,
    "float": decimal,
    "int": whole,
    "items": listing.items,
    "join": listing.join,
    "last": listing.last,
    "length": length,
    "list": listing.listed,
    "lower": lower,
    "map": listing.mapped,
    "max": listing.greatest,
    "min": listing.least,
    "plus_days": dates.plus_days,
    "reject": listing.reject,
    "rejectattr": listing.rejectattr,
    "replace": replace,
    "reverse": listing.reverse,
    "round": rounded,
    "select": listing.select,
    "selectattr": listing.selectattr,
    "sort": listing.in_sequence,
    "split": split,
    "string": string,
    "sum": listing.total,
    "title": title,
    "tojson": tojson,
    "trim": trim,
    "truncate": truncate,
    "unique": listing.unique,
    "upper": upper,
    "values": listing.values,
    **shaping.FILTERS,
}
#: Those that may be given what is not there.
OF_MISSING = frozenset({"default"})
