"""Filters that give lists of objects another form: as tables, numbered sources, or words of a paper."""

import re
from collections.abc import Callable
from typing import Any

from elenchus.research.examining import marks
from elenchus.workflows.expressions.counting import BadExpression, Meter, known, named, number, text_of
from elenchus.workflows.expressions.listing import every, picker
from elenchus.workflows.expressions.operating import MISSING

_OF_AN_OBJECT = 25  # units: it takes some 250 bytes
_LARGEST_MARK = 999  # what a mark can name
_ACTIVE = re.compile(r"([\\`*_\[\]<>&|~$])")
#: What makes a heading, a list, a rule or a table of a line that begins with it.
_AT_LINE_START = re.compile(r"^(\d{1,9}(?=[.)])|(?=[#+=:-]))")
_LIKE_A_MARK = re.compile(r"([\[【])(?=\s*[\w^])")
_WORD_JOINER = "\u2060"  # seen by nobody: with it [12] is no mark of ours


def each(meter: Meter, value: Any, *names: Any, **paths: Any) -> list[dict[str, Any]]:
    """Of each only what is named, by its own name or as `page="citations.0.page_start"`; null where it has none."""
    rows = every(meter, value)
    wanted = {**dict(zip(map(_name, names), names, strict=True)), **{_name(key): path for key, path in paths.items()}}
    meter.work(len(rows) * (_OF_AN_OBJECT + 4 * len(wanted)))
    picks = {key: picker(meter, rows, path) for key, path in wanted.items()}
    return [{key: _or_null(pick(row)) for key, pick in picks.items()} for row in rows]


def rows(meter: Meter, value: Any, *paths: Any, longest: Any = None) -> list[list[Any]]:
    """Of each item a list of what stands there; null where it has none. `longest` is that of a text, in characters."""
    items = every(meter, value)
    meter.work(len(items) * (_OF_AN_OBJECT + 4 * len(paths)))
    most = None if longest is None else max(_whole(longest), 1)
    picks = [picker(meter, items, path) for path in paths]
    return [[_cut(meter, _or_null(pick(item)), most) for pick in picks] for item in items]


def _cut(meter: Meter, value: Any, most: int | None) -> Any:
    if most is None or not isinstance(value, str) or len(value) <= most:
        return value
    meter.makes(most)
    return value[: most - 1] + "…"


def _or_null(value: Any) -> Any:
    return None if value is MISSING else value


def merge(meter: Meter, value: Any, other: Any) -> Any:
    """An object, or each of a list, with what another has besides; where both have something, with the other's."""
    if not isinstance(other, dict):
        raise BadExpression("`merge` takes an object.")
    if isinstance(value, dict):
        return _merged(meter, value, other)
    return [_merged(meter, item, other) for item in every(meter, value)]


def numbered(meter: Meter, value: Any, after: Any = 0, name: Any = "n") -> list[dict[str, Any]]:
    """Each object with its number, from the one after `after` on."""
    start = _whole(after)
    return [_merged(meter, item, {_name(name): start + n}) for n, item in enumerate(every(meter, value), 1)]


def shifted(meter: Meter, value: Any, name: Any, by: Any) -> list[dict[str, Any]]:
    """Each object with so much more in what is named."""
    found = every(meter, value)
    pick = picker(meter, found, name)
    return [_merged(meter, item, {_name(name): number(number(pick(item)) + number(by))}) for item in found]


def spread(meter: Meter, value: Any, path: Any, *kept: Any) -> list[dict[str, Any]]:
    """All objects of the lists that stand there, each with what is named of the item that its list belongs to."""
    items = every(meter, value)
    found: list[dict[str, Any]] = []
    picks = {_name(name): picker(meter, items, name) for name in kept}
    for item, inner in zip(items, map(picker(meter, items, path), items), strict=True):
        if inner is not MISSING and inner is not None:
            whole = {name: _or_null(pick(item)) for name, pick in picks.items()}
            found += [_merged(meter, one, whole) for one in every(meter, inner)]
    return found


def _merged(meter: Meter, value: Any, other: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadExpression(f"This is done with objects, and not with {named(value)}.")
    meter.work(_OF_AN_OBJECT + 4 * (len(value) + len(other)))
    return {**value, **other}


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadExpression("A name is a text.")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise BadExpression("It is numbered from a whole number on.")
    return value


def inline(meter: Meter, value: Any) -> str:
    """A text within a line of Markdown: it says what it said, and is no heading, mark or part of a table."""
    text = text_of(meter, known(value))
    meter.makes(4 * len(text))
    line = _ACTIVE.sub(r"\\\1", _LIKE_A_MARK.sub(rf"\1{_WORD_JOINER}", " ".join(text.split())))
    return _AT_LINE_START.sub(r"\1\\", line)


def marks_from(meter: Meter, value: Any, by: Any) -> str:
    """A text whose marks name sources that far behind: with 40, [2] becomes [42]."""
    text, more = text_of(meter, known(value)), _whole(by)
    meter.makes(2 * len(text))

    def moved(found: re.Match[str]) -> str:
        numbers = [n + more for n in marks.numbers(found[0])]
        if any(not 0 <= n <= _LARGEST_MARK for n in numbers):
            raise BadExpression(f"Marks name sources from 0 to {_LARGEST_MARK}.")
        meter.makes(6 * len(numbers))
        return "".join(f"[{n}]" for n in numbers)

    return marks.MARK.sub(moved, text)


FILTERS: dict[str, Callable[..., Any]] = {
    "each": each,
    "inline": inline,
    "marks_from": marks_from,
    "merge": merge,
    "numbered": numbered,
    "rows": rows,
    "shifted": shifted,
    "spread": spread,
}
