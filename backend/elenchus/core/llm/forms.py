"""What a model is asked to fill in, and whether it did: a pydantic model, or a JSON Schema of an object.

Providers take different parts of JSON Schema; some refuse a whole request for one keyword more, or for a bound that
makes their grammar too large. They are told what all of them take, and the rest as words in the description. What
comes back is held against the whole schema all the same.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from elenchus.core.formats import FORMATS, is_formatted
from elenchus.core.llm.base import Json, T
from elenchus.core.plain import LARGEST_INTEGER, plain_text

if TYPE_CHECKING:
    from jsonschema import FormatChecker, ValidationError
    from jsonschema.protocols import Validator

R_co = TypeVar("R_co", covariant=True, bound=BaseModel | Json)
NAME = "Form"  # of a schema without one: as a function or a format it must have a name
#: Google's `responseJsonSchema` and every provider's functions; of `format` only what Google writes in.
_FORMATS = frozenset({"date", "date-time", "time"})
_WORDS = ("title", "description")
#: Bounds are what "too many states for serving" comes from.
_AS_WORDS = (
    "pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems "
    "uniqueItems minProperties maxProperties const not"
).split()
_MANY = {"object", "array"}


class Form(Protocol[R_co]):
    @property
    def name(self) -> str: ...

    @property
    def told(self) -> Any:
        """What LangChain takes for it."""

    def read(self, parsed: object) -> R_co | None:
        """None for what has not this form."""


def form_of(schema: type[BaseModel] | Json) -> Form[Any]:
    return OfModel(schema) if isinstance(schema, type) else OfSchema(schema)


@dataclass(frozen=True, slots=True)
class OfModel(Generic[T]):
    """LangChain has read it as the model that it was told."""

    told: type[T]

    @property
    def name(self) -> str:
        return self.told.__name__

    def read(self, parsed: object) -> T | None:
        return parsed if isinstance(parsed, self.told) else None


@dataclass(frozen=True)
class OfSchema:
    """LangChain gives whatever JSON came, closed where it was cut."""

    schema: Json
    name: str = NAME

    @cached_property
    def told(self) -> Json:
        return {"title": self.name, **{key: value for key, value in plain(self.schema).items() if key != "title"}}

    def read(self, parsed: object) -> Json | None:
        if isinstance(parsed, dict) and is_json(parsed) and validator(self.schema).is_valid(parsed):
            return parsed
        return None


def is_json(value: object) -> bool:
    """As everybody can keep it: finite numbers that a browser reads as they are, text without NUL or half characters,
    keys too."""
    try:
        return _is_plain(value)
    except (ValueError, RecursionError):
        return False


def _is_plain(value: object) -> bool:
    match value:
        case str():
            return plain_text(value) == value
        case int() | float():
            return abs(value) <= LARGEST_INTEGER
        case dict():
            return all(isinstance(key, str) and _is_plain(key) and _is_plain(each) for key, each in value.items())
        case list():
            return all(map(_is_plain, value))
    return value is None


@cache
def _kind() -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    return extend(Draft202012Validator, {"uniqueItems": _unique})


def _unique(_: object, wanted: object, value: object, __: object) -> "Iterator[ValidationError]":
    """The library's compares each with each."""
    from jsonschema import ValidationError

    items = value if wanted is True and isinstance(value, list) else []
    if len({json.dumps(item, sort_keys=True) for item in items}) < len(items):
        yield ValidationError("something is in the list twice")


@cache
def _formats() -> "FormatChecker":
    """Ours, and of those that we have none for the library's."""
    from jsonschema import FormatChecker

    checker = FormatChecker(_kind().FORMAT_CHECKER.checkers)
    for name in FORMATS:
        checker.checks(name)(partial(_is_formatted, name))
    return checker


def _is_formatted(name: str, value: object) -> bool:
    return not isinstance(value, str) or is_formatted(name, value)


def validator(schema: Mapping[str, Any]) -> "Validator":
    """Of the newest JSON Schema, with formats looked at, that fetches nothing: no `$ref` leads out of the schema."""
    from referencing import Registry

    return _kind()(dict(schema), registry=Registry(), format_checker=_formats())


def plain(schema: object) -> Json:
    """What every provider takes of a schema. Nothing may be null that holds others: it is left out instead."""
    if not isinstance(schema, Mapping):  # `true`: anything
        return {}
    kept: Json = {key: schema[key] for key in _WORDS if isinstance(schema.get(key), str)}
    if isinstance(schema.get("required"), list) and schema["required"]:
        kept["required"] = list(schema["required"])
    for part in (_typed(schema), _listed(schema), _parts(schema)):
        kept |= part
    if said := _as_words(schema):
        kept["description"] = " ".join(filter(None, [kept.get("description", ""), f"({said})"]))
    return kept


def _typed(schema: Mapping[str, Any]) -> Json:
    kinds = schema.get("type")
    if isinstance(kinds, list):
        held = [kind for kind in kinds if kind in _MANY]
        kinds = held[0] if len(held) == 1 and {*kinds} <= {*held, "null"} else list(kinds)
    kept: Json = {"type": kinds} if kinds else {}
    if schema.get("format") in _FORMATS:
        kept["format"] = schema["format"]
    return kept


def _listed(schema: Mapping[str, Any]) -> Json:
    """Google lists strings and numbers only. Null is no choice but the lack of one: a key that is left out."""
    choices = [choice for choice in schema.get("enum") or () if choice is not None]
    if not choices and isinstance(schema.get("const"), str):
        choices = [schema["const"]]
    if not choices or any(isinstance(choice, bool | list | dict) for choice in choices):
        return {}
    kinds = schema.get("type")
    left = [kind for kind in kinds if kind != "null"] if isinstance(kinds, list) else []
    return {"enum": choices} | ({"type": left[0]} if len(left) == 1 else {})


def _parts(schema: Mapping[str, Any]) -> Json:
    kept: Json = {}
    if isinstance(schema.get("properties"), Mapping):
        kept["properties"] = {name: plain(one) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        kept["additionalProperties"] = plain(schema["additionalProperties"])
    if "items" in schema or schema.get("type") == "array":  # Google takes no list of it does not know what
        kept["items"] = plain(schema.get("items"))
    if isinstance(schema.get("prefixItems"), list):
        kept["prefixItems"] = [plain(one) for one in schema["prefixItems"]]
    either = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(either, list):
        kept["anyOf"] = [plain(one) for one in either]
    return kept


def _as_words(schema: Mapping[str, Any]) -> str:
    said = {key: schema[key] for key in _AS_WORDS if key in schema}
    if isinstance(said.get("const"), str):
        del said["const"]
    if isinstance(schema.get("format"), str) and schema["format"] not in _FORMATS:
        said["format"] = schema["format"]
    if schema.get("enum") and "enum" not in _listed(schema):
        said["enum"] = schema["enum"]
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items())
