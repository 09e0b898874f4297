"""Marks like [2], [1, 3] and [2-4] that name the numbered sources, also written as [Source 2] or 【2】."""

import re
from typing import Final

_NUMBERS: Final = r"\d{1,3}(?:\s*(?:[,;&–-]|and|und|et|y)\s*\d{1,3}){0,20}"
_NOUN: Final = r"(?:(?:sources?|passages?|quellen?|fuentes?)\s{1,3}|\^)?"
_FORM: Final = rf"(?:\\?\[\s*{_NOUN}{_NUMBERS}\s*\\?\]|【\s*{_NOUN}\d[\d\s,;&–-]{{0,80}}(?:[†:][^】\n]{{0,80}})?】)"
MARK: Final = re.compile(_FORM, re.IGNORECASE)
GAP_AND_MARK: Final = re.compile(rf"[ \t]?{_FORM}", re.IGNORECASE)
GROUP: Final = re.compile(rf"((?:{_FORM}\s*)+)", re.IGNORECASE)  # marks that follow each other
LEADING: Final = re.compile(rf"\s*((?:{_FORM}\s*)+)", re.IGNORECASE)
_NAMED: Final = re.compile(r"†.*|:.*")  # behind the number of a 【2†source】
_RANGE: Final = re.compile(r"(\d+)\s*[–-]\s*(\d+)|(\d+)")
_WIDEST: Final = 20  # numbers of one range


def numbers(text: str) -> tuple[int, ...]:
    """Each once, in order; "[2-4]" is 2, 3 and 4."""
    found: dict[int, None] = {}
    for mark in MARK.finditer(text):
        for first, last, single in _RANGE.findall(_NAMED.sub("", mark[0])):
            low, high = (int(single),) * 2 if single else (int(first), int(last))
            found |= dict.fromkeys(range(low, high + 1) if low <= high < low + _WIDEST else (low, high))
    return tuple(found)
