"""What of a job's row this version cannot make sense of."""

from typing import Any

from pydantic import ValidationError

from elenchus.core.mongo import Row
from elenchus.jobs.models import Job

ASIDE = "unread"  # where such fields are kept for whoever looks at the database
#: By what it has in these the engine knows whose turn it is: another value would be a lie.
NEVER_ASIDE = {"id", "status", "token"}


def fields(row: Row) -> dict[str, Any] | None:
    """Those without which it can be read; None when no others are enough."""
    try:
        Job.model_validate(row)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]}
        spare = {name for name, field in Job.model_fields.items() if not field.is_required()} - NEVER_ASIDE
        return {name: row[name] for name in wrong} if wrong and wrong <= spare & row.keys() else None
    return {}


def put_aside(row: Row, changes: Row) -> Row:
    """An update that makes these changes, and leaves only what can be read: what cannot is as in a new row, which the
    next claim finds complete."""
    aside = {name: value for name, value in (fields(row) or {}).items() if name not in changes}
    if not aside:
        return {"$set": changes}
    anew = {name: Job.model_fields[name].get_default(call_default_factory=True) for name in aside}
    return {"$set": {**changes, **anew, ASIDE: aside}}
