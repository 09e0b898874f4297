"""Steps: stored before the next begins, never repeated once stored."""

import asyncio
from collections import Counter

import pytest

from elenchus.core.ids import new_id
from elenchus.jobs.errors import Cancelled, LostLease, Retryable, StepMisused
from elenchus.jobs.run import ALL_RESULTS_BYTES, RESULT_BYTES, Run
from elenchus.jobs.schemas import JobStatus, StepState
from elenchus.jobs.task import task
from tests.jobs.conftest import submit

done: Counter[str] = Counter()
got: dict[str, list[object]] = {}
plans: dict[str, object] = {}


@task("steps.three")
async def three(run: Run) -> None:
    """Fails once between its second and its third step."""
    mark = str(run.params["mark"])

    async def count(name: str) -> dict[str, object]:
        done[f"{mark} {name}"] += 1
        return {"name": name, "pair": (1, 2), "attempt": run.attempt}  # type: ignore[dict-item]

    results = [await run.step(name, lambda name=name: count(name)) for name in ("one", "two")]
    got.setdefault(mark, []).append(list(results))
    if run.attempt == 1:
        raise Retryable
    results.append(await run.step("three", lambda: count("three")))
    got[mark].append(results)


@task("steps.plan", max_attempts=1)
async def plan(run: Run) -> None:
    await plans[str(run.params["plan"])](run)


@pytest.fixture
def carry_out(me, engine, stored):
    """Run this body as a job's only attempt and give the row."""

    async def carry(body):
        name = str(new_id())
        plans[name] = body
        job_id = await submit("steps.plan", me, plan=name)
        await engine(plan, lease_seconds=30).attend(job_id)
        return await stored(job_id)

    return carry


def giving(value):
    return lambda: asyncio.sleep(0, value)


class TestResume:
    async def test_finished_steps_are_not_repeated_and_give_the_same(self, me, engine, make_due):
        mark = str(new_id())
        job_id = await submit("steps.three", me, mark=mark)
        await engine(three).attend(job_id)
        await make_due(job_id)
        await engine(three, worker="w2").attend(job_id)
        assert {name: done[f"{mark} {name}"] for name in ("one", "two", "three")} == {"one": 1, "two": 1, "three": 1}
        first, resumed, whole = got[mark]
        assert first == resumed == whole[:2]
        assert first[0] == {"name": "one", "pair": [1, 2], "attempt": 1}
        assert whole[2]["attempt"] == 2

    async def test_the_ledger_shows_the_steps(self, me, engine, stored):
        job_id = await submit("steps.three", me, mark=str(new_id()))
        await engine(three).attend(job_id)
        job = await stored(job_id)
        assert [(step.name, step.state) for step in job.steps] == [("one", StepState.DONE), ("two", StepState.DONE)]
        assert all(step.started_at <= step.completed_at for step in job.steps)

    async def test_an_error_inside_a_step_leaves_it_pending(self, carry_out):
        async def broken():
            raise ValueError

        job = await carry_out(lambda run: run.step("broken", broken))
        assert [(step.name, step.state, step.result) for step in job.steps] == [("broken", StepState.PENDING, None)]

    async def test_none_is_a_result_too(self, carry_out):
        calls = []

        async def body(run):
            for _ in range(2):
                assert await run.step("nothing", lambda: asyncio.sleep(0, calls.append(1))) is None

        assert (await carry_out(body)).status is JobStatus.COMPLETED
        assert len(calls) == 1


class TestSideBySide:
    async def test_steps_may_run_together(self, carry_out):
        async def body(run):
            names = [f"part {n}" for n in range(8)]
            results = await asyncio.gather(*(run.step(name, giving(name)) for name in names))
            assert results == names

        job = await carry_out(body)
        assert job.status is JobStatus.COMPLETED
        assert {(step.name, step.result) for step in job.steps} == {(f"part {n}", f'"part {n}"') for n in range(8)}

    async def test_one_name_twice_at_once_is_misuse(self, carry_out):
        async def body(run):
            async with asyncio.timeout(5):
                waiting = asyncio.create_task(run.step("same", lambda: asyncio.sleep(0.2, 1)))
                await asyncio.sleep(0)
                with pytest.raises(StepMisused):
                    await run.step("same", giving(2))
                assert await waiting == 1

        assert (await carry_out(body)).status is JobStatus.COMPLETED


