"""Everything that can be wrong with a definition, all at once, each fault with the step that it is in."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError

from elenchus.workflows import expressions, fitting, planning
from elenchus.workflows.definition import MOST_STEPS, Definition, StepDef
from elenchus.workflows.errors import BadTemplate
from elenchus.workflows.expressions import BadExpression
from elenchus.workflows.fitting import Fault, Loc

MOST_FAULTS = 100
MOST_EXPRESSIONS = 600  # each takes about 0.5 ms to compile
MAP = "map"
_ROOTS = frozenset({"input", "steps", "today", "execution"})
_ITEM = frozenset({"item", "index"})
Inputs = Mapping[str, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: of which step, or of none (the output), what it may name, and how it is begun."""

    said: str
    steps: frozenset[str]
    known: frozenset[str]
    roots: frozenset[str] = _ROOTS


def read(raw: JsonValue, *, kinds: Inputs, inner: Collection[str]) -> Definition:
    """Refuses one with faults, telling them all."""
    if found := faults(raw, kinds=kinds, inner=inner):
        raise BadTemplate(found)
    return Definition.model_validate(raw)


def faults(raw: JsonValue, *, kinds: Inputs, inner: Collection[str]) -> list[Fault]:
    """`kinds` are those there are, with what each takes; `inner` are the names of those that may stand in a map."""
    try:
        Definition.model_validate(raw)
        found: list[Fault] = []
    except ValidationError as error:
        found = [_of_shape(raw, row) for row in error.errors(include_url=False, include_context=False)]
    if not (found and found[0]["loc"] == []):  # too big, or no object at all: nothing in it is looked at
        found += _of_meaning(raw, kinds, inner)
    return found[:MOST_FAULTS]


def _of_shape(raw: JsonValue, row: Any) -> Fault:
    loc = list(row["loc"])
    message = str(row["msg"]).removeprefix("Value error, ")
    return fitting.fault(loc, _said(raw, loc) + (message if message.endswith(".") else f"{message}."), row["type"])


def _said(raw: JsonValue, loc: Loc) -> str:
    """`Step `x`: ` for what is in a step, by its place where it has no name."""
    if len(loc) < 2 or loc[0] != "steps" or not isinstance(loc[1], int):
        return ""
    step = fitting.at(raw, loc[:2])
    name = step.get("name") if isinstance(step, dict) else None
    return f"Step `{name[:48]}`: " if isinstance(name, str) else f"Step {loc[1] + 1}: "


def _of_meaning(raw: JsonValue, kinds: Inputs, inner: Collection[str]) -> list[Fault]:
    """Of all steps that can be read, also when others cannot."""
    rows = raw.get("steps") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(rows, list):
        return []
    if sum(expressions.is_expression(text) for _, text in expressions.texts(raw)) > MOST_EXPRESSIONS:
        return [fitting.fault([], f"A definition has at most {MOST_EXPRESSIONS} expressions.", "too_many")]
    steps = [(place, step) for place, row in enumerate(rows[:MOST_STEPS]) if (step := _step(row))]
    names = [row["name"] for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str)]
    needs = {step.name: step.needs for _, step in steps}
    found = [*_of_names(steps), *_of_needs(steps, frozenset(map(str, names))), *_of_circles(steps)]
    before = planning.reached(needs)
    for place, step in steps:
        around = Place(f"Step `{step.name}`: ", before[step.name], frozenset(map(str, names)))
        found += _of_step(["steps", place], step, around, kinds, inner)
    whole = Place("", frozenset(map(str, names)), frozenset(map(str, names)))
    return [*found, *_of_expressions(["output"], raw.get("output"), whole)]


def _step(row: JsonValue) -> StepDef | None:
    try:
        return StepDef.model_validate(row)
    except ValidationError:
        return None


def _of_names(steps: Sequence[tuple[int, StepDef]]) -> Iterator[Fault]:
    times = Counter(step.name for _, step in steps)
    seen: set[str] = set()
    for place, step in steps:
        if times[step.name] > 1 and step.name in seen:
            yield _fault(["steps", place, "name"], step, "Another step before it has this name.", "name_taken")
        seen.add(step.name)


def _of_needs(steps: Sequence[tuple[int, StepDef]], names: frozenset[str]) -> Iterator[Fault]:
    for place, step in steps:
        for number, name in enumerate(step.needs):
            if name not in names:
                loc: Loc = ["steps", place, "needs", number]
                yield _fault(loc, step, f"It needs `{name}`, and there is no such step.", "unknown_step")


