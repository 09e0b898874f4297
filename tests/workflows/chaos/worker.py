"""Worker processes that can be told where to die: `python -m tests.workflows.chaos.worker`, then a plan as JSON a line.

Each is forked from one that has loaded everything, since the imports cost more than all the rest, and its process id is
answered on a line.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beanie import Document
from pydantic import JsonValue, SecretStr

from elenchus.audit import models as audit_models
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import Prompt, Speaker, Turn, Usage
from elenchus.core.llm.factory import chat_model
from elenchus.core.resources import open_resources, resources
from elenchus.core.settings import (
    JobSettings,
    LlmSettings,
    MongoSettings,
    RedisSettings,
    ServerSettings,
    Settings,
    use,
)
from elenchus.identity import models as identity_models
from elenchus.identity.tenants import models as tenants_models
from elenchus.jobs import models as jobs_models
from elenchus.jobs import run as runs
from elenchus.jobs import store as jobs_store
from elenchus.jobs.engine import Engine
from elenchus.jobs.errors import Retryable
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Job
from elenchus.workflows import kinds, store
from elenchus.workflows import models as workflows_models
from elenchus.workflows.kinds.base import Desk
from elenchus.workflows.models import Execution, Spent
from elenchus.workflows.tasks import run_execution
from tests.workflows.inner import kind

MODELS: tuple[type[Document], ...] = (
    *audit_models.MODELS,
    *jobs_models.MODELS,
    *identity_models.MODELS,
    *tenants_models.MODELS,
    *workflows_models.MODELS,
)


@dataclass
class Plan:
    """What one worker process is to be. With a `job_id` it does that one and nothing else."""

    mongodb_url: str
    redis_url: str
    data_dir: str
    model_url: str
    queue: str
    log: str = "/dev/null"
    job_id: str = ""
    die_at: str = ""
    die_at_hit: int = 1
    unfenced: bool = False
    drain_seconds: int = 6
    heartbeat_seconds: float = 0.4
    lease_seconds: float = 1.5
    takeover_grace_seconds: float = 0.3
    sweep_seconds: float = 0.5
    concurrency: int = 4
    hits: dict[str, int] = field(default_factory=dict)

    def settings(self) -> Settings:
        return Settings(
            server=ServerSettings(_env_file=None, data_dir=Path(self.data_dir)),
            mongo=MongoSettings(
                _env_file=None, url=SecretStr(self.mongodb_url), database="chaos", job_timeout_seconds=3
            ),
            redis=RedisSettings(_env_file=None, url=SecretStr(self.redis_url)),
            llm=LlmSettings(
                _env_file=None,
                google_api_key=SecretStr("k"),
                GOOGLE_GEMINI_BASE_URL=self.model_url,
                max_attempts=1,
                timeout_seconds=30,
            ),
            jobs=JobSettings(
                _env_file=None,
                queue=self.queue,
                concurrency=self.concurrency,
                lease_seconds=self.lease_seconds,
                heartbeat_seconds=self.heartbeat_seconds,
                takeover_grace_seconds=self.takeover_grace_seconds,
                sweep_seconds=self.sweep_seconds,
                drain_seconds=self.drain_seconds,
            ),
        )


# ---- what the steps do


async def effect(desk: Desk, given: Mapping[str, JsonValue]) -> JsonValue:
    """Noted each time that it is begun; waits for its gate, where it has one; then happens, once."""
    about = {"execution": desk.execution_id, "what": f"{desk.step} {given.get('item', '')}".strip()}
    database = resources().database
    await database["deeds"].insert_one({"_id": new_id(), **about, "at": now(), "pid": os.getpid()})
    while given.get("gate") and await database["gates"].find_one({"_id": desk.execution_id}) is None:
        await asyncio.sleep(0.05)
    await database["effects"].update_one({"_id": desk.effect_id()}, {"$setOnInsert": about}, upsert=True)
    return given.get("gives", desk.step)


async def ask(desk: Desk, given: Mapping[str, JsonValue]) -> JsonValue:
    """The question names the step, so that the model's calls can be counted by it."""
    mark = f"{desk.execution_id} {desk.step} {given.get('item', '')}".strip()
    model, spending, text, usage = chat_model(None), desk.spending(None), "", Usage(1, 0)
    hold_id = await spending.hold(500, 500)
    try:
        async for piece in model.stream(Prompt("Answer.", (Turn(Speaker.USER, mark),), mark, ())):
            text += getattr(piece, "text", "")
            usage = piece if isinstance(piece, Usage) else usage
        await asyncio.sleep(float(str(given.get("seconds", 0))))
    finally:
        await spending.used(hold_id, Spent.of_call(usage.prompt_tokens, usage.completion_tokens, 0.001))
    return text


