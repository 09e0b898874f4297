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
    day = Day(starts[0])
    for counts, recent in await read_each(await each_of(reach), partial(_of_one, starts)):
        day.counts += counts
        day.recent += recent
        day.is_partial |= len(recent) >= MOST_READ
    if reach.user_id:
        day.recent = [row for row in day.recent if row["user_id"] == reach.user_id]
    day.counts.update(Kind(row["type"], row["status"], (row.get("error") or {}).get("code")) for row in day.recent)
    return day


async def _of_one(starts: Sequence[datetime], reach: Reach) -> tuple[Counts, list[Row]]:
    """Of one tenant: the counts of these quarters, and all that ended after them."""
    quarters = _remembered(reach, starts)
    recent = await store.ended(reach, starts[-1] + QUARTER, limit=MOST_READ)
    for first, end in _runs([start for start in starts if start not in quarters]):
        quarters |= _quarters(await store.counted(reach, first, end, minutes=MINUTES), first, end)
    counts = Counts()
    for start in starts:
        counts.update(quarters[start].counts)
    return counts, recent


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
