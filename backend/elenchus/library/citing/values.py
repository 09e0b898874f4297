"""What an extracted citation is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Parts = dict[str, str]


class Kind(StrEnum):
    CASE = "case"
    STATUTE = "statute"
    REGULATION = "regulation"
    RULE = "rule"
    CONSTITUTION = "constitution"
    TREATY = "treaty"
    EU_ACT = "eu_act"
    JOURNAL = "journal"
    SHORT_FORM = "short_form"
    ID = "id"


class Sighting(NamedTuple):
    """A citation in the text that the forms see; offsets are not yet those of the given text."""

    start: int
    end: int
    kind: Kind
    jurisdiction: str | None
    normal: str | None
    parts: Parts


@dataclass(frozen=True, slots=True)
class LegalCitation:
    """Something written as a citation. Extracted, not verified: nobody has looked whether the authority exists.

    `start` and `end` are code points of the given text and `text` is exactly that slice: from the first mark of the
    authority to its pin cite, court and year, without the names of the parties.
    `jurisdiction` is a country (`us`, `us-ca`, `gb`, `ca`, `de`, `fr`, `es`), `eu`, `coe` (Council of Europe) or
    `int`, and None where the words fit several.
    `normal` is equal for two citations of one authority, down to the section or article but not to the pin cite; None
    where the words alone do not tell which authority is meant ("Id.", "supra"). Of a list ("§§ 12, 13") it names the
    first. Reports of one case in two series stay two.
    `parts` has what is sure, under: volume, reporter, page, year, court, plaintiff, defendant, number, date, code,
    title, section, pin.
    """

    start: int
    end: int
    text: str
    kind: Kind
    jurisdiction: str | None
    normal: str | None
    parts: Parts = field(default_factory=dict, hash=False)
