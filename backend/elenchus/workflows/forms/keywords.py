"""What each keyword asks of a value, in sentences that name no value, and in time that depends on it once."""

import json
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from typing import Any

from jsonschema import ValidationError

from elenchus.core.formats import FORMATS, is_formatted
from elenchus.workflows.forms.working import size, spend

_NAMES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no (true or false)",
    "array": "a list",
    "object": "an object",
    "null": "nothing (null)",
}
_SHOWN = 12  # of what can be chosen
_LONGEST_SHOWN = 60
Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], Errors]


def _type(validator: Any, wanted: Any, value: Any, _: Any) -> Errors:
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if not any(validator.is_type(value, kind) for kind in kinds):
        yield ValidationError(f"This should be {' or '.join(_NAMES[kind] for kind in kinds)}.")


def _properties(validator: Any, forms: Any, value: Any, _: Any) -> Errors:
    if isinstance(value, dict):
        for name, form in forms.items():
            if name in value:
                yield from validator.descend(value[name], form, path=name)


def _additional(validator: Any, form: Any, value: Any, schema: Any) -> Errors:
    if form is True or not isinstance(value, dict):
        return
    spend(size(value))
    for name in value.keys() - schema.get("properties", {}).keys():
        spend(1)
        if form is False:
            yield ValidationError(f"There is no `{name[:_LONGEST_SHOWN]}` here.", path=[name])
        else:
            yield from validator.descend(value[name], form, path=name)


def _required(_: Any, names: Any, value: Any, schema: Any) -> Errors:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield ValidationError(f"`{_title(schema, name)}` is missing.", path=[name])


def _dependent(_: Any, rules: Any, value: Any, schema: Any) -> Errors:
    if not isinstance(value, dict):
        return
    for name, needed in rules.items():
        for other in needed if name in value else ():
            if other not in value:
                message = f"With `{_title(schema, name)}` there must be `{_title(schema, other)}`."
                yield ValidationError(message, path=[other])


def _title(schema: Any, name: str) -> str:
    form = schema.get("properties", {}).get(name)
    title = form.get("title") if isinstance(form, dict) else None
    return (title or name)[:_LONGEST_SHOWN]


def _items(validator: Any, form: Any, value: Any, _: Any) -> Errors:
    if isinstance(value, list):
        for place, item in enumerate(value):
            spend(1)
            yield from validator.descend(item, form, path=place)


def _unique(_: Any, wanted: Any, value: Any, __: Any) -> Errors:
    if wanted and isinstance(value, list):
        seen: set[str] = set()
        for place, item in enumerate(value):
            text = _canonical(item)
            if text in seen:
                yield ValidationError("This is in the list twice.", path=[place])
            seen.add(text)


def _enum(_: Any, choices: Any, value: Any, __: Any) -> Errors:
    if not any(_is_same(choice, value) for choice in choices):
        shown = ", ".join(_shown(choice) for choice in choices[:_SHOWN])
        yield ValidationError(f"This should be one of: {shown}{', …' if len(choices) > _SHOWN else ''}.")


