"""Jobs that ended do not stay for ever, whoever they belong to."""

from datetime import timedelta

import pytest
from pymongo.errors import ExecutionTimeout

from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.jobs import service, store
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import JobStatus


async def a_job(owner: Principal, *, days_ago: float, status: JobStatus = JobStatus.COMPLETED, **more) -> Id:
    moment = now() - timedelta(days=days_ago)
    fields = {
        "tenant_id": owner.tenant_id, "user_id": owner.user_id, "role": owner.role, "type": "ageing.mail",
        "queue": "nobody's", "subject": SubjectRef(type="thing", id=new_id()), "max_attempts": 5, "status": status,
        "open": False, "due_at": moment, "queued_at": moment, "completed_at": moment if status.is_over else None,
    }  # fmt: skip
    job = Job(**{**fields, **more})
    assert await store.insert(job)
    return job.id


async def left(*jobs: Id) -> list[bool]:
    return [await Job.across_tenants().get(job_id) is not None for job_id in jobs]


@pytest.mark.parametrize("status", [status for status in JobStatus if status.is_over])
async def test_after_the_time_of_the_settings_they_go(me, status):
    old, young = await a_job(me, days_ago=91, status=status), await a_job(me, days_ago=89, status=status)
    own = await a_job(DEPLOYMENT, days_ago=91, status=status)
    await service.age_out(now())
    assert await left(old, young, own) == [False, True, False]


async def test_the_settings_say_how_long(me, resources_, job_settings, monkeypatch):
    old = await a_job(me, days_ago=8)
    await service.age_out(now())
    assert await left(old) == [True]
    jobs = job_settings.model_copy(update={"keep_ended_days": 7})
    monkeypatch.setattr(resources_, "settings", resources_.settings.model_copy(update={"jobs": jobs}))
    await service.age_out(now())
    assert await left(old) == [False]


async def test_what_has_not_ended_or_not_been_told_stays_however_old(me):
    waiting = await a_job(me, days_ago=900, status=JobStatus.QUEUED, open=True)
    running = await a_job(me, days_ago=900, status=JobStatus.RUNNING, open=True)
    untold = await a_job(me, days_ago=900, open=True)
    await service.age_out(now())
    assert await left(waiting, running, untold) == [True, True, True]


async def test_more_than_one_batch(me, monkeypatch):
    monkeypatch.setattr(service, "REMOVED_AT_ONCE", 3)
    jobs = [await a_job(me, days_ago=91) for _ in range(7)]
    await service.age_out(now())
    assert not any(await left(*jobs))


async def test_one_tenants_trouble_is_not_the_others(me, new_principal, monkeypatch):
    remove_ended = store.remove_ended

    async def too_many(before, *, owner, limit):
        if owner.tenant_id == me.tenant_id:
            raise ExecutionTimeout("It has so many.")
        return await remove_ended(before, owner=owner, limit=limit)

    monkeypatch.setattr(store, "remove_ended", too_many)
    mine, other = await a_job(me, days_ago=91), await a_job(new_principal(), days_ago=91)
    await service.age_out(now())
    assert await left(mine, other) == [True, False]


async def test_of_one_owner_only(me, new_principal):
    mine, other = await a_job(me, days_ago=10), await a_job(new_principal(), days_ago=10)
    before = now() - timedelta(days=9)
    assert await service.remove_ended(before, owner=me) == 1
    assert await service.remove_ended(before, owner=me) == 0
    assert await left(mine, other) == [False, True]


def test_a_worker_does_it_every_day():
    [every] = [every for every in registry.SCHEDULES if every.work is service.age_out]
    assert every.interval_seconds == 86_400
