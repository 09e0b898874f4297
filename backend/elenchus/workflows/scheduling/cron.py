"""When a cron expression is due by the clock of a time zone: as Debian's cron has it, also when clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = 5
SHORTEST_GAP = timedelta(minutes=5)
LOOKED_AT = 50  # ticks, for the shortest gap between two of them
MOST_COUNTED = 10_000  # missed ones; those of 34 days at the shortest gap
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def checked(expression: str) -> str:
    """With one blank between its fields. Raises ValueError with what is wrong."""
    fields = expression.split()
    if len(fields) != FIELDS:
        raise ValueError("A schedule has five fields: minute, hour, day of the month, month, weekday.")
    try:
        ticks = list(islice(CronSim(" ".join(fields), _ANY_DAY), LOOKED_AT))
    except CronSimError as error:
        raise ValueError(f"{error}.") from error
    if not ticks:
        raise ValueError("It is never due.")
    if any(later - earlier < SHORTEST_GAP for earlier, later in pairwise(ticks)):
        raise ValueError("There are at least five minutes between two ticks.")
    return " ".join(fields)


def following(expression: str, timezone: str, after: datetime) -> datetime | None:
    """The first tick after that moment, in UTC; None when there is none in the next fifty years."""
    found = next(CronSim(expression, after.astimezone(ZoneInfo(timezone))), None)
    return found.astimezone(UTC) if found else None


def passed(expression: str, timezone: str, due_at: datetime, until: datetime) -> tuple[datetime, int]:
    """The last tick up to that moment, from one that is due on, and how many there were before it."""
    last, number = due_at, 0
    for found in islice(CronSim(expression, due_at.astimezone(ZoneInfo(timezone))), MOST_COUNTED):
        if found > until:
            break
        last, number = found.astimezone(UTC), number + 1
    return last, number
