"""Whether a quotation begins and ends where a word or a number does.

Not at the "able" of "unable", the "exclusive" of "non-exclusive", the "can" of "can't", the "5" of "1.5", of "-5" or of
"5%". A word that a line's end divides is one word, also when a running footer stands between its halves.
"""

import re
from collections.abc import Callable
from typing import Final

from elenchus.library.quoting.folding import is_seen

NEAR: Final = 40  # characters to either side
FAR: Final = 4_000  # where those say nothing: over the footer of a page and the header of the next
ENOUGH: Final = 8
_LINE: Final = "\n\r\x0b\x0c\x85\u2028\u2029"
_SAME: Final = str.maketrans(dict.fromkeys("‐‑‒–", "-") | dict.fromkeys("‘’ʼ`´", "'"))
_MINUS: Final = "−"
_SOFT: Final = "\u00ad"
_WORD: Final = r"(?:(?![\u3000-\uabff\uf900-\ufaff])[^\W_]|[\u0300-\u036f])"  # of scripts that part words by spaces
_POINT: Final = r"[.,:/'\u2044^]"
_GROUP: Final = r"(?:(?<=[\u00a0\u2009\u202f])\d{3}|(?<= )0\d\d)(?!\d)"  # of "12 500", of "12 000"
_EMPTY_LINE: Final = re.compile(r"\n[^\S\n\f]*\n")
_STARTS_WORD: Final = re.compile(_WORD)
_ENDS_WORD: Final = re.compile(rf"{_WORD}\Z")
_SUSPENDED: Final = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o)\s", re.IGNORECASE)  # "pre- and post-closing"
_ELIDED: Final = re.compile(r"(?<![^\W_])(?:[cdjlmst]|(?:jus|lors|puis)?qu)'\Z", re.IGNORECASE)  # but "n'" negates
_LIST_DASH: Final = re.compile(r"(?:^|[\n\f])[^\S\n]*-\Z")
_NUMBER_GOES_ON: Final = re.compile(rf"{_POINT}\d|[%‰°²³]|[\u00a0\u2009\u202f ]{_GROUP}")


def beside(text: Callable[[int, int], str], start: int, end: int, length: int) -> tuple[str, str]:
    """What is seen before and behind a slice of a text of that length."""
    before = after = ""
    for reach in (NEAR, FAR):
        if len(before.strip()) < ENOUGH:
            before = _seen(text(max(start - reach, 0), start))
        if len(after.strip()) < ENOUGH:
            after = _seen(text(end, min(end + reach, length)))
    return before, after


def begins_whole(before: str, said: str, *, with_dash: bool) -> bool:
    """`before` is what stands before what is quoted; `with_dash` when the quotation shows the dash there."""
    stem = before.rstrip()
    gap = before[len(stem) :]
    if _is_divided(stem, gap, said):
        return False
    if not _STARTS_WORD.match(said):
        return bool(gap) or not re.search(rf"\d{_POINT}\d", stem[-1:] + said[:2].translate(_SAME))
    if not gap and (_ENDS_WORD.search(stem) or _is_contracted(stem)):
        return False
    return not said[0].isdecimal() or _begins_number(before, stem, said, with_dash=with_dash)


def _is_divided(stem: str, gap: str, said: str) -> bool:
    """A hyphen that follows its word at once, and then the line ended or nothing came."""
    if stem[-1:] not in {"-", _SOFT} or not _ENDS_WORD.search(stem[:-1]):
        return False
    is_suspended = bool(gap) and not set(gap) & set(_LINE) and _SUSPENDED.match(said)
    return not is_suspended and not _ends_paragraph(gap)


def _ends_paragraph(gap: str) -> bool:
    """Between pages there are always empty lines."""
    return "\f" not in gap and _EMPTY_LINE.search(gap) is not None


def _is_contracted(stem: str) -> bool:
    return stem.endswith("'") and _ENDS_WORD.search(stem[:-1]) is not None and not _ELIDED.search(stem)


def _begins_number(before: str, stem: str, said: str, *, with_dash: bool) -> bool:
    """Its sign, its currency and its other digits belong to it."""
    beside = before[-1:]
    if re.search(rf"\d{_POINT}\Z", before) or _is_sign(beside) or re.search(rf"\d\s{_GROUP}", before[-2:] + said[:4]):
        return False
    if stem[-1:] == _MINUS:
        return with_dash
    if not stem.endswith("-") or stem.endswith("--") or _ends_paragraph(before[len(stem) :]):
        return True
    return with_dash or (not beside.strip() and _LIST_DASH.search(stem) is not None)


def _is_sign(character: str) -> bool:
    return character != "" and (character in "$€£¥₹¢#~±+<>=≤≥≈×÷^" or "\u20a0" <= character <= "\u20cf")


def ends_whole(said: str, after: str, *, with_dash: bool) -> bool:
    said = said[-2:].translate(_SAME)
    if not _ENDS_WORD.search(said):
        return re.search(rf"\d{_POINT}\d", said + after[:1]) is None
    if _STARTS_WORD.match(after) or re.match(rf"'{_WORD}", after):
        return False
    if said[-1].isdecimal() and _NUMBER_GOES_ON.match(after):
        return False
    return with_dash or not _goes_on(after)


def _goes_on(after: str) -> bool:
    if after[:1] not in {"-", _SOFT}:
        return False
    rest = after[1:].lstrip()
    gap = after[1 : len(after) - len(rest)]
    return _STARTS_WORD.match(rest) is not None and not _ends_paragraph(gap)


def _seen(text: str) -> str:
    return "".join(filter(is_seen, text)).translate(_SAME)
