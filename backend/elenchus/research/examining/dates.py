"""Calendar dates however they are written: "1 April 2024", "April 1, 2024", "2024-04-01", "1er avril 2024"."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

#: Year, month, day; 0 is open.
Day = tuple[int, int, int]
#: What it may mean: 01/04/2024 is a day in April or in January.
Date = frozenset[Day]

_MONTHS: Final = (
    "january jan januar jänner janvier enero", "february feb februar février fevrier febrero",
    "march mar märz mars marzo", "april apr avril abril", "may mai mayo", "june jun juni juin junio",
    "july jul juli juillet julio", "august aug août aout agosto", "september sep sept septembre septiembre",
    "october oct oktober octobre octubre", "november nov novembre noviembre",
    "december dec dezember décembre decembre diciembre",
)  # fmt: skip
_NUMBER: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME: Final = rf"(?P<name>{'|'.join(sorted(_NUMBER, key=len, reverse=True))})\b\.?"
_MONTH: Final = re.compile(rf"\b(?:{'|'.join(name.title() for name in _NUMBER if len(name) > 3)})\b")
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)",
        r"(?<![\d.])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?:\s+(?:of|day of|"
        rf"de))?\s+{_NAME}(?:\s+de[l]?)?,?\s+(?P<year>\d{{4}})(?!\d)",
        rf"\b{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)",
        rf"\b{_NAME}(?:\s+de[l]?)?,?\s+(?P<year>\d{{4}})(?!\d)",
    )
)


def dates(text: str) -> Iterator[Date]:
    for _, one in _found(text):
        yield one


def placed(text: str) -> Iterator[tuple[int, Date]]:
    """Each with where it begins."""
    for (start, _), one in _found(text):
        yield start, one


def without_dates(text: str) -> str:
    """As long as before."""
    for (start, end), _ in _found(text):
        text = text[:start] + "·" * (end - start) + text[end:]
    return text


def months(text: str) -> frozenset[int]:
    """That are named: "every January". Whether "May" is one, nobody can tell."""
    return month_numbers(name.lower() for name in _MONTH.findall(text))


def month_numbers(words: Iterable[str]) -> frozenset[int]:
    """Of those that are names of months, in small letters."""
    return frozenset(_NUMBER[word] for word in words if word in _NUMBER)


def is_one_of(date: Date, known: tuple[Date, ...]) -> bool:
    """A month stands for any of its days; a day must be that day."""
    return any(_is(ours, theirs) for one in known for ours in date for theirs in one)


def _is(ours: Day, theirs: Day) -> bool:
    return all(mine in {0, its} for mine, its in zip(ours, theirs, strict=True))


def _found(text: str) -> Iterator[tuple[tuple[int, int], Date]]:
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        for found in form.finditer(text):
            if not any(found.start() < end and start < found.end() for start, end in taken):
                taken.append(found.span())
                yield found.span(), frozenset(_days(found.groupdict()))


def _days(parts: dict[str, str | None]) -> Iterator[Day]:
    year, day = int(parts["year"] or 0), int(parts.get("day") or 0)
    if name := parts.get("name"):
        yield year, _NUMBER[name.lower()], day
        return
    month = int(parts["month"] or 0)
    yield year, month, day
    if parts.get("mark") == "/" and day <= 12:
        yield year, day, month
    if parts.get("mark") and month > 12:
        yield year, day, month