class TestBounds:
    @pytest.mark.parametrize("result", [object(), {1, 2}, float("nan"), "x" * (RESULT_BYTES + 1)])
    async def test_what_cannot_be_kept_fails_the_job_without_more_tries(self, carry_out, result):
        job = await carry_out(lambda run: run.step("bad", giving(result)))
        assert (job.status, job.error.code) == (JobStatus.FAILED, "error")
        assert "StepMisused" in job.error.detail
        assert job.steps[0].result is None

    async def test_all_results_together_are_bounded(self, carry_out):
        big = "x" * (RESULT_BYTES - 2)

        async def body(run):
            for n in range(ALL_RESULTS_BYTES // RESULT_BYTES):
                await run.step(f"big {n}", giving(big))
            with pytest.raises(StepMisused):
                await run.step("one more", giving(big))

        assert (await carry_out(body)).status is JobStatus.COMPLETED

    async def test_keys_and_texts_that_mean_something_to_databases_are_only_data(self, carry_out):
        odd = {"$set": {"a.b": 1}, "": None, "__proto__": "\ud800 \x00", "big": 2**80}
        seen = []

        async def body(run):
            seen.append(await run.step("odd", giving(odd)))

        assert (await carry_out(body)).status is JobStatus.COMPLETED
        assert seen == [odd]


class TestTelling:
    async def test_progress_is_written_once_per_moment_and_stage(self, carry_out, monkeypatch):
        from elenchus.jobs import store

        written = []
        really = store.set_progress

        async def watched(job, fraction, stage):
            written.append((fraction, stage))
            return await really(job, fraction, stage)

        monkeypatch.setattr(store, "set_progress", watched)

        async def body(run):
            for n in range(50):
                await run.progress(n / 50, "reading")
            await run.progress(7.0, "writing")
            await asyncio.sleep(0.55)
            await run.progress(-1.0, "writing")

        job = await carry_out(body)
        assert written == [(0.0, "reading"), (1.0, "writing"), (0.0, "writing")]
        assert (job.progress, job.stage) == (1.0, "writing")

    async def test_only_the_last_hundred_lines_are_kept(self, carry_out):
        async def body(run):
            for n in range(105):
                await run.log("line " + "x" * 600, n=n)

        job = await carry_out(body)
        assert [line.fields["n"] for line in job.logs] == list(range(5, 105))
        assert all(len(line.sentence) == 500 for line in job.logs)

    async def test_effects_have_the_same_id_in_every_attempt(self, carry_out):
        seen = []

        async def body(run):
            seen.append((run.job_id, run.effect_id("send", 1), run.effect_id("send", 1), run.effect_id("send", 2)))

        await carry_out(body)
        ((job_id, first, again, other),) = seen
        assert first == again
        assert len({job_id, first, other}) == 3


class TestInterruption:
    async def test_a_checkpoint_and_a_step_end_a_cancelled_run(self, carry_out):
        async def body(run):
            run._lease.cancelled = True
            with pytest.raises(Cancelled):
                await run.checkpoint()
            with pytest.raises(Cancelled):
                await run.step("late", giving(1))
            raise Cancelled

        job = await carry_out(body)
        assert (job.status, job.error.code, job.steps) == (JobStatus.CANCELLED, "cancelled", [])

    async def test_a_task_that_swallows_its_lost_lease_still_writes_nothing(self, carry_out):
        async def body(run):
            run._lease.lost = True
            with pytest.raises(LostLease):
                await run.step("late", giving(1))

        job = await carry_out(body)
        assert (job.status, job.steps) == (JobStatus.RUNNING, [])
