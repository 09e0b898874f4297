"""The one source of time."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def now() -> datetime:
    """The present in UTC, cut to the millisecond that MongoDB keeps, so a stored value equals what was written."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _written(value: object) -> object:
    """Refuse the numbers that pydantic would take for seconds or milliseconds since 1970."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DATE_TIME.match(value)):
        raise ValueError("Write it as RFC 3339 does, such as 2026-03-01T09:30:00Z.")
    return value


#: An instant in a query or body.
Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
