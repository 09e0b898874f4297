"""Schedules: kept in the ledger, one worker per tick, missed ticks accounted for."""

import asyncio
from datetime import datetime, timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.models import Schedule, Tick
from elenchus.jobs.sweep import Timetable
from elenchus.jobs.task import Every
from tests.support import until


class Bell:
    """Work that counts its ticks."""

    def __init__(self, interval_seconds: float = 60, *, fails: bool = False, takes: float = 0) -> None:
        self.ticks: list[datetime] = []
        self.fails, self.takes = fails, takes
        self.every = Every(f"bell-{new_id()}", interval_seconds, self.ring, timeout_seconds=0.3)

    async def ring(self, due_at: datetime) -> None:
        self.ticks.append(due_at)
        await asyncio.sleep(self.takes)
        if self.fails:
            raise RuntimeError

    async def row(self) -> Schedule:
        return await fleet.schedule(self.every.name, interval_seconds=self.every.interval_seconds, first=now())

    async def recorded(self, ticks: int) -> Schedule:
        async def enough() -> Schedule | None:
            row = await self.row()
            return row if len(row.ticks) == ticks else None

        row = await until(enough)
        assert row is not None
        return row

    async def due(self, ago: timedelta) -> datetime:
        """Make it due since then."""
        moment = now() - ago
        change = {"$set": {"next_run_at": moment, "claimed_until": moment}}
        await Schedule.find_one({"_id": self.every.name}).update(change)
        return moment


def table(bell: Bell, worker: str = "w1") -> Timetable:
    return Timetable([bell.every], worker=worker)


class TestTicks:
    async def test_a_new_schedule_runs_at_once_and_then_after_its_interval(self):
        bell = Bell()
        times = table(bell)
        await times.tick()
        row = await bell.recorded(1)
        assert row.next_run_at == bell.ticks[0] + timedelta(seconds=60)
        await times.tick()
        assert len(bell.ticks) == 1

    async def test_it_rings_again_and_again(self):
        bell = Bell(interval_seconds=0.05)
        times = table(bell)

        async def rung_thrice() -> bool:
            await times.tick()
            return len(bell.ticks) >= 3

        await until(rung_thrice)
        assert bell.ticks == sorted(set(bell.ticks))

    async def test_of_many_workers_one_has_the_tick(self):
        bell = Bell()
        await bell.row()
        tables = [table(bell, f"w{n}") for n in range(8)]
        await asyncio.gather(*(times.tick() for times in tables))
        await bell.recorded(1)
        await asyncio.gather(*(times.tick() for times in tables))
        assert len(bell.ticks) == 1

    async def test_missed_ticks_are_made_up_once_and_counted(self):
        bell = Bell(interval_seconds=60)
        await bell.row()
        due_at = await bell.due(timedelta(seconds=200))
        await table(bell).tick()
        row = await bell.recorded(1)
        assert bell.ticks == [due_at]
        assert (row.ticks[0].skipped, row.ticks[0].reason) == (3, "no worker was free for them")
        assert row.next_run_at == due_at + timedelta(seconds=240)

    async def test_a_changed_interval_takes_effect(self):
        bell = Bell(interval_seconds=3600)
        await table(bell).tick()
        await bell.recorded(1)
        bell.every = Every(bell.every.name, 30, bell.ring)
        await table(bell).tick()
        row = await bell.recorded(2)
        assert row.next_run_at - bell.ticks[1] == timedelta(seconds=30)


class TestTrouble:
    @pytest.mark.parametrize(("bell", "outcome"), [(Bell(fails=True), "error"), (Bell(takes=5), "timeout")])
    async def test_a_tick_that_breaks_is_recorded_and_the_next_one_comes(self, bell, outcome):
        await table(bell).tick()
        row = await bell.recorded(1)
        assert row.ticks[0].outcome == outcome
        assert row.next_run_at > bell.ticks[0]

    async def test_a_tick_whose_worker_died_is_run_by_another(self):
        bell = Bell(takes=5)
        times = table(bell)
        await times.tick()
        await until(lambda: bell.ticks)
        await times.stop()
        await table(bell, "w2").tick()
        await asyncio.sleep(0.05)
        assert len(bell.ticks) == 1  # its claim still holds
        bell.takes = 0
        other = table(bell, "w2")

        async def made_up() -> bool:
            await other.tick()
            return len(bell.ticks) == 2

        await until(made_up)
        assert bell.ticks[0] == bell.ticks[1]

    async def test_a_worker_that_was_replaced_does_not_move_the_schedule(self):
        bell = Bell()
        old = await bell.row()
        assert await fleet.claim_tick(old, worker="w1", until=now())
        newer = await bell.row()
        assert await fleet.claim_tick(newer, worker="w2", until=now() + timedelta(seconds=60))
        tick = {"due_at": now(), "started_at": now(), "ended_at": now(), "outcome": "completed"}
        assert not await fleet.finish_tick(old, next_run_at=now(), tick=Tick(**tick))
        assert (await bell.row()).ticks == []

    async def test_only_twenty_ticks_are_kept(self):
        bell = Bell(interval_seconds=0.001)
        times = table(bell)

        async def rung() -> bool:
            await times.tick()
            return len(bell.ticks) >= 25

        await until(rung)
        assert len((await bell.row()).ticks) <= 20


class TestInAWorker:
    async def test_a_worker_rings(self, start_worker):
        bell = Bell(interval_seconds=60)
        await start_worker(schedules=(bell.every,))
        row = await bell.recorded(1)
        assert row.ticks[0].outcome == "completed"
