"""The room's door: submit, look, cancel, run again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import quantiles
from types import MappingProxyType
from typing import Protocol, TypeVar

from pydantic import JsonValue

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import logs, queueing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import resources
from elenchus.jobs import metrics, store
from elenchus.jobs import task as tasks
from elenchus.jobs.errors import JobIsOver, JobNotFound, JobNotOver, NotYourJob
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.models import Job, SubjectRef, Worker
from elenchus.jobs.schemas import (
    AttemptOut,
    JobDetail,
    JobOut,
    JobStats,
    JobStatus,
    LogOut,
    QueueStats,
    StepOut,
    Subject,
    SubjectOut,
    Timings,
    WorkerOut,
)
from elenchus.jobs.verdict import CANCELLED_ERROR

WINDOW_MINUTES = 15
STEERING_TRIES = 3
REMOVED_AT_ONCE = 100
MISSED_SWEEPS = 4  # without a sign of life a worker counts as dead
NO_PARAMS: Mapping[str, JsonValue] = MappingProxyType({})
log = logs.get(__name__)


async def submit(
    task_name: str,
    principal: Principal,
    *,
    subject: Subject,
    params: Mapping[str, JsonValue] = NO_PARAMS,
    job_id: Id | None = None,
) -> Id:
    """The job's id, once the ledger has acknowledged it; from then on it reaches an end whatever fails.

    Give a `job_id` that follows from the subject, and submitting twice is submitting once.
    """
    task = tasks.named(task_name)
    request_id = logs.bound().get("request_id")
    job = Job(
        id=job_id or new_id(),
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        role=principal.role,
        type=task.name,
        queue=resources().settings.jobs.queue,
        subject=SubjectRef(type=subject.type, id=subject.id),
        params=dict(params),
        request_id=str(request_id) if request_id else None,
        max_attempts=task.max_attempts,
        due_at=now(),
        queued_at=now(),
    )
    if await store.insert(job):
        await queueing.wake(job.id, job.token)
    return job.id


async def get(principal: Principal, job_id: Id) -> JobDetail:
    return _detail(await _found(principal, job_id))


async def page(
    principal: Principal,
    query: PageQuery,
    *,
    type_: str | None = None,
    status: JobStatus | None = None,
    queue: str | None = None,
) -> Page[JobOut]:
    wanted = {"type": type_, "status": status, "queue": queue}
    rows = await store.page(
        principal, query, wanted={name: value for name, value in wanted.items() if value is not None}
    )
    return query.page(rows, _listed)


async def cancel(principal: Principal, job_id: Id) -> JobDetail:
    """A waiting job is cancelled at once, a running one within a heartbeat; a job that is over refuses."""
    job = await _cancelled(principal, job_id)
    await audit.record(principal, Action.JOB_CANCELLED, "job", job_id, type=job.type)
    return job


async def _cancelled(principal: Principal, job_id: Id) -> JobDetail:
    for _ in range(STEERING_TRIES):  # it may begin, or go back to the queue, between the look and the write
        job = await _steered(principal, job_id)
        if job.status.is_over:
            break
        if await _cancelled_in_queue(principal, job):
            return await get(principal, job_id)
        if await store.request_cancel(principal, job):
            current = await _found(principal, job_id)
            await queueing.nudge(current.worker or "", job_id)
            return _detail(current)
    raise JobIsOver(job_id, job.status)


async def _cancelled_in_queue(principal: Principal, job: Job) -> bool:
    tell = tasks.is_told(job.type)
    if not await store.cancel_queued(principal, job, error=CANCELLED_ERROR, tell=tell):
        return False
    metrics.ended.labels(job.type, JobStatus.CANCELLED).inc()
    if tell:
        await queueing.wake(job.id, job.token + 1)
    return True


async def retry(principal: Principal, job_id: Id) -> JobDetail:
    """Run a failed or cancelled job again; the steps that were finished are not repeated."""
    job = await _steered(principal, job_id)
    if not await store.queue_again(principal, job):
        raise JobNotOver(job_id, (await _found(principal, job_id)).status)
    await queueing.wake(job_id, job.token + 1)
    await audit.record(principal, Action.JOB_RETRIED, "job", job_id, type=job.type)
    return await get(principal, job_id)


class Waiting(Protocol):
    """Of a room: what a job that is not queued yet is to be done for."""

    job_id: Id


W = TypeVar("W", bound=Waiting)


async def never_queued(waiting: Sequence[W]) -> list[W]:
    """Those whose job the ledger does not have."""
    known = await store.known([each.job_id for each in waiting])
    return [each for each in waiting if each.job_id not in known]


async def remove_ended(before: datetime, *, owner: HasTenant | None = None) -> int:
    """Some of those that ended before, of one owner or of all; how many. Call it until there are none."""
    return await store.remove_ended(before, owner=owner, limit=REMOVED_AT_ONCE)


async def age_out(_due_at: datetime) -> None:
    """The whole ledger, the deployment's own jobs too. Once a day."""
    before = now() - timedelta(days=resources().settings.jobs.keep_ended_days)
    removed = 0
    while number := await remove_ended(before):
        removed += number
    if removed:
        log.info("old jobs were removed", jobs=removed)


