"""How the queues move. From the ledger alone, so that it is right whatever has died."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import quantiles

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.jobs import reach as reaches
from elenchus.jobs.figures import store
from elenchus.jobs.figures.day import Counts, last_day
from elenchus.jobs.figures.schemas import JobStats, QueueStats, StatsScope, TypeStats, WorkerOut
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.models import Worker
from elenchus.jobs.reach import Reach
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.searching.store import with_ids

WINDOW_MINUTES = 15
MISSED_SWEEPS = 4  # without a sign of life a worker counts as dead
STALLED = "stalled"
DELAYED = "delayed"


async def stats(principal: Principal, asked: StatsScope) -> JobStats:
    """Of the workers all: they serve everybody."""
    reach, moment = reaches.narrowed(principal, asked.scope, asked.tenant_id), now()
    live, workers = await store.live(reach, moment), await fleet.workers()
    own = await _own(reach, workers)
    day = await last_day(reach)
    recent = [row for row in day.recent if row["completed_at"] >= moment - timedelta(minutes=WINDOW_MINUTES)]
    queues = {row["queue"] for row in (*live, *recent)} | {resources().settings.jobs.queue}
    return JobStats(
        window_minutes=WINDOW_MINUTES,
        since=day.since,
        is_partial=day.is_partial,
        queues=[_queue(queue, _of(queue, live), _of(queue, recent), moment) for queue in sorted(queues)],
        types=_types(live, day.counts),
        workers=[_worker(worker, own) for worker in workers],
    )


async def _own(reach: Reach, workers: Iterable[Worker]) -> set[Id]:
    """Of what runs, what the reader may see."""
    running = {job_id for worker in workers for job_id in worker.running}
    rows = await with_ids(reach, running, {"tenant_id": 1, "user_id": 1})
    return {row["_id"] for row in rows if reach.user_id in {None, row["user_id"]}}


def _of(queue: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["queue"] == queue]


def _queue(queue: str, live: Sequence[Row], recent: Sequence[Row], moment: datetime) -> QueueStats:
    states: Counter[str] = Counter()
    for row in live:
        states[_state(row)] += row["number"]
    outcomes = Counter(row["status"] for row in recent)
    p50, p95 = _percentiles([_ms(row["queued_at"], row["started_at"]) for row in recent if row["started_at"]])
    since = min((row["since"] for row in live if _state(row) == JobStatus.QUEUED), default=None)
    return QueueStats(
        queue=queue,
        depth=states[JobStatus.QUEUED],
        delayed=states[DELAYED],
        running=states[JobStatus.RUNNING],
        stalled=states[STALLED],
        waiting_since=since,
        oldest_waiting_seconds=None if since is None else round((moment - since).total_seconds(), 3),
        done_per_minute=round(outcomes[JobStatus.COMPLETED] / WINDOW_MINUTES, 3),
        failed_per_minute=round(outcomes[JobStatus.FAILED] / WINDOW_MINUTES, 3),
        latency_p50_ms=p50,
        latency_p95_ms=p95,
    )


def _state(row: Row) -> str:
    if row["status"] == JobStatus.RUNNING:
        return STALLED if row["is_due"] else JobStatus.RUNNING
    return JobStatus.QUEUED if row["is_due"] else DELAYED


def _percentiles(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else [values[0]] * 19
    return round(cuts[9], 2), round(cuts[18], 2)


def _ms(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds() * 1000


def _types(live: Iterable[Row], ended: Counts) -> list[TypeStats]:
    states: Counter[tuple[str, str]] = Counter()
    for row in live:
        states[row["type"], row["status"]] += row["number"]
    failures: dict[str, Counter[str]] = {}
    for kind, number in ended.items():
        states[kind.type, kind.status] += number
        if kind.status == JobStatus.FAILED:
            failures.setdefault(kind.type, Counter())[kind.code or "error"] += number
    return [
        TypeStats(
            type=name,
            failures=dict(failures.get(name, Counter()).most_common()),
            **{status.value: states[name, status] for status in JobStatus},
        )
        for name in sorted({name for name, _ in states})
    ]


def _worker(worker: Worker, own: set[Id]) -> WorkerOut:
    silent_seconds = (now() - worker.seen_at).total_seconds()
    return WorkerOut(
        name=worker.id,
        alive=silent_seconds < resources().settings.jobs.sweep_seconds * MISSED_SWEEPS,
        started_at=worker.started_at,
        seen_at=worker.seen_at,
        busy=len(worker.running),
        jobs=[job_id for job_id in worker.running if job_id in own],
        queues=worker.queues,
    )
