"""The one source of time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present in UTC, cut to the millisecond that MongoDB keeps, so a stored value equals what was written."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
