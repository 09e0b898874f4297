"""The keywords that forms are made of, and how they nest."""

from collections.abc import Iterator, Sequence
from typing import Any

Fault = dict[str, Any]  # {loc, msg, type}, as FastAPI gives them
Path = tuple[str | int, ...]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: Each holds one form, several by name, or several in a list.
OF_ONE = frozenset({"items", "additionalProperties", "not", "if", "then", "else"})
OF_NAMES = frozenset({"properties"})
OF_SEVERAL = frozenset({"allOf", "anyOf", "oneOf"})
CHOICES = frozenset({"anyOf", "oneOf"})
#: What is in them is data, also where it looks like a form.
OF_VALUES = frozenset({"const", "enum", "default", "examples"})
PLAIN = frozenset(
    "type required format dependentRequired uniqueItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf "
    "minLength maxLength minItems maxItems minProperties maxProperties".split()
)
TOLD = frozenset({"$schema", "title", "description", "deprecated", "readOnly", "writeOnly"})
KEYWORDS = OF_ONE | OF_NAMES | OF_SEVERAL | OF_VALUES | PLAIN | TOLD


def fault(loc: Sequence[str | int], message: str, type_: str) -> Fault:
    return {"loc": list(loc), "msg": message, "type": type_}


def within(schema: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The forms that stand directly in a form, and where."""
    for word, value in schema.items():
        if word in OF_ONE:
            yield (word,), value
        elif word in OF_NAMES and isinstance(value, dict):
            yield from (((word, name), form) for name, form in value.items())
        elif word in OF_SEVERAL and isinstance(value, list):
            yield from (((word, place), form) for place, form in enumerate(value))
