"""Numbers in words as digits, so that "thirty (30) days" and "30 days" read the same."""

import re
from typing import Final

from elenchus.core.numbers import ORDINALS, TENS, UNITS

_UNITS_ELSEWHERE: Final = (  # from two on
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn",
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
)  # fmt: skip
_TENS_ELSEWHERE: Final = (
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "vingt trente quarante cinquante soixante",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
)
_WORDS: Final[dict[str, int]] = {
    **{word: n for word, n in UNITS.items() if n > 1},
    **TENS,
    **{word: n for row in _UNITS_ELSEWHERE for n, word in enumerate(row.split(), 2)},
    **{word: 10 * n for row in _TENS_ELSEWHERE for n, word in enumerate(row.split(), 2)},
    "twenty-first": 21, "thirtieth": 30, "thirty-first": 31,
    **{f"{ten}-{one}": tens + n for ten, tens in TENS.items() for one, n in UNITS.items() if 1 <= n <= 9},
    "hundred": 100, "hundert": 100, "cent": 100, "cien": 100,
}  # fmt: skip
_SCALE: Final = {"hundred": 100, "thousand": 1_000, "tausend": 1_000, "mille": 1_000, "mil": 1_000}
_ONE_OF_THEM: Final = "|".join(sorted({*_WORDS, *_SCALE, "one"}, key=len, reverse=True))
_SPELLED: Final = re.compile(rf"\b(?:{_ONE_OF_THEM})(?:(?:\s+and)?[\s]+(?:{_ONE_OF_THEM}))*\b", re.IGNORECASE)
_SPELLED_ORDINAL: Final = re.compile(
    rf"\b({'|'.join(ORDINALS)})(?=\s+(?:(?:business|working|calendar)\s+)?(?:day|month|year|week|anniversary)\b)",
    re.IGNORECASE,
)
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_FRACTION: Final = re.compile(
    rf"\b(?P<count>one|two|three|four)-(?P<part>{'|'.join(_PARTS)})s?(?!\w|-)|\btwo (?P<thirds>thirds)\b", re.IGNORECASE
)
_TWICE: Final = re.compile(r"\b(\d[\d.,]*)\s*\(\s*\1\s*\)")
_DAY_FIVE: Final = re.compile(r"\bday (\d+)\b", re.IGNORECASE)
#: Of the answer and not of the source: "two exceptions apply".
_COUNTED: Final = re.compile(
    r"\s+(?:\w+\s+)?(?:exceptions?|points?|conditions?|cases?|ways?|options?|requirements?|reasons?|steps?|aspects?|"
    r"issues?|questions?|elements?|scenarios?|things|parts|respects|situations?|sources?|clauses?|provisions?|kinds?|"
    r"types?|"
    r"parties|things|limits?|exclusions?|rules?|rights?|obligations?|consequences?|answers?|passages?|Punkte|Fälle|"
    r"Voraussetzungen|exceptions|cas|puntos|casos)\b",
    re.IGNORECASE,
)  # fmt: skip


def in_digits(text: str) -> str:
    text = _SPELLED_ORDINAL.sub(lambda found: f"{ORDINALS[found[1].lower()]}th", text)
    text = _SPELLED.sub(_digits, _FRACTION.sub(_share, text))
    return _DAY_FIVE.sub(r"\1th day", _TWICE.sub(r"\1", text))


def _share(found: re.Match[str]) -> str:
    """In per cent, as it is also said."""
    count, part = (found["count"] or "two").lower(), _PARTS[(found["part"] or "third").lower()]
    return f"{100 * ({'one': 1} | _WORDS)[count] / part:.4g}%"


def _digits(found: re.Match[str]) -> str:
    value, whole = 0, 0
    words = [word for word in re.split(r"\s+", found[0].lower()) if word != "and"]
    if words == ["one"] or (len(words) == 1 and words[0] in {"cent", "mil", "once"}):
        return found[0]
    if len(words) == 1 and _COUNTED.match(found.string, found.end()):
        return found[0]
    for word in words:
        if word in _SCALE:
            value = max(value, 1) * _SCALE[word]
            whole, value = (whole + value, 0) if _SCALE[word] > 100 else (whole, value)
        else:
            value += 1 if word == "one" else _WORDS[word]
    return str(whole + value)
