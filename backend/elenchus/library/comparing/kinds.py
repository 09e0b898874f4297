"""Of which kind a difference is: what turns a clause's meaning is told by its name.

A number in words is the number in figures. Negations and modal verbs are those of English, German, French and Spanish;
parties are those that the texts introduce, and the usual roles.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from elenchus.core.numbers import ORDINALS, SCALES, TENS, UNITS
from elenchus.library.analysing.rules.parties import parties
from elenchus.library.quoting.nearest import Change, Token, tokens

LONG_PASSAGE: Final = 12  # words that one side has more: a sentence, of which its "not" is no difference by itself

_VALUES: Final = {
    **{word: str(number) for word, number in (UNITS | TENS | ORDINALS | SCALES).items()},
    **{f"{number}{ending}": str(number) for number in range(1, 32) for ending in ("st", "nd", "rd", "th")},
}
_MONTHS: Final = frozenset(
    """january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août
    septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
    diciembre""".split()
)
_AMBIGUOUS_MONTHS: Final = frozenset({"may", "march", "mars", "mai"})
_YEAR: Final = re.compile(r"(?:1[89]|20|21)\d\d")
_DATE: Final = re.compile(r"\d{1,4}[./]\d{1,2}[./]\d{2,4}")
_ISO: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_FIGURE: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_NEGATIONS: Final = frozenset(
    "non nicht kein keine keinen keinem keiner keines nie niemals ohne ne pas jamais sans aucun aucune nunca sin "
    "ningún ninguna ninguno".split()
)
_PREFIXES: Final = ("non", "un", "in", "im", "ir", "il", "dis")
_MODALS: Final = frozenset(
    """shall must may can could should would will might obliged obligated required entitled permitted muss müssen
    darf dürfen kann können soll sollen doit doivent peut peuvent devra pourra debe deben deberá puede pueden podrá
    """.split()
)
_ROLES: Final = frozenset(
    """party parties tenant landlord lessor lessee sublessee buyer seller purchaser vendor supplier customer client
    licensor licensee sublicensee company contractor subcontractor consultant employer employee lender borrower
    guarantor distributor manufacturer agent principal franchisor franchisee owner operator provider recipient
    discloser investor shareholder publisher author sponsor assignor assignee mortgagor mortgagee pledgor
    pledgee issuer trustee servicer
    """.split()
)

Names = frozenset[str]


def names_of(*texts: str) -> Names:
    """Words for parties in small letters: of names only those that start with a capital and are no company's ending."""
    named = [one for text in texts for one in parties(text)]
    said = " ".join(f"{one.name} {one.role or ''}" for one in named)
    words = re.findall(r"\b[A-Z][\w&]{2,}", said)
    return _ROLES | {word.lower() for word in words} - _NO_NAMES


_NO_NAMES: Final = frozenset(
    "inc ltd llc llp corp corporation limited gmbh plc the and agreement group holdings international".split()
)


def kinds(change: Change, around: tuple[str, str], names: Names) -> list[str]:
    """What turns the meaning first; at least one. `change.quote` is the right side. `around` is what stands there on
    the left and on the right, with the words before and after."""
    right, left = change.quote, change.source
    if (not left or not right) and len(_worded(left or right)) > LONG_PASSAGE:
        return ["missing" if left else "added"]
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("number", lambda: set(_numbers(left)) != set(_numbers(right)) and not _is_said_twice(change, around)),
        ("negation", lambda: _negations(left) != _negations(right) or _is_opposite(left, right)),
        ("modal", lambda: _said(left, _MODALS) != _said(right, _MODALS)),
        ("party", lambda: _is_another_party(left, right, names)),
    )
    found = [kind for kind, differs in tests if differs()]
    if "number" in found or _said(left, _MONTHS) != _said(right, _MONTHS):
        found = _dated(found, left, right, " ".join(around))
    return found or [change.kind if change.kind not in {"number", "negation"} else _plain(change)]


def _plain(change: Change) -> str:
    return "changed" if change.quote and change.source else "added" if change.quote else "missing"


def _worded(side: Sequence[Token]) -> list[Token]:
    return [token for token in side if token.key[:1].isalnum()]


def _numbers(side: Sequence[Token]) -> Iterator[str]:
    for token in side:
        if _FIGURE.fullmatch(token.key):
            yield token.key.replace(",", "").rstrip(".")
        elif Change((token,), ()).kind == "number":
            yield _VALUES.get(token.key, token.key)


def _is_said_twice(change: Change, around: tuple[str, str]) -> bool:
    """ "thirty (30) days" has become "30 days": only one side says it here, and it says it again right beside."""
    if set(_numbers(change.source)) and set(_numbers(change.quote)):
        return False
    side, there = (change.source, around[0]) if set(_numbers(change.source)) else (change.quote, around[1])
    said = Counter(_numbers(tokens(there, 0)))
    return all(said[number] > count for number, count in Counter(_numbers(side)).items())


def _negations(side: Sequence[Token]) -> Counter[bool]:
    return Counter(_negates(token) for token in side if _negates(token))


def _negates(token: Token) -> bool:
    return token.key in _NEGATIONS or Change((token,), ()).kind == "negation"


def _is_opposite(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """ "lawful" and "unlawful"."""
    if len(left) != 1 or len(right) != 1:
        return False
    one, other = sorted((left[0].key, right[0].key), key=len)
    return len(one) > 3 and any(other == prefix + one for prefix in _PREFIXES)


def _said(side: Sequence[Token], words: frozenset[str]) -> Counter[str]:
    said = (token.key.removesuffix("'s").rstrip("'") for token in side)
    return Counter(word for word in said if word in words)


def _is_another_party(left: Sequence[Token], right: Sequence[Token], names: Names) -> bool:
    ours, theirs = _said(left, names), _said(right, names)
    return bool(ours and theirs) and set(ours) != set(theirs)


def _dated(found: list[str], left: Sequence[Token], right: Sequence[Token], around: str) -> list[str]:
    """A number beside a month, a year on both sides, a day written in figures: it is the date that differs."""
    both = (*left, *right)
    months = {token.key for token in both if token.key in _MONTHS and token.text[:1].isupper()}
    beside = {word.lower() for word in re.findall(r"[A-ZÀ-Þ][^\W\d_]+", around)} & _MONTHS
    is_dated = (
        bool(months - _AMBIGUOUS_MONTHS)
        or (bool(beside) and any(token.key[:1].isdigit() for token in both))
        or any(_DATE.fullmatch(token.key) for token in both)
        or _ISO.search(around) is not None
        or (bool(left and right) and all(_years(side) for side in (left, right)))
    )
    if not is_dated:
        return found
    return ["date", *(kind for kind in found if kind not in {"number", "modal"} or (kind == "modal" and not months))]


def _years(side: Sequence[Token]) -> bool:
    return any(_YEAR.fullmatch(token.key) for token in side)