def _const(_: Any, wanted: Any, value: Any, __: Any) -> Errors:
    if not _is_same(wanted, value):
        yield ValidationError(f"This should be {_shown(wanted)}.")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _is_same(one: Any, other: Any) -> bool:
    """As JSON has it: 1 is 1.0, and true is not 1."""
    spend(1)
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        return type(one) is type(other) and len(one) == len(other) and _canonical(one) == _canonical(other)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _canonical(value: Any) -> str:
    """The same for values that are the same, and a text, whose hash nobody can foresee."""
    text = json.dumps(_plain(value), sort_keys=True)
    spend(1 + len(text) // 100)
    return text


def _plain(value: Any) -> Any:
    spend(1)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(is_kept: Callable[[Any, Any], bool], sentence: str) -> Keyword:
    def run(validator: Any, limit: Any, value: Any, _: Any) -> Errors:
        if validator.is_type(value, "number") and not (_is_finite(value) and is_kept(value, limit)):
            yield ValidationError(sentence.format(limit))

    return run


def _is_finite(value: int | float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _is_multiple(value: Any, limit: Any) -> bool:
    """As it is written: 0.3 is a multiple of 0.1."""
    return _exactly(value) % _exactly(limit) == 0


def _exactly(value: int | float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def _length(kind: type, is_kept: Callable[[int, int], bool], sentence: str) -> Keyword:
    def run(_: Any, limit: Any, value: Any, __: Any) -> Errors:
        if isinstance(value, kind) and not is_kept(len(value), limit):  # type: ignore[arg-type]
            yield ValidationError(sentence.format(limit) if len(value) else "This is empty.")  # type: ignore[arg-type]

    return run


def _format(_: Any, name: Any, value: Any, __: Any) -> Errors:
    if isinstance(value, str) and not is_formatted(name, value):
        yield ValidationError(FORMATS[name][1])


def _is_valid(validator: Any, form: Any, value: Any) -> bool:
    return bool(validator.evolve(schema=form).is_valid(value))


def _all(validator: Any, forms: Any, value: Any, _: Any) -> Errors:
    for form in forms:
        yield from validator.descend(value, form)


def _any(validator: Any, forms: Any, value: Any, _: Any) -> Errors:
    if not any(_is_valid(validator, form, value) for form in forms):
        yield ValidationError(f"This is none of what may stand here{_choices(forms)}.")


def _one(validator: Any, forms: Any, value: Any, _: Any) -> Errors:
    fitting = sum(_is_valid(validator, form, value) for form in forms)
    if fitting == 0:
        yield ValidationError(f"This is none of what may stand here{_choices(forms)}.")
    if fitting > 1:
        yield ValidationError(f"This could be more than one of what may stand here{_choices(forms)}.")


def _choices(forms: Any) -> str:
    titles = [form["title"][:_LONGEST_SHOWN] for form in forms if form.get("title")]
    return f": {', '.join(titles[:_SHOWN])}" if len(titles) == len(forms) else ""


def _not(validator: Any, form: Any, value: Any, _: Any) -> Errors:
    if _is_valid(validator, form, value):
        yield ValidationError("Just this may not stand here.")


def _if(validator: Any, form: Any, value: Any, schema: Any) -> Errors:
    branch = "then" if _is_valid(validator, form, value) else "else"
    if branch in schema:
        yield from validator.descend(value, schema[branch])


def _charged(run: Keyword) -> Keyword:
    @wraps(run)
    def charged(validator: Any, wanted: Any, value: Any, schema: Any) -> Errors:
        spend(1 + size(wanted))
        return run(validator, wanted, value, schema)

    return charged


_ALL: dict[str, Keyword] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "dependentRequired": _dependent,
    "items": _items,
    "uniqueItems": _unique,
    "enum": _enum,
    "const": _const,
    "minimum": _number(lambda value, limit: value >= limit, "This should be at least {}."),
    "maximum": _number(lambda value, limit: value <= limit, "This should be at most {}."),
    "exclusiveMinimum": _number(lambda value, limit: value > limit, "This should be more than {}."),
    "exclusiveMaximum": _number(lambda value, limit: value < limit, "This should be less than {}."),
    "multipleOf": _number(_is_multiple, "This should be a multiple of {}."),
    "minLength": _length(str, lambda length, limit: length >= limit, "This should have at least {} characters."),
    "maxLength": _length(str, lambda length, limit: length <= limit, "This should have at most {} characters."),
    "minItems": _length(list, lambda length, limit: length >= limit, "This list should have at least {} items."),
    "maxItems": _length(list, lambda length, limit: length <= limit, "This list should have at most {} items."),
    "minProperties": _length(dict, lambda length, limit: length >= limit, "This should have at least {} entries."),
    "maxProperties": _length(dict, lambda length, limit: length <= limit, "This should have at most {} entries."),
    "format": _format,
    "allOf": _all,
    "anyOf": _any,
    "oneOf": _one,
    "not": _not,
    "if": _if,
}
KEYWORDS: dict[str, Keyword] = {word: _charged(run) for word, run in _ALL.items()}
