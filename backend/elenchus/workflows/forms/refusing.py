"""Which schemas are no forms of ours."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from elenchus.core.formats import FORMATS
from elenchus.core.plain import LARGEST_INTEGER
from elenchus.workflows.forms.validating import faults
from elenchus.workflows.forms.words import (
    CHOICES,
    DRAFT,
    KEYWORDS,
    OF_VALUES,
    Fault,
    Path,
    fault,
    within,
)

MOST_CHARACTERS = 32 * 1024
DEEPEST = 12
DEEPEST_VALUE = 6
MOST_WORDS = 500
MOST_CHOICES = 64  # of all `anyOf` and `oneOf` together
DEEPEST_CHOICES = 3
MOST_FAULTS = 50
_HINT = re.compile(r"x-[a-z][a-z0-9-]{0,40}")
_REASONS = {
    "$ref": "Forms do not refer to others; write it out.",
    "$dynamicRef": "Forms do not refer to others; write it out.",
    "$defs": "Forms do not refer to others; write it out where it is needed.",
    "pattern": "Patterns can stall a server. Use `format`, `enum`, `minLength` or `maxLength`.",
    "patternProperties": "Patterns can stall a server. Use `properties` and `additionalProperties`.",
}


def check_schema(schema: JsonValue) -> list[Fault]:
    """What is in the way of using it; nothing when it is a form."""
    if not isinstance(schema, dict):
        return [fault([], "A form is a JSON Schema, and that is an object.", "object_type")]
    if _is_nested(schema, 2 * DEEPEST + DEEPEST_VALUE + 2):
        return [fault([], f"A form is nested at most {DEEPEST} deep.", "too_deep")]
    if len(json.dumps(schema)) > MOST_CHARACTERS:
        return [fault([], f"A form has at most {MOST_CHARACTERS} characters of JSON.", "too_long")]
    if _is_odd(schema):
        return [fault([], "Numbers are finite, and whole ones at most 2**53.", "bad_number")]
    found = [*_whole(schema), *_first(_of_form(schema, ()), MOST_FAULTS)]
    if not found:
        found = _first(_of_the_draft(schema), MOST_FAULTS)
    if not found:
        found = _first(_of_defaults(schema, ()), MOST_FAULTS)
    return found[:MOST_FAULTS]


def _first(found: Iterator[Fault], most: int) -> list[Fault]:
    return [one for one, _ in zip(found, range(most), strict=False)]


def _is_nested(value: Any, depth: int) -> bool:
    """Deeper than this."""
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_nested(item, depth - 1) for item in inside)


def _is_odd(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_is_odd, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and not abs(value) <= LARGEST_INTEGER


def _every(form: Any) -> Iterator[dict[str, Any]]:
    if isinstance(form, dict):
        yield form
        for _, inner in within(form):
            yield from _every(inner)


def _whole(schema: dict[str, Any]) -> Iterator[Fault]:
    forms = [*_every(schema)]
    if sum(map(len, forms)) > MOST_WORDS:
        yield fault([], f"A form has at most {MOST_WORDS} keywords.", "too_long")
    choices = [form[word] for form in forms for word in CHOICES & form.keys()]
    if sum(len(each) for each in choices if isinstance(each, list)) > MOST_CHOICES:
        yield fault([], f"All `anyOf` and `oneOf` of a form have at most {MOST_CHOICES} choices together.", "too_long")


def _of_form(form: Any, path: Path, depth: int = DEEPEST, choices: int = DEEPEST_CHOICES) -> Iterator[Fault]:
    if isinstance(form, bool) and path and path[-1] == "additionalProperties":
        return
    if not isinstance(form, dict):
        yield fault(path, "Here stands a form, which is an object.", "object_type")
        return
    if depth == 0:
        yield fault(path, f"A form is nested at most {DEEPEST} deep.", "too_deep")
        return
    for word, value in form.items():
        yield from _of_word(word, value, path)
    for where, inner in within(form):
        left = choices - (where[0] in CHOICES)
        if left < 0:
            yield fault((*path, *where), f"Choices are nested at most {DEEPEST_CHOICES} deep.", "too_deep")
        else:
            yield from _of_form(inner, (*path, *where), depth - 1, left)


def _of_word(word: str, value: Any, path: Path) -> Iterator[Fault]:
    if word not in KEYWORDS and not (_HINT.fullmatch(word) and isinstance(value, str | int | bool)):
        message = _REASONS.get(word, f"`{word[:60]}` is no keyword of forms; there are {', '.join(sorted(KEYWORDS))}.")
        yield fault((*path, word), message, "unknown_keyword")
    if word == "$schema" and (value != DRAFT or path):
        yield fault((*path, word), f"Forms are JSON Schemas of {DRAFT}, as a whole.", "other_draft")
    if word == "format" and not (isinstance(value, str) and value in FORMATS):
        yield fault((*path, word), f"There is no such format; there are {', '.join(FORMATS)}.", "unknown_format")
    if word in OF_VALUES and _is_nested(value, DEEPEST_VALUE):
        yield fault((*path, word), f"Values in forms are nested at most {DEEPEST_VALUE} deep.", "too_deep")


@lru_cache(maxsize=1)
def _draft() -> Draft202012Validator:
    """What a JSON Schema is, from the files of the library."""
    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _of_the_draft(schema: dict[str, Any]) -> Iterator[Fault]:
    for error in _draft().iter_errors(schema):
        where = [*error.absolute_path]
        word = f"`{where[-1]}`" if where else "This"
        yield fault(where, f"{word} is not as JSON Schema has it: {error.message[:200]}.", "not_a_schema")


def _of_defaults(form: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(form, dict):
        return
    if "default" in form:
        for row in faults(form, form["default"]):
            yield fault(
                (*path, "default", *row["loc"]), f"The default does not fit its form: {row['msg']}", "bad_default"
            )
    for where, inner in within(form):
        yield from _of_defaults(inner, (*path, *where))
