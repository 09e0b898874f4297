"""What of a job's row this version cannot make sense of."""

from typing import Any

from pydantic import ValidationError

from elenchus.core.mongo import Row
from elenchus.jobs.models import Job

ASIDE = "unread"  # where such fields are kept for whoever looks at the database


def fields(row: Row) -> dict[str, Any] | None:
    """Those without which it can be read; None when no others are enough."""
    try:
        Job.model_validate(row)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]}
        spare = {name for name, field in Job.model_fields.items() if not field.is_required()} - {"id"}
        return {name: row[name] for name in wrong} if wrong and wrong <= spare & row.keys() else None
    return {}


def put_aside(row: Row, changes: Row) -> Row:
    """An update that makes these changes, and leaves only what can be read."""
    aside = {name: value for name, value in (fields(row) or {}).items() if name not in changes}
    if not aside:
        return {"$set": changes}
    return {"$set": {**changes, ASIDE: aside}, "$unset": dict.fromkeys(aside, "")}
