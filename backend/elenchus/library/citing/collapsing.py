"""A text as the forms read it, in which a line's end is a space, and the way back to the offsets of the original."""

import re
from array import array
from bisect import bisect_right
from typing import Final

SOFT_HYPHEN: Final = "\u00ad"
GAPS: Final = re.compile("[\\s\u00ad\u200b-\u200d\u2060\ufeff]+")
SAME_LENGTH: Final = {"\u2010": "-", "\u2011": "-", "\u2019": "'"}  # one for one, so that no offset moves


class Collapsed:
    """Every run of white space is one space; soft hyphens and joiners, which nobody sees, are gone."""

    def __init__(self, original: str) -> None:
        self._places = array("q", [0])
        self._shifts = array("q", [0])
        text = self._collapse(original)
        for sign, plain in SAME_LENGTH.items():
            text = text.replace(sign, plain)
        self.text = text

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Of a slice that neither begins nor ends with a space."""
        return self._original(start), self._original(end - 1) + 1

    def _original(self, place: int) -> int:
        return place + self._shifts[bisect_right(self._places, place) - 1]

    def _collapse(self, original: str) -> str:
        pieces: list[str] = []
        at = shift = 0
        for gap in GAPS.finditer(original):
            space = _space(gap[0])
            pieces += original[at : gap.start()], space
            at = gap.end()
            if len(gap[0]) > len(space):
                shift += len(gap[0]) - len(space)
                self._places.append(at - shift)
                self._shifts.append(shift)
        pieces.append(original[at:])
        return "".join(pieces)


def _space(gap: str) -> str:
    """A soft hyphen and the line's end behind it divide one word."""
    if gap[0] == SOFT_HYPHEN:
        return ""
    return " " if any(map(str.isspace, gap)) else ""
