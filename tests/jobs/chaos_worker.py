"""Worker processes that can be told where to die: `python -m tests.jobs.chaos_worker '<plans as JSON>'`.

Several plans are forked from one process, since the imports cost more than all the rest.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.core.settings import JobSettings, MongoSettings, RedisSettings, ServerSettings, Settings, use
from elenchus.jobs import run as runs
from elenchus.jobs import store
from elenchus.jobs.errors import Retryable
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import MODELS
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobOutcome, Subject
from elenchus.jobs.task import task

STEPS = ("fetch", "read", "index", "publish")


@dataclass
class Plan:
    """What one worker process is to be."""

    mongodb_url: str
    redis_url: str
    data_dir: str
    queue: str
    die_at: str = ""
    die_at_hit: int = 1
    unfenced: bool = False
    forgetful: bool = False
    drain_seconds: int = 6
    hits: dict[str, int] = field(default_factory=dict)

    def settings(self) -> Settings:
        return Settings(
            server=ServerSettings(_env_file=None, data_dir=Path(self.data_dir)),
            mongo=MongoSettings(
                _env_file=None, url=SecretStr(self.mongodb_url), database="chaos", job_timeout_seconds=3
            ),
            redis=RedisSettings(_env_file=None, url=SecretStr(self.redis_url)),
            jobs=JobSettings(
                _env_file=None,
                queue=self.queue,
                lease_seconds=1.5,
                heartbeat_seconds=0.4,
                takeover_grace_seconds=0.3,
                sweep_seconds=0.5,
                drain_seconds=self.drain_seconds,
            ),
        )


async def note_end(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    await do_once(derived_id("ended", outcome.job_id), job=outcome.job_id, what=f"ended {outcome.status}")


@task("chaos.work", on_end=note_end)
async def chaos_work(run: Run) -> None:
    """Four steps, each with one effect; the first attempt that gets so far stumbles before the third."""
    for name in STEPS:
        if name == "index" and run.attempt == 1 and not run.params.get("gate"):
            raise Retryable
        await run.step(name, lambda name=name: carry_out(run, name))


async def carry_out(run: Run, name: str) -> dict[str, str]:
    nonce = str(new_id())
    done = {"_id": new_id(), "job": run.job_id, "what": name, "nonce": nonce, "pid": os.getpid(), "at": now()}
    await resources().database["executions"].insert_one(done)
    if run.params.get("gate") == name:
        while await resources().database["gates"].find_one({"_id": run.job_id}) is None:
            await asyncio.sleep(0.05)
    await do_once(run.effect_id(name), job=run.job_id, what=name)
    return {"nonce": nonce}


async def do_once(effect_id: Id, *, job: Id, what: str) -> None:
    effect = {"$setOnInsert": {"job": job, "what": what}}
    await resources().database["effects"].update_one({"_id": effect_id}, effect, upsert=True)


def die_as_planned(plan: Plan) -> None:
    def at(point: str) -> None:
        plan.hits[point] = plan.hits.get(point, 0) + 1
        if point == plan.die_at and plan.hits[point] == plan.die_at_hit:
            os.kill(os.getpid(), signal.SIGKILL)

    runs.at = at


def remove_fence() -> None:
    """For the control: no token in the filter, and a lease that never ends."""
    store._fence = lambda job: {"_id": job.id}
    Lease.check_held = lambda self: None
    Lease.left = property(lambda self: 1.0)


def remove_memory() -> None:
    """For the control: finished steps are not stored."""

    async def forget(*_: object) -> bool:
        return True

    store.put_step = forget


def carry_out_plan(plan: Plan) -> None:
    settings = use(plan.settings())
    logs.configure("INFO", "json")
    die_as_planned(plan)
    if plan.unfenced:
        remove_fence()
    if plan.forgetful:
        remove_memory()
    from elenchus.worker import run_worker

    asyncio.run(run_worker(settings, handle_signals=True))


def main() -> None:
    """Exits with 0 when every forked worker was killed as planned, and as its worker does when there is but one."""
    plans = [Plan(**plan) for plan in json.loads(sys.argv[1])]
    # only this room: loading them all takes longer than the whole test of one crash
    tables = {"TASKS": (chaos_work,), "SCHEDULES": (), "MODELS": MODELS, "WORKER_STARTS": (), "WORKER_STOPS": ()}
    sys.modules["elenchus.registry"] = types.SimpleNamespace(**tables)
    importlib.import_module("elenchus.worker")
    if len(plans) == 1:
        carry_out_plan(plans[0])
        return
    children = []
    for plan in plans:
        children.append(os.fork())
        if not children[-1]:
            carry_out_plan(plan)
            return
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.exit(0 if set(codes) == {-signal.SIGKILL} else f"not all were killed: {codes}")


if __name__ == "__main__":
    main()
