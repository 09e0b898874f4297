"""What a user may have us keep: text that is text, and JSON that MongoDB stores and gives back unchanged."""

import json
from typing import Annotated

from pydantic import AfterValidator, JsonValue

LARGEST_INTEGER = 2**53  # beyond it a browser reads another number, and beyond 2**63 MongoDB refuses
LONGEST_KEY = 64


def plain_text(text: str) -> str:
    """No NUL, which no database keeps, and no half of a surrogate pair, which JSON can spell and UTF-8 cannot."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("This has characters that are no text.")
    return text


def plain_object(*, characters: int, depth: int) -> AfterValidator:
    """For a JSON object of the user's own: bounded, and without keys that a database takes for operators or paths."""

    def check(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        _require_plain(value, depth)
        if len(json.dumps(value)) > characters:
            raise ValueError(f"This takes at most {characters} characters of JSON.")
        return value

    return AfterValidator(check)


def _require_plain(value: JsonValue, depth: int) -> None:
    if isinstance(value, str):
        plain_text(value)
    if isinstance(value, int | float) and not abs(value) <= LARGEST_INTEGER:  # NaN is no less than anything either
        raise ValueError("Numbers are finite and at most 2**53.")
    if not isinstance(value, dict | list):
        return
    if depth == 0:
        raise ValueError("This is nested too deep.")
    for key in value if isinstance(value, dict) else ():
        if not plain_text(key) or key.startswith(("$", "__")) or "." in key or len(key) > LONGEST_KEY:
            raise ValueError(
                f"A key is up to {LONGEST_KEY} characters, without `.`, and begins with neither `$` nor `__`."
            )
    for item in value.values() if isinstance(value, dict) else value:
        _require_plain(item, depth - 1)


PlainText = AfterValidator(plain_text)
#: A small object of the user's own.
Labels = Annotated[dict[str, JsonValue], plain_object(characters=8_000, depth=4)]
