"""One way of citing one kind of authority: a bounded pattern, how its parts become a normal form, and who says so."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from elenchus.library.citing.values import Kind, Parts, Sighting

Normal = Callable[[Parts], str | None]
Jurisdiction = str | None | Callable[[Parts], str]

YEAR: Final = r"(?:1[6-9]|20)\d\d"
DASH: Final = "[-–]"
NOT_A_REPORT: Final = r"(?! (?:\d|[A-Z][\w.&' ()]{0,20} \d))"  # a pin is not the volume or year of the next report
SUBSECTION: Final = r"\([0-9A-Za-z]{1,5}\)| \((?:\d{1,3}|[a-z]{1,4}|[A-Z]{1,2}|[IVX]{1,5})\)"  # no " (FDCA)"
BEFORE: Final = r"(?<![\w/$€£#])(?<!\d[.,-])"  # "$1,410 U.S." and "1.77 US 16" begin in the middle of a number
NOT_LITERAL: Final = re.compile(r"\[\w\w\]|\(\?:[^()]*\)\??|[?]")
SPARE: Final = re.compile(r"[.\s]+")


@dataclass(frozen=True, slots=True)
class Form:
    """`hints`: a text with none of them holds no such citation, which is cheaper to see than to search.

    Patterns meet text in which every run of white space is one space. Every quantifier is bounded, so that no text
    costs more than its length times a constant. Groups are the parts; `pin` and `pin_2` are one part in two places.
    """

    name: str
    kind: Kind
    jurisdiction: Jurisdiction
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    normal: Normal
    source: str

    def sightings(self, text: str) -> Iterator[Sighting]:
        if not any(hint in text for hint in self.hints):
            return
        for match in self.pattern.finditer(text):
            parts = _parts_of(match)
            if normal := self.normal(parts):
                where = self.jurisdiction(parts) if callable(self.jurisdiction) else self.jurisdiction
                yield Sighting(match.start(), match.end(), self.kind, where, normal, parts)


def _parts_of(match: re.Match[str]) -> Parts:
    """`section` and `section_2` are the section before its act or behind it: whichever is there."""
    return {name.split("_")[0]: value.strip(" ,") for name, value in match.groupdict().items() if value}


def form(
    name: str,
    kind: Kind,
    jurisdiction: Jurisdiction,
    *,
    hints: Iterable[str],
    pattern: str,
    normal: str | Normal,
    source: str,
) -> Form:
    """The pattern stands between word boundaries; a `normal` text is a template over the names of its groups."""
    whole = re.compile(rf"{BEFORE}(?:{pattern})(?!\w)")
    fill = _template(normal) if isinstance(normal, str) else normal
    return Form(name, kind, jurisdiction, tuple(hints), whole, fill, source)


def _template(shape: str) -> Normal:
    return lambda parts: " ".join(shape.format_map(_Known(parts)).split())


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def hints_of(words: str) -> tuple[str, ...]:
    """Of each alternative its longest literal piece, points with and without the space behind."""
    plain = words.replace("\\.?", ".").replace("\\.", ".")
    spellings = {*plain.replace(" ?", " ").split("|"), *plain.replace(" ?", "").split("|")}
    return tuple(sorted({max(NOT_LITERAL.split(spelling), key=len) for spelling in spellings}))


class Names:
    """Names that are written with and without points: `AC`, `A.C.`, `A. C.` are one."""

    def __init__(self, names: Iterable[str], other: Mapping[str, str] | None = None) -> None:
        spelled = {name: name for name in names} | dict(other or {})
        longest_first = sorted(spelled, key=len, reverse=True)
        self.pattern = "(?:" + "|".join(map(_with_points, longest_first)) + ")"
        self._names = {_squeezed(spelling): name for spelling, name in spelled.items()}

    def named(self, written: str) -> str:
        return self._names[_squeezed(written)]


def _squeezed(name: str) -> str:
    return SPARE.sub("", name).casefold()


def _with_points(name: str) -> str:
    return " ".join(map(_word_with_points, name.split()))


def _word_with_points(word: str) -> str:
    if word.isupper() and word.isalpha():
        return " ?".join(rf"{letter}\.?" for letter in word)
    return re.escape(word) + r"\.?"
