"""Colours as documents write them. What is paler than `PALE` or nearly transparent is not seen on paper."""

import re
from typing import Final

PALE: Final = 0xE0  # of each of red, green and blue
FAINT: Final = 0x1A  # of 0xFF, a tenth: how much of it covers the paper
HEX: Final = re.compile(r"#?(?:([\da-f]{3,4})|([\da-f]{6}(?:[\da-f]{2})?))$", re.IGNORECASE)
NUMBER = r"([\d.]{1,9}%?)"
RGB: Final = re.compile(rf"rgba?\(\s*{NUMBER}[\s,]+{NUMBER}[\s,]+{NUMBER}\s*(?:[,/]\s*{NUMBER}\s*)?\)$")
LIGHT: Final = re.compile(r"hsla?\([^()%]{1,40}%[\s,]+(?:9\d|100)(?:\.\d{1,9})?%")
NAMES: Final = frozenset(
    "white transparent snow ivory whitesmoke ghostwhite floralwhite mintcream azure aliceblue honeydew seashell".split()
)


def is_pale(color: str) -> bool:
    """Of "white", "#FEFEFE", "F0F0F0", "rgb(250, 250, 250)"; not of "auto"."""
    if found := HEX.match(color):
        short, long = found.groups()
        return _is_unseen(bytes.fromhex(long or "".join(digit * 2 for digit in short)))
    if found := RGB.match(color):
        *parts, cover = found.groups()
        return _is_unseen([*(_byte(part, 1) for part in parts), _byte(cover or "1", 255)])
    return color in NAMES or LIGHT.match(color) is not None


def _is_unseen(parts: bytes | list[float]) -> bool:
    return all(part >= PALE for part in parts[:3]) or (len(parts) > 3 and parts[3] < FAINT)


def _byte(number: str, whole: int) -> float:
    """`whole`: what a number without a per cent sign is to be taken times."""
    try:
        return float(number[:-1]) * 2.55 if number.endswith("%") else float(number) * whole
    except ValueError:  # "1.2.3"
        return 0
