"""What is of all tenants is read of each that has jobs: nobody may be missing from them."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from pymongo.errors import ExecutionTimeout

from elenchus import migrations
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Owned
from elenchus.core.principal import Principal, Role
from elenchus.jobs import service
from elenchus.jobs import store as jobs_store
from elenchus.jobs.enrolment import store
from elenchus.jobs.models import Job, LedgerTenant
from elenchus.jobs.reach import Reach
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.searching import store as searching
from elenchus.jobs.searching.walk import each
from tests.jobs.conftest import ended, kept, waiting

LONG_AGO = timedelta(days=91, hours=2)


async def seen() -> set[Id]:
    return {row["_id"] async for rows in each(Reach(None)) for row in rows}


async def submitted_long_ago(tenant_id: Id) -> None:
    await LedgerTenant.find_one({"_id": tenant_id}).update({"$set": {"submitted_at": now() - LONG_AGO}})


async def test_of_each_tenant_however_many_there_are():
    firms = [Principal(new_id(), new_id(), Role.OWNER) for _ in range(2 * store.AT_ONCE + 1)]
    ids = await kept(*(make(firm) for firm in firms for make in (ended, waiting)))
    assert {*map(Id, ids)} <= await seen()


async def test_a_tenant_is_known_before_its_job_is_there(me, monkeypatch):
    async def died(*_):
        raise ConnectionError

    monkeypatch.setattr(Owned, "insert", died)
    with pytest.raises(ConnectionError):
        await kept(waiting(me))
    assert me.tenant_id in await store.tenants()


async def test_a_process_says_so_once_an_hour(me, monkeypatch):
    await kept(waiting(me))
    await submitted_long_ago(me.tenant_id)
    await kept(waiting(me))
    assert (await LedgerTenant.get(me.tenant_id)).submitted_at < now() - LONG_AGO
    an_hour_on = SimpleNamespace(monotonic=lambda: time.monotonic() + store.REMEMBERED.total_seconds() + 1)
    monkeypatch.setattr(store, "time", an_hour_on)
    await kept(waiting(me))
    assert (await LedgerTenant.get(me.tenant_id)).submitted_at > now() - timedelta(minutes=1)


async def test_what_a_process_remembers_has_a_bound(new_principal, monkeypatch):
    monkeypatch.setattr(store, "REMEMBERED_TENANTS", 2)
    for _ in range(5):
        await kept(waiting(new_principal()))
    assert len(store._enrolled) == 2


class TestThoseThatAreQuiet:
    async def test_they_are_not_asked_for_what_is_newer_than_their_last(self, me, new_principal, monkeypatch):
        quiet, asked = [new_principal() for _ in range(5)], []
        old = await kept(*(ended(firm, queued_at=now() - LONG_AGO) for firm in quiet))
        for firm in quiet:
            await submitted_long_ago(firm.tenant_id)
        await kept(waiting(me))
        between = searching.between

        async def noted(reach, equal, low, *args, **named):
            asked.append((reach.tenant_id, low))
            return await between(reach, equal, low, *args, **named)

        monkeypatch.setattr(searching, "between", noted)
        assert {*map(Id, old)} <= await seen()
        lows = {firm.tenant_id: [low for tenant_id, low in asked if tenant_id == firm.tenant_id] for firm in quiet}
        latest = now() - LONG_AGO + store.REMEMBERED + store.CLOCKS_DIFFER + timedelta(minutes=1)
        assert all(lows.values())
        assert max(low for each_low in lows.values() for low in each_low) < latest
        assert len([low for tenant_id, low in asked if tenant_id == me.tenant_id]) > len(lows[quiet[0].tenant_id])

    async def test_one_that_is_run_again_is_no_more(self, me):
        gone_wrong = ended(me, status=JobStatus.FAILED, queued_at=now() - LONG_AGO)
        await kept(gone_wrong)
        await submitted_long_ago(me.tenant_id)
        store.forget()
        assert await jobs_store.queue_again(gone_wrong)
        assert (await LedgerTenant.get(me.tenant_id)).submitted_at > now() - timedelta(minutes=1)
        assert gone_wrong.id in await seen()

    async def test_those_who_did_not_say_so_are_asked_after_a_day(self, me):
        """A worker of before goes on beside this version."""
        await kept(waiting(me))
        await submitted_long_ago(me.tenant_id)
        await service.age_out(now())
        assert (await LedgerTenant.get(me.tenant_id)).submitted_at > now() - timedelta(minutes=1)


class TestStriking:
    async def test_one_whose_jobs_have_aged_out_goes(self, me):
        await kept(ended(me, queued_at=now() - LONG_AGO, completed_at=now() - LONG_AGO))
        await submitted_long_ago(me.tenant_id)
        await service.age_out(now())
        assert me.tenant_id not in await store.tenants()

    async def test_one_that_has_a_job_stays(self, me):
        [job_id] = await kept(waiting(me, queued_at=now() - LONG_AGO))
        await submitted_long_ago(me.tenant_id)
        await service.age_out(now())
        assert Id(job_id) in await seen()

    async def test_one_that_may_be_about_to_have_one_stays(self, me):
        """A process that remembers it would not say so again."""
        await store.enroll(me.tenant_id)
        await service.age_out(now())
        assert me.tenant_id in await store.tenants()


async def test_those_of_before_are_known_after_an_upgrade(me, resources_):
    collection = resources_.database["jobs"]
    await collection.create_index([("completed_at", 1)], name=migrations.ENDED_OF_ALL)
    old = ended(me)
    await Job.owned_by(me).insert(old)
    assert old.id not in await seen()
    await migrations.upgrade(resources_.database)
    assert old.id in await seen()
    assert migrations.ENDED_OF_ALL not in await collection.index_information()


class TestThoseThatNobodyEnrolled:
    async def test_of_a_worker_of_before_that_still_ran_after_the_upgrade(self, me, resources_):
        await migrations.upgrade(resources_.database)
        late, old = waiting(me), ended(me, queued_at=now() - LONG_AGO, completed_at=now() - LONG_AGO)
        for job in (late, old):
            await Job.owned_by(me).insert(job)
        await service.age_out(now())
        assert late.id in (found := await seen())
        assert old.id not in found

    async def test_of_a_list_that_was_lost_under_a_process_that_remembers_them(self, me):
        [job_id] = await kept(waiting(me))
        await LedgerTenant.find_one({"_id": me.tenant_id}).delete()
        await service.age_out(now())
        assert Id(job_id) in await seen()

    async def test_that_they_cannot_be_looked_for_keeps_no_old_job(self, me, monkeypatch):
        async def took_too_long() -> int:
            raise ExecutionTimeout("The ledger is long.")

        old = ended(me, queued_at=now() - LONG_AGO, completed_at=now() - LONG_AGO)
        await kept(old)
        monkeypatch.setattr(store, "enroll_all", took_too_long)
        await service.age_out(now())
        assert await Job.owned_by(me).get(old.id) is None

    async def test_of_a_ledger_older_than_the_index_that_went(self, me, resources_):
        """Whoever leaves out a version."""
        await LedgerTenant.find_all().delete()
        old = ended(me)
        await Job.owned_by(me).insert(old)
        await migrations.upgrade(resources_.database)
        assert old.id in await seen()