async def _found(principal: Principal, job_id: Id) -> Job:
    if job := await store.find(principal, job_id):
        return job
    raise JobNotFound(job_id)


async def _steered(principal: Principal, job_id: Id) -> Job:
    """A member steers the jobs they have started, an administrator all of the tenant's."""
    job = await _found(principal, job_id)
    if job.user_id != principal.user_id and not principal.role.covers(Role.ADMIN):
        raise NotYourJob
    return job


async def stats(principal: Principal) -> JobStats:
    """Of the reader's tenant, except for the workers, which serve all."""
    since = now() - timedelta(minutes=WINDOW_MINUTES)
    waiting = await store.under_way(principal)
    ended = await store.ended_since(principal, since)
    queues = sorted({row["queue"] for row in (*waiting, *ended)} | {resources().settings.jobs.queue})
    own = {row["_id"] for row in waiting}
    return JobStats(
        window_minutes=WINDOW_MINUTES,
        queues=[_queue_stats(queue, waiting, ended) for queue in queues],
        workers=[_worker_out(worker, own) for worker in await fleet.workers()],
    )


def _queue_stats(queue: str, waiting: Sequence[Row], ended: Sequence[Row]) -> QueueStats:
    states = [row["status"] for row in waiting if row["queue"] == queue]
    over = [row for row in ended if row["queue"] == queue]
    outcomes = [row["status"] for row in over]
    latencies = [_ms(row["queued_at"], row["started_at"]) for row in over if row["started_at"]]
    p50, p95 = _percentiles(latencies)
    return QueueStats(
        queue=queue,
        depth=states.count(JobStatus.QUEUED),
        running=states.count(JobStatus.RUNNING),
        done_per_minute=round(outcomes.count(JobStatus.COMPLETED) / WINDOW_MINUTES, 3),
        failed_per_minute=round(outcomes.count(JobStatus.FAILED) / WINDOW_MINUTES, 3),
        latency_p50_ms=p50,
        latency_p95_ms=p95,
    )


def _percentiles(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else [values[0]] * 19
    return round(cuts[9], 2), round(cuts[18], 2)


def _ms(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds() * 1000


def _worker_out(worker: Worker, own: set[Id]) -> WorkerOut:
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


def _listed(row: Row) -> JobOut:
    return JobOut.model_validate({**row, "id": row["_id"]})


def _detail(job: Job) -> JobDetail:
    return JobDetail(
        **job.model_dump(include=set(JobOut.model_fields) - {"subject"}),
        subject=SubjectOut(type=job.subject.type, id=job.subject.id),
        request_id=job.request_id,
        attempt_log=[AttemptOut(**attempt.model_dump()) for attempt in job.attempt_log],
        steps=[StepOut(**step.model_dump(exclude={"result"})) for step in job.steps],
        logs=[LogOut(**line.model_dump()) for line in job.logs],
        timings=_timings(job),
    )


def _timings(job: Job) -> Timings:
    def seconds(earlier: datetime | None, later: datetime | None) -> float | None:
        return None if earlier is None or later is None else round((later - earlier).total_seconds(), 3)

    return Timings(
        waited_seconds=seconds(job.queued_at, job.started_at),
        ran_seconds=seconds(job.started_at, job.completed_at),
        total_seconds=seconds(job.queued_at, job.completed_at),
    )
