"""Executions under continuous kills, stops, wipes of Redis and a dead database.

`python -m tests.workflows.chaos.storm` prints one JSON line: none lost, no effect twice, all of them over, and how soon
work went on after a kill. It fails when that is not so.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.settings import use
from elenchus.jobs.models import Job
from elenchus.workflows.models import Execution
from elenchus.workflows.schemas import ExecutionStatus
from tests.workflows.chaos import arena as arenas
from tests.workflows.chaos import worker
from tests.workflows.chaos.arena import CRASHED, MODEL_STEPS, Arena, steps
from tests.workflows.chaos.worker import Plan

QUEUE = "storm"
#: As a deployment has them, and several times as fast.
USUAL = {"lease_seconds": 15.0, "heartbeat_seconds": 5.0, "takeover_grace_seconds": 2.0, "sweep_seconds": 5.0}
QUICK = {"lease_seconds": 3.0, "heartbeat_seconds": 0.6, "takeover_grace_seconds": 0.3, "sweep_seconds": 0.5}
MEMORY = Path("/dev/shm")
STOPPED_SHARE = 2  # of a lease
RESUMED_WITHIN = 20.0


@dataclass
class Storm:
    arena: Arena
    executions: int
    workers: int
    seconds_between: float
    most_kills: int = 1_000_000
    #: At once: so many more than the workers have hands for wait in the queue.
    most_open: int = 24
    seed: int = 1
    terms: Mapping[str, Any] = field(default_factory=dict)
    kills: int = 0
    stops: int = 0
    wipes: int = 0
    database_kills: int = 0

    async def rage(self) -> dict[str, Any]:
        self._dice, self._gone = random.Random(self.seed), asyncio.Event()
        self._struck: list[tuple[int, datetime]] = []
        self._stopped: list[asyncio.Task[None]] = []
        self._herd = [await self._spawn() for _ in range(self.workers)]
        began, blows = time.monotonic(), asyncio.create_task(self._strike())
        try:
            accepted = await self._submit()
            over = await self.arena.all_over(accepted, timeout=120 + 4 * self.executions)
        finally:
            self._gone.set()
            await asyncio.gather(blows, *self._stopped)
        return await self._figures(over, time.monotonic() - began)

    @property
    def _plan(self) -> Plan:
        return self.arena.plan(QUEUE, **self.terms)

    async def _spawn(self) -> int:
        return await self.arena.spawn(self._plan)

    async def _submit(self) -> list[Execution]:
        """All that were acknowledged; who was told that the database is away tries again."""
        accepted: list[Execution] = []
        while len(accepted) < self.executions:
            with suppress(PyMongoError):
                if await Job.across_tenants().count({"open": True}) < self.most_open:
                    accepted.append(await self.arena.begin(QUEUE, *steps(seconds=0.02)))
            await asyncio.sleep(0.02)
        return accepted

    async def _strike(self) -> None:
        blows = 0
        while not self._gone.is_set() and self.kills < self.most_kills:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), self._dice.uniform(0.5, 1.5) * self.seconds_between)
            blows += 1
            if blows == 4:
                self.arena.database.kill()
                self.database_kills += 1
            elif blows % 5 == 0:
                await self.arena.held.redis.flushall()
                self.wipes += 1
            elif blows % 4 == 3:
                await self._stop(self._dice.randrange(self.workers))
            else:
                await self._kill(self._dice.randrange(self.workers))

    async def _kill(self, place: int) -> None:
        self._struck.append((self._herd[place], now()))
        os.kill(self._herd[place], signal.SIGKILL)
        self.kills += 1
        self._herd[place] = await self._spawn()

    async def _stop(self, place: int) -> None:
        """One that comes back when others have its work."""
        pid = self._herd[place]
        self._struck.append((pid, now()))
        os.kill(pid, signal.SIGSTOP)
        self.stops += 1
        self._stopped.append(asyncio.create_task(self._wake(pid)))

    async def _wake(self, pid: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), STOPPED_SHARE * self._plan.lease_seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    # ---- what came of it

    async def _figures(self, over: list[Execution], seconds: float) -> dict[str, Any]:
        rows = [await self.arena.job(one) for one in over]
        lost_attempts = [attempt for job in rows for attempt in job.attempt_log if attempt.outcome in CRASHED]
        calls = sum(sum(self.arena.calls(one).values()) for one in over)
        effects = [await self.arena.effects(one) for one in over]
        poisoned = [one for one in over if one.error is not None and one.error.code == "poison"]
        others = [one for one in over if one not in poisoned]
        faults = [f"{one.id} {fault}" for one in others for fault in await self.arena.faults(one)]
        return {
            "executions": len(over),
            "lost": sum(not one.status.is_over for one in over),
            "completed": sum(one.status is ExecutionStatus.COMPLETED for one in over),
            "poisoned": len(poisoned),
            "faults": faults,
            "effects": sum(sum(one.values()) for one in effects),
            "duplicated_effects": sum(number - 1 for one in effects for number in one.values()),
            "steps": sum(len(one.steps) for one in over),
            "model_calls": calls,
            "model_steps": MODEL_STEPS * len(over),
            "interrupted_attempts": len(lost_attempts),
            "kills": self.kills,
            "stops": self.stops,
            "redis_wipes": self.wipes,
            "database_kills": self.database_kills,
            "resumed": len(resumed := self._resumed(rows)),
            "p50_seconds_to_resume": _part(resumed, 0.5),
            "p95_seconds_to_resume": _part(resumed, 0.95),
            "seconds": round(seconds, 1),
        }

    def _resumed(self, rows: list[Job]) -> list[float]:
        """From the moment that a worker was killed or stopped in the middle of a job to the job's next attempt."""
        found = []
        for job in rows:
            for before, after in zip(job.attempt_log, job.attempt_log[1:], strict=False):
                struck = [at for pid, at in self._struck if f"-{pid}-" in before.worker and at <= after.started_at]
                if before.outcome in CRASHED and struck and struck[-1] >= before.started_at:
                    found.append((after.started_at - struck[-1]).total_seconds())
        return sorted(found)


