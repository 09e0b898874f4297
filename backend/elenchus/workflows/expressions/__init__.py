"""Expressions in definitions: `{{ steps.find.passages | length }}`, in a language of Jinja2's that can stall nothing.

A text that is one `{{ … }}` and no more is the value that stands in it; any other is a text with values put in. Lists
and objects are walked. What comes out is never evaluated again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Template, TemplateError
from pydantic import JsonValue

from elenchus.workflows.expressions.counting import BadExpression, Meter, as_json, plain
from elenchus.workflows.expressions.naming import Named
from elenchus.workflows.expressions.naming import names as _names
from elenchus.workflows.expressions.sandbox import Metered, environment, is_value, parsed, rebuilt

__all__ = ["BadExpression", "Expression", "Named", "check", "compiled", "evaluate", "is_expression", "names", "used"]

LONGEST_SOURCE = 20_000
DEEPEST_VALUE = 30
COMPILED_KEPT = 256
_MARKS = ("{{", "{%", "{#")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """`is_value`: it is one `{{ … }}`, so that what it gives is that value; else it gives a text."""

    source: str
    template: Template
    names: frozenset[Named]
    is_value: bool


def is_expression(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


@lru_cache(maxsize=COMPILED_KEPT)
def compiled(source: str) -> Expression:
    if len(source) > LONGEST_SOURCE:
        raise BadExpression(f"An expression has at most {LONGEST_SOURCE} characters.")
    tree = parsed(source)
    found, value = _names(tree), is_value(tree)
    try:
        code = environment().compile(rebuilt(tree))
    except TemplateError as error:
        raise BadExpression(f"It does not read as an expression: {error.message}") from error
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise BadExpression("It is nested too deep.") from error
    return Expression(source, Template.from_code(environment(), code, {}), found, value)


def names(expression: Expression) -> frozenset[Named]:
    return expression.names


def used(value: JsonValue) -> frozenset[Named]:
    """By all expressions in a value, as far as they can be read."""
    found: set[Named] = set()
    for _, text in texts(value):
        try:
            found |= compiled(text).names if is_expression(text) else set()
        except BadExpression:
            continue
    return frozenset(found)


def texts(value: JsonValue, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from texts(item, (*path, place))


def check(value: JsonValue) -> list[tuple[Path, str]]:
    """Where an expression cannot be read, and why."""
    faults: list[tuple[Path, str]] = []
    for path, text in texts(value):
        try:
            if is_expression(text):
                compiled(text)
        except BadExpression as error:
            faults.append((path, error.detail))
    return faults


def evaluate(value: JsonValue, scope: Mapping[str, JsonValue]) -> JsonValue:
    """All expressions in a value, which together may cost what one may."""
    return _walked(value, scope, Meter(), DEEPEST_VALUE)


def _walked(value: JsonValue, scope: Mapping[str, JsonValue], meter: Meter, depth: int) -> JsonValue:
    if depth == 0:
        raise BadExpression("This is nested too deep.")
    if isinstance(value, dict):
        return {key: _walked(item, scope, meter, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item, scope, meter, depth - 1) for item in value]
    if isinstance(value, str) and is_expression(value):
        return _evaluated(value, scope, meter)
    return as_json(meter, value)


def _evaluated(source: str, scope: Mapping[str, JsonValue], meter: Meter) -> JsonValue:
    try:
        return _result(compiled(source), scope, meter)
    except BadExpression as error:
        raise BadExpression(_told(source, error.detail)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise BadExpression(_told(source, _reason(error))) from error


def _result(expression: Expression, scope: Mapping[str, JsonValue], meter: Meter) -> JsonValue:
    context = expression.template.new_context(dict(scope))
    assert isinstance(context, Metered)
    context.meter = meter
    pieces: list[str] = []
    for piece in expression.template.root_render_func(context):
        meter.gives(len(piece))
        pieces.append(piece)
    return as_json(meter, meter.answer) if expression.is_value else plain("".join(pieces))


def _told(source: str, reason: str) -> str:
    short = " ".join(source.split())
    return f"In `{short if len(short) <= 80 else short[:79] + '…'}`: {reason}"


def _reason(error: Exception) -> str:
    if isinstance(error, ZeroDivisionError):
        return "It divides by zero."
    if isinstance(error, RecursionError):
        return "It is nested too deep."
    return f"{str(error)[:200].rstrip('.')}."
