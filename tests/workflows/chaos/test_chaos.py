"""Workers killed at every named point, stopped and woken as zombies, told to go; Redis wiped, the database killed.

The promise: every execution that was accepted reaches its end, no effect happens twice, no step that was completed is
done or paid for again, and its events are numbered without a gap. The control removes the fences and must be seen to
break it: a test that cannot fail proves nothing. `make chaos` does much more of it.
"""

import asyncio
import os
import signal
import time
from contextlib import suppress

import pytest
from pymongo.errors import PyMongoError

from elenchus import registry
from elenchus.core import mongo
from elenchus.core.clock import now
from elenchus.core.settings import settings, use
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import AttemptOutcome, JobStatus
from elenchus.workflows import kinds, service
from elenchus.workflows.models import Part
from elenchus.workflows.schemas import DecisionIn, ExecutionStatus, StepStatus
from tests.fixtures.gemini import Reply
from tests.support import until
from tests.workflows.chaos import arena as arenas
from tests.workflows.chaos import worker
from tests.workflows.chaos.arena import CRASHED, is_alive, steps
from tests.workflows.chaos.storm import Storm

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
#: Reached once by an execution that nobody kills.
ONCE = {
    "before_end", "after_end", "after_on_end", "workflow_before_completed", "workflow_after_completed",
    "workflow_before_count", "workflow_after_count", "before_park", "workflow_before_park", "workflow_after_park",
}  # fmt: skip
#: There nothing was claimed, or the job was over: its next worker does not take it for one that crashed.
UNNOTICED = {"before_claim", "after_end", "after_on_end", "workflow_before_count", "workflow_after_count"}
POINTS = (
    "before_claim", "after_claim", "in_step", "after_work", "after_step", "before_park", "before_end", "after_end",
    "after_on_end", *(
        f"workflow_{point}" for point in (
            "taken", "before_begin", "after_begin", "after_kind", "after_output", "after_job_step", "after_complete",
            "before_used", "after_spent", "after_work", "after_part", "before_park", "after_park", "before_completed",
            "after_completed", "before_count", "after_count",
        )
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
async def herd(data_folder, resources_):
    """What all tests of this module share: servers, the model, and the process that workers are forked from."""
    folder = data_folder / "workflow-chaos"
    folder.mkdir()
    before, inner, set_before = kinds.TABLE, kinds.INNER, settings()
    worker.install()
    async with (
        arenas.servers(folder) as (database, valkey),
        arenas.talking_model() as model,
        arenas.pen(folder) as pen,
    ):
        use(worker.Plan(database.url, valkey.url, str(folder), model.url, "chaos").settings())
        yield database, valkey, folder, model, pen
    kinds.TABLE, kinds.INNER = before, inner
    use(set_before)


@pytest.fixture
async def arena(herd, resources_):
    async with arenas.arena(*herd) as made:
        yield made
    await mongo.bind_models(resources_.database, registry.MODELS)


class TestKilled:
    @pytest.mark.parametrize("number", range(ROUNDS))
    async def test_at_every_named_point(self, arena, number):
        """One execution and one victim per point; then somebody who lives takes over all of them."""
        hit = 1 + number % 2
        points = [point for point in POINTS if hit == 1 or point not in ONCE]
        begun = {point: await arena.begin("points", *steps()) for point in points}
        for point, execution in begun.items():
            await arena.spawn(
                arena.plan("points", job_id=str(execution.job_id), die_at=point, die_at_hit=hit, lease_seconds=3)
            )
        await until(lambda: not any(map(is_alive, arena.pids)), timeout=60)
        async with arena.clean_worker("points"):
            executions = await arena.all_over([*begun.values()])
        for point, execution in zip(points, executions, strict=True):
            assert (point, await arena.faults(execution)) == (point, [])
        assert await arena.held_tokens() == []
        jobs_ = [await arena.job(one) for one in executions]
        died = {
            point for point, job in zip(points, jobs_, strict=True) if CRASHED & {a.outcome for a in job.attempt_log}
        }
        assert {*points} - UNNOTICED <= died


class TestZombie:
    async def outlived(self, arena, queue, **plan):
        """A worker is stopped in a step until another has done all of its execution, and then woken. What stood in the
        database before and after."""
        execution = await arena.begin(queue, *steps(gate=True))
        zombie = await arena.spawn(arena.plan(queue, **plan))
        await arena.begun(execution)
        os.kill(zombie, signal.SIGSTOP)
        async with arena.clean_worker(queue):
            await arena.begun(execution, 2)
            await arena.open_gate(execution)
            await arena.all_over([execution])
        before = await self.all_of(arena, execution)
        os.kill(zombie, signal.SIGCONT)
        proof = await arena.begin(queue, *steps())  # nobody else is left: the zombie lives again
        await arena.all_over([proof])
        assert str(zombie) in ((await arena.job(proof)).worker or "")
        return execution, before, await self.all_of(arena, execution)

    async def all_of(self, arena, execution):
        parts = await Part.owned_by(arena.me).rows({"execution_id": execution.id}, sort=[("_id", 1)])
        calls = sum(arena.calls(execution).values())
        return await arena.now(execution.id), parts, await arena.deeds(execution), calls

    async def test_it_writes_nothing_and_asks_nobody(self, arena):
        execution, before, after = await self.outlived(arena, "zombie")
        assert after == before
        assert await arena.faults(await arena.now(execution.id)) == []

    async def test_control_without_the_fences_it_does(self, arena):
        _, before, after = await self.outlived(arena, "unfenced", unfenced=True)
        assert after[0] != before[0]


class TestServersAway:
    async def test_redis_wiped_again_and_again(self, arena):
        begun = []
        async with arena.clean_worker("wiped", "wiped"):
            for n in range(8):
                begun.append(await arena.begin("wiped", *steps()))
                if n % 2:
                    await arena.held.redis.flushall()
            executions = await arena.all_over(begun)
        assert [fault for one in executions for fault in await arena.faults(one)] == []
        assert all(len(step.attempts) <= 2 for one in executions for step in one.steps)

    async def test_database_killed_under_load(self, arena):
        """Only what was acknowledged counts; none of it fails by it."""
        accepted = []
        for _ in range(2):
            await arena.spawn(arena.plan("steady"))
        for n in range(10):
            if n == 4:
                arena.database.kill()
            with suppress(PyMongoError):
                accepted.append(await arena.begin("steady", *steps()))
            await asyncio.sleep(0.05)
        assert len(accepted) >= 5
        executions = await arena.all_over(accepted)
        assert all(map(is_alive, arena.pids))
        assert [fault for one in executions for fault in await arena.faults(one)] == []


class TestDeploy:
    async def test_what_is_under_way_is_given_back_and_goes_on_without_a_failure(self, arena):
        execution = await arena.begin("deploy", *steps(gate=True))
        pid = await arena.spawn(arena.plan("deploy", drain_seconds=0))
        await arena.begun(execution)
        os.kill(pid, signal.SIGTERM)
        await until(lambda: not is_alive(pid), timeout=10)
        job = await arena.job(execution)
        assert (job.status, job.attempt_log[-1].outcome) == (JobStatus.QUEUED, AttemptOutcome.RELEASED)
        await arena.open_gate(execution)
        async with arena.clean_worker("deploy"):
            [done] = await arena.all_over([execution], timeout=8)
        job = await arena.job(execution)
        assert (job.failures, job.crashes_between_steps, [step.crashes for step in job.steps]) == (0, 0, [0] * 4)
        assert await arena.faults(done) == []

    async def test_an_approval_outlives_all_workers(self, arena):
        asked = [
            {"name": "ask", "type": "approval", "input": {"title": "File it?"}},
            {"name": "file", "type": "effect", "needs": ["ask"], "input": {"gives": "{{ steps.ask.comment }}"}},
        ]
        execution = await arena.begin("approval", *asked)
        pid = await arena.spawn(arena.plan("approval"))

        async def waits() -> bool:
            return (await arena.job(execution)).stage == "ask waits for a decision"

        await until(waits, timeout=20)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not is_alive(pid))
        await service.decide(arena.me, execution.id, "ask", DecisionIn(approved=True, comment="Go on."))
        await arena.spawn(arena.plan("approval"))
        [done] = await arena.all_over([execution])
        assert (done.status, done.output) == (ExecutionStatus.COMPLETED, '"Go on."')
        assert [step.attempt for step in done.steps] == [1, 1]
        assert (await arena.job(execution)).crashes_between_steps == 0


class TestCancelled:
    """Within two seconds, though the heart beats slower."""

    async def test_during_an_effect(self, arena):
        execution = await arena.begin("cancelled", *steps(gate=True))
        await arena.spawn(arena.plan("cancelled", heartbeat_seconds=5, lease_seconds=15))
        await arena.begun(execution)
        await self.cancelled(arena, execution)

    async def test_during_a_call_of_the_model_which_is_left_at_once(self, arena):
        arena.model.will_answer(lambda _body: Reply(pieces=("Filed", "."), pause_after=1))
        execution = await arena.begin("left", *steps())
        await arena.spawn(arena.plan("left", heartbeat_seconds=5, lease_seconds=15))
        await until(lambda: arena.model.open_streams, timeout=20)
        left = asyncio.create_task(until(lambda: not arena.model.open_streams, timeout=2))
        done = await self.cancelled(arena, execution)
        await left
        arena.model.will_answer(arenas.filed)
        assert done.steps[0].spent.calls == 1

    async def cancelled(self, arena, execution):
        began = time.monotonic()
        await service.cancel(arena.me, execution.execution_id)
        [done] = await arena.all_over([execution])
        assert time.monotonic() - began < 2
        assert done.status is ExecutionStatus.CANCELLED
        assert StepStatus.RUNNING not in {step.status for step in done.steps}
        assert (done.holds, await arena.held_tokens()) == ([], [])
        assert (await jobs.get(arena.me, execution.job_id)).status is JobStatus.CANCELLED
        return done


class TestStorm:
    async def test_a_small_one(self, arena):
        """Kills, stops, wipes and a dead database together, as `make chaos` has them for long."""
        began = now()
        figures = await Storm(arena, executions=8, workers=2, seconds_between=0.8, most_kills=4).rage()
        assert (figures["lost"], figures["faults"], figures["duplicated_effects"]) == (0, [], 0), figures
        assert figures["kills"] > 0
        assert (now() - began).total_seconds() < 60
