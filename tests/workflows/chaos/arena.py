"""Servers, a model and worker processes of our own, and what must be true of every execution when all is over."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError

from elenchus.core import indexes
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources, open_resources
from elenchus.embedded import Policy, Server, database_server, valkey_server
from elenchus.identity.tenants.models import Used
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import AttemptOutcome
from elenchus.worker import work
from elenchus.workflows import presenting, store
from elenchus.workflows.models import Execution, TemplateUse
from elenchus.workflows.store import EVENTS_KEPT
from elenchus.workflows.tasks import run_execution
from tests.fixtures.gemini import GeminiStub, Reply, gemini_stub
from tests.support import until
from tests.workflows.chaos.worker import MODELS, Plan
from tests.workflows.inner import begun

ROOT = Path(__file__).parents[3]
CRASHED = {AttemptOutcome.CRASHED, AttemptOutcome.LOST, AttemptOutcome.RELEASED}


def steps(*, gate: bool = False, **more: Any) -> list[dict[str, Any]]:
    """Five, of all sorts: a model, an effect, a failure with a pause, for which nobody stays, many items that cost, and
    their sum. One call of the model at a time, so that a kill loses one at most."""
    each_in_turn = {"items": ["a", "b"], "at_once": 1, "step": {"type": "ask", "input": {"item": "{{ item }}", **more}}}
    return [
        {"name": "draft", "type": "ask", "input": more},
        {"name": "file", "type": "effect", "needs": ["draft"], "input": {"gives": "{{ steps.draft }}", "gate": gate}},
        {"name": "check", "type": "shaky", "needs": ["file"], "retry": {"first_pause_seconds": 0.6}},
        {"name": "ask_each", "type": "map", "needs": ["check"], "input": each_in_turn},
        {
            "name": "sum",
            "type": "transform",
            "needs": ["ask_each"],
            "input": {"value": "{{ steps.file }}, {{ steps.check }}, {{ steps.ask_each['items'] | length }}"},
        },
    ]


MODEL_STEPS = 3  # calls that one of those makes when nobody is killed
OUTPUT = '"Filed., stood, 2"'


@dataclass
class Pen:
    """The process that all workers are forked from."""

    process: asyncio.subprocess.Process

    async def spawn(self, plan: Plan) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")
        return int(await self.process.stdout.readline())


@asynccontextmanager
async def pen(folder: Path) -> AsyncIterator[Pen]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"}
    with (folder / "pen.log").open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.workflows.chaos.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=sink,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n", (folder / "pen.log").read_text()
        yield Pen(process)
    finally:
        process.stdin.close()
        await process.wait()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Arena:
    held: Resources
    database: Server
    valkey: Server
    folder: Path
    model: GeminiStub
    pen: Pen
    me: Principal = field(default_factory=lambda: Principal(new_id(), new_id(), Role.OWNER))
    pids: list[int] = field(default_factory=list)
    ids: list[Id] = field(default_factory=list)

    def plan(self, queue: str, **changes: Any) -> Plan:
        log = str(self.folder / f"worker-{queue}.log")
        return Plan(self.database.url, self.valkey.url, str(self.folder), self.model.url, queue, log, **changes)

    async def begin(self, queue: str, *definition: Mapping[str, Any], **more: Any) -> Execution:
        self.held.settings = self.plan(queue).settings()
        execution = await begun(self.me, *definition, **more)
        self.ids.append(execution.id)
        return execution

    async def spawn(self, plan: Plan) -> int:
        self.pids.append(await self.pen.spawn(plan))
        return self.pids[-1]

    @asynccontextmanager
    async def clean_worker(self, *queues: str) -> AsyncIterator[None]:
        """Of this process, which nobody kills."""
        stop = asyncio.Event()
        running = [
            asyncio.create_task(work([run_execution], [], self.plan(queue).settings().jobs, stop=stop))
            for queue in queues
        ]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*running)

    async def now(self, execution_id: Id) -> Execution:
        found = await store.find(self.me, execution_id)
        assert found is not None
        return found

    async def job(self, execution: Execution) -> Job:
        found = await Job.across_tenants().get(execution.job_id)
        assert found is not None
        return found

    async def all_over(self, executions: Sequence[Execution], timeout: float = 30) -> list[Execution]:
        """And their jobs have told it."""

        async def ended() -> list[Execution]:
            with suppress(PyMongoError):
                wanted = {"_id": {"$in": [one.job_id for one in executions]}, "open": True}
                if not await Job.across_tenants().count(wanted):
                    return [await self.now(one.id) for one in executions]
            return []

        return await until(ended, timeout=timeout, every=0.1)

    async def deeds(self, execution: Execution) -> list[dict[str, Any]]:
        return await self.held.database["deeds"].find({"execution": execution.id}).to_list()

    async def effects(self, execution: Execution) -> Counter[str]:
        rows = await self.held.database["effects"].find({"execution": execution.id}).to_list()
        return Counter(row["what"] for row in rows)

    async def open_gate(self, execution: Execution) -> None:
        await self.held.database["gates"].insert_one({"_id": execution.id})

    async def begun(self, execution: Execution, count: int = 1) -> None:
        async def reached() -> bool:
            return len(await self.deeds(execution)) >= count

        await until(reached, timeout=30)

    def calls(self, execution: Execution) -> Counter[str]:
        """Of the model, by what they were for."""
        asked = (body["contents"][-1]["parts"][0]["text"] for body in self.model.requests)
        mine = (text.partition(" ")[2] for text in asked if text.startswith(str(execution.id)))
        return Counter(mine)

    async def faults(self, execution: Execution, *, calls: int = MODEL_STEPS) -> list[str]:
        """What is wrong with one of `steps` that has completed; at best nothing."""
        job = await self.job(execution)
        lost = sum(attempt.outcome in CRASHED for attempt in job.attempt_log)
        called = self.calls(execution)
        use = await TemplateUse.owned_by(self.me).first({"template_id": execution.template_id})
        checks = {
            "status": (execution.status.value, "completed"),
            "output": (execution.output, OUTPUT),
            "steps": ({step.status.value for step in execution.steps}, {"completed"}),
            "job": (job.status.value, "completed"),
            "effects": (await self.effects(execution), Counter(["file"])),
            "holds": (execution.holds, []),
            "counted": (use and (use.begun, use.ended, use.completed), (1, 1, 1)),
            "paid again": ([name for name, number in called.items() if number > 1 + lost], []),
            "paid too often": (sum(called.values()) <= calls + lost, True),
            "not asked": (len(called), calls),
            "after its end": (await self._late(execution), []),
        }
        wrong = [f"{name}: {found!r}" for name, (found, wanted) in checks.items() if found != wanted]
        return wrong + await event_faults(execution)

    async def _late(self, execution: Execution) -> list[str]:
        """Work that was begun after its step had completed."""
        ended = {step.name: step.completed_at for step in execution.steps}
        return [row["what"] for row in await self.deeds(execution) if row["at"] > (ended[row["what"]] or row["at"])]

    async def held_tokens(self) -> list[Any]:
        """That nobody has settled."""
        return [hold for row in await Used.owned_by(self.me).find({}) for hold in row.holds]

    async def end_processes(self) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await until(lambda: not any(map(is_alive, self.pids)))
        self.pids.clear()


async def event_faults(execution: Execution) -> list[str]:
    """Numbered without a gap, and folded they are what `GET` shows."""
    numbers = [event.n for event in execution.events]
    wrong = []
    if numbers != [*range(max(1, execution.seq - EVENTS_KEPT + 1), execution.seq + 1)]:
        wrong.append(f"events: {numbers} of {execution.seq}")
    state: dict[str, str] = {} if numbers[0] == 1 else {step.name: step.status.value for step in execution.steps}
    for event in execution.events:
        state |= {row["name"]: row["status"] for row in event.data["steps"]}
    shown = await presenting.whole(execution)
    told = {step.name: state.get(step.name, "pending") for step in shown.steps}
    if told != {step.name: step.status.value for step in shown.steps}:
        wrong.append(f"folded: {told}")
    if execution.events[-1].data["execution"]["status"] != shown.status.value:
        wrong.append("the last event has another status")
    return wrong


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[tuple[Server, Server]]:
    policy = Policy(deaths_allowed=50)
    database, valkey = database_server(folder, policy=policy), valkey_server(folder, policy=policy)
    await asyncio.gather(database.start(), valkey.start())
    yield database, valkey
    await asyncio.gather(database.stop(), valkey.stop())


@asynccontextmanager
async def arena(database: Server, valkey: Server, folder: Path, model: GeminiStub, herd: Pen) -> AsyncIterator[Arena]:
    """The models of this process point to our own database for the while."""
    settings = Plan(database.url, valkey.url, str(folder), model.url, "chaos").settings()
    async with open_resources(settings, MODELS, timeout_seconds=5) as held:
        await held.bind_models()
        await indexes.build(held.database, MODELS)
        made = Arena(held, database, valkey, folder, model, herd)
        try:
            yield made
        finally:
            await made.end_processes()
            await held.database["jobs"].delete_many({})


def filed(_body: Mapping[str, Any]) -> Reply:
    return Reply(pieces=("Filed.",))


@asynccontextmanager
async def talking_model() -> AsyncIterator[GeminiStub]:
    async with gemini_stub() as stub:
        stub.will_answer(filed)
        yield stub
