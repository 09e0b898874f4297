"""What a form knows about a value that fits it."""

import json
from copy import deepcopy
from typing import Any

from pydantic import JsonValue

from elenchus.core.errors import TooLarge
from elenchus.core.formats import DOCUMENT_ID, is_document_id
from elenchus.workflows.forms.words import OF_SEVERAL
from elenchus.workflows.forms.working import TooMuchWork, counted, spend

MOST_ADDED = 200_000  # characters of JSON


def with_defaults(schema: dict[str, Any], value: JsonValue) -> JsonValue:
    """A copy in which what is missing has its default: in objects that are there, in lists of them, and where all of
    several forms count; not within choices, which are made by what is there."""
    filling = _Filling()
    try:
        with counted():
            filled: JsonValue = filling.filled(schema, deepcopy(value))
    except TooMuchWork as error:
        raise TooLarge("This is too much to fill in what is missing.") from error
    return filled


class _Filling:
    def __init__(self) -> None:
        self._left = MOST_ADDED

    def filled(self, form: Any, value: Any) -> Any:
        """Changes it in place."""
        spend(1)
        if not isinstance(form, dict):
            return value
        for inner in form.get("allOf", ()):
            self.filled(inner, value)
        if isinstance(value, dict):
            self._object(form.get("properties", {}), value)
        elif isinstance(value, list) and "items" in form:
            for item in value:
                self.filled(form["items"], item)
        return value

    def _object(self, forms: dict[str, Any], value: dict[str, Any]) -> None:
        for name, form in forms.items():
            if name not in value and isinstance(form, dict) and "default" in form:
                value[name] = self._default(form["default"])
            if name in value:
                self.filled(form, value[name])

    def _default(self, default: Any) -> Any:
        """One for each of many items adds up."""
        self._left -= len(json.dumps(default))
        if self._left < 0:
            raise TooMuchWork
        return deepcopy(default)


def document_ids(schema: dict[str, Any], value: JsonValue) -> set[str]:
    """All that may be the id of a document by any reading of the form, so that whose they are can be looked up. Of
    choices all count: one too many is looked up in vain, one too few would let another's document in."""
    found: set[str] = set()
    try:
        with counted():
            _collect(schema, value, found)
    except TooMuchWork as error:
        raise TooLarge("This is too much to look for documents in.") from error
    return found


def _collect(form: Any, value: Any, found: set[str]) -> None:
    spend(1)
    if not isinstance(form, dict):
        return
    if isinstance(value, str):
        if form.get("format") == DOCUMENT_ID and is_document_id(value):
            found.add(value)
    elif isinstance(value, list) and "items" in form:
        for item in value:
            _collect(form["items"], item, found)
    elif isinstance(value, dict):
        known = form.get("properties", {})
        for name, item in value.items():
            _collect(known.get(name, form.get("additionalProperties")), item, found)
    for inner in _beside(form):
        _collect(inner, value, found)


def _beside(form: dict[str, Any]) -> list[Any]:
    """Forms of the same value."""
    several = [inner for word in OF_SEVERAL for inner in form.get(word, ())]
    return [*several, *(form[word] for word in ("if", "then", "else") if word in form)]
