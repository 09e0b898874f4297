"""How much of a job is kept and shown for people, so that no answer about it is ever large."""

import json
import re
from collections.abc import Mapping

from pydantic import JsonValue

MOST_FIELDS = 20  # of a log line
NAME_CHARACTERS = 50
VALUE_CHARACTERS = 200
STAGE_CHARACTERS = 200
DETAIL_CHARACTERS = 2_000  # of an error's sentence
STEPS_SHOWN = 200
LONGEST_NUMBER = 2**53  # what JavaScript, too, reads as it was written
_MANY_DIGITS = re.compile(r"\d{17}")


def fields(given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Of a log line: the first ones, each as it is when it is short, else the beginning of its text."""
    return {name[:NAME_CHARACTERS]: _value(value) for name, value in [*given.items()][:MOST_FIELDS]}


def _value(value: JsonValue) -> JsonValue:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LONGEST_NUMBER else cut(f"{value:#x}", VALUE_CHARACTERS)
    if isinstance(value, str):
        return cut(value, VALUE_CHARACTERS)
    text = json.dumps(value, default=str, ensure_ascii=False)
    is_plain = len(text) <= VALUE_CHARACTERS and not _MANY_DIGITS.search(text)
    return value if is_plain else cut(text, VALUE_CHARACTERS)


def cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"