def _of_circles(steps: Sequence[tuple[int, StepDef]]) -> Iterator[Fault]:
    """One for each circle that shares no step with one before it."""
    needs = {step.name: step.needs for _, step in steps}
    before = planning.reached(needs)
    told: set[str] = set()
    for place, step in steps:
        if step.name in before[step.name] and step.name not in told:
            told |= {name for name in before[step.name] if step.name in before.get(name, ())}
            way = " → ".join(f"`{name}`" for name in _way_round(needs, step.name))
            yield _fault(["steps", place, "needs"], step, f"It needs itself in a circle: {way}.", "circle")


def _way_round(needs: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The shortest from a step back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for name in needs.get(way[-1], ()):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return [start, start]


def _of_step(loc: Loc, step: StepDef, around: Place, kinds: Inputs, inner: Collection[str]) -> Iterator[Fault]:
    if step.when is not None:
        yield from _of_condition([*loc, "when"], step.when, around)
    if step.type == MAP and MAP in kinds:
        yield from _of_map(loc, step, around, kinds, inner)
    else:
        yield from _of_expressions([*loc, "input"], step.input, around)
    model = kinds.get(step.type)
    if model is None:
        message = f"There is no kind `{step.type}`; there are {', '.join(sorted(kinds))}."
        yield _fault([*loc, "type"], step, message, "unknown_kind")
    else:
        yield from fitting.misfits([*loc, "input"], step.input, model, around.said)


def _of_map(loc: Loc, step: StepDef, around: Place, kinds: Inputs, inner: Collection[str]) -> Iterator[Fault]:
    """What is done with each item: its own expressions know the item too."""
    outer = {key: value for key, value in step.input.items() if key != "step"}
    yield from _of_expressions([*loc, "input"], outer, around)
    within = step.input.get("step")
    at: Loc = [*loc, "input", "step"]
    if isinstance(within, str):
        yield _fault(at, step, "What is done with each item is written out here, and is no expression.", "object_type")
    if not isinstance(within, dict):
        return
    here = Place(around.said, around.steps, around.known, around.roots | _ITEM)
    yield from _of_expressions(at, within, here)
    kind, given = within.get("type"), within.get("input", {})
    if not isinstance(kind, str):
        return
    if kind not in inner or kind not in kinds:
        message = f"There is no kind `{kind[:48]}` for what is done with each item; there are {_list(inner)}."
        yield _fault([*at, "type"], step, message, "unknown_kind")
    elif isinstance(given, dict):
        yield from fitting.misfits([*at, "input"], given, kinds[kind], around.said)


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _of_condition(loc: Loc, when: str, around: Place) -> Iterator[Fault]:
    """A text without an expression is always true, and so is one with a blank beside it."""
    found = [*_of_expressions(loc, when, around)]
    yield from found
    if not found and not (expressions.is_expression(when) and expressions.compiled(when).is_value):
        message = f"{around.said}`when` is one {{{{ … }}}} and nothing beside it; as it stands it is always true."
        yield fitting.fault(loc, message, "bad_condition")


def _of_expressions(loc: Loc, value: JsonValue, around: Place) -> Iterator[Fault]:
    for path, text in expressions.texts(value):
        if not expressions.is_expression(text):
            continue
        try:
            names = expressions.compiled(text).names
        except BadExpression as error:
            yield fitting.fault([*loc, *path], f"{around.said}{error.detail}", "bad_expression")
            continue
        for root, attribute in sorted(names, key=lambda name: (name[0], name[1] or "")):
            if message := _misnamed(root, attribute, around):
                yield fitting.fault([*loc, *path], around.said + message, "unknown_name")


def _misnamed(root: str, attribute: str | None, around: Place) -> str | None:
    if root in _ITEM and root not in around.roots:
        return f"`{root}` is known only in what a map does with each item."
    if root not in around.roots:
        return f"There is no `{root[:48]}`; an expression may read {_list(around.roots)}."
    if root == "execution" and attribute != "id":
        return "Of `execution` there is only `execution.id`."
    if root == "steps":
        return _misnamed_step(attribute, around)
    return None


def _misnamed_step(name: str | None, around: Place) -> str | None:
    if name is None:
        return "After `steps` comes the name of a step, as in `steps.find`."
    if name not in around.known:
        return f"There is no step `{name[:48]}`."
    if name not in around.steps:
        return f"It reads `steps.{name}` without needing it; add `{name}` to its `needs`."
    return None


def _fault(loc: Loc, step: StepDef, message: str, type_: str) -> Fault:
    return fitting.fault(loc, f"Step `{step.name}`: {message}", type_)
