"""A value that one sentence says by its form: a day, a figure, a choice.

Most figures and days of a sentence are others than the one that is asked for. One is taken when it stands near a word
of what is asked and nearer than the others, and a figure when it counts what is asked for too: money, days, per cent.
In doubt none.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import JsonValue

from elenchus.core.llm.forms import is_json, validator
from elenchus.core.llm.terms import folded, frame_terms, related, terms
from elenchus.core.numbers import SCALES
from elenchus.library.analysing.rules.dates import days
from elenchus.library.analysing.rules.lines import Line
from elenchus.library.extracting.bearing import words
from elenchus.library.extracting.shapes import Shape

NEAR = 60  # characters between a word of what is asked and the figure or day behind it that is meant
NEAR_BEHIND = 25  # the same for a word behind it, as in: April 1, 2024 (the "Commencement Date")
_AMOUNT = re.compile(
    r"(?<![\w.,-])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w-]|[.,]\d)"
    r"(?:\s+(?P<scale>hundred|thousand|million|billion)\b)?",
    re.I,
)
#: Right before a number that names a part and counts nothing.
_NAMES_PART = re.compile(
    r"(?:\b(?:section|article|clause|paragraph|exhibit|schedule|appendix|annex|item|page|chapter|no|nos)\.?|[§#])\s*$",
    re.I,
)
_LIST_MARK = re.compile(r"\(?\d{1,3}(?:\.\d{1,3})*[.)]?\s+(?=\S)")
_LETTERS = re.compile(r"[^\W\d_]+")
_CURRENCY_BEFORE = re.compile(r"(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF|US))\s?$")
_CURRENCY_AFTER = re.compile(r"\s?(?:[$€£¥]|(?:USD|EUR|GBP|CHF)\b|(?:U\.?S\.?\s)?(?:dollars?|euros?|pounds?)\b)", re.I)
_MONEY = frozenset(
    terms("amount price fee cost rent salary payment royalty deposit charge penalty cap value wage loan")
)
_COUNTED = {
    "day": re.compile(r"\)?\s?(?:\w+\s)?days?\b", re.I),
    "week": re.compile(r"\)?\s?weeks?\b", re.I),
    "month": re.compile(r"\)?\s?(?:\w+\s)?months?\b", re.I),
    "year": re.compile(r"\)?\s?(?:\w+\s)?years?\b", re.I),
    "percent": re.compile(r"\)?\s?(?:%|per\s?cent)", re.I),
    "percentag": re.compile(r"\)?\s?(?:%|per\s?cent)", re.I),
}


class _Place(NamedTuple):
    value: JsonValue
    start: int
    end: int


class Asked(NamedTuple):
    """A property: what it is called, and all words of what is asked."""

    name: str
    words: str


def picked(shape: Shape, sentences: Iterable[str], asked: Asked) -> tuple[JsonValue, str] | None:
    """The value and the sentence that says it."""
    for sentence in sentences:
        value = _value(shape, folded(sentence), asked)
        if value is not None and is_json(value) and validator(shape.schema).is_valid(value):
            return value, sentence
    return None


def _value(shape: Shape, text: str, asked: Asked) -> JsonValue:
    if shape.choices:
        return _choice(shape, text)
    if shape.types & {"number", "integer"}:
        return _nearest([place for place in _amounts(text) if _counts(place, text, asked)], text, asked)
    if shape.format == "date":
        return _nearest([*_days(text)], text, asked)
    if shape.format or (shape.types and "string" not in shape.types):
        return None
    return text


def _choice(shape: Shape, text: str) -> JsonValue:
    said = f" {' '.join(words(text))} "
    found = [choice for choice in shape.choices if isinstance(choice, str) and words(choice)]
    found = [choice for choice in found if f" {' '.join(words(choice))} " in said]
    return found[0] if len(found) == 1 else None


def _days(text: str) -> Iterator[_Place]:
    for day in days([Line(0, len(text), text, None, is_heading=False)]):
        start = text.find(day.written)
        yield _Place(str(day.day), start, start + len(day.written))


def _amounts(text: str) -> Iterator[_Place]:
    mark = _LIST_MARK.match(text)
    taken = [range(mark.start(), mark.end())] if mark else []
    taken += [range(day.start, day.end) for day in _days(text)]
    for found in _AMOUNT.finditer(text):
        at = found.start("digits")
        if any(at in other for other in taken) or _NAMES_PART.search(text[:at]):
            continue
        figure = float(found["digits"].replace(",", "")) * SCALES.get((found["scale"] or "").lower(), 1)
        yield _Place(int(figure) if figure.is_integer() else figure, at, found.end())


def _counts(place: _Place, text: str, asked: Asked) -> bool:
    """Whether it is a figure of what the property's name, or else its description, speaks of."""
    for said in (frozenset(terms(asked.name)), frozenset(terms(asked.words))):
        units = [shape for unit, shape in _COUNTED.items() if unit in said]
        if units and said.isdisjoint(_MONEY):
            return any(shape.match(text, place.end) for shape in units)
        if not said.isdisjoint(_MONEY):
            return bool(_CURRENCY_BEFORE.search(text[: place.start]) or _CURRENCY_AFTER.match(text, place.end))
    return True


def _nearest(places: list[_Place], text: str, asked: Asked) -> JsonValue:
    wanted = _wanted(asked.words)
    spoken = [found.span() for found in _LETTERS.finditer(text) if not wanted.isdisjoint(terms(found[0]))]
    far = sorted(
        ((min((_apart(place, span) for span in spoken), default=NEAR), place.value) for place in places), key=_first
    )
    if not far or far[0][0] >= NEAR or any(far[0][0] == other and value != far[0][1] for other, value in far):
        return None
    return far[0][1]


def _first(pair: tuple[int, JsonValue]) -> int:
    return pair[0]


def _wanted(asked: str) -> frozenset[str]:
    """Without the words that say only what kind of value it is."""
    kinds = frozenset(terms("date day number amount month year")) | frame_terms()
    own = frozenset(terms(asked)) - kinds
    return own.union(*map(related, own)) - kinds


def _apart(place: _Place, span: tuple[int, int]) -> int:
    start, end = span
    if start >= place.end:
        return start - place.end if start - place.end < NEAR_BEHIND else NEAR
    return max(place.start - end, 0)
