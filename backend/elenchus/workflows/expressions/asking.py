"""The tests there are: what may stand behind `is`, and by its name in `selectattr`."""

from collections.abc import Callable
from typing import Any

from jinja2 import Undefined

from elenchus.workflows.expressions import operating
from elenchus.workflows.expressions.counting import Meter, number
from elenchus.workflows.expressions.operating import is_number


def _ordered(sign: str) -> Callable[[Meter, Any, Any], bool]:
    """What is null comes before nothing and after nothing."""

    def asked(meter: Meter, value: Any, other: Any) -> bool:
        return value is not None and operating.compared(meter, value, sign, other)

    return asked


def equals(meter: Meter, value: Any, other: Any) -> bool:
    return operating.equal(meter, value, other)


def differs(meter: Meter, value: Any, other: Any) -> bool:
    return not operating.equal(meter, value, other)


def is_in(meter: Meter, value: Any, whole: Any) -> bool:
    return operating.contains(meter, whole, value)


def has(meter: Meter, value: Any, part: Any) -> bool:
    """`in` the other way round, for `selectattr`."""
    return value is not None and operating.contains(meter, value, part)


def _rest(value: Any, divisor: Any) -> Any:
    return number(value) % number(divisor)


_AT_LEAST, _AT_MOST, _MORE, _LESS = _ordered("gteq"), _ordered("lteq"), _ordered("gt"), _ordered("lt")
TESTS: dict[str, Callable[..., bool]] = {
    "defined": lambda _, value: not isinstance(value, Undefined),
    "undefined": lambda _, value: isinstance(value, Undefined),
    "none": lambda _, value: value is None,
    "boolean": lambda _, value: isinstance(value, bool),
    "true": lambda _, value: value is True,
    "false": lambda _, value: value is False,
    "number": lambda _, value: is_number(value),
    "integer": lambda _, value: type(value) is int,
    "float": lambda _, value: type(value) is float,
    "string": lambda _, value: isinstance(value, str),
    "mapping": lambda _, value: isinstance(value, dict),
    "sequence": lambda _, value: isinstance(value, list | tuple | str),
    "odd": lambda _, value: _rest(value, 2) == 1,
    "even": lambda _, value: _rest(value, 2) == 0,
    "divisibleby": lambda _, value, divisor: _rest(value, divisor) == 0,
    "in": is_in,
    "containing": has,
    "eq": equals,
    "equalto": equals,
    "==": equals,
    "ne": differs,
    "!=": differs,
    "lt": _LESS,
    "lessthan": _LESS,
    "<": _LESS,
    "le": _AT_MOST,
    "<=": _AT_MOST,
    "gt": _MORE,
    "greaterthan": _MORE,
    ">": _MORE,
    "ge": _AT_LEAST,
    ">=": _AT_LEAST,
}
OF_MISSING = frozenset({"defined", "undefined"})
