"""The merged record as the caller's value, with what each of its objects and values stands on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from elenchus.library.extracting.bearing import is_borne
from elenchus.library.extracting.fitting import Fitted, fitted
from elenchus.library.extracting.material import Cited
from elenchus.library.extracting.merging import Contradiction, Merged
from elenchus.library.extracting.records import Node, Record
from elenchus.library.extracting.schemas import Conflict, ExtractedCitation, Supported
from elenchus.library.extracting.shapes import Plan, Shape, below


@dataclass(slots=True)
class LaidOut:
    """Its paths are the caller's."""

    fitted: Fitted
    citations: list[ExtractedCitation]
    objects: list[Supported]
    unsupported: list[str]
    conflicts: list[Conflict]


def laid_out(plan: Plan, merged: Merged) -> LaidOut:
    """Blocks: a schema is held against every row."""
    laying = _Laying(plan)
    value = laying.record(plan.shape, merged.whole, "", is_record=plan.whole_is_record)
    found = fitted(plan, value)
    left_out = {misfit.path for misfit in found.misfits if misfit.path in found.left_out}
    return LaidOut(
        found,
        laying.citations,
        laying.objects,
        [path for path in laying.unsupported if not _is_below(path, left_out)],
        [laying.conflict(each) for each in merged.contradictions],
    )


def _is_below(path: str, others: Iterable[str]) -> bool:
    return any(f"{path}/".startswith(f"{other}/") for other in others)


@dataclass(slots=True)
class _Laying:
    plan: Plan
    citations: list[ExtractedCitation] = field(default_factory=list)
    objects: list[Supported] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)

    def record(self, shape: Shape, record: Record, path: str, *, is_record: bool = True) -> dict[str, JsonValue]:
        """The objects come in the order in which they stand, each before those that it holds."""
        if is_record and _has_values(shape, record.fields):
            self.citations += [_citation(each, self.plan.path(path)) for each in record.cited]
            self.objects.append(Supported(path=self.plan.path(path), supported=bool(record.quotations)))
        return self._fields(shape, record.fields, path, record)

    def _fields(self, shape: Shape, fields: dict[str, Node], path: str, record: Record) -> dict[str, JsonValue]:
        return {
            name: self._node(part, fields[name], below(path, name), record)
            for name, part in shape.parts
            if name in fields
        }

    def _node(self, shape: Shape, node: Node, path: str, record: Record) -> JsonValue:
        if isinstance(node, Record):
            return self.record(shape, node, path)
        if shape.kind == "object":
            return self._fields(shape, node, path, record)
        if shape.items is not None:
            return [self._node(shape.items, item, below(path, n), record) for n, item in enumerate(node)]
        if not is_borne(shape, node, record.quotations):
            self.unsupported.append(self.plan.path(path))
        value: JsonValue = node
        return value

    def conflict(self, contradiction: Contradiction) -> Conflict:
        path = self.plan.path(contradiction.path)
        return Conflict(
            path=path,
            values=[*contradiction.values],
            citations=[_citation(each, path) for each in contradiction.cited],
        )


def _has_values(shape: Shape, fields: dict[str, Node]) -> bool:
    """Of its own; what only holds other objects leaves it to them to be proven."""
    return any(_own_values(part, fields.get(name)) for name, part in shape.parts)


def _own_values(shape: Shape, node: Node) -> bool:
    if node is None or isinstance(node, Record):
        return False
    if shape.kind == "object":
        return _has_values(shape, node)
    if shape.items is not None:
        return any(_own_values(shape.items, item) for item in node)
    return True


def _citation(cited: Cited, path: str) -> ExtractedCitation:
    document = {"document_id": cited.document_id, "document_title": cited.document_title}
    return ExtractedCitation(**cited.citation.model_dump(), **document, path=path)
