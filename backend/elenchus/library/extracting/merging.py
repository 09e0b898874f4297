"""What the sections gave as one: lists joined, and of single values the first that is proven, else the first.

That sections contradict each other is told, with what each stands on.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from elenchus.library.extracting.bearing import is_borne, words
from elenchus.library.extracting.material import Cited
from elenchus.library.extracting.records import MOST_QUOTES, Node, Record, distinct
from elenchus.library.extracting.shapes import Shape, below

MOST_ROWS = 2_000  # of one list
Given = tuple[dict[str, Node], Record]


@dataclass(frozen=True, slots=True)
class Contradiction:
    path: str
    values: tuple[Node, ...]
    cited: tuple[Cited, ...]


@dataclass(slots=True)
class Merged:
    whole: Record
    contradictions: list[Contradiction]
    left_out: dict[str, int]  # rows, by the list's path


def merged(shape: Shape, records: Sequence[Record]) -> Merged:
    merging = _Merging()
    fields = merging.fields(shape, [(record.fields, record) for record in records], "")
    used = [record for record in records if id(record) in merging.used]
    cited = distinct([one for record in used for one in record.cited])[:MOST_QUOTES]
    return Merged(Record(fields, cited), merging.contradictions, merging.left_out)


@dataclass(slots=True)
class _Merging:
    """`used` are the sections' wholes that a value was taken from, or that say the same."""

    used: set[int] = field(default_factory=set)
    contradictions: list[Contradiction] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def fields(self, shape: Shape, given: Sequence[Given], path: str) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for name, part in shape.parts:
            own = [(fields[name], record) for fields, record in given if fields.get(name) is not None]
            if own:
                found[name] = self._part(part, own, below(path, name))
        return found

    def _part(self, shape: Shape, own: list[tuple[Node, Record]], path: str) -> Node:
        if shape.kind == "object":
            return self.fields(shape, own, path)
        if shape.kind == "array":
            return self._joined(own, path)
        return self._chosen(shape, own, path)

    def _joined(self, own: list[tuple[Node, Record]], path: str) -> list[Node]:
        rows: dict[Hashable, Node] = {}
        for items, record in own:
            for item in items:
                self._take(rows, item, record)
        if len(rows) > MOST_ROWS:
            self.left_out[path] = len(rows) - MOST_ROWS
        return [*rows.values()][:MOST_ROWS]

    def _take(self, rows: dict[Hashable, Node], item: Node, record: Record) -> None:
        if not isinstance(item, Record):  # it stands on what the whole does
            self.used.add(id(record))
        known = rows.setdefault(key(item), item)
        if known is not item and isinstance(known, Record):
            known.cited = distinct([*known.cited, *item.cited])[:MOST_QUOTES]

    def _chosen(self, shape: Shape, own: list[tuple[Node, Record]], path: str) -> Node:
        borne = [pair for pair in own if is_borne(shape, pair[0], pair[1].quotations)]
        value, source = (borne or own)[0]
        others: list[tuple[Node, Record]] = []
        for other, record in own:
            if _agree(value, other):
                self.used.add(id(record))
            elif all(not _agree(other, each) for each, _ in others):
                others.append((other, record))
        if others:
            cited = [one for each in [(value, source), *others] for one in _standing(shape, *each)]
            values = (value, *(other for other, _ in others))
            self.contradictions.append(Contradiction(path, values, distinct(cited)))
        return value


def _standing(shape: Shape, value: Node, record: Record) -> tuple[Cited, ...]:
    """Those of its quotations that say it, else all."""
    saying = [
        one for one in record.cited if one.citation.verified and is_borne(shape, value, [one.citation.quote])
    ]  # fmt: skip
    return tuple(saying) or record.cited


def _agree(one: Node, other: Node) -> bool:
    """A name is no other for being given in full."""
    if key(one) == key(other):
        return True
    if isinstance(one, str) and isinstance(other, str):
        short, long = sorted((f" {' '.join(words(text))} " for text in (one, other)), key=len)
        return short.strip() != "" and short in long
    return False


def key(node: Node) -> Hashable:
    """Equal for what plainly says the same."""
    match node:
        case Record():
            return key(node.fields)
        case dict():
            return frozenset((name, key(part)) for name, part in node.items() if part not in (None, [], {}))
        case list():
            return tuple(map(key, node))
        case str():
            return " ".join(node.casefold().split())
        case bool():
            return ("yes or no", node)
    return node if node is None else float(node)


def rows_left_out(left_out: dict[str, int]) -> Iterator[str]:
    for path, count in left_out.items():
        yield f"Of the list {path or '/'} the first {MOST_ROWS:,} entries are given; {count:,} more were found."