def _part(values: list[float], share: float) -> float | None:
    return round(values[min(len(values) - 1, int(share * len(values)))], 2) if values else None


def is_met(figures: dict[str, Any]) -> bool:
    calls = figures["model_steps"] + figures["interrupted_attempts"]
    return (
        figures["lost"] == figures["duplicated_effects"] == 0
        and not figures["faults"]
        and figures["completed"] + figures["poisoned"] == figures["executions"]
        and figures["model_calls"] <= calls
        and (figures["p95_seconds_to_resume"] or 0) <= RESUMED_WITHIN
    )


async def main(
    executions: int, workers: int, seconds_between: float, seed: int, *, most_open: int, usual: bool
) -> bool:
    logs.configure("CRITICAL", "json")
    terms, memory = USUAL if usual else QUICK, MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="elenchus-chaos-", dir=memory) as name:
        folder = Path(name)
        worker.install()
        async with (
            arenas.servers(folder) as (database, valkey),
            arenas.talking_model() as model,
            arenas.pen(folder) as pen,
        ):
            use(worker.Plan(database.url, valkey.url, name, model.url, QUEUE).settings())
            async with arenas.arena(database, valkey, folder, model, pen) as arena:
                storm = Storm(arena, executions, workers, seconds_between, most_open=most_open, seed=seed, terms=terms)
                figures = await storm.rage()
    is_good = is_met(figures)
    told = {**figures, "faults": figures["faults"][:10], **terms, "seed": seed, "met": is_good}
    print(json.dumps({"figure": "chaos", **told}), flush=True)
    return is_good


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--executions", type=int, default=500)
    given.add_argument("--workers", type=int, default=3)
    given.add_argument("--seconds-between", type=float, default=2.0)
    given.add_argument("--seed", type=int, default=now().microsecond)
    given.add_argument("--most-open", type=int, default=24, help="executions under way or waiting at once")
    given.add_argument("--usual", action="store_true", help="with a deployment's lease, heartbeat and sweep")
    sys.exit(0 if asyncio.run(main(**vars(given.parse_args()))) else 1)
