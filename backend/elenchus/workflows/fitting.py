"""Whether what a step is given can fit what its kind takes, while some of it is still expressions."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError

from elenchus.workflows import expressions

Loc = list[str | int]
Fault = dict[str, Any]  # {loc, msg, type}, as FastAPI gives them
_OF_KEYS = {"missing": "`{key}` is missing.", "extra_forbidden": "Its kind does not know `{key}`."}
_NOTHING = object()


def fault(loc: Sequence[str | int], message: str, type_: str) -> Fault:
    return {"loc": list(loc), "msg": message, "type": type_}


def at(value: Any, path: Sequence[str | int]) -> Any:
    """What stands there, or in the last place on the way there that exists: names of pydantic's own, such as those of a
    union's members, lead nowhere."""
    for step in path:
        value, before = _member(value, step), value
        if value is _NOTHING:
            return before
    return value


def _member(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _NOTHING


def misfits(loc: Loc, given: dict[str, JsonValue], model: type[BaseModel], said: str) -> Iterator[Fault]:
    """Keys that are missing or unknown, and what is wrong in itself. Of what holds an expression only its key is known,
    so nothing that is found in it, or that follows from it, is told."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        for row in error.errors(include_url=False, include_context=False):
            path = row["loc"]
            if message := _message(given, path, row):
                yield fault([*loc, *path], said + message, row["type"])


def _message(given: dict[str, JsonValue], path: Sequence[str | int], row: Any) -> str | None:
    of_key = _OF_KEYS.get(row["type"])
    if of_key and isinstance(at(given, path[:-1]), dict) and _is_way(given, path[:-1]):
        return of_key.format(key=str(path[-1])[:64])
    if _holds_expression(at(given, path)):
        return None
    message = str(row["msg"]).removeprefix("Value error, ").removesuffix(".")
    return f"`{'.'.join(map(str, path)) or 'input'}`: {message}."


def _is_way(value: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        value = _member(value, step)
    return value is not _NOTHING


def _holds_expression(value: Any) -> bool:
    return any(expressions.is_expression(text) for _, text in expressions.texts(value))
