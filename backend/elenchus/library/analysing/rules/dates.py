"""Days that a document names, and what happens on them by the words beside them."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from elenchus.library.analysing.rules.lines import Line

_MONTHS = (
    "january|janvier|januar|enero", "february|février|februar|febrero", "march|mars|märz|marzo",
    "april|avril|abril", "may|mai|mayo", "june|juin|juni|junio", "july|juillet|juli|julio", "august|août|agosto",
    "september|sept|septembre|septiembre", "october|octobre|oktober|octubre", "november|novembre|noviembre",
    "december|décembre|dezember|diciembre",
)  # fmt: skip
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_NUMBER |= {name[:3]: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")[:1]}
_NAME = rf"(?P<month>{'|'.join(sorted(_NUMBER, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>(?:1[6-9]|20|21)\d\d)\b"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.)?"
_SHAPES = tuple(
    re.compile(shape, re.I)
    for shape in (
        rf"\b{_NAME}\s+{_DAY}\s*,?\s+{_YEAR}",
        rf"\b{_DAY}\s+(?:day\s+of\s+|de\s+)?{_NAME}\s*,?\s+(?:de\s+)?{_YEAR}",
        r"\b(?P<year>(?:1[6-9]|20|21)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b",
        r"\b(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<year>(?:1[6-9]|20|21)\d\d)\b",
    )
)
#: Words between what happens and its day.
_LINK = r"(?:\s+(?:and|effective|as|of|on|or|about|the|this|with|from)\b|[\s,:;\"“”()–—-])*$"
_THIS = (
    r"(?:\bthis\b(?:(?!\b(?:with|to|under|pursuant|certain|that|in|between)\b)[^.;]){0,160}?"
    r"|^\W*(?:agreement|lease|contract|deed)?\W*)"
)
#: Right before a date: what it is the date of. Only what "this" document, or the beginning of a line, says of itself is
#: a signature: contracts name the days of other contracts too.
_EVENTS = tuple(
    (name, re.compile(words + _LINK, re.I))
    for name, words in (
        ("signature", rf"{_THIS}\b(?:made|(?:made\s+and\s+)?entered\s+into|executed|signed|dated)\b"),
        (
            "effect",
            r"\b(?:effective(?:\s+date)?|commenc(?:e|es|ing|ed)|begin(?:s|ning)?|in\s+force|takes?\s+effect|comes?\s+into\s+(?:force|effect))\b",
        ),
        ("expiry", r"\b(?:expir(?:e|es|ing|ed|y)|ends?|ending|until|through|terminat(?:e|es|ing))\b"),
        ("hearing", r"\b(?:argued|heard)\b"),
        ("decision", r"\b(?:decided|adjudged|handed\s+down)\b"),
        ("filing", r"\b(?:filed|lodged)\b"),
        ("enactment", r"\b(?:enacted|passed|adopted)\b"),
        ("deadline", r"\b(?:later\s+than|on\s+or\s+before|by|due)\b"),
    )
)
BESIDE = 240  # characters before a date in which its event is looked for
#: A date in brackets at the end of a citation, as in "(U.S. Nov. 25, 2020)", is no date of this document.
_CITING = re.compile(r"\((?=[^()]*\.)[A-Z][\w.]*(?:,?\s+[A-Z][\w.]*)*,?\s*$")


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    written: str
    event: str | None
    line: Line


def days(lines: Sequence[Line]) -> list[Day]:
    """Each day once for each event, in the order of the document."""
    found: dict[tuple[date, str | None], Day] = {}
    for line in lines:
        for day in _days(line):
            found.setdefault((day.day, day.event), day)
    return list(found.values())


def _days(line: Line) -> Iterator[Day]:
    taken: list[range] = []
    for shape in _SHAPES:
        for match in shape.finditer(line.text):
            is_cited = line.text[match.end() : match.end() + 1] == ")" and _CITING.search(
                line.text[: match.start()][-BESIDE:]
            )
            if is_cited or any(match.start() in other for other in taken):
                continue
            with contextlib.suppress(ValueError):  # the 31st of June
                day = date(int(match["year"]), _month(match["month"]), int(match["day"]))
                taken.append(range(match.start(), match.end()))
                yield Day(day, " ".join(match[0].split()), _event(line.text[: match.start()]), line)


def _month(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBER[written.lower()]


def _event(before: str) -> str | None:
    return next((name for name, cue in _EVENTS if cue.search(before[-BESIDE:])), None)
