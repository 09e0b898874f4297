"""Filters of lists and objects. What is gone through is charged before, and what is kept is shared, not copied."""

import math
from collections.abc import Callable
from typing import Any

from elenchus.workflows.expressions import asking
from elenchus.workflows.expressions.counting import BadExpression, Meter, json_of, known, named, number
from elenchus.workflows.expressions.operating import MISSING, is_number, joined, member

_MOST_STEPS = 12  # of a path: `a.b.c`


def every(meter: Meter, value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value)
    if not isinstance(value, list | tuple):
        raise BadExpression(f"This goes over lists, and not over {named(value)}.")
    meter.work(1 + len(value))
    return [known(item) for item in value]


def picker(meter: Meter, items: list[Any], path: Any) -> Callable[[Any], Any]:
    """What stands at `a.b` or `0` in each; MISSING where nothing does."""
    if type(path) is int:
        return lambda item: member(item, path)
    if not isinstance(path, str) or not path or path.count(".") >= _MOST_STEPS:
        raise BadExpression(
            f"An attribute is a text such as `page` or `source.title`, with at most {_MOST_STEPS} steps."
        )
    steps = path.split(".")
    meter.work(len(items) * len(steps))

    def pick(item: Any) -> Any:
        for step in steps:
            is_place = isinstance(item, list) and step.isdecimal() and len(step) < 8
            item = member(item, int(step) if is_place else step)
        return item

    return pick


def _picked(meter: Meter, items: list[Any], path: Any) -> list[Any]:
    """Each has it, or it is an error."""
    if path is None:
        return items
    found = [*map(picker(meter, items, path), items)]
    if any(item is MISSING for item in found):
        raise BadExpression(f"Not each item has `{str(path)[:60]}`; `map` takes a default for those that have not.")
    return found


def first(_meter: Meter, value: Any) -> Any:
    return _end(value, 0)


def last(_meter: Meter, value: Any) -> Any:
    return _end(value, -1)


def _end(value: Any, place: int) -> Any:
    if not isinstance(value, list | tuple | str):
        raise BadExpression(f"{named(value).capitalize()} has no first and no last.")
    return value[place] if value else None


def listed(meter: Meter, value: Any) -> list[Any]:
    """Of a text its characters, of an object its keys."""
    if isinstance(value, str):
        meter.work(4 * len(value))
        return list(value)
    return every(meter, value)


def items(meter: Meter, value: Any) -> list[Any]:
    _object(meter, value)
    return [[key, item] for key, item in value.items()]


def values(meter: Meter, value: Any) -> list[Any]:
    _object(meter, value)
    return list(value.values())


def _object(meter: Meter, value: Any) -> None:
    if not isinstance(value, dict):
        raise BadExpression(f"This goes over objects, and not over {named(value)}.")
    meter.work(1 + 4 * len(value))


def join(meter: Meter, value: Any, separator: str = "", attribute: Any = None) -> str:
    if not isinstance(separator, str):
        raise BadExpression("`join` puts a text between the items.")
    return joined(meter, _picked(meter, every(meter, value), attribute), separator)


def reverse(meter: Meter, value: Any) -> Any:
    if isinstance(value, str):
        meter.makes(len(value))
        return value[::-1]
    return every(meter, value)[::-1]


def flatten(meter: Meter, value: Any) -> list[Any]:
    """One level: what is a list among the items becomes items."""
    found: list[Any] = []
    for item in every(meter, value):
        found.extend(every(meter, item) if isinstance(item, list | tuple) else [item])
    return found


def mapped(meter: Meter, value: Any, *, attribute: Any, default: Any = MISSING) -> list[Any]:
    rows = every(meter, value)
    if default is MISSING:
        return _picked(meter, rows, attribute)
    return [default if item is MISSING else item for item in map(picker(meter, rows, attribute), rows)]


def selectattr(meter: Meter, value: Any, attribute: Any, test: Any = None, *given: Any) -> list[Any]:
    return _chosen(meter, value, attribute, test, given, wanted=True)


def rejectattr(meter: Meter, value: Any, attribute: Any, test: Any = None, *given: Any) -> list[Any]:
    return _chosen(meter, value, attribute, test, given, wanted=False)


def select(meter: Meter, value: Any, test: Any = None, *given: Any) -> list[Any]:
    return _chosen(meter, value, None, test, given, wanted=True)


def reject(meter: Meter, value: Any, test: Any = None, *given: Any) -> list[Any]:
    return _chosen(meter, value, None, test, given, wanted=False)


def _chosen(meter: Meter, value: Any, path: Any, test: Any, given: tuple[Any, ...], *, wanted: bool) -> list[Any]:
    """Where the attribute is missing it is null, and not `defined`."""
    rows = every(meter, value)
    found = rows if path is None else map(picker(meter, rows, path), rows)
    return [row for row, item in zip(rows, found, strict=True) if _passes(meter, item, test, given) == wanted]


def _passes(meter: Meter, item: Any, test: Any, given: tuple[Any, ...]) -> bool:
    if test in ("defined", "undefined"):
        return bool((item is not MISSING) == (test == "defined"))
    item = None if item is MISSING else item
    if test is None:
        return bool(item)
    if not isinstance(test, str) or test not in asking.TESTS:
        shown = test[:60] if isinstance(test, str) else named(test)
        raise BadExpression(f"There is no test `{shown}`; there are {', '.join(asking.TESTS)}.")
    try:
        meter.work(1)
        return bool(asking.TESTS[test](meter, item, *given))
    except TypeError as error:
        raise BadExpression(f"The test `{test}` is not used so.") from error


def in_sequence(
    meter: Meter, value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    rows = every(meter, value)
    keys = _comparable(meter, _picked(meter, rows, attribute), folded=case_sensitive is not True)
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=reverse is True)
    return [rows[place] for place in order]


def _comparable(meter: Meter, keys: list[Any], *, folded: bool) -> list[Any]:
    """All numbers or all texts; charged for as many comparisons as sorting takes."""
    meter.read(keys, times=1 + math.ceil(math.log2(len(keys) + 1)))
    if all(isinstance(key, str) for key in keys):
        meter.makes(sum(map(len, keys)))
        return [key.lower() for key in keys] if folded else keys
    if all(is_number(key) for key in keys):
        return [number(key) for key in keys]
    raise BadExpression("Only numbers, or only texts, can be put in order.")


def unique(meter: Meter, value: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    """The first of those that are alike."""
    rows = every(meter, value)
    keys = [_alike(meter, key, case_sensitive is True) for key in _picked(meter, rows, attribute)]
    first_with = dict(zip(reversed(keys), reversed(rows), strict=True))
    return [first_with[key] for key in dict.fromkeys(keys)]


def _alike(meter: Meter, value: Any, case_sensitive: bool) -> str:
    """As a text, whose hash nobody can foresee."""
    if isinstance(value, str):
        meter.makes(len(value))
        return "t" + (value if case_sensitive else value.lower())
    if is_number(value):
        return repr(int(value) if value == int(number(value)) else value)
    meter.work(10)
    return json_of(meter, value)


def total(meter: Meter, value: Any, attribute: Any = None, start: Any = 0) -> int | float:
    found = number(start)
    for item in _picked(meter, every(meter, value), attribute):
        found = number(found + number(item))
    return found


def least(meter: Meter, value: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    return _extreme(in_sequence(meter, value, False, case_sensitive, attribute))


def greatest(meter: Meter, value: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    return _extreme(in_sequence(meter, value, True, case_sensitive, attribute))


def _extreme(rows: list[Any]) -> Any:
    return rows[0] if rows else None
