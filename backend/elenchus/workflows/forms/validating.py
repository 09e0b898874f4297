"""Whether a value fits a form, in sentences that its writer can act on.

`jsonschema` walks, and knows what is a number; the keywords are ours. Its own put the whole value into each message,
compare each item of a list with each other, and gather all faults of all choices. It has no `$ref`, and nothing to
fetch one with.
"""

from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import create
from pydantic import JsonValue
from referencing import Registry

from elenchus.workflows.forms.keywords import KEYWORDS
from elenchus.workflows.forms.words import Fault, fault
from elenchus.workflows.forms.working import TooMuchWork, counted

MOST_FAULTS = 50
_Form = create(
    meta_schema={},
    validators=KEYWORDS,
    type_checker=Draft202012Validator.TYPE_CHECKER,
)


def faults(schema: dict[str, Any], value: JsonValue) -> list[Fault]:
    """At most 50. `schema` is one that `check_schema` has found nothing in."""
    found: list[Fault] = []
    try:
        with counted():
            for error in islice(_Form(schema, registry=Registry()).iter_errors(value), MOST_FAULTS):
                found.append(_fault(error))
    except TooMuchWork:
        found.append(fault([], "This is too much to look at in one piece; send less.", "too_long"))
    return found


def _fault(error: ValidationError) -> Fault:
    return fault([*error.absolute_path], error.message, str(error.validator))
