"""A paper before a court: whether it is one, which side it is on, and who the parties in its caption are.

A caption is laid out in lines: a name, what it is called, "v.", a name, what it is called. Whatever does not have this
form, such as one whose right column has run into the left, names nobody.
"""

import re
from collections.abc import Iterator, Sequence

from elenchus.library.analysing.rules.parties import Named, distinct, is_name, without_stop

HEAD = 4_000  # characters
COURT_HEAD = 3_000
MOST_LINES = 8  # of one side's name
LEADING_LINES = 60  # that say something before the "v."; further down a case is cited
_COURT = re.compile(
    r"^[ \t]*(?:in[ \t]+the[ \t]+)?(?:[\w.]+[ \t]+){0,7}?courts?(?:[ \t]+of[ \t]+\w+(?:[ \t]+pleas)?)?"
    r"(?:[ \t,]+(?:of|for)\b[^\n]{0,60})?[ \t]*,?[ \t]*$",
    re.I | re.M,
)
_VERSUS = re.compile(r"^[ \t)(]*[-–—]?\s?(?:v|vs|versus)\b[.,]?\s?[-–—]?[ \t)(]*$", re.I)
_ROLE = re.compile(
    r"\b(?:cross-?\s?)?(?:plaintiff|defendant|appellant|appellee|petitioner|respondent|claimant|applicant|debtor|"
    r"intervenor)s?\b",
    re.I,
)
_ONLY_ROLES = re.compile(rf"(?:{_ROLE.pattern}|and|in\s+error|[\s,./–—-])+", re.I)
_NOT_A_NAME = re.compile(
    r"\b(?:no|nos|case|docket|appeal|court|district\s+of|circuit|division|judge|honorable|filed|term|before|for\s+the|civil|"
    r"certiorari)\b|\d{2,}|@",
    re.I,
)
_SAID_OF = re.compile(
    r",\s*(?:in\s+(?:his|her|its|their)\s+(?:official|individual|personal|capacit)|individually|on\s+behalf|by\s+and\s+through"
    r"|an?\s+\w+|as\s+\w+|et\s+al\b|solely)|\s+et\s+al\b",
    re.I,
)
_IN_CAPITALS = re.compile(r"(?P<one>[^\d]{2,90}?),?\s+(?:v|vs)\.\s*(?P<other>[^\d]{0,90})")


def is_of_court(text: str) -> bool:
    """Its caption names a court, on a line of its own."""
    return bool(_COURT.search(text[:COURT_HEAD]))


def parties(text: str) -> list[Named]:
    head = text[:HEAD]
    lines = [*_lines(head)]
    for index, (line, at) in enumerate(lines[:LEADING_LINES]):
        if _VERSUS.match(line):
            left, right = _above(lines[:index]), _below(lines[index + 1 :])
            return distinct([*left, *right]) if left and right else []
        if named := _in_capitals(line, *lines[index + 1 : index + 2], at=at):
            return named
    return []


def _in_capitals(line: str, *following: tuple[str, int], at: int) -> list[Named]:
    """The caption of a report: "TARRANT WATER DISTRICT v." and, perhaps on the next line, "HERRMANN ET AL."."""
    found = _IN_CAPITALS.fullmatch(line)
    if found is None or not found["one"].isupper():
        return []
    other, place = (found["other"], at) if found["other"] else following[0] if following else ("", at)
    if not other.isupper() or _NOT_A_NAME.search(found["one"]) or _NOT_A_NAME.search(other):
        return []
    left, right = _named([(found["one"], at)], ""), _named([(other, place)], "")
    return distinct([*left, *right]) if left and right else []


def _lines(head: str) -> Iterator[tuple[str, int]]:
    """Those that say something, without the rules between the columns, and where they begin."""
    at = 0
    for raw in head.splitlines(keepends=True):
        line = raw.strip(" \t\r\n\f)(|:_")
        if line:
            yield line, at + raw.find(line)
        at += len(raw)


def _above(lines: Sequence[tuple[str, int]]) -> list[Named]:
    """Upwards from "v.": the role, then the name up to what is none."""
    role, taken = "", list[tuple[str, int]]()
    for line, at in reversed(lines):
        if not role:
            rest, role = _role_at_end(line)
            if not role:
                return []
            line = rest
        if line:
            if _NOT_A_NAME.search(line) or len(taken) == MOST_LINES:
                break
            taken.insert(0, (line, at))
    return _named(taken, role)


def _below(lines: Sequence[tuple[str, int]]) -> list[Named]:
    taken: list[tuple[str, int]] = []
    for line, at in lines[:MOST_LINES]:
        rest, role = _role_at_end(line)
        if rest and _NOT_A_NAME.search(rest):
            return []
        if rest:
            taken.append((rest, at))
        if role:
            return _named(taken, role)
    return []


def _role_at_end(line: str) -> tuple[str, str]:
    """The line without its role, and the role: "Ada Miller, Appellant," or a line of nothing else."""
    if _ONLY_ROLES.fullmatch(line):
        return "", _clean(line)
    for comma in re.finditer(",", line):
        if _ONLY_ROLES.fullmatch(line, comma.end()):
            return line[: comma.start()], _clean(line[comma.end() :])
    return line, ""


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(" ,.;")


def _named(taken: Sequence[tuple[str, int]], role: str) -> list[Named]:
    """Nobody, when one of them is surely no name."""
    if not taken:
        return []
    place, found = taken[0][1], list[Named]()
    for piece in " ".join(line for line, _ in taken).split(";"):
        said = _SAID_OF.search(piece)
        name = without_stop(" ".join(piece[: said.start() if said else None].split()).strip(" ,"))
        if not is_name(name):
            return []
        found.append(Named(name, role or None, place))
    return found
