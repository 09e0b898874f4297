"""The figures are what the ledger says, whatever has died and however many processes have counted."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs.figures import day
from elenchus.jobs.figures.schemas import StatsScope
from elenchus.jobs.figures.service import stats
from elenchus.jobs.models import Job
from elenchus.jobs.reach import Reach
from elenchus.jobs.schemas import JobError, JobStatus
from tests.jobs.conftest import ended, kept, waiting
from tests.jobs.door import as_

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def a_new_process() -> None:
    day._known.clear()


def failed(owner: Principal, code: str, **changes) -> Job:
    return ended(owner, status=JobStatus.FAILED, error=JobError(code=code, detail="x"), **changes)


class TestQueues:
    async def test_what_waits_runs_stalls_and_is_put_off(self, http, me):
        running = {"status": JobStatus.RUNNING, "started_at": now(), "worker": "w1"}
        await kept(
            waiting(me, queue="a", due_at=now() - 2 * MINUTE),
            waiting(me, queue="a", due_at=now() - 5 * MINUTE),
            waiting(me, queue="a", due_at=now() + HOUR, started_at=now()),  # parked, or to be tried again later
            waiting(me, queue="a", **running, due_at=now() + MINUTE),
            waiting(me, queue="a", **running, due_at=now() - MINUTE),  # its worker died
            ended(me, queue="a", status=JobStatus.CANCELLED, open=True, completed_at=now() - HOUR),
            waiting(me, queue="b"),
        )
        queues = {row["queue"]: row for row in (await http.get("/jobs/stats", headers=as_(me))).json()["queues"]}
        found = queues["a"]
        assert (found["depth"], found["delayed"], found["running"], found["stalled"]) == (2, 1, 1, 1)
        assert found["oldest_waiting_seconds"] == pytest.approx(300, abs=30)
        assert (queues["b"]["depth"], queues["b"]["stalled"]) == (1, 0)

    async def test_latency_is_from_the_queue_to_the_first_start(self, me):
        moment = now() - MINUTE
        waits = [timedelta(milliseconds=10 * n) for n in range(1, 101)]
        await kept(*(ended(me, queue="a", queued_at=moment - w, started_at=moment, completed_at=now()) for w in waits))
        found = next(row for row in (await stats(me, StatsScope())).queues if row.queue == "a")
        assert found.latency_p50_ms == pytest.approx(505, abs=5)
        assert found.latency_p95_ms == pytest.approx(950, abs=10)
        assert found.done_per_minute == round(100 / 15, 3)


class TestDay:
    async def test_each_type_with_its_ends_and_failures_by_code(self, me):
        ages = (MINUTE, 20 * MINUTE, HOUR, 10 * HOUR, 23 * HOUR)
        await kept(*(ended(me, type="t", completed_at=now() - age) for age in ages))
        await kept(*(failed(me, "encrypted", type="t", completed_at=now() - age) for age in ages[:3]))
        await kept(failed(me, "timeout", type="t"), ended(me, type="t", status=JobStatus.CANCELLED))
        await kept(ended(me, type="t", completed_at=now() - 25 * HOUR), ended(me, type="u"), waiting(me, type="v"))
        for _ in range(2):  # read, and remembered
            found = {row.type: row for row in (await stats(me, StatsScope())).types}
            t = found["t"]
            assert (t.completed, t.failed, t.cancelled, t.queued) == (5, 4, 1, 0)
            assert t.failures == {"encrypted": 3, "timeout": 1}
            assert (found["u"].completed, found["v"].queued) == (1, 1)

    async def test_what_ends_after_a_look_is_in_the_next_one(self, me):
        assert (await stats(me, StatsScope())).types == []
        await kept(ended(me, completed_at=now()))
        assert [row.completed for row in (await stats(me, StatsScope())).types] == [1]

    async def test_whose(self, me):
        colleague = Principal(me.tenant_id, new_id(), Role.MEMBER)
        stranger = Principal(new_id(), new_id(), Role.OWNER)
        superuser = Principal(new_id(), new_id(), Role.MEMBER, is_superuser=True)
        kind = f"kind {new_id()}"
        for who in (me, colleague, stranger):
            await kept(ended(who, type=kind), ended(who, type=kind, completed_at=now() - 5 * HOUR))

        async def seen(who: Principal, **asked) -> int:
            found = (await stats(who, StatsScope(**asked))).types
            return sum(row.completed for row in found if row.type == kind)

        assert [await seen(who) for who in (me, colleague, stranger, superuser)] == [4, 2, 2, 6]
        assert await seen(me, scope="me") == 2
        assert await seen(me, scope="tenant") == 4
        assert await seen(superuser, tenant_id=me.tenant_id) == 4

    async def test_only_what_is_missing_is_read_again(self, me, monkeypatch):
        await kept(*(ended(me, completed_at=now() - HOUR * n) for n in range(20)))
        asked = []
        for name in ("ended", "counted"):

            async def noted(*args, really=getattr(day.store, name), **more):
                asked.append(args[1:])
                return await really(*args, **more)

            monkeypatch.setattr(day.store, name, noted)
        await stats(me, StatsScope())
        assert len(asked) == 2
        await stats(me, StatsScope())
        assert len(asked) == 3
        known = day._known[Reach(me.tenant_id)]
        forgotten = sorted(known)[10:12] + sorted(known)[40:41]
        for start in forgotten:
            known[start] = day._Quarter(known[start].counts, 0.0)
        found = await stats(me, StatsScope())
        assert len(asked) == 6
        assert sum(row.completed for row in found.types) == 20

    async def test_so_many_that_not_all_were_read(self, me, monkeypatch):
        monkeypatch.setattr(day, "MOST_READ", 3)
        await kept(*(ended(me, completed_at=now()) for _ in range(4)))
        assert (await stats(me, StatsScope())).is_partial

    async def test_of_all_tenants_together_no_more_are_read(self, monkeypatch):
        monkeypatch.setattr(day, "MOST_READ", 4)
        firms = [Principal(new_id(), new_id(), Role.OWNER) for _ in range(41)]
        await kept(*(ended(firm, completed_at=now()) for firm in firms for _ in range(4)))
        found = await day.last_day(Reach(None))
        assert found.is_partial
        assert len(found.recent) < len(firms) * 4 / 2

    async def test_more_tenants_than_are_remembered_are_counted_once(self, me, new_principal, monkeypatch):
        """A superuser's look costs a tenant's administrators nothing that was remembered for them."""
        monkeypatch.setattr(day, "REMEMBERED", 3)
        firms = [me, *(new_principal() for _ in range(4))]
        await kept(*(ended(firm, completed_at=now() - HOUR) for firm in firms))
        superuser = Principal(new_id(), new_id(), Role.MEMBER, is_superuser=True)
        first = [await stats(who, StatsScope()) for who in (me, superuser)]
        monkeypatch.setattr(day.store, "counted", None)
        again = [await stats(who, StatsScope()) for who in (me, superuser)]
        assert [found.types for found in again] == [found.types for found in first]

    async def test_tenants_nobody_asks_for_any_more_are_forgotten(self, me, monkeypatch):
        monkeypatch.setattr(day, "REMEMBERED", 2)
        for _ in range(4):
            await stats(Principal(new_id(), new_id(), Role.OWNER), StatsScope())
        assert len(day._known) == 2

    def test_quarters_next_to_each_other_are_read_together(self):
        at = day._quarter(now())
        starts = [at + day.QUARTER * n for n in (0, 1, 2, 5, 7, 8)]
        gaps = [(0, 3), (5, 6), (7, 9)]
        assert [*day._runs(starts)] == [(at + day.QUARTER * a, at + day.QUARTER * b) for a, b in gaps]
        assert [*day._runs([])] == []
