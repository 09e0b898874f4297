"""What each worker does every few seconds without being asked: jobs that nobody runs, schedules, a sign of life.

With Redis away this alone keeps the work going: it reads the ledger and runs what is due in the slots that are free.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from pymongo.errors import PyMongoError

from elenchus.core import logs, problems
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.settings import JobSettings
from elenchus.jobs import metrics, service, store
from elenchus.jobs.engine import Engine
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.lease import cut_off
from elenchus.jobs.models import Schedule, Tick, Worker
from elenchus.jobs.reach import Tenant
from elenchus.jobs.schemas import JobError, JobStatus
from elenchus.jobs.task import Every

MOST_DUE_READ = 100
ALONE_SECONDS = 1.0  # between sweeps while no wake-ups come
UNKNOWN_AFTER = timedelta(hours=1)  # a rolling deployment is over by then
RARELY = 6  # of so many reports one counts the queue: 10,000 waiting jobs cost the bundled database 0.2 s
LATEST = 1.2  # of the usual time between two sweeps
OFTENEST = 0.5  # of it: what looks at the whole queue does so no sooner again, though each end of a job is a sweep
CLAIM_FACTOR = 1.5  # a tick whose worker died is run by another after its timeout and half of it
UNKNOWN_ERROR = JobError(code="unknown_type", detail="This version knows no work of this type.")
_dice = random.SystemRandom()
log = logs.get(__name__)


class Sweep:
    """`alone` says whether Redis is away, so that nothing but this sweep finds jobs."""

    def __init__(
        self,
        engine: Engine,
        schedules: Sequence[Every],
        settings: JobSettings,
        *,
        me: Worker,
        alone: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._timetable = Timetable(schedules, worker=me.id)
        self._settings = settings
        self._me = me
        self._alone = alone
        self._again = asyncio.Event()
        self._found: list[Id] = []
        self._taking: set[Id] = set()
        self._found_at = self._reported_at = self._took_over_at = datetime.min.replace(tzinfo=UTC)
        self._takes_more = False
        self._reports = 0

    async def run(self) -> None:
        """Until cancelled; a round that fails is followed by the next one."""
        while True:
            try:
                await self.once()
            except Exception as error:  # the worker border
                if problems.away(error) is None:
                    log.error("a sweep broke", exc_info=error)
                else:
                    log.warning("a sweep waits for the database", error=type(error).__name__)
            await self._rest()

    async def once(self) -> None:
        await self._engine.release_expired()
        await self._take_over()
        await self._start_due()
        await self._timetable.tick()
        if self._alone():  # whoever cancels a job cannot say so
            self._engine.look_at_all()
        if self._is_time(self._reported_at):
            await self._report()

    def _is_time(self, last: datetime) -> bool:
        return last <= now() - timedelta(seconds=self._settings.sweep_seconds * OFTENEST)

    async def stop(self) -> None:
        await self._timetable.stop()

    async def _start_due(self) -> None:
        """As many as there are free hands; what is found beyond that follows as soon as one of them ends."""
        if self._engine.free_hands <= 0:
            return
        if not self._found or self._found_at <= now() - timedelta(seconds=self._settings.sweep_seconds):
            await self._find_due()
        for job_id in [self._found.pop() for _ in range(min(len(self._found), self._engine.free_hands))]:
            errand = self._engine.start(job_id)
            errand.add_done_callback(lambda _: self._again.set() if self._found else None)

    async def _take_over(self) -> None:
        """What a dead worker had begun goes on as soon as its lease is over, by the next hand that is free, however
        much has been waiting for longer. A lease that nobody renews is seen before it ends."""
        most = self._settings.concurrency - len(self._taking)
        if self._engine.stopping or most <= 0 or not (self._takes_more or self._is_time(self._took_over_at)):
            return
        by = now() + timedelta(seconds=self._settings.sweep_seconds * (LATEST + OFTENEST))
        queue, running = self._settings.queue, JobStatus.RUNNING
        rows = await store.due(queue, types=self._engine.tasks, limit=most, by=by, status=running)
        self._took_over_at, self._takes_more = now(), len(rows) >= most
        for row in rows:
            job_id: Id = row["_id"]
            if job_id not in self._taking:
                self._taking.add(job_id)
                errand = self._engine.start(job_id, at=row["due_at"])
                errand.add_done_callback(partial(self._taken_over, job_id))

    def _taken_over(self, job_id: Id, _errand: asyncio.Task[None]) -> None:
        self._taking.discard(job_id)
        if self._takes_more:
            self._again.set()

    async def _find_due(self) -> None:
        """In any order: the other workers see the same rows."""
        rows = await store.due(self._settings.queue, types=self._engine.tasks, limit=MOST_DUE_READ)
        self._found = [row["_id"] for row in rows if self._is_ours_to_start(row)]
        self._found_at = now()
        _dice.shuffle(self._found)

    def _is_ours_to_start(self, row: Row) -> bool:
        """A job that became due a moment ago has a wake-up on its way to some worker."""
        patience = timedelta(seconds=0 if self._alone() else self._settings.takeover_grace_seconds)
        due_at: datetime = row["due_at"]
        return row["status"] != JobStatus.QUEUED or due_at <= now() - patience

    async def _report(self) -> None:
        self._reported_at = self._me.seen_at = now()
        self._me.running = self._engine.running
        await fleet.seen(self._me)
        if self._reports % RARELY == 0:
            queue = self._settings.queue
            metrics.depth.labels(queue).set(await store.depth(queue))
            await self._end_unknown(queue)
        self._reports += 1

    async def _end_unknown(self, queue: str) -> None:
        """Whoever waits for one is woken, again after a crash; a room that nobody knows cannot be told."""
        rows = await store.unknown(queue, types=self._engine.tasks, before=now() - UNKNOWN_AFTER)
        for row in rows:
            await store.fail_unknown(row, error=UNKNOWN_ERROR)
            if awaited_by := row.get("awaited_by"):
                await service.unpark(Tenant(row["tenant_id"]), awaited_by)
            await store.close(row)
        if rows:
            log.error("jobs of unknown type were ended", count=len(rows))

    async def _rest(self) -> None:
        usual = self._settings.sweep_seconds * _dice.uniform(0.8, LATEST)  # workers started together drift apart
        with suppress(TimeoutError):
            async with asyncio.timeout(min(usual, ALONE_SECONDS) if self._alone() else usual):
                await self._again.wait()
        self._again.clear()


class Timetable:
    """Schedules of the deployment: each tick is claimed in the ledger, so one worker of all has it."""

    def __init__(self, schedules: Sequence[Every], *, worker: str) -> None:
        self._schedules = schedules
        self._worker = worker
        self._not_before: dict[str, datetime] = {}
        self._firing: dict[str, asyncio.Task[None]] = {}

    async def tick(self) -> None:
        """Start what is due; its work goes on in tasks of its own."""
        for every in self._schedules:
            asleep = self._not_before.get(every.name)
            if every.name not in self._firing and (asleep is None or asleep <= now()):
                await self._start_if_due(every)

    async def _start_if_due(self, every: Every) -> None:
        kept = await fleet.schedule(every.name, interval_seconds=every.interval_seconds, first=now())
        if kept.next_run_at > now():
            self._not_before[every.name] = kept.next_run_at
            return
        until = now() + timedelta(seconds=every.timeout_seconds * CLAIM_FACTOR)
        if await fleet.claim_tick(kept, worker=self._worker, until=until):
            firing = self._firing[every.name] = asyncio.create_task(self._fire(every, kept))
            firing.add_done_callback(lambda _: self._firing.pop(every.name, None))

    async def _fire(self, every: Every, kept: Schedule) -> None:
        started = now()
        skipped = int((started - kept.next_run_at).total_seconds() // every.interval_seconds)
        outcome = await self._outcome(every, kept.next_run_at)
        tick = Tick(
            due_at=kept.next_run_at,
            started_at=started,
            ended_at=now(),
            outcome=outcome,
            skipped=skipped,
            reason="no worker was free for them" if skipped else None,
        )
        following = kept.next_run_at + timedelta(seconds=every.interval_seconds * (skipped + 1))
        try:
            await fleet.finish_tick(kept, next_run_at=following, tick=tick)
        except PyMongoError as error:  # the tick's claim ends, and it is run again
            log.warning("a tick was not recorded", schedule=every.name, error=type(error).__name__)

    async def _outcome(self, every: Every, due_at: datetime) -> str:
        try:
            async with asyncio.timeout(every.timeout_seconds):
                await every.work(due_at)
        except TimeoutError:
            log.error("a schedule's work did not end in time", schedule=every.name, seconds=every.timeout_seconds)
            return "timeout"
        except Exception:  # the worker border
            log.exception("a schedule's work broke", schedule=every.name)
            return "error"
        return "completed"

    async def stop(self) -> None:
        """What is cut off here is run again when its claim ends."""
        await cut_off(list(self._firing.values()))
