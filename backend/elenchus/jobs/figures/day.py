"""What ended within the last day, counted a quarter of an hour at a time.

Those that are past hardly change any more, so their counts are remembered for some minutes: only a job that is run
again, or removed, leaves one. All of it is read from the ledger, by each process for itself.
"""

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from elenchus.core.clock import now
from elenchus.core.mongo import Row
from elenchus.jobs.enrolment.store import each_of, read_each
from elenchus.jobs.figures import store
from elenchus.jobs.reach import Reach

MINUTES = 15
QUARTER = timedelta(minutes=MINUTES)
QUARTERS = 24 * 4
MOST_READ = 50_000  # of the rows that are not only counted
REMEMBERED_SECONDS = (300.0, 600.0)  # not all at the same time
REMEMBERED = 1_000  # tenants and people: 20 kB each
_dice = random.SystemRandom()


class Kind(NamedTuple):
    """How one ended."""

    type: str
    status: str
    code: str | None


Counts = Counter[Kind]


@dataclass(frozen=True, slots=True)
class _Quarter:
    counts: Counts
    until: float


@dataclass(slots=True)
class Day:
    since: datetime
    counts: Counts = field(default_factory=Counter)
    recent: list[Row] = field(default_factory=list)
    is_partial: bool = False


_known: dict[Reach, dict[datetime, _Quarter]] = {}


async def last_day(reach: Reach) -> Day:
    """`recent` are the rows of the last quarter of an hour and of some minutes before, which are counted too."""
    edge = _quarter(now()) - QUARTER
    starts = [edge - QUARTER * number for number in range(QUARTERS - 1, 0, -1)]
    quarters, day, reaches = _remembered(reach, starts), Day(starts[0]), await each_of(reach)

    async def ended(one: Reach) -> list[Row]:
        return await store.ended(one, edge, limit=max(1, MOST_READ - len(day.recent)))

    async for recent in read_each(reaches, ended):
        day.recent += recent
    day.is_partial = len(day.recent) >= MOST_READ
    for first, end in _runs([start for start in starts if start not in quarters]):
        counted = read_each(reaches, partial(store.counted, low=first, high=end, minutes=MINUTES))
        quarters |= _quarters([row async for rows in counted for row in rows], first, end)
    for start in starts:
        day.counts.update(quarters[start].counts)
    if reach.user_id:
        day.recent = [row for row in day.recent if row["user_id"] == reach.user_id]
    day.counts.update(Kind(row["type"], row["status"], (row.get("error") or {}).get("code")) for row in day.recent)
    return day


def _quarter(moment: datetime) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(QUARTER.total_seconds()), UTC)


def _remembered(reach: Reach, starts: Sequence[datetime]) -> dict[datetime, _Quarter]:
    """Those that are not too old, which the caller completes. What was last asked for is remembered."""
    known, moment = _known.pop(reach, {}), time.monotonic()
    wanted = {start: known[start] for start in starts if start in known and known[start].until > moment}
    _known[reach] = wanted
    for oldest in [*_known][:-REMEMBERED]:
        del _known[oldest]
    return wanted


def _runs(starts: Sequence[datetime]) -> Iterable[tuple[datetime, datetime]]:
    """Neighbours are read together."""
    if not starts:
        return []
    gaps = [at for at, (one, other) in enumerate(pairwise(starts), 1) if other - one > QUARTER]
    bounds = [0, *gaps, len(starts)]
    return [(starts[low], starts[high - 1] + QUARTER) for low, high in pairwise(bounds)]


def _quarters(rows: Iterable[Row], first: datetime, end: datetime) -> dict[datetime, _Quarter]:
    counts = {first + QUARTER * number: Counter[Kind]() for number in range((end - first) // QUARTER)}
    for row in rows:
        counts[row["at"]][Kind(row["type"], row["status"], row.get("code"))] += row["number"]
    moment = time.monotonic()
    return {start: _Quarter(each, moment + _dice.uniform(*REMEMBERED_SECONDS)) for start, each in counts.items()}
