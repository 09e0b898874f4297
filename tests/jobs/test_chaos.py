"""Workers killed at every named point, stopped and woken as zombies; Redis wiped; the database killed and frozen.

The promise: every accepted job reaches an end, no effect happens twice, no finished step is repeated. The controls
remove a guard and must be seen to break it: a test that cannot fail proves nothing.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from elenchus import registry
from elenchus.core import indexes, mongo
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources, open_resources
from elenchus.core.settings import MongoSettings
from elenchus.embedded import Policy, Server, database_server, valkey_server
from elenchus.jobs import service as jobs
from elenchus.jobs.models import MODELS, Job
from elenchus.jobs.schemas import AttemptOutcome, JobStatus, Subject
from elenchus.worker import work
from tests.jobs.chaos_worker import STEPS, Plan, chaos_work
from tests.support import until

ROOT = Path(__file__).parents[2]
POINTS = (
    "before_claim", "after_claim", "in_step", "after_work", "after_step", "before_requeue", "before_end", "after_end",
    "after_on_end",
)  # fmt: skip
EXPECTED = Counter([*STEPS, "ended completed"])


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Arena:
    """Servers and worker processes of our own, and the ledger as this process sees it."""

    def __init__(self, held: Resources, database: Server, valkey: Server, folder: Path) -> None:
        self.held, self.database, self.valkey, self.folder = held, database, valkey, folder
        self.me = Principal(new_id(), new_id(), Role.OWNER)
        self.processes: list[asyncio.subprocess.Process] = []

    def plan(self, queue: str, **changes: Any) -> Plan:
        return Plan(self.database.url, self.valkey.url, str(self.folder), queue, **changes)

    async def submit(self, queue: str, **params: Any) -> Id:
        self.held.settings = self.plan(queue).settings()
        return await jobs.submit("chaos.work", self.me, subject=Subject("thing", new_id()), params=params)

    async def spawn(self, *plans: Plan) -> asyncio.subprocess.Process:
        """One process, or with several plans one that forks and waits for them all."""
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"}
        with (self.folder / f"worker-{len(self.processes)}.log").open("wb") as sink:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.jobs.chaos_worker", json.dumps([asdict(plan) for plan in plans])),
                env=environment,
                cwd=ROOT,
                stderr=sink,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    @asynccontextmanager
    async def clean_worker(self, *queues: str) -> AsyncIterator[None]:
        """Workers of this process, which nobody kills."""
        stop = asyncio.Event()
        running = [
            asyncio.create_task(work([chaos_work], [], self.plan(queue).settings().jobs, stop=stop)) for queue in queues
        ]
        yield
        stop.set()
        await asyncio.gather(*running)

    async def row(self, job_id: Id) -> Job:
        job = await Job.across_tenants().get(job_id)
        assert job is not None
        return job

    async def all_over(self, ids: Sequence[Id], timeout: float = 30) -> list[Job]:
        async def ended() -> list[Job]:
            with suppress(PyMongoError):
                rows = [await self.row(job_id) for job_id in ids]
                if all(row.status.is_over and not row.open for row in rows):
                    return rows
            return []

        return await until(ended, timeout=timeout, every=0.1)

    async def effects(self, job_id: Id) -> Counter[str]:
        rows = await self.held.database["effects"].find({"job": job_id}).to_list()
        return Counter(row["what"] for row in rows)

    async def executions(self, job: Job) -> list[dict[str, Any]]:
        return await self.held.database["executions"].find({"job": job.id}).to_list()

    async def repeated(self, job: Job) -> list[str]:
        """Steps whose work was begun after their result was stored, or twice without a crash between."""
        finished = {step.name: step.completed_at for step in job.steps}
        rows = await self.executions(job)
        again = [row["what"] for row in rows if row["at"] > (finished.get(row["what"]) or row["at"])]
        lost = sum(attempt.outcome is AttemptOutcome.LOST for attempt in job.attempt_log)  # on a very busy machine
        allowed = {step.name: 1 + step.crashes + lost for step in job.steps}
        return again + [name for name, times in Counter(row["what"] for row in rows).items() if times > allowed[name]]

    async def open_gate(self, job_id: Id) -> None:
        await self.held.database["gates"].insert_one({"_id": job_id})

    async def begun(self, job_id: Id, what: str, count: int = 1) -> None:
        async def reached() -> bool:
            return await self.held.database["executions"].count_documents({"job": job_id, "what": what}) >= count

        await until(reached, timeout=30)

    async def end_processes(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        self.processes.clear()


@pytest.fixture(scope="module")
async def servers_of_our_own(data_folder) -> AsyncIterator[tuple[Server, Server, Path]]:
    folder = data_folder / "chaos"
    folder.mkdir()
    policy = Policy(deaths_allowed=50)
    database, valkey = database_server(folder, policy=policy), valkey_server(folder, policy=policy)
    await asyncio.gather(database.start(), valkey.start())
    yield database, valkey, folder
    await asyncio.gather(database.stop(), valkey.stop())


@pytest.fixture
async def arena(servers_of_our_own, resources_) -> AsyncIterator[Arena]:
    """The models of this process point to our own database for the while."""
    database, valkey, folder = servers_of_our_own
    settings = Plan(database.url, valkey.url, str(folder), "chaos").settings()
    async with open_resources(settings, MODELS, timeout_seconds=5) as held:
        await held.bind_models()
        await indexes.build(held.database, MODELS)
        made = Arena(held, database, valkey, folder)
        yield made
        await made.end_processes()
        await held.database["jobs"].delete_many({})
    await mongo.bind_models(resources_.database, registry.MODELS)


class TestKilled:
    @pytest.mark.parametrize("hit", [1, 2])
    async def test_at_every_named_point(self, arena, hit):
        """One job and one victim per point, each pair on its own queue; then a worker that lives takes over."""
        points = [point for point in POINTS if hit == 1 or point.endswith(("claim", "step", "work"))]
        queues = {point: f"{point}-{hit}" for point in points}
        ids = {point: await arena.submit(queue) for point, queue in queues.items()}
        plans = [arena.plan(queue, die_at=point, die_at_hit=hit) for point, queue in queues.items()]
        victims = await arena.spawn(*plans)
        assert await asyncio.wait_for(victims.wait(), 60) == 0
        async with arena.clean_worker(*queues.values()):
            rows = await arena.all_over(list(ids.values()))
        for point, job in zip(points, rows, strict=True):
            assert (point, job.status) == (point, JobStatus.COMPLETED)
            assert (point, await arena.effects(job.id)) == (point, EXPECTED)
            assert (point, await arena.repeated(job)) == (point, [])

    async def test_control_without_stored_steps_work_is_repeated(self, arena):
        job_id = await arena.submit("forgetful")
        victim = await arena.spawn(arena.plan("forgetful", die_at="before_end", forgetful=True))
        assert await asyncio.wait_for(victim.wait(), 30) == -signal.SIGKILL
        async with arena.clean_worker("forgetful"):
            (job,) = await arena.all_over([job_id])
        assert await arena.repeated(job)


class TestZombie:
    async def outlived(self, arena: Arena, queue: str, **plan: Any) -> tuple[Job, Job, list[Any], int]:
        """A worker is stopped in a step until another has finished its job, and then woken. The row before and after
        that, what was begun in the meantime, and the zombie's pid."""
        job_id = await arena.submit(queue, gate="read")
        zombie = await arena.spawn(arena.plan(queue, **plan))
        await arena.begun(job_id, "read")
        zombie.send_signal(signal.SIGSTOP)
        async with arena.clean_worker(queue):
            await arena.begun(job_id, "read", count=2)
            await arena.open_gate(job_id)
            (before,) = await arena.all_over([job_id])
        known = {row["_id"] for row in await arena.executions(before)}
        zombie.send_signal(signal.SIGCONT)
        (proof,) = await arena.all_over([await arena.submit(queue)])  # nobody else is left: the zombie lives again
        assert str(zombie.pid) in (proof.worker or "")
        after = await arena.row(job_id)
        later = [row for row in await arena.executions(before) if row["_id"] not in known]
        return before, after, later, zombie.pid

    async def test_a_zombie_writes_nothing(self, arena):
        before, after, later, pid = await self.outlived(arena, "zombie")
        assert before.status is JobStatus.COMPLETED
        assert str(pid) not in (before.worker or "")
        assert after == before
        assert later == []
        assert await arena.effects(before.id) == EXPECTED

    async def test_control_without_the_fence_it_does(self, arena):
        before, after, later, _ = await self.outlived(arena, "unfenced", unfenced=True)
        assert after != before
        assert {row["what"] for row in later} == {"index", "publish"}


