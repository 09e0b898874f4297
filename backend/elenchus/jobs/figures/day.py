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
from itertools import pairwise
from typing import NamedTuple

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.jobs.figures import store
from elenchus.jobs.reach import Reach

QUARTER = timedelta(minutes=15)
QUARTERS = 24 * 4
MOST_READ = 50_000  # rows at once
REMEMBERED_SECONDS = (300.0, 600.0)  # not all at the same time
REMEMBERED_TENANTS = 64
_dice = random.SystemRandom()


class Kind(NamedTuple):
    """How one ended. `user_id` is None where all tenants are counted together."""

    user_id: Id | None
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


_known: dict[Id | None, dict[datetime, _Quarter]] = {}


async def last_day(reach: Reach) -> Day:
    """`recent` are the rows of the last quarter of an hour and of some minutes before, which are counted too."""
    edge = _quarter(now()) - QUARTER
    starts = [edge - QUARTER * number for number in range(QUARTERS - 1, 0, -1)]
    whole = Reach(reach.tenant_id)
    quarters = _remembered(reach.tenant_id, starts)
    day = Day(starts[0], recent=await store.ended(whole, edge, None, limit=MOST_READ))
    day.is_partial = len(day.recent) >= MOST_READ
    for first, end in _runs([start for start in starts if start not in quarters]):
        rows = await store.ended(whole, first, end, limit=MOST_READ)
        day.is_partial |= len(rows) >= MOST_READ
        quarters |= _quarters(reach, rows, first, end)
    if day.is_partial:  # what is cut short is not remembered as if it were whole
        _known.pop(reach.tenant_id, None)
    for start in starts:
        day.counts.update(quarters[start].counts)
    day.counts.update(_kind(reach, row) for row in day.recent)
    if reach.user_id:
        day.counts = Counter({kind: n for kind, n in day.counts.items() if kind.user_id == reach.user_id})
        day.recent = [row for row in day.recent if row["user_id"] == reach.user_id]
    return day


def _quarter(moment: datetime) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(QUARTER.total_seconds()), UTC)


def _remembered(tenant_id: Id | None, starts: Sequence[datetime]) -> dict[datetime, _Quarter]:
    """Those that are not too old, which the caller completes. The tenants last asked for are remembered."""
    known, moment = _known.pop(tenant_id, {}), time.monotonic()
    wanted = {start: known[start] for start in starts if start in known and known[start].until > moment}
    _known[tenant_id] = wanted
    for oldest in [*_known][:-REMEMBERED_TENANTS]:
        del _known[oldest]
    return wanted


def _runs(starts: Sequence[datetime]) -> Iterable[tuple[datetime, datetime]]:
    """Neighbours are read together."""
    if not starts:
        return []
    gaps = [at for at, (one, other) in enumerate(pairwise(starts), 1) if other - one > QUARTER]
    bounds = [0, *gaps, len(starts)]
    return [(starts[low], starts[high - 1] + QUARTER) for low, high in pairwise(bounds)]


def _quarters(reach: Reach, rows: Iterable[Row], first: datetime, end: datetime) -> dict[datetime, _Quarter]:
    counts = {first + QUARTER * number: Counter[Kind]() for number in range((end - first) // QUARTER)}
    for row in rows:
        counts[_quarter(row["completed_at"])][_kind(reach, row)] += 1
    moment = time.monotonic()
    return {start: _Quarter(each, moment + _dice.uniform(*REMEMBERED_SECONDS)) for start, each in counts.items()}


def _kind(reach: Reach, row: Row) -> Kind:
    user_id = row["user_id"] if reach.tenant_id else None
    return Kind(user_id, row["type"], row["status"], (row.get("error") or {}).get("code"))
