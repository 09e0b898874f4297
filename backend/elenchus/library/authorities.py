"""Which authorities a text cites, and whether the library holds a passage that cites the same.

That the library mentions an authority says nothing about what the authority holds, or whether it is still good law.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from elenchus.core.principal import Principal
from elenchus.library.retrieval import retrieve
from elenchus.library.schemas import MAX_QUERY, SearchMode

if TYPE_CHECKING:
    from elenchus.library.citing.values import LegalCitation

MOST_AUTHORITIES = 40  # of one text that are told
MOST_SEARCHED = 8  # of those that its own sources do not cite: each costs a search of the library, some 20 ms
PASSAGES = 10
_NUMBER = re.compile(r"\d+")


class Presence(StrEnum):
    """`unchecked`: nobody has looked, or more passages have its numbers than were looked at."""

    IN_LIBRARY = "in_library"
    NOT_IN_LIBRARY = "not_in_library"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Cited:
    text: str
    kind: str
    presence: Presence

    def row(self) -> dict[str, str | bool]:
        """As the wire has it; what was not checked is not in the library as far as anybody knows."""
        is_in = self.presence is Presence.IN_LIBRARY
        return {"text": self.text, "kind": self.kind, "in_library": is_in, "status": self.presence}


async def cited_authorities(principal: Principal, text: str, known: Sequence[str] = ()) -> list[Cited]:
    """Each once, in the order of the text; `known` are texts of the library that are at hand already."""
    wanted = (await asyncio.to_thread(_distinct, text))[:MOST_AUTHORITIES]
    at_hand = await asyncio.to_thread(lambda: [_is_cited(one, known) for one in wanted])
    searched = [number for number, is_known in enumerate(at_hand) if not is_known][:MOST_SEARCHED]
    found = await asyncio.gather(*(_presence(principal, wanted[number]) for number in searched))
    presences = [Presence.IN_LIBRARY if is_known else Presence.UNCHECKED for is_known in at_hand]
    for number, presence in zip(searched, found, strict=True):
        presences[number] = presence
    return [Cited(one.text, one.kind, presence) for one, presence in zip(wanted, presences, strict=True)]


async def _presence(principal: Principal, wanted: "LegalCitation") -> Presence:
    hits = await retrieve(principal, wanted.text[:MAX_QUERY], limit=PASSAGES, mode=SearchMode.LEXICAL)
    texts = [passage.text for passage in hits.passages]
    if await asyncio.to_thread(_is_cited, wanted, texts):
        return Presence.IN_LIBRARY
    are_all_likely = len(texts) == PASSAGES and len(_likely(wanted, texts)) == PASSAGES
    return Presence.UNCHECKED if are_all_likely else Presence.NOT_IN_LIBRARY


def _distinct(text: str) -> "list[LegalCitation]":
    """ "Id." and a short form whose case stays open name nothing of their own."""
    from elenchus.library.citing.extraction import citations

    found: dict[str, LegalCitation] = {}
    for one in citations(text):
        if one.normal or one.kind not in {"id", "short_form"}:
            found.setdefault(one.normal or one.text, one)
    return list(found.values())


def _is_cited(wanted: "LegalCitation", texts: Sequence[str]) -> bool:
    """Only a text that has the numbers of the citation is read closely."""
    from elenchus.library.citing.extraction import citations

    key = wanted.normal or wanted.text
    return any(key == (one.normal or one.text) for text in _likely(wanted, texts) for one in citations(text))


def _likely(wanted: "LegalCitation", texts: Sequence[str]) -> list[str]:
    numbers = set(_NUMBER.findall(wanted.normal or wanted.text))
    return [text for text in texts if numbers <= set(_NUMBER.findall(text))]
