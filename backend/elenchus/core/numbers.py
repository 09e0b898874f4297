"""Numbers in English words."""

from typing import Final

_UNITS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
UNITS: Final = {word: number for number, word in enumerate(_UNITS.split())}
TENS: Final = {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
ORDINALS: Final = {word: number for number, word in enumerate(_ORDINALS.split(), 1)}
SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
