"""Who takes part in a contract, by its opening recital. What is not surely a name is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

HEAD = 8_000  # characters in which parties introduce themselves
RECITAL = 2_500  # of the recital that begins with "between"
MOST = 12
MOST_OPENINGS = 20
_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+)?(?:between|among(?:st)?)\b(?:\s+and\s+among)?\s*:?|\b(?:made|entered\s+into)\s+by\b", re.I
)
_RECITAL_END = re.compile(
    r"\bW\s?I\s?T\s?N\s?E\s?S\s?S\s?E\s?T\s?H|\bRECITALS?\b|\bWHEREAS\b|\bNOW,?\s+THEREFORE", re.I
)
_CALLED = re.compile(
    r"\(\s*(?:[^()\"“”]{0,60}?)(?:[\"“”]|‘‘)(?P<role>(?:the\s+)?[A-Z][^\"“”()]{1,50}?)(?:[\"“”]|’’)[^()]{0,120}\)", re.S
)
_NO_ROLE = re.compile(
    r"\b(?:agreement|contract|lease|date|closing|property|premises|party|parties|plan|term|amendment|act|sec|territory|"
    r"products?|services?|shares?|stock)\b",
    re.I,
)
_DESCRIBED = re.compile(
    r"\s*\((?!\w+\)\s+\w)|,?\s+(?:an?|the|with|having|whose|who|which|organi[sz]ed|incorporated|of\s+\d|located|residing|acting|as|on\s+behalf|"
    r"on\s+the\s+one|being|company\s+number|registered|doing\s+business|d/b/a|by\s+and\s+through|and\s+its|"
    r"herein\w*|hereafter|referred|called|known)\b|,\s+(?!and\b)(?-i:[a-z])",
    re.I,
)
_LEADING = re.compile(
    r"^(?:[\s,;:.)]|(?:and|or|between|among|by|the|the\s+undersigned|on\s+the\s+(?:one|other)\s+(?:hand|part)|"
    r"as\s+\w+|\(\d\)|\d\.)(?=[\s,;:]))+",
    re.I,
)
#: Where the next name begins when a piece begins with what is said of the one before.
_NEXT_NAMES = (re.compile(r"[,;]\s*and\s+(?:the\s+)?(?=[A-Z])"), re.compile(r"\b(?:and|by)\s+(?:the\s+)?(?=[A-Z])"))
_SUFFIX = r"(?:inc|ltd|limited|co|company|corp|corporation|llc|llp|lp|l\.p|plc|gmbh|ag|ab|sa|s\.a|nv|n\.v|bv|b\.v)"
_COMPANY = re.compile(rf"\b{_SUFFIX}\.?$", re.I)
_TWO_NAMES = re.compile(
    r"(?i:(?<=\binc\.|\bltd\.)|(?<=\binc|\bltd|\bllc|\bllp|\bplc)|(?<=company|limited)|(?<=corporation)),?\s+and\s+(?=[A-Z])"
)
_ABBREVIATED = re.compile(r"\b(?:inc|ltd|co|corp|jr|sr|bros|\w\.\w)\.$", re.I)
_JOINS_NAMES = frozenset("and of the for de la du von van und et & y".split())


@dataclass(frozen=True, slots=True)
class Named:
    """`place` is where the name stands in the text."""

    name: str
    role: str | None
    place: int


def parties(text: str) -> list[Named]:
    """The first "between" that somebody with a role, or two names, come after."""
    head = text[:HEAD]
    for opening in islice(_BETWEEN.finditer(head), MOST_OPENINGS):
        end = _RECITAL_END.search(head, opening.end())
        recital = head[opening.end() : min(end.start() if end else len(head), opening.end() + RECITAL)]
        if found := [*_called(recital, opening.end())] or [*_plain(recital, opening.end())]:
            return distinct(found)
    return []


def distinct(found: list[Named]) -> list[Named]:
    return list({one.name.casefold(): one for one in reversed(found)}.values())[::-1][:MOST]


def _called(recital: str, at: int) -> Iterator[Named]:
    """Each name is what stands before its role, up to the role before."""
    last = 0
    for called in _CALLED.finditer(recital):
        role = " ".join(called["role"].split()).strip(" ,.").removeprefix("the ")
        if not _NO_ROLE.search(role):
            for name, offset in _names(recital[last : called.start()]):
                yield Named(name, role, at + last + offset)
        last = called.end()


def _plain(recital: str, at: int) -> Iterator[Named]:
    """Two names without roles: companies, or each of more words than one."""
    sentence = re.split(r"(?<=[a-z)])\.\s|\n\s*\n", recital, maxsplit=1)[0][:400]
    joint = re.search(r"\s+and\s+", sentence)
    if joint is None:
        return
    found = [_name(sentence[: joint.start()]), _name(sentence[joint.end() :])]
    if all(name and (_COMPANY.search(name) or " " in name) for name, _ in found):
        yield Named(found[0][0], None, at + found[0][1])
        yield Named(found[1][0], None, at + joint.end() + found[1][1])


def _names(piece: str) -> Iterator[tuple[str, int]]:
    """What a piece names, and where in it: what it begins with, or after an "and" that follows a description."""
    name, offset = _name(piece)
    if not name and (after := _last_of(piece)):
        name, offset = _name(piece[after:])
        offset += after
    for part in _TWO_NAMES.split(name) if name else ():
        yield part.strip(" ,"), offset
        offset = piece.find(part, offset) + len(part)


def _last_of(piece: str) -> int:
    places = ([found.end() for found in pattern.finditer(piece)] for pattern in _NEXT_NAMES)
    return next((found[-1] for found in places if found), 0)


def _name(piece: str) -> tuple[str, int]:
    """The name that a piece begins with, empty when there is none, and where in it."""
    leading = _LEADING.match(piece)
    start = leading.end() if leading else 0
    rest = piece[start:]
    described = _DESCRIBED.search(rest)
    name = " ".join(rest[: described.start() if described else len(rest)].split()).strip(" ,;:")
    name = without_stop(name)
    return (name if is_name(name) else ""), start


def is_name(name: str) -> bool:
    """Every word of it has a capital or a figure, but for those that join names and what companies are called."""
    words = name.replace(",", " ").split()
    good = 2 < len(name) <= 120 and any(map(str.isalpha, name)) and (name[0].isupper() or name[0].isdigit())
    return good and all(word in _JOINS_NAMES or word != word.lower() or _COMPANY.search(word) for word in words)


def without_stop(name: str) -> str:
    """But for the one of an abbreviation."""
    return name if _ABBREVIATED.search(name) else name.rstrip(". ")
