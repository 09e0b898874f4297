"""Parties, which contracts and captions name once and in usual forms: for a list of them that wants names."""

from collections.abc import Iterator
from typing import Any

from elenchus.core.llm.terms import terms
from elenchus.library.analysing.paper import Paper
from elenchus.library.analysing.rules import captions
from elenchus.library.analysing.rules.kinds import kind_of
from elenchus.library.analysing.rules.lines import Line, line_at, lines
from elenchus.library.analysing.rules.parties import parties
from elenchus.library.extracting.bearing import is_borne
from elenchus.library.extracting.shapes import Shape

NAME, ROLE = "name", "role"


def wants_parties(name: str, shape: Shape) -> bool:
    """`shape` is an entry's of the list of this name."""
    return not frozenset(terms("party parties")).isdisjoint(terms(name)) and NAME in dict(shape.parts)


def named(paper: Paper, shape: Shape, quotes: str) -> list[dict[str, Any]]:
    """Rows whose sentence says them; empty when none are named in the usual forms. Blocks."""
    known = lines(paper)
    naming = captions.parties if kind_of(paper.text, known).is_of_court else parties
    parts, rows = dict(shape.parts), []
    for one in naming(paper.text):
        line = line_at(known, one.place)
        values = {NAME: one.name, ROLE: one.role} if ROLE in parts else {NAME: one.name}
        for quote in _quotes(paper, known, line) if line else ():
            if is_borne(parts[NAME], one.name, [quote]):
                rows.append({quotes: [quote], **{key: value for key, value in values.items() if value}})
                break
    return rows


def _quotes(paper: Paper, known: list[Line], line: Line) -> Iterator[str]:
    """The sentence, or with the one after it where a stop within the name has cut it."""
    from elenchus.library.quoting.verifying import is_too_short

    following = line_at(known, line.end)
    whole = paper.text[line.start : following.end] if following else line.text
    if not is_too_short(line.text):
        yield paper.text[line.start : line.end]
    yield whole
