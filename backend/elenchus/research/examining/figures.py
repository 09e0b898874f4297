"""The figures and dates of a text, with what belongs to them: unit, "per month", "at most", "after".

"thirty (30) days", "30 days" and "dreißig Tage" are the same figure; "$4,200 per month" and "€4,200 per year" are not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from elenchus.research.examining import numerals
from elenchus.research.examining.dates import Date, dates, placed, without_dates

_NUMBER: Final = r"\d{1,3}(?:[.,'’\u00a0 ]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_SIGN: Final = r"US\$|CA?\$|A\$|[$€£¥]|\b(?:usd|eur|gbp|chf|jpy|cad|aud)\b"
_FIGURE: Final = re.compile(
    rf"(?:(?P<sign>{_SIGN})\s?)?(?<![\w.,])(?P<number>{_NUMBER})(?P<scale>\s?(?:thousand|million(?:en|s)?|millones|"
    rf"billion|"
    rf"milliarden?|milliards?|mio|mrd|bn|mn|[mk](?![\w]))\.?)?(?P<ordinal>st|nd|rd|th|er|re|e|º|ª)?(?![\d])"
    r"(?=(?P<after>[^.;:()]{0,60}))",
    re.IGNORECASE,
)
_SCALES: Final = {"thousand": 3, "k": 3, "million": 6, "millionen": 6, "millions": 6, "millones": 6, "mio": 6, "mn": 6,
                  "m": 6, "billion": 9, "milliarde": 9, "milliarden": 9, "milliard": 9, "milliards": 9, "mrd": 9,
                  "bn": 9}  # fmt: skip
_CURRENCIES: Final = {"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP",
                      "¥": "JPY", "jpy": "JPY", "chf": "CHF", "cad": "CAD", "c$": "CAD", "ca$": "CAD", "a$": "AUD",
                      "aud": "AUD"}  # fmt: skip
_UNITS: Final = tuple(
    (unit, re.compile(rf"[\s-]*(?:{words})(?!\w)", re.IGNORECASE))
    for unit, words in {
        "points": r"(?:percentage|basis)[\s-]points?|prozentpunkte?n?|points? de pourcentage|puntos porcentuales",
        "percent": r"%|per ?cent|prozent|pour ?cent|por ciento|v\.h\.",
        "USD": r"(?:us )?dollars?|usd", "EUR": r"€|euros?|eur", "GBP": r"£|pounds?(?: sterling)?|gbp",
        "CHF": r"chf|francs?|franken", "CAD": "cad",
        "business day": r"(?:business|working|banking)[\s-]days?['’]?|(?:arbeits|werk|bank)tage?n?|jours? ouvr\w+|"
        r"días? hábil\w*",
        "day": r"(?:(?:calendar|consecutive|full|further) )?days?['’]?|tage?n?|(?:kalender)tage?n?|jours?|días?|"
        r"primeros? (?:\w+ )?días?",
        "week": r"weeks?['’]?|wochen?|semaines?|semanas?",
        "month": r"(?:(?:calendar|consecutive|full|further) )?months?['’]?|monate?n?s?|mois|mes(?:es)?",
        "quarter": r"quarters?['’]?|quartale?n?|trimestres?",
        "year": r"(?:(?:calendar|consecutive|full|further) )?years?['’]?|jahre?n?s?|ans?|années?|años?",
        "hour": r"hours?['’]?|stunden?|heures?|horas?", "minute": r"minutes?|minuten|minutos?",
        "mile": "miles?", "kilometre": r"kilomet(?:re|er)s?|km|kilomètres?|"
        r"kilómetros?", "metre": r"met(?:re|er)s?|mètres?|metros?|m",
        "foot": "feet|foot|ft",
    }.items()
)  # fmt: skip
_PERIODS: Final = {"day": r"day|tag|jour|día", "week": r"week|woche|semaine|semana", "month": r"month|monat|mois|mes",
                   "quarter": r"quarter|quartal|trimestre", "year": r"year|annum|jahr|an|année|año",
                   "each": r"repair|item|unit|claim|event"}  # fmt: skip
_PER: Final = re.compile(
    r"\s*(?:\w+\s+){0,1}?(?:(?:per|an?|each|every|pro|im|par|al|a la|por)\s+|/\s?)(?:(?:calendar|full)\s+)?(?:"
    + "|".join(rf"(?P<{name}>(?:{words})\b)" for name, words in _PERIODS.items())
    + ")|"
    + r"\s*(?:(?P<each_>each\b)|(?P<month_>monthly|monatlich|mensuels?|mensuales)|(?P<year_>annually|yearly|jährlich))",
    re.IGNORECASE,
)
_PER_BEFORE: Final = re.compile(
    r"\b(?:(?P<day>daily|täglich\w*)|(?P<week>weekly|wöchentlich\w*)|(?P<month>monthly|monatlich\w*|monatsmiete|"
    r"mensuel\w*|"
    r"mensual\w*)|(?P<quarter>quarterly)|(?P<year>annual|yearly|jährlich\w*|annuel\w*|anual\w*))(?:\s+\S+){0,4}\s*$",
    re.IGNORECASE,
)


class Bound(StrEnum):
    """`WITHIN` and `PAST` are so often understood that they may be left out; `MOST` and `LEAST` may not. `ON` is said
    of a day."""

    MOST = "most"
    WITHIN = "within"
    LEAST = "least"
    PAST = "past"
    ON = "on"

    @property
    def is_upper(self) -> bool:
        return self in {Bound.MOST, Bound.WITHIN}


_BOUNDS: Final = tuple(
    (bound, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for bound, words in {
        Bound.MOST: r"at (?:the )?most|up to|(?:no|not|never) (?:event )?(?:be )?(?:more|greater|higher|longer) than|"
        r"not (?:to )?exceed(?:ing)?|"
        r"(?:to a )?maximum|max|capped|cap|ceiling|limited to|less than|fewer than|below|under|bis zu|höchstens|"
        r"maximal|"
        r"nicht mehr als|weniger als|au plus|maximum|jusqu['’]à|moins de|hasta|(?:como )?máximo|menos de|no more than",
        Bound.LEAST: r"at (?:the )?least|(?:no|not) (?:less|fewer|lower|shorter) than|minimum|more than|over|"
        r"exceed(?:s|ed|ing)?|"
        r"above|greater than|longer than|in excess of|mindestens|wenigstens|mehr als|über|nicht weniger als|au moins|"
        r"plus de|"
        r"supérieur\w*|al menos|como mínimo|más de",
        Bound.WITHIN: r"within|no later than|not later than|before|prior to|innerhalb(?: von)?|binnen|vor|spätestens|"
        r"au plus tard|dans les|avant|dentro de|a más tardar|antes de[l]?",
        Bound.PAST: r"after|no earlier than|not earlier than|not before|nach|nicht vor|frühestens|erst nach|après|"
        r"después de|a partir de",
    }.items()
)  # fmt: skip
_BOUND_AFTER: Final = re.compile(
    r"^[^,;.]{0,25}?\b(?:(?P<MOST>or (?:less|fewer)|at (?:the )?(?:most|latest)|cap|maximum|ceiling)|"
    r"(?P<LEAST>or more|minimum))\b",
    re.IGNORECASE,
)
_NOUN: Final = re.compile(r"\s+([^\W\d_]{4,}s)\b", re.IGNORECASE)  # what is counted is several
_BY: Final = re.compile(r"\bby (?:the )?$", re.IGNORECASE)  # a day; of a figure it says how much
_ON: Final = re.compile(r"\bon (?:the )?$", re.IGNORECASE)
_BEHIND: Final = re.compile(
    r"^\s*(?:\w+ ){0,1}?(?:(?P<after>after|following|from|nach|après|después)|(?P<before>before|prior to|preceding|"
    r"vor|avant|antes))\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,;.]|\b(?:and|und|et|y)\b")
_REACH: Final = 40  # characters before a figure in which "at most" belongs to it
_MONEY: Final = frozenset({"USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD"})


@dataclass(frozen=True, slots=True)
class Figure:
    """`values` are what the digits may mean: "2.400" is two and a half thousand in half of Europe. `noun` is the word
    behind a figure that has no unit: "five directors"."""

    start: int
    values: frozenset[str]
    unit: str = ""
    per: str = ""
    bound: Bound | None = None
    side: str = ""
    noun: str = ""

    def fault_against(self, theirs: "Figure") -> str | None:
        """Why it is not the source's; "figure" when it is another number or unit."""
        if not self.values & theirs.values or _both_differ(self.unit, theirs.unit):
            return "figure"
        if _both_differ(self.per, theirs.per):
            return "period"
        return "bound" if self._is_bound_otherwise(theirs) or _both_differ(self.side, theirs.side) else None

    def _is_bound_otherwise(self, theirs: "Figure") -> bool:
        if self.bound and theirs.bound:
            return self.bound.is_upper != theirs.bound.is_upper or (self.bound is Bound.ON) != (
                theirs.bound is Bound.ON
            )
        only = self.bound or theirs.bound
        is_sum = (self.unit or theirs.unit) in _MONEY | {"percent"}
        return is_sum and only in {Bound.MOST, Bound.LEAST}


