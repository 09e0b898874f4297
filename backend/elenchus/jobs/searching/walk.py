"""From the newest job to the oldest, in stretches of time as long as the rows found so far make it seem right."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import EPOCH, Row
from elenchus.jobs.enrolment import store as enrolment
from elenchus.jobs.enrolment.store import Span
from elenchus.jobs.reach import Reach
from elenchus.jobs.searching import store
from elenchus.jobs.searching.plan import Plan
from elenchus.jobs.searching.schemas import JobFilter
from elenchus.jobs.searching.store import Mark

MOST_READ = 300  # rows for one page: 20 ms of the bundled database, beside all that is under way
AT_ONCE = 1_000  # rows by one command, where the database heeds it
FIRST_STRETCH = timedelta(seconds=8)
FIRST_STRETCH_OF_FEW = timedelta(days=1)
LAST_STRETCH = timedelta(days=30)  # after it, all that is left
GROWTH = 8.0
SHRINK = 0.5
SPARE = 1.3  # a little more than the density so far promises saves a command
FIRST_ID, LAST_ID = Id("0" * 24), Id("f" * 24)
EVERY = JobFilter()


async def each(reach: Reach, wanted: JobFilter = EVERY, *, strange: bool = False) -> AsyncIterator[list[Row]]:
    """All of them, some at a time."""
    walk = Walk(Plan(reach, wanted, strange=strange))
    while rows := await walk.take(AT_ONCE):
        yield rows


@dataclass(slots=True)
class Walk:
    """From the newest to the oldest; perhaps with no more of each than was needed to find it (`whole`).

    `before` is where it goes on, `place` says so when it is not over.
    """

    plan: Plan
    before: Mark | None = None
    over: bool = False
    read: int = 0
    _stretch: timedelta = field(init=False)
    _left: list[Row] = field(default_factory=list)
    _looked_by_id: bool = False
    _spans: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stretch = FIRST_STRETCH_OF_FEW if self.plan.is_about_one else FIRST_STRETCH

    @property
    def place(self) -> Mark | None:
        return None if self.over else self.before

    @property
    def is_left(self) -> bool:
        """Whether there may be more."""
        return bool(self._left) or not self.over

    async def take(self, number: int, *, read_at_most: int | None = None) -> list[Row]:
        """The next ones: fewer when there are no more, or when so many rows were read for them."""
        most = None if read_at_most is None else self.read + read_at_most
        self._left += await self._by_id()
        while len(self._left) < number and not self.over and (most is None or self.read < most):
            self._left += await self._next(number - len(self._left))
        taken, self._left = self._left[:number], self._left[number:]
        return taken

    async def whole(self, rows: Sequence[Row]) -> list[Row]:
        """With all that is shown of them, but those that do not fit any more."""
        thin = [row["_id"] for row in rows if "attempts" not in row]
        read = {row["_id"]: row for row in self._given(await store.with_ids(self.plan.reach, thin))}
        return [read.get(row["_id"], row) for row in rows if "attempts" in row or row["_id"] in read]

    async def _by_id(self) -> list[Row]:
        """The one that is named. When `q` is the id of a job, it is that job and nothing else."""
        job_id = self.plan.named or self.plan.about
        if self._looked_by_id or job_id is None:
            return []
        self._looked_by_id = True
        found = self._given(await store.with_ids(self.plan.reach, [job_id]))
        self.over = bool(found) or self.plan.named is not None
        return found

    async def _next(self, missing: int) -> list[Row]:
        top = self.before.at if self.before else max(min(self.plan.wanted.until or now(), now()), EPOCH)
        floor = max(self.plan.wanted.since or EPOCH, EPOCH)
        low = floor if self._stretch > LAST_STRETCH else max(top - self._stretch, floor)
        rows, is_cut = await self._between(low)
        cost = len(rows)
        self.read += max(cost, 1)
        given = self._given(rows)
        if is_cut:
            self.before = Mark.of(rows[-1])
        else:
            self.before, self.over = Mark(low, FIRST_ID), low <= floor
        self._stretch = min(self._stretch * self._growth(cost, len(given), missing), 2 * LAST_STRETCH)
        return given

    async def _between(self, low: datetime) -> tuple[list[Row], bool]:
        """Of all streams together; whether older ones of the stretch are left."""
        self._spans = self._spans or await enrolment.spans_of(self.plan.reach)
        found: dict[Id, Row] = {}
        cut_at = Mark(low, FIRST_ID)

        async def read(reach: Reach) -> list[tuple[list[Row], bool]]:
            return await self._streams(cut_at.at, reach)

        async for streams in enrolment.read_each([span.reach for span in self._spans if span.until >= low], read):
            for rows, is_cut in streams:
                found |= {row["_id"]: row for row in rows}
                if is_cut:  # nothing older is told of any stream before it is known of this one
                    cut_at = max(cut_at, Mark.of(rows[-1]))
            if len(found) > 2 * AT_ONCE:  # nor, when there are so many, of the next tenants
                cut_at = max(cut_at, Mark.of(_newest_first(found)[AT_ONCE - 1]))
                found = {id_: row for id_, row in found.items() if Mark.of(row) >= cut_at}
        kept = [row for row in _newest_first(found) if Mark.of(row) >= cut_at]
        return kept, cut_at.id != FIRST_ID

    async def _streams(self, low: datetime, reach: Reach) -> list[tuple[list[Row], bool]]:
        before = self.before or (Mark(self.plan.wanted.until, LAST_ID) if self.plan.wanted.until else None)
        return [
            await store.between(
                reach, equal, low, before,
                limit=AT_ONCE, fields=self.plan.fields_of(equal), and_also=self.plan.and_also(equal),
            )
            for equal in self.plan.streams()
        ]  # fmt: skip

    def _given(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if self.plan.gives(row)]

    def _growth(self, cost: int, given: int, missing: int) -> float:
        """By how much longer the next stretch is: as many rows as are missing, and no more than a page has left."""
        wished = GROWTH if not given else max(SPARE * (missing - given) / given, SHRINK)
        left = MOST_READ - self.read % MOST_READ
        return min(wished, GROWTH, max(left / cost, SHRINK)) if cost else wished


def _newest_first(rows: Mapping[Id, Row]) -> list[Row]:
    return sorted(rows.values(), key=Mark.of, reverse=True)
