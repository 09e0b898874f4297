"""The caller's schema as a tree, and the form that a model fills in for it.

The form asks for the same values, all of which may be lacking: a part of a document that says nothing must not be made
to say something. Each object, the whole and the items of lists, has a list of quotations besides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from elenchus.core.llm.base import Json
from elenchus.core.llm.forms import plain

QUOTES = "quotes"
ROWS = "rows"  # what a schema that is a list is called in a form, which is an object
QUOTES_TOLD = (
    "Whole sentences or clauses, copied word for word from the document, that the values of this object rest on"
)
_WORDS = ("title", "description")
_WRITTEN = {"date": "YYYY-MM-DD", "date-time": "RFC 3339", "time": "RFC 3339"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a schema: an `object` with named parts, an `array` of items of one shape, or a `value`, which is
    whatever else there is."""

    kind: Literal["object", "array", "value"]
    schema: Json
    nullable: bool = False
    parts: "tuple[tuple[str, Shape], ...]" = ()
    items: "Shape | None" = None
    required: frozenset[str] = frozenset()

    @property
    def format(self) -> str:
        return str(self.schema.get("format", ""))

    @property
    def choices(self) -> list[Any]:
        """What it may be, when that is listed."""
        return [choice for choice in self.schema.get("enum") or () if choice is not None]

    @property
    def types(self) -> frozenset[str]:
        kinds = self.schema.get("type")
        return frozenset(kinds if isinstance(kinds, list) else [kinds] if kinds else []) - {"null"}

    @property
    def words(self) -> str:
        return " ".join(str(self.schema[key]) for key in _WORDS if isinstance(self.schema.get(key), str))


@dataclass(frozen=True, slots=True)
class Plan:
    """`shape` is an object's, around the rows of a schema that is a list; `quotes` is what the quotations are called,
    which no property of the caller's is."""

    shape: Shape
    quotes: str
    is_list: bool
    schema: Json

    @property
    def form(self) -> Json:
        return {**_form(self.shape, self.quotes, is_record=self.whole_is_record), "type": "object"}

    @property
    def whole_is_record(self) -> bool:
        """Of a list of objects each has quotations of its own, and the list none."""
        rows = self.shape.parts[0][1].items if self.is_list else None
        return rows is None or rows.kind != "object"

    def path(self, path: str) -> str:
        """In the caller's value."""
        return path.removeprefix(below("", ROWS)) if self.is_list else path


def plan_of(schema: Json) -> Plan:
    shape = shape_of(schema)
    quotes = QUOTES
    while quotes in _names(shape):
        quotes += "_"
    if shape.kind == "value":  # that names no property
        return Plan(Shape("object", shape.schema), quotes, is_list=False, schema=schema)
    if shape.kind == "object":
        return Plan(shape, quotes, is_list=False, schema=schema)
    rows = Shape("object", {}, parts=((ROWS, shape),), required=frozenset({ROWS}))
    return Plan(rows, quotes, is_list=True, schema=schema)


def shape_of(schema: object) -> Shape:
    own, nullable = _without_null(_together(schema) if isinstance(schema, Mapping) else {})
    kinds = own.get("type")
    kinds = {*kinds} if isinstance(kinds, list) else {kinds}
    nullable = nullable or "null" in kinds or None in (own.get("enum") or ())
    if kinds <= {"object", "null", None} and isinstance(own.get("properties"), Mapping):
        parts = tuple((name, shape_of(part)) for name, part in own["properties"].items())
        required = frozenset(own.get("required") or ()) & {name for name, _ in parts}
        return Shape("object", own, nullable, parts=parts, required=required)
    if kinds <= {"array", "null", None} and isinstance(own.get("items"), Mapping) and "prefixItems" not in own:
        return Shape("array", own, nullable, items=shape_of(own["items"]))
    return Shape("value", own, nullable)


def _together(schema: Mapping[str, Any]) -> Json:
    """With what all of several forms of it name."""
    own = dict(schema)
    for other in own.pop("allOf", None) or ():
        if isinstance(other, Mapping):
            known = {
                key: own[key] | value for key, value in _together(other).items() if key == "properties" and key in own
            }
            lists = {"required": [*own.get("required", ()), *other.get("required", ())]} if "required" in other else {}
            own = {**_together(other), **own, **known, **lists}
    return own


def _without_null(schema: Json) -> tuple[Json, bool]:
    """The one thing that it is when it is not null."""
    either = schema.get("anyOf") or schema.get("oneOf")
    if not isinstance(either, list):
        return schema, False
    others = [one for one in either if not (isinstance(one, Mapping) and one.get("type") == "null")]
    if len(others) != 1 or len(others) == len(either) or not isinstance(others[0], Mapping):
        return schema, len(others) < len(either)
    around = {key: value for key, value in schema.items() if key in _WORDS}
    return {**others[0], **around}, True


def _names(shape: Shape) -> set[str]:
    below = [*(part for _, part in shape.parts), *([shape.items] if shape.items else [])]
    return {name for name, _ in shape.parts}.union(*map(_names, below))


def _form(shape: Shape, quotes: str, *, is_record: bool) -> Json:
    told = plain(shape.schema)
    words = {key: told[key] for key in _WORDS if key in told}
    if shape.kind == "object":
        proofs = {"type": ["array", "null"], "items": {"type": "string"}, "description": QUOTES_TOLD}
        own = {name: _form(part, quotes, is_record=False) for name, part in shape.parts}
        return {**words, "type": ["object", "null"], "properties": ({quotes: proofs} if is_record else {}) | own}
    if shape.items:
        items = _form(shape.items, quotes, is_record=shape.items.kind == "object")
        return {**words, "type": ["array", "null"], "items": items}
    return _lacking(told)


def _lacking(told: Json) -> Json:
    """A day that is not written as one is told later; it is no reason to refuse all the rest."""
    form = {key: value for key, value in told.items() if key != "format"}
    if written := _WRITTEN.get(str(told.get("format"))):
        form["description"] = " ".join(filter(None, [form.get("description"), f"({written})"]))
    if kinds := form.get("type"):
        form["type"] = [*dict.fromkeys([*(kinds if isinstance(kinds, list) else [kinds]), "null"])]
    if "enum" in form:
        form["enum"] = [*form["enum"], None]
    if "anyOf" in form:
        form["anyOf"] = [*form["anyOf"], {"type": "null"}]
    return form


# ---- paths


def below(path: str, step: str | int) -> str:
    """A JSON pointer."""
    return f"{path}/{str(step).replace('~', '~0').replace('/', '~1')}"


def pointer(steps: Iterable[str | int]) -> str:
    path = ""
    for step in steps:
        path = below(path, step)
    return path
