"""How a contract names its parties: "Maria Svensson (the “Tenant”)", so that either name stands for the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from elenchus.core.llm.terms import words

_NAME: Final = r"(?<![\w.&’'-])(?:[A-ZÀ-Þ][\w.&’'-]{0,40}(?:\s+(?:of|and|de|von|&))?\s+){0,6}[A-ZÀ-Þ][\w&’'-]{0,40}\.?"
_DEFINED: Final = re.compile(
    rf"(?P<name>{_NAME})(?:,[^(“\"]{{0,120}})?\s*,?\s*\(\s*(?:[^\"“”„«()]{{0,40}})?[\"“„«]\s*(?:the |der |die |das |"
    rf"le |la |el )?"
    r"(?P<role>[A-ZÀ-Þ][\w-]+(?: [A-Z][\w-]+)?)\s*[\"”“»]"
)
_ACTING: Final = re.compile(
    r"\b(?:The|the|Each|each|Der|der|Die|die|Le|le|La|la|El|el)\s+(?P<role>[A-ZÀ-Þ][\w-]+)\s+(?:also |then |only |"
    r"hereby )?"
    r"(?:shall|must|may|will|can|cannot|agrees?|undertakes?|grants?|kann|darf|muss|ist verpflichtet|doit|peut|debe|"
    r"deberá|puede|podrá)\b"
)
_TITLE: Final = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|M|Mme|Sr|Sra)\.?\s+")
_COMPANY: Final = frozenset(
    "ltd inc llc plc gmbh ag co corp company limited llp lp sa sas sarl bv nv kg ug se sl".split()
)


@dataclass(frozen=True)
class Naming:
    """`aliases` are a name's own words, in small letters, and the role that it has; `roles` in small letters."""

    aliases: tuple[tuple[tuple[str, ...], str], ...] = ()
    roles: frozenset[str] = frozenset()

    @classmethod
    def of_all(cls, several: Sequence["Naming"]) -> "Naming":
        aliases = dict.fromkeys(alias for one in several for alias in one.aliases)
        return cls(tuple(aliases), frozenset().union(*(one.roles for one in several)))

    def by_role(self, text: str) -> str:
        """With each name, or its last word after a title, as the role."""
        for name, role in self.aliases:
            text = _form(name).sub(rf"the {role.capitalize()}\g<own>", text)
        return text

    def misnames(self, text: str) -> bool:
        """ "Maria Svensson as landlord" where the contract calls her Tenant."""
        roles = {role for _, role in self.aliases}
        for name, role in self.aliases:
            for found in _form(name).finditer(text):
                said = re.match(
                    r",?\s*(?:as|acting as|being|is|\(|=)\s*(?:the\s+)?[\"“(]?(?:the\s+)?([\w-]+)"
                    r"|,\s+the\s+(?P<beside>[\w-]+)(?=,(?! (?:and|or)\b))",
                    text[found.end() :],
                )
                if said and (said[1] or said["beside"]).lower() in roles - {role}:
                    return True
        return False


@lru_cache(maxsize=512)
def _form(name: tuple[str, ...]) -> re.Pattern[str]:
    whole = r"[\s.,]+".join(map(re.escape, name))
    first, last = re.escape(name[0]), re.escape(name[-1])
    parts = whole if len(name) == 1 else rf"{whole}|{_TITLE.pattern}{last}|(?<![\w-]){first}(?:\s+{last})?"
    return re.compile(
        rf"(?:(?:[Tt]he )?{_TITLE.pattern})?\b(?:{parts})(?:,?\s+(?:Ltd|Inc|LLC|plc|GmbH|AG|Corp|"
        rf"S\.?A)\b\.?)?(?P<own>(?:[’']s)?)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=64)
def naming(text: str) -> Naming:
    aliases = []
    for found in _DEFINED.finditer(text):
        name = tuple(word for word in words(_TITLE.sub("", found["name"])) if word not in _COMPANY)
        if name and not found["role"].isupper():
            aliases.append((name, found["role"].lower()))
    acting = frozenset(found["role"].lower() for found in _ACTING.finditer(text))
    return Naming(tuple(aliases), acting | frozenset(role for _, role in aliases))
