"""What an evaluation may cost, counted while it happens, and what may come out of it.

A unit of work is about a microsecond, so that the worst expression is over within a second. Time itself is not
asked: the same expression over the same values ends in the same way on every machine.
"""

import json
import math
import re
from typing import Any

from jinja2 import Undefined
from pydantic import JsonValue

from elenchus.core.errors import Invalid
from elenchus.core.plain import LARGEST_INTEGER

MOST_ROUNDS = 10_000
MOST_CHARACTERS = 1_000_000
MOST_WORK = 500_000
DEEPEST = 64
READ_PER_UNIT = 100  # characters that are compared or searched
MADE_PER_UNIT = 10  # characters that are made: they take memory too, which this bounds at 5 million of them
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class BadExpression(Invalid):
    slug = "bad-expression"
    title = "An expression cannot be evaluated"


class Meter:
    """One evaluation's. `answer` is where an expression that is a value, and no text, leaves it."""

    def __init__(self) -> None:
        self.answer: Any = None
        self._rounds = MOST_ROUNDS
        self._work = MOST_WORK
        self._characters = MOST_CHARACTERS

    def work(self, units: int) -> None:
        self._work -= units
        if self._work < 0:
            raise BadExpression("It takes too much work; let a step do less, or divide it among several.")

    def rounds(self, rounds: int, body: int) -> None:
        """All rounds of a loop before its first, with what is native in its body of so many nodes."""
        self._rounds -= rounds
        if self._rounds < 0:
            raise BadExpression(f"Its loops take more than {MOST_ROUNDS} rounds.")
        self.work(rounds * (1 + body))

    def read(self, value: Any, times: int = 1) -> None:
        """All of a value is gone through: what is shared in it counts wherever it stands."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self.work(times * _units(one))
            if isinstance(one, dict):
                waiting.extend(one)
                waiting.extend(one.values())
            elif isinstance(one, list | tuple):
                waiting.extend(one)

    def makes(self, characters: int) -> None:
        """Before a text of this length is made."""
        if characters > MOST_CHARACTERS:
            raise BadExpression(f"It makes a text of more than {MOST_CHARACTERS} characters.")
        self.work(1 + characters // MADE_PER_UNIT)

    def gives(self, characters: int) -> None:
        """Of what comes out in the end."""
        self._characters -= characters
        if self._characters < 0:
            raise BadExpression(f"What comes out has more than {MOST_CHARACTERS} characters.")


def _units(value: Any) -> int:
    if isinstance(value, str):
        return 1 + len(value) // READ_PER_UNIT
    if isinstance(value, dict):
        return 1 + 2 * len(value)
    if isinstance(value, list | tuple):
        return 1 + len(value)
    known(value)
    return 1


def known(value: Any) -> Any:
    """What is not there is an error wherever it is used, which says what it is."""
    if isinstance(value, Undefined):
        bool(value)  # raises, with the name
        raise BadExpression("Something is not there.")
    return value


def as_json(meter: Meter, value: Any, depth: int = DEEPEST) -> JsonValue:
    """A copy that shares nothing with what it was made of: JSON, or an error."""
    if depth == 0:
        raise BadExpression("What comes out is nested too deep.")
    if isinstance(known(value), dict):
        return {_key(meter, key): as_json(meter, item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        meter.gives(2)
        return [as_json(meter, item, depth - 1) for item in value]
    return _scalar(meter, value)


def _key(meter: Meter, key: Any) -> str:
    if not isinstance(key, str):
        raise BadExpression("The keys of an object are texts.")
    return str(_scalar(meter, key))


def _scalar(meter: Meter, value: Any) -> JsonValue:
    if type(value) is str:
        meter.gives(len(value) + 3)
        return plain(value)
    meter.gives(8)
    if value is None or type(value) is bool:
        return value
    return number(value)


def plain(text: str) -> str:
    if _NO_TEXT.search(text):
        raise BadExpression("What comes out has characters that are no text.")
    return text


def number(value: Any) -> int | float:
    if type(value) is int and abs(value) <= LARGEST_INTEGER:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) in (int, float):
        raise BadExpression("Numbers are finite, and whole ones at most 2**53.")
    raise BadExpression(f"This is no number: {named(value)}.")


def named(value: Any) -> str:
    """What kind of a value it is, for people."""
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "a text"), (int | float, "a number"), (dict, "an object"), (list | tuple, "a list"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "nothing")


def text_of(meter: Meter, value: Any) -> str:
    """How a value stands in a text: null is nothing, lists and objects are JSON."""
    if isinstance(known(value), str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return json_of(meter, value)
    return str(number(value))


def json_of(meter: Meter, value: Any, indent: int | None = None) -> str:
    meter.read(value, times=4)  # writing JSON in pieces takes about four times as long as reading it
    pieces: list[str] = []
    length = 0
    encoder = json.JSONEncoder(ensure_ascii=False, indent=indent, allow_nan=False)
    for piece in encoder.iterencode(as_json(Meter(), value)):
        length += len(piece)
        if length > MOST_CHARACTERS:
            break
        pieces.append(piece)
    meter.makes(length)
    return "".join(pieces)
