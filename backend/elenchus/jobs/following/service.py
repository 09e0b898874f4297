"""The jobs of one person while they change.

The ledger is looked at twice a second for each tenant that has watchers, however many those are, and once a second
while nothing is under way. An event is a job as it stands: whoever comes back after a break gets each job that has
changed since, once, as it stands by then. Clocks of workers may differ by `SKEW`, so what changed within that time
before the break may be told again; nothing is left out but what ended before the latest `store.MOST`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.jobs.following import store
from elenchus.jobs.schemas import JobOut

LOOK_SECONDS = 0.5
FRESH_SECONDS = 0.9 * LOOK_SECONDS  # a look serves all watchers for so long, whose clocks are not in step
IDLE_SECONDS = 0.9  # while nothing is under way
SKEW = timedelta(seconds=2)  # as much as the lease of a job allows for
RECENT = timedelta(seconds=10)  # a job that began and ended between two looks is found for so long
REMEMBERED = 256  # tenants
log = logs.get(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """In the stream. `at` is the last look that was told whole, in milliseconds, and `part` counts what was told of the
    next one: a reader who leaves in between gets that one again."""

    at: int = 0
    part: int = 0

    def __str__(self) -> str:
        return f"{self.at}-{self.part}"

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Event:
    place: Place
    job: JobOut


@dataclass(frozen=True, slots=True)
class _Look:
    at: int
    taken: float
    rows: tuple[Row, ...]

    @property
    def is_fresh(self) -> bool:
        is_idle = all(row["completed_at"] for row in self.rows)
        return time.monotonic() - self.taken < (IDLE_SECONDS if is_idle else FRESH_SECONDS)


@dataclass(slots=True)
class _Shared:
    """The latest look of a tenant's watchers. Whoever waits for one keeps it, also when it is forgotten meanwhile."""

    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    latest: _Look | None = None


_shared: dict[Id, _Shared] = {}


async def _look(owner: HasTenant) -> _Look:
    """Of the whole tenant, at most so old as to be taken for the present."""
    shared = _shared_by(owner.tenant_id)
    async with shared.looking:
        if shared.latest is None or not shared.latest.is_fresh:
            began = now()
            rows = [*await store.under_way(owner), *await store.ended_since(owner, began - RECENT)]
            shared.latest = _Look(_ms(began), time.monotonic(), tuple(rows))
        return shared.latest


def _shared_by(tenant_id: Id) -> _Shared:
    """The tenants last looked at are remembered."""
    shared = _shared[tenant_id] = _shared.pop(tenant_id) if tenant_id in _shared else _Shared()
    for oldest in [*_shared][:-REMEMBERED]:
        del _shared[oldest]
    return shared


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@dataclass(slots=True)
class _Watch:
    """`seen` is how each job stood that the reader knows of."""

    owner: HasTenant
    user_id: Id | None  # None: the whole tenant's
    place: Place
    seen: dict[Id, str] = field(default_factory=dict)
    under_way: set[Id] = field(default_factory=set)

    async def first(self) -> list[Event]:
        """All that is under way or, after a break, what has changed since."""
        look = await _look(self.owner)
        rows = {row["_id"]: row for row in self._own(look.rows)}
        changed = [row for row in rows.values() if row["completed_at"] is None]
        if self.place.at:
            since = self.place.moment - SKEW
            ended = await store.ended_since(self.owner, since, user_id=self.user_id)
            rows |= {row["_id"]: row for row in ended}
            changed = [row for row in rows.values() if _changed_at(row) >= since]
        self.seen = {id_: JobOut.of(row).model_dump_json() for id_, row in rows.items()}
        return self._told(changed, look.at, rows.values())

    async def next(self) -> list[Event]:
        look = await _look(self.owner)
        if look.at <= self.place.at:
            return []
        rows = {row["_id"]: row for row in self._own(look.rows)}
        gone = self.under_way - rows.keys()
        rows |= {row["_id"]: row for row in await store.with_ids(self.owner, gone)}
        stand = {id_: JobOut.of(row).model_dump_json() for id_, row in rows.items()}
        changed = [row for id_, row in rows.items() if self.seen.get(id_) != stand[id_]]
        self.seen = stand
        return self._told(changed, look.at, rows.values())

    def _own(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.user_id in {None, row["user_id"]}]

    def _told(self, changed: Iterable[Row], at: int, known: Iterable[Row]) -> list[Event]:
        """In the order in which they changed. Only the last one's place says that the whole look was told."""
        self.under_way = {row["_id"] for row in known if row["completed_at"] is None}
        rows = sorted(changed, key=lambda row: (_changed_at(row), row["_id"]))
        places = [Place(self.place.at, self.place.part + n) for n in range(1, len(rows))]
        self.place = Place(max(at, self.place.at)) if rows else self.place
        return [Event(place, JobOut.of(row)) for place, row in zip([*places, self.place], rows, strict=False)]


def _changed_at(row: Row) -> datetime:
    """Rows of before this was noted have nothing but their submission."""
    moment: datetime = row.get("changed_at") or row["queued_at"]
    return moment


async def follow(
    owner: HasTenant, user_id: Id | None, after: Place, *, until: asyncio.Event
) -> AsyncGenerator[Event | None, None]:
    """Of one person, or of all the tenant: each change, and None when there is none for a moment. While the database is
    away nothing changes."""
    watch, is_first = _Watch(owner, user_id, after), True
    while not until.is_set():
        try:
            events = await watch.first() if is_first else await watch.next()
            is_first = False
        except PyMongoError as error:
            log.warning("watchers of jobs wait for the database", error=type(error).__name__)
            events = []
        for event in events:
            yield event
        yield None
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), LOOK_SECONDS)
