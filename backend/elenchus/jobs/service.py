"""The room's door: submit, look, cancel, run again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

import pymongo
from pydantic import JsonValue
from pymongo.errors import PyMongoError

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import logs, queueing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.jobs import metrics, reach, showing, store, waking
from elenchus.jobs import task as tasks
from elenchus.jobs.endings import store as endings
from elenchus.jobs.enrolment import store as enrolment
from elenchus.jobs.errors import JobIsOver, JobNotFound, JobNotOver
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import JobDetail, JobStatus, Key, Priority, Subject
from elenchus.jobs.verdict import CANCELLED_ERROR

STEERING_TRIES = 3
MOST_ABOUT = 50  # each is an entry of an index
REMOVED_AT_ONCE = 100
NO_PARAMS: Mapping[str, JsonValue] = MappingProxyType({})
log = logs.get(__name__)


async def submit(
    task_name: str,
    principal: Principal,
    *,
    subject: Subject,
    params: Mapping[str, JsonValue] = NO_PARAMS,
    job_id: Id | None = None,
    awaited_by: Id | None = None,
    priority: Priority = Priority.NORMAL,
    about: Collection[Id] = (),
) -> Id:
    """The job's id, once the ledger has acknowledged it; from then on it reaches an end whatever fails.

    Give a `job_id` that follows from the subject, and submitting twice is submitting once. The job that it is
    `awaited_by` is woken when it ends, however it does. It is found by its subject and by what else it is `about`.
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
        keys=_keys(principal, task.name, (subject.id, *about)),
        params=dict(params),
        request_id=str(request_id) if request_id else None,
        awaited_by=awaited_by,
        priority=priority,
        max_attempts=task.max_attempts,
        due_at=now(),
        queued_at=now(),
    )
    if await store.insert(job):
        await waking.wake(job)
    return job.id


def _keys(principal: Principal, type_: str, about: Sequence[Id]) -> list[str]:
    named = [Key.about(object_id) for object_id in [*dict.fromkeys(about)][:MOST_ABOUT]]
    return [Key.user(principal.user_id), Key.type(type_), *named]


async def get(principal: Principal, job_id: Id) -> JobDetail:
    return showing.detail(await _found(principal, job_id))


async def cancel(principal: Principal, job_id: Id) -> JobDetail:
    """A waiting job is cancelled at once, a running one within a heartbeat; a job that is over refuses."""
    job = await _found(principal, job_id)
    for _ in range(STEERING_TRIES):  # it may begin, or go back to the queue, between the look and the write
        if not job.status.is_over and (stopped := await stop(job)):
            break
        job = await _found(principal, job_id)
    else:
        raise JobIsOver(job_id, job.status)
    await _record(principal, Action.JOB_CANCELLED, job)
    return showing.detail(stopped) if stopped.cancel_requested else await get(principal, job_id)


async def stop(job: Job) -> Job | None:
    """As it is before it knows; None when it stands otherwise by now."""
    if job.status is not JobStatus.QUEUED:
        return await _stopped_running(job)
    tell = tasks.is_told(job.type) or job.awaited_by is not None
    if not await store.cancel_queued(job, error=CANCELLED_ERROR, tell=tell):
        return None
    metrics.ended.labels(job.type, JobStatus.CANCELLED).inc()
    if tell:
        await waking.wake(job, token=job.token + 1)
    return job


async def _stopped_running(job: Job) -> Job | None:
    if not await store.request_cancel(job):
        return None
    current = await store.find_shown(job.id)
    if current:
        await queueing.nudge(current.worker or "", job.id)
    return current


async def retry(principal: Principal, job_id: Id) -> JobDetail:
    """Run a failed or cancelled job again; the steps that were finished are not repeated."""
    job = await _found(principal, job_id)
    if not await again(job):
        raise JobNotOver(job_id, (await _found(principal, job_id)).status)
    await _record(principal, Action.JOB_RETRIED, job)
    return await get(principal, job_id)


async def again(job: Job) -> bool:
    """False when it is not, or no more, one that failed or was cancelled."""
    queued = await store.queue_again(job)
    if queued:
        await waking.wake(job, token=job.token + 1)
    return queued


async def _record(principal: Principal, action: Action, job: Job) -> None:
    """Where they acted and where the job is: a superuser may be elsewhere."""
    await audit.record_in({principal.tenant_id, job.tenant_id}, principal, action, "job", job.id, type=job.type)


async def unpark(owner: HasTenant, job_id: Id) -> None:
    """There is something to do for it again: write what, then call this. A job that is over stays so."""
    for _ in range(STEERING_TRIES):  # it may begin to run, or be parked, between the two looks
        if job := await store.unpark(owner, job_id):
            await waking.wake(job)
            return
        if await store.note_wake(owner, job_id):
            return


class Waiting(Protocol):
    """Of a room: what a job that is not queued yet is to be done for."""

    job_id: Id


W = TypeVar("W", bound=Waiting)


async def never_queued(waiting: Sequence[W]) -> list[W]:
    """Those whose job the ledger does not have."""
    known = await store.known([each.job_id for each in waiting])
    return [each for each in waiting if each.job_id not in known]


async def remove_ended(before: datetime, *, owner: HasTenant) -> int:
    """Some of those that ended before; how many. Call it until there are none."""
    return await store.remove_ended(before, owner=owner, limit=REMOVED_AT_ONCE)


async def key_what_went_wrong() -> None:
    """For a ledger of before jobs were found so."""
    if keyed := await endings.key_what_went_wrong():
        log.info("jobs that went wrong are found by that now", jobs=keyed)


async def knows_tenants() -> bool:
    return bool(await enrolment.tenants())


async def enroll_tenants() -> None:
    """For a ledger of before they were."""
    log.info("the ledger knows its tenants now", tenants=await enrolment.enroll_all())


async def age_out(_due_at: datetime) -> None:
    """The whole ledger, the deployment's own jobs too. Once a day."""
    before = now() - timedelta(days=resources().settings.jobs.keep_ended_days)
    removed = 0
    await _enroll_forgotten()
    for tenant_id in await enrolment.tenants():
        try:
            while number := await remove_ended(before, owner=reach.Tenant(tenant_id)):
                removed += number
            await enrolment.strike(tenant_id, before)
        except Exception:  # the worker border: one tenant's trouble is not the others'
            log.exception("a tenant's old jobs could not be removed", tenant_id=str(tenant_id))
    if removed:
        log.info("old jobs were removed", jobs=removed)


async def _enroll_forgotten() -> None:
    """Whom a process of an earlier version, or a backup, has left without."""
    try:
        with pymongo.timeout(store.SCAN_SECONDS):
            if missing := await enrolment.enroll_all():
                log.warning("tenants were missing from the ledger's list", tenants=missing)
    except PyMongoError as error:
        log.warning("tenants may be missing from the ledger's list", error=type(error).__name__)


async def _found(principal: Principal, job_id: Id) -> Job:
    """Without its parameters, and without what its steps gave."""
    job = await store.find_shown(job_id)
    if job is None or not reach.widest(principal).covers(job):
        raise JobNotFound(job_id)
    return job