class TestServersAway:
    async def test_redis_wiped_again_and_again(self, arena):
        ids = []
        async with arena.clean_worker("wiped", "wiped"):
            for n in range(24):
                ids.append(await arena.submit("wiped"))
                if n % 6 == 5:
                    await arena.held.redis.flushall()
            rows = await arena.all_over(ids)
        for job in rows:
            assert job.status is JobStatus.COMPLETED
            assert await arena.effects(job.id) == EXPECTED
            assert len(await arena.executions(job)) == len(STEPS)

    async def test_database_killed_under_steady_work(self, arena):
        """Only what was acknowledged counts; the others were told to try again."""
        accepted: list[Id] = []
        victims = [await arena.spawn(arena.plan("steady")) for _ in range(2)]
        for n in range(30):
            if n == 10:
                arena.database.kill()
            if n == 20:
                victims[0].kill()
            with suppress(PyMongoError):
                accepted.append(await arena.submit("steady"))
            await asyncio.sleep(0.03)
        assert len(accepted) >= 10
        rows = await arena.all_over(accepted)
        assert victims[1].returncode is None
        for job in rows:
            assert job.status is JobStatus.COMPLETED
            assert await arena.effects(job.id) == EXPECTED
            finished = {step.name: step.completed_at for step in job.steps}
            assert [row for row in await arena.executions(job) if row["at"] > finished[row["what"]]] == []

    async def test_database_frozen_for_longer_than_a_lease(self, arena):
        """The run gives up its lease and the job goes on; that is nobody's crash."""
        job_id = await arena.submit("frozen", gate="read")
        async with arena.clean_worker("frozen"):
            await arena.begun(job_id, "read")
            os.kill(arena.database.pid, signal.SIGSTOP)
            frozen_at = time.monotonic()
            await until(lambda: time.monotonic() - frozen_at > 3, every=0.2)
            os.kill(arena.database.pid, signal.SIGCONT)
            await arena.open_gate(job_id)
            woken_at = time.monotonic()
            (job,) = await arena.all_over([job_id])
            assert time.monotonic() - woken_at < 5
        assert job.status is JobStatus.COMPLETED
        assert [step.crashes for step in job.steps] == [0] * len(STEPS)
        assert job.attempt_log[0].outcome is AttemptOutcome.LOST
        assert await arena.effects(job_id) == EXPECTED

    async def test_a_sign_of_life_that_is_late_cuts_off_nothing(self, arena):
        """The driver would else end whatever is under way, and no write of ours is repeated by it."""
        often = f"{arena.database.url}&heartbeatFrequencyMS=500"
        async with mongo.client(often, MongoSettings(_env_file=None), timeout_seconds=10) as held:
            await held.late.things.insert_one({"_id": 1})
            os.kill(arena.database.pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(3, os.kill, arena.database.pid, signal.SIGCONT)
            await held.late.things.insert_one({"_id": 2})

    async def test_a_worker_started_while_the_database_is_frozen_waits_for_it(self, arena):
        job_id = await arena.submit("waiting")
        os.kill(arena.database.pid, signal.SIGSTOP)
        worker = await arena.spawn(arena.plan("waiting"))
        log = arena.folder / "worker-0.log"
        await until(lambda: b"waiting for the database" in log.read_bytes(), timeout=30, every=0.1)
        os.kill(arena.database.pid, signal.SIGCONT)
        (job,) = await arena.all_over([job_id])
        assert str(worker.pid) in (job.worker or "")


class TestTerminated:
    async def test_sigterm_gives_the_job_back_and_exits_cleanly(self, arena):
        job_id = await arena.submit("terminated", gate="read")
        worker = await arena.spawn(arena.plan("terminated", drain_seconds=0))
        await arena.begun(job_id, "read")
        assert resident_bytes(worker.pid) < 150_000_000
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 10) == 0
        job = await arena.row(job_id)
        assert (job.status, job.attempt_log[0].outcome) == (JobStatus.QUEUED, AttemptOutcome.RELEASED)
        await arena.open_gate(job_id)
        async with arena.clean_worker("terminated"):
            (job,) = await arena.all_over([job_id], timeout=5)
        assert (job.status, await arena.effects(job_id)) == (JobStatus.COMPLETED, EXPECTED)
