"""A value made to fit the caller's schema, by leaving out and never by making up; what does not fit is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import JsonValue

from elenchus.core.llm.forms import validator
from elenchus.library.extracting.schemas import Misfit
from elenchus.library.extracting.shapes import ROWS, Plan, Shape, below, pointer

MOST_MISFITS = 200
LONGEST_BOUND = 200  # characters that are shown of what a value should have been
_MISSING = "required"  # what is told of as such


@dataclass(slots=True)
class Fitted:
    """`unread` are the paths of all properties without a value, `missing` of those that are required; `left_out` are
    the misfits that are not in the value."""

    value: JsonValue = None
    missing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


def fitted(plan: Plan, value: dict[str, JsonValue]) -> Fitted:
    found = Fitted()
    _Filling(plan, found).fill(plan.shape, value, "")
    found.value = value[ROWS] if plan.is_list else value
    _leave_out(plan, found)
    return found


@dataclass(frozen=True, slots=True)
class _Filling:
    """Null where the schema takes it, or where it wants a value that was not found; a list without entries."""

    plan: Plan
    found: Fitted

    def fill(self, shape: Shape, value: dict[str, Any], path: str) -> None:
        for name, part in shape.parts:
            own = below(path, name)
            if value.get(name) is None:
                self._lacking(shape, name, part, value, own)
            self._within(part, value.get(name), own)

    def _within(self, shape: Shape, value: object, path: str) -> None:
        if shape.kind == "object" and isinstance(value, dict):
            self.fill(shape, value, path)
        if shape.items is not None and isinstance(value, list):
            for number, item in enumerate(value):
                self._within(shape.items, item, below(path, number))

    def _lacking(self, shape: Shape, name: str, part: Shape, value: dict[str, Any], path: str) -> None:
        is_required = name in shape.required
        if part.kind == "object" and is_required and not part.nullable:  # whose own properties are
            value[name] = {}
            return
        self.found.unread.append(self.plan.path(path))
        if part.kind == "array" and (is_required or not part.schema.get("minItems")):
            value[name] = []
            return
        if is_required:
            self.found.missing.append(self.plan.path(path))
        if is_required or part.nullable:
            value[name] = None


def _leave_out(plan: Plan, found: Fitted) -> None:
    """A property that the schema does not take as it is; an entry of a list stays, or all others would move."""
    errors = islice(validator(plan.schema).iter_errors(found.value), MOST_MISFITS)
    seen: set[str] = set()
    for error in [*errors]:
        steps = [*error.absolute_path]
        path = pointer(steps)
        if error.validator == _MISSING or path in seen or path in found.missing:
            continue
        seen.add(path)
        value, holder = _at(found.value, steps), _at(found.value, steps[:-1])
        is_single = not isinstance(value, dict | list)
        found.misfits.append(Misfit(path=path, value=value if is_single else None, detail=_detail(error)))
        if is_single and isinstance(holder, dict):
            _take_from(plan, found, holder, steps)


def _take_from(plan: Plan, found: Fitted, holder: dict[str, Any], steps: Sequence[str | int]) -> None:
    shape, name = _shape_at(plan, steps[:-1]), str(steps[-1])
    path = pointer(steps)
    part = dict(shape.parts).get(name)
    if name not in shape.required and not (part and part.nullable):
        del holder[name]
    else:
        holder[name] = None
    if name in shape.required:
        found.missing.append(path)
    found.unread.append(path)
    found.left_out.add(path)


def _shape_at(plan: Plan, steps: Sequence[str | int]) -> Shape:
    shape = plan.shape.parts[0][1] if plan.is_list else plan.shape
    for step in steps:
        shape = (shape.items if shape.items else dict(shape.parts).get(str(step))) or Shape("value", {})
    return shape


def _at(value: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _detail(error: Any) -> str:
    bound = str(error.validator_value)
    shown = bound if len(bound) <= LONGEST_BOUND else bound[: LONGEST_BOUND - 1] + "…"
    return f"The schema says {error.validator}: {shown}"
