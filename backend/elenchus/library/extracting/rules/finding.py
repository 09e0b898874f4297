"""Without a language model: sentences that speak of what is asked by its words, and what they say by its form.

It fills in the same form as a model does, so that what it found is looked up and laid out in the same way.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from elenchus.core import at_once
from elenchus.core.llm import extractive
from elenchus.core.llm.base import Source
from elenchus.core.llm.terms import folded, frame_terms, related, terms
from elenchus.library.analysing.paper import Passage as Part
from elenchus.library.analysing.paper import Section
from elenchus.library.extracting.material import Material
from elenchus.library.extracting.reading import Read
from elenchus.library.extracting.rules import naming
from elenchus.library.extracting.rules.picking import Asked, picked
from elenchus.library.extracting.shapes import ROWS, Plan, Shape

NOTE = (
    "Found by rules, without a language model: sentences that say the words of what is asked, word for word, and the "
    "days and figures in them. What is put in other words is not found, and nothing here weighs what it means."
)
NOT_FOLLOWED = "Rules follow no instructions; those that were given had no effect."
PASSAGES = 8  # in which a value is looked for
MOST_ROWS = 20
MOST_WORDS = 60  # of what is asked for at once
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


async def read(plan: Plan, material: Material, *, instructions: str) -> tuple[Read, list[str]]:
    paper = material.paper
    whole = Section(1, 0, len(paper.text), paper.pages_of(0, len(paper.text)), ())
    form = await _Ruling(plan, material).whole()
    return (whole, form), [NOTE, *([NOT_FOLLOWED] if instructions.strip() else [])]


@dataclass(slots=True)
class _Found:
    """Values by their names, and the sentences that they were read from."""

    values: dict[str, Any] = field(default_factory=dict)
    quotes: list[str] = field(default_factory=list)


_Said = tuple[Any, list[str]]  # a value, and the sentences that it was read from


@dataclass(frozen=True, slots=True)
class _Ruling:
    plan: Plan
    material: Material

    async def whole(self) -> dict[str, Any]:
        found = await self._object(self.plan.shape, "")
        return {self.plan.quotes: found.quotes, **found.values}

    async def _object(self, shape: Shape, about: str) -> _Found:
        """Each of its properties is a search of its own."""
        most = self.material.searches_at_once
        said = await at_once.each(shape.parts, partial(self._property, about), most=most)
        found = _Found()
        for (name, _), one in zip(shape.parts, said, strict=True):
            if one is not None:
                found.values[name] = one[0]
                found.quotes += one[1]
        return found

    async def _property(self, about: str, named: tuple[str, Shape]) -> _Said | None:
        name, part = named
        asked = _words(about, name, part)
        if part.kind == "object":
            found = await self._object(part, asked)
            return found.values, found.quotes
        if part.items is not None:
            return await self._list(part.items, Asked(_split(name), _words(asked, "", part.items)))
        one = await asyncio.to_thread(picked, part, await self._sentences(asked), Asked(_split(name), asked))
        return one and (one[0], [one[1]])

    async def _sentences(self, asked: str) -> list[str]:
        parts = await self.material.passages(asked, limit=PASSAGES)
        return await asyncio.to_thread(_answering, asked, parts)

    async def _list(self, shape: Shape, asked: Asked) -> _Said:
        if naming.wants_parties(asked.words, shape):
            return await asyncio.to_thread(naming.named, self.material.paper, shape, self.plan.quotes), []
        return await self._rows(shape, asked)

    async def _rows(self, shape: Shape, asked: Asked) -> _Said:
        """One for each passage that speaks of it."""
        if not terms(asked.words):
            asked = Asked("", _words("", " ".join(name for name, _ in shape.parts), shape))
        parts = await self.material.passages(asked.words, limit=MOST_ROWS)
        said = [await asyncio.to_thread(self._row, shape, part, asked) for part in parts]
        rows = [row for row in said if row is not None]
        return [value for value, _ in rows], [quote for _, quotes in rows for quote in quotes]

    def _row(self, shape: Shape, part: Part, asked: Asked) -> _Said | None:
        """An object has its quotations itself."""
        sentences = [each for each in _answering(asked.words, [part]) if _names(each, asked.name)]
        if not sentences or shape.kind == "array":
            return None
        if shape.kind == "object":
            record = self._record(shape, part, sentences, asked.words)
            return (record, []) if record else None
        found = picked(shape, sentences, asked)
        return found and (found[0], [found[1]])

    def _record(self, shape: Shape, part: Part, sentences: Sequence[str], about: str) -> dict[str, Any] | None:
        """Its own values by their own words; when no text has any, the first one is the sentence that brought it."""
        row = _Found()
        for name, one in shape.parts:
            if one.kind == "value" and (found := self._picked(Asked(name, about), one, part, sentences)):
                row.values[name] = found[0]
                row.quotes.append(found[1])
        if not any(_is_prose(one) and name in row.values for name, one in shape.parts):
            for name in [name for name, one in shape.parts if _is_prose(one)][:1]:
                row.values[name] = folded(sentences[0])
                row.quotes.append(sentences[0])
        return {self.plan.quotes: row.quotes, **row.values} if row.values else None

    def _picked(self, asked: Asked, shape: Shape, part: Part, sentences: Sequence[str]) -> tuple[Any, str] | None:
        """A day or a figure may stand in the sentence that brought the passage without a word of its own."""
        own = _answering(_words("", asked.name, shape), [part])
        asked = Asked(_split(asked.name), _words(asked.words, asked.name, shape))
        return picked(shape, own if _is_prose(shape) else [*own, *sentences], asked)


def _is_prose(shape: Shape) -> bool:
    return shape.kind == "value" and not shape.format and not shape.choices and shape.types <= {"string"}


def _answering(asked: str, parts: Sequence[Part]) -> list[str]:
    """Sentences long enough to prove anything, best first. Blocks."""
    from elenchus.library.quoting.verifying import is_too_short

    found = extractive.find(asked, [Source("", part.text) for part in parts])
    return [each.sentence.text for each in found if not is_too_short(each.sentence.text)]


def _names(sentence: str, name: str) -> bool:
    """Or what the list is called has nothing to name it by."""
    wanted = frozenset(terms(name)) - frame_terms()
    return not wanted or not wanted.union(*map(related, wanted)).isdisjoint(terms(sentence))


def _split(name: str) -> str:
    return "" if name == ROWS else " ".join(_PIECES.findall(name))


def _words(about: str, name: str, shape: Shape) -> str:
    """What is asked, as one would ask for it."""
    said = f"{about} {_split(name)} {shape.words}".split()
    return " ".join(dict.fromkeys(said[:MOST_WORDS]))