async def shaky(desk: Desk, _given: Mapping[str, JsonValue]) -> JsonValue:
    """Fails the first time."""
    tried = resources().database["tried"]
    if await tried.find_one({"_id": desk.effect_id()}) is None:
        await tried.insert_one({"_id": desk.effect_id()})
        raise Retryable("It stumbled.")
    return "stood"


KINDS = (kind("effect", effect), kind("ask", ask, asks_model=True), kind("shaky", shaky))


def install() -> None:
    """For good: a process that is not to keep them puts back what was there."""
    kinds.TABLE = {**kinds.TABLE, **{one.name: one for one in KINDS}}
    kinds.INNER = kinds.INNER | {one.name for one in KINDS}


# ---- how it dies


def die_as_planned(plan: Plan) -> None:
    def at(point: str) -> None:
        plan.hits[point] = plan.hits.get(point, 0) + 1
        if point == plan.die_at and plan.hits[point] == plan.die_at_hit:
            os.kill(os.getpid(), signal.SIGKILL)

    runs.at = at


def remove_fences() -> None:
    """For the control: no token in the filters of either room, and a lease that never ends."""
    jobs_store._fence = lambda job: {"_id": job.id}
    Lease.check_held = lambda self: None
    Lease.left = property(lambda self: 1.0)

    async def write(execution: Execution, change: Any, event: Any) -> bool:
        row = {**change, "seq": event.n, "updated_at": event.at}
        return await Execution.owned_by(execution).update({"_id": execution.id}, {"$set": row})

    store.write = write


# ---- what it is


def carry_out(plan: Plan) -> None:
    settings = use(plan.settings())
    logs.configure("INFO", "json")
    die_as_planned(plan)
    if plan.unfenced:
        remove_fences()
    if plan.job_id:
        asyncio.run(_attend(settings, Id(plan.job_id)))
        return
    from elenchus.worker import run_worker

    asyncio.run(run_worker(settings, handle_signals=True))


async def _attend(settings: Settings, job_id: Id) -> None:
    """Leg for leg, until it is told to its end."""
    async with open_resources(settings, MODELS, timeout_seconds=10) as held:
        await held.bind_models()
        engine = Engine([run_execution], settings.jobs, worker=f"victim-{os.getpid()}")
        while (job := await Job.across_tenants().get(job_id)) is not None and job.open:
            await engine.attend(job_id)
            await asyncio.sleep(0.02)


def _child(plan: Plan) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    null, log = os.open(os.devnull, os.O_RDWR), os.open(plan.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, to in ((null, 0), (log, 1), (log, 2)):
        os.dup2(number, to)
    code = 1
    try:
        carry_out(plan)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Until its input ends; then its children end too."""
    tables = {"TASKS": (run_execution,), "SCHEDULES": (), "MODELS": MODELS, "WORKER_STARTS": (), "WORKER_STOPS": ()}
    sys.modules["elenchus.registry"] = types.SimpleNamespace(**tables)  # type: ignore[assignment]
    for name in ("elenchus.worker", "elenchus.core.llm.langchain", "langchain_google_genai"):
        importlib.import_module(name)
    install()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    children = []
    print("ready", flush=True)
    for line in sys.stdin:
        children.append(os.fork())
        if not children[-1]:
            _child(Plan(**json.loads(line)))
        print(children[-1], flush=True)
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