def _both_differ(ours: str, theirs: str) -> bool:
    return bool(ours and theirs and ours != theirs)


@dataclass(frozen=True, slots=True)
class Figures:
    """`sides` are the dates that something is said to be before or after."""

    numbers: tuple[Figure, ...]
    dates: tuple[Date, ...]
    sides: tuple[tuple[Date, bool], ...] = ()


@lru_cache(maxsize=2_048)
def figures(text: str) -> Figures:
    text = unicodedata.normalize("NFKC", text)
    rest = numerals.in_digits(without_dates(text))
    return Figures(tuple(_numbers(rest)), tuple(dates(text)), tuple(_sides(text)))


def _sides(text: str) -> Iterator[tuple[Date, bool]]:
    """Whether it is "before" the date or "after" it."""
    for start, date in placed(text):
        before = _CLAUSE.split(text[max(start - _REACH, 0) : start])[-1]
        if bound := Bound.WITHIN if _BY.search(before) else _bound(before, ""):
            yield date, bound.is_upper


def _numbers(text: str) -> Iterator[Figure]:
    last = 0
    for found in _FIGURE.finditer(text):
        after = found["after"]
        unit, length = _unit(after)
        unit = _CURRENCIES.get((found["sign"] or "").lower(), "") or unit
        before = text[max(found.start() - _REACH, last) : found.start()]
        yield Figure(
            found.start("number"),
            _values(found["number"], found["scale"]),
            unit,
            _per(before, after[length:]) if unit in _MONEY or unit in {"percent", ""} else "",
            Bound.ON if found["ordinal"] and _ON.search(before) else _bound(before, after[length:]),
            _side(after[length:]),
            "" if unit else _noun(after),
        )
        last = found.end()


