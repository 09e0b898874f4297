"""The operators, each with what could be made of it to stall or fill a server taken away."""

import math
import operator
from collections.abc import Callable
from typing import Any

from jinja2.runtime import LoopContext

from elenchus.workflows.expressions.counting import BadExpression, Meter, known, named, number, text_of

LOOP_WORDS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}


def is_number(value: Any) -> bool:
    return type(value) in (int, float)


def calculated(meter: Meter, sign: str, left: Any, right: Any) -> Any:
    """Numbers with all signs; texts and lists can be added, and are never multiplied or filled in."""
    meter.work(1)
    if is_number(known(left)) and is_number(known(right)):
        return _bounded(_ARITHMETIC[sign](number(left), number(right)))
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        meter.makes(len(left) + len(right))
        return left + right
    if sign == "+" and isinstance(left, list) and isinstance(right, list):
        meter.work(len(left) + len(right))
        return left + right
    raise BadExpression(f"`{sign}` does not go between {named(left)} and {named(right)}.")


def signed(meter: Meter, sign: str, value: Any) -> Any:
    meter.work(1)
    return -number(known(value)) if sign == "-" else number(known(value))


def _bounded(value: Any) -> int | float:
    if isinstance(value, complex):
        raise BadExpression("That is no number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadExpression("The number is too large.")
    return number(value)


def compared(meter: Meter, value: Any, *others: Any) -> bool:
    """`others` are an operator and what stands behind it, by turns: `a < b < c` is true when both are."""
    left = value
    for sign, right in zip(others[::2], others[1::2], strict=True):
        if not _holds(meter, sign, known(left), known(right)):
            return False
        left = right
    return True


def _holds(meter: Meter, sign: str, left: Any, right: Any) -> bool:
    if sign in _ORDER:
        return _ORDER[sign](*in_order(meter, left, right))
    if sign in ("in", "notin"):
        return contains(meter, right, left) == (sign == "in")
    return equal(meter, left, right) == (sign == "eq")


def in_order(meter: Meter, left: Any, right: Any) -> tuple[Any, Any]:
    if not (is_number(left) and is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
        raise BadExpression(f"{named(left).capitalize()} and {named(right)} have no order.")
    meter.read(left)
    return left, right


def equal(meter: Meter, left: Any, right: Any) -> bool:
    """As JSON has it: true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    meter.read(left)
    meter.read(right)
    return bool(left == right)


def contains(meter: Meter, whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        if not isinstance(part, str):
            raise BadExpression(f"A text has texts in it, and not {named(part)}.")
        meter.work(search_work(whole, part))
        return part in whole
    if isinstance(whole, dict):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list | tuple):
        meter.read(whole)
        meter.read(part)
        return any(item == part and isinstance(item, bool) == isinstance(part, bool) for item in whole)
    raise BadExpression(f"Nothing is in {named(whole)}.")


def search_work(whole: str, part: str) -> int:
    """CPython searches for short texts in quadratic time, and for long ones in linear."""
    return 1 + len(whole) * min(len(part) + 1, 100) // 100


def joined(meter: Meter, values: list[Any], separator: str = "") -> str:
    texts = [text_of(meter, value) for value in values]
    meter.work(len(texts))
    meter.makes(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def sliced(meter: Meter, value: Any, start: Any, stop: Any, step: Any) -> Any:
    bounds = [known(bound) for bound in (start, stop, step)]
    if any(bound is not None and type(bound) is not int for bound in bounds):
        raise BadExpression("The bounds of a slice are whole numbers.")
    if isinstance(value, str):
        meter.makes(len(value))
    elif isinstance(value, list | tuple):
        meter.work(1 + len(value))
    else:
        raise BadExpression(f"{named(value).capitalize()} has no slices.")
    return value[slice(*bounds)]


MISSING = object()


def member(value: Any, name: Any) -> Any:
    """Of an object by its key, of a list by its place, and of nothing else; MISSING where there is none."""
    if isinstance(name, str) and name.startswith("_"):
        raise BadExpression(f"`{name[:60]}`: nothing that begins with `_` can be read.")
    if isinstance(value, LoopContext):
        return getattr(value, name) if name in LOOP_WORDS else MISSING
    if isinstance(value, dict) and isinstance(name, str):
        return value.get(name, MISSING)
    if isinstance(value, list | tuple) and type(name) is int and -len(value) <= name < len(value):
        return value[name]
    return MISSING
