"""What a section gave, without what nobody asked for: objects with the quotations that they stand on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from elenchus.library.analysing.paper import Section
from elenchus.library.extracting.material import Cited, Proof, Proven
from elenchus.library.extracting.shapes import Plan, Shape

LONGEST = 8_000  # characters of one text
MOST_QUOTES = 100  # of one object; by rules each value has one
Node = Any  # Record, dict of nodes, list of nodes, or JSON


@dataclass(slots=True)
class Record:
    """`fields` are nodes by their names; what is not there was not found."""

    fields: dict[str, Node]
    cited: tuple[Cited, ...] = ()

    @property
    def quotations(self) -> list[str]:
        """Those that were found word for word."""
        return [each.citation.quote for each in self.cited if each.citation.verified]

    @property
    def is_empty(self) -> bool:
        return not any(map(_says, self.fields.values()))


def _says(node: Node) -> bool:
    match node:
        case Record():
            return not node.is_empty
        case dict():
            return any(map(_says, node.values()))
        case list():
            return bool(node)
    return node is not None


def proofs(plan: Plan, form: Mapping[str, Any], section: Section) -> Iterator[Proof]:
    """Of all objects of a filled form."""
    return _proofs(plan.shape, form, section, plan.quotes)


def _proofs(shape: Shape, said: object, section: Section, quotes: str) -> Iterator[Proof]:
    if isinstance(said, Mapping):
        yield from _own_proofs(said, section, quotes)
        for name, part in shape.parts:
            yield from _proofs(part, said.get(name), section, quotes)
    if isinstance(said, list) and shape.items:
        for item in said:
            yield from _proofs(shape.items, item, section, quotes)


def _own_proofs(said: Mapping[str, Any], section: Section, quotes: str) -> list[Proof]:
    given = said.get(quotes)
    texts = [text.strip() for text in given if isinstance(text, str)] if isinstance(given, list) else []
    return [Proof(text, section) for text in dict.fromkeys(texts) if text][:MOST_QUOTES]


def recorded(plan: Plan, form: Mapping[str, Any], section: Section, proven: Proven) -> Record:
    return _Recording(plan.quotes, section, proven).record(plan.shape, form)


@dataclass(frozen=True, slots=True)
class _Recording:
    quotes: str
    section: Section
    proven: Proven

    def record(self, shape: Shape, said: Mapping[str, Any]) -> Record:
        found = [one for proof in _own_proofs(said, self.section, self.quotes) for one in self.proven[proof]]
        return Record(self._fields(shape, said), distinct(found))

    def _fields(self, shape: Shape, said: Mapping[str, Any]) -> dict[str, Node]:
        nodes = {name: self._node(part, said.get(name)) for name, part in shape.parts}
        return {name: node for name, node in nodes.items() if node is not None}

    def _node(self, shape: Shape, said: object) -> Node:
        if shape.kind == "object":
            return self._fields(shape, said) or None if isinstance(said, Mapping) else None
        if shape.items is not None:
            return self._rows(shape.items, said) if isinstance(said, list) else None
        return _clean(said)

    def _rows(self, shape: Shape, said: list[object]) -> list[Node]:
        if shape.kind == "object":
            rows = [self.record(shape, item) for item in said if isinstance(item, Mapping)]
            return [row for row in rows if not row.is_empty]
        return [node for item in said if (node := self._node(shape, item)) is not None]


def _clean(said: object) -> Node:
    """Models write nothing for what they have not found."""
    if isinstance(said, str):
        return said.strip()[:LONGEST] or None
    return said


def distinct(cited: list[Cited]) -> tuple[Cited, ...]:
    return tuple({(each.document_id, each.citation.start_char, each.citation.quote): each for each in cited}.values())