def _unit(after: str) -> tuple[str, int]:
    for unit, pattern in _UNITS:
        if found := pattern.match(after):
            return unit, found.end()
    return "", 0


def _noun(after: str) -> str:
    found = _NOUN.match(after)
    return found[1].lower() if found else ""


def _per(before: str, after: str) -> str:
    found = _PER.match(after) or _PER_BEFORE.search(before)
    return (found.lastgroup or "").rstrip("_") if found else ""


def _bound(before: str, after: str) -> Bound | None:
    """The last before it; of two that end at the same place the longer."""
    found = [(place.end(), -place.start(), bound) for bound, form in _BOUNDS for place in form.finditer(before)]
    if found:
        return max(found)[2]
    behind = _BOUND_AFTER.match(after)
    return Bound[behind.lastgroup] if behind and behind.lastgroup else None


def _side(after: str) -> str:
    found = _BEHIND.match(after)
    return (found.lastgroup or "") if found else ""


@lru_cache(maxsize=4_096)
def _values(number: str, scale: str | None) -> frozenset[str]:
    exponent = _SCALES.get((scale or "").strip(" .").lower(), 0)
    return frozenset(_scaled(one, exponent) for one in _readings(number))


def _readings(number: str) -> Iterator[str]:
    """As plain decimals."""
    marks = [sign for sign in number if not sign.isdecimal()]
    groups = re.split(r"\D", number)
    in_groups = all(len(one) == 3 for one in groups[1:]) and len(groups[0]) <= 3 and groups[0].strip("0")
    if not marks:
        yield number
    elif len(set(marks)) == 1 and in_groups:
        yield "".join(groups)
        if len(marks) == 1 and marks[0] == ".":
            yield ".".join(groups)
    elif len(marks) == 1 or len(set(marks)) == 2:
        yield "".join(groups[:-1]) + "." + groups[-1]
    else:
        yield number  # "4.1.2" is the number of a clause


def _scaled(number: str, exponent: int) -> str:
    whole, _, part = number.partition(".")
    if "." not in part:
        part = part.ljust(exponent, "0")
        whole, part = whole + part[:exponent], part[exponent:].rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
