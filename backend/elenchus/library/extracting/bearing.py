"""Whether a quotation says a value itself: its words in a row, its figure, its day.

What a quotation means is not weighed. A value that is a choice or yes or no is put in the caller's words, so that for
it any quotation that was found will do.
"""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date

from elenchus.core.numbers import SCALES, TENS, UNITS
from elenchus.library.analysing.rules.dates import days
from elenchus.library.analysing.rules.lines import Line
from elenchus.library.extracting.records import Node
from elenchus.library.extracting.shapes import Shape

_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"\(\s*[\d.,]+\s*%?\s*\)")  # as in: ninety (90) days
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:00)?)?")
_FIGURE = re.compile(r"(?<![\d.,])(\d[\d,.]*)(?:\s+(hundred|thousand|million|billion)\b)?", re.I)
_MINUS = re.compile(r"(?<![\w)])[-−]\s?[$€£]?$")
_PERCENT = re.compile(r"\s*(?:%|per\s?cent)", re.I)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+,\d{1,2}")
_SMALL = UNITS | TENS
ALIKE = 1e-9  # of a figure; two that differ by no more are one


def is_borne(shape: Shape, value: Node, quotations: Sequence[str]) -> bool:
    """By at least one quotation that was found word for word."""
    return any(_says(shape, value, quotation) for quotation in quotations)


def _says(shape: Shape, value: Node, quotation: str) -> bool:
    if value is None or isinstance(value, bool) or shape.choices or "const" in shape.schema:
        return True
    if isinstance(value, int | float):
        return any(_same(figure, value) for figure in figures(quotation))
    if isinstance(value, str):
        return _in_a_row(value, quotation) or _names_day(value, quotation) or _says_figure(value, quotation)
    parts = value.values() if isinstance(value, dict) else value
    return all(_says(_ANY, part, quotation) for part in parts)


_ANY = Shape("value", {})


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=ALIKE, abs_tol=ALIKE)


def _in_a_row(value: str, quotation: str) -> bool:
    wanted = " ".join(words(value))
    said = (" ".join(words(text)) for text in (quotation, _REPEATED.sub(" ", quotation)))
    return bool(wanted) and any(f" {wanted} " in f" {text} " for text in said)


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _names_day(value: str, quotation: str) -> bool:
    written = _DAY.fullmatch(value.strip())
    return written is not None and written[1] in map(str, days_of(quotation))


def days_of(text: str) -> list[date]:
    return [found.day for found in days([Line(0, len(text), text, None, is_heading=False)])]


def _says_figure(value: str, quotation: str) -> bool:
    """Of a text that is nothing but a figure."""
    digits = value.strip().lstrip("$€£")
    own = float(digits.replace(",", "")) if _GROUPED.fullmatch(digits) else math.nan
    return any(_same(figure, own) for figure in figures(quotation))


def figures(text: str) -> Iterator[float]:
    """In digits or in English words; of a percentage its share of one too."""
    for found in _FIGURE.finditer(text):
        scale = SCALES[found[2].lower()] if found[2] else 1
        sign = -1 if _MINUS.search(text[max(0, found.start() - 3) : found.start()]) else 1
        for figure in _read(found[1].rstrip(".,")):
            yield sign * figure * scale
            if _PERCENT.match(text, found.end()):
                yield sign * figure / 100
    yield from _spelled(text)


def _read(digits: str) -> Iterator[float]:
    if _GROUPED.fullmatch(digits):
        yield float(digits.replace(",", ""))
    if _CONTINENTAL.fullmatch(digits):
        yield float(digits.replace(".", "").replace(",", "."))


def _spelled(text: str) -> Iterator[float]:
    """Each run of such words: "one hundred and twenty-five thousand" is one figure."""
    whole = part = 0.0  # which is infinite before it is too much
    is_open = False
    for word in [*words(text), ""]:
        if word in _SMALL:
            part, is_open = part + _SMALL[word], True
        elif word in SCALES and is_open:
            part *= SCALES[word]
            if word != "hundred":
                whole, part = whole + part, 0.0
        elif is_open and word != "and":
            yield whole + part
            whole, part, is_open = 0.0, 0.0, False
