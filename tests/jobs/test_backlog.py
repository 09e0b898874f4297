"""More is waiting than there are hands: what a dead worker had begun goes on before anything else begins."""

from datetime import timedelta

from elenchus.core.clock import now
from elenchus.core.resources import resources
from elenchus.jobs import store
from elenchus.jobs.models import Attempt, Worker
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.sweep import Sweep
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, kept, submit, waiting
from tests.support import until

done: list[str] = []
gates: dict[str, Gate] = {}


@task("backlog.note")
async def note(run: Run) -> None:
    if gate := gates.get(str(run.params["mark"])):
        await gate.wait()
    done.append(str(run.params["mark"]))


async def test_a_crashed_job_does_not_wait_behind_those_that_came_before_its_crash(me, start_worker, gate, monkeypatch):
    gates["busy"] = gate
    await start_worker(note, concurrency=1, sweep_seconds=0.1)
    await submit("backlog.note", me, mark="busy")
    await until(lambda: gate.came)
    for n in range(4):
        await submit("backlog.note", me, mark=f"fresh {n}")
    began = now() - timedelta(seconds=30)
    crashed = waiting(
        me, type="backlog.note", queue=resources().settings.jobs.queue, params={"mark": "crashed"}, token=1,
        status=JobStatus.RUNNING, worker="dead", started_at=began, attempts=1,
        attempt_log=[Attempt(number=1, worker="dead", started_at=began)],
    )  # fmt: skip
    seen, really = [], store.due

    async def looked(*args, **more):
        rows = await really(*args, **more)
        seen.extend(row for row in rows if row["_id"] == crashed.id)
        return rows

    monkeypatch.setattr(store, "due", looked)
    await kept(crashed)
    await until(lambda: seen)
    gate.open()
    await until(lambda: len(done) == 6)
    assert done[0] == "busy"
    assert "crashed" in done[1:3]  # one may have had its turn already


async def test_one_is_taken_over_when_its_lease_ends_and_not_a_sweep_later(me, start_worker):
    dead = waiting(
        me, type="backlog.note", queue=resources().settings.jobs.queue, params={"mark": "soon"}, token=1,
        status=JobStatus.RUNNING, worker="dead", started_at=now(), attempts=1, due_at=now() + timedelta(seconds=2),
        attempt_log=[Attempt(number=1, worker="dead", started_at=now())],
    )  # fmt: skip
    await kept(dead)
    await start_worker(note, sweep_seconds=60)
    await until(lambda: "soon" in done)
    assert timedelta(0) <= now() - dead.due_at < timedelta(seconds=1)


async def test_the_ends_of_many_jobs_are_no_sweep_for_dead_workers_each(me, engine, monkeypatch, job_settings):
    looks, really = [], store.due

    async def looked(*args, **more):
        looks.append(more) if "status" in more else None
        return await really(*args, **more)

    monkeypatch.setattr(store, "due", looked)
    sweep = Sweep(
        engine(note),
        (),
        job_settings.model_copy(update={"sweep_seconds": 60.0}),
        me=Worker(id="w", host="h", pid=1, queues=[], started_at=now(), seen_at=now()),
        alone=lambda: True,
    )
    for _ in range(20):
        await sweep.once()
    assert len(looks) == 1


async def test_while_more_was_left_by_dead_workers_each_end_is_one(me, start_worker):
    """Though a sweep is long, the slots are never empty."""
    began = now() - timedelta(seconds=30)
    dead = [
        waiting(
            me, type="backlog.note", queue=resources().settings.jobs.queue, params={"mark": f"dead {n}"}, token=1,
            status=JobStatus.RUNNING, worker="dead", started_at=began, attempts=1, due_at=began,
            attempt_log=[Attempt(number=1, worker="dead", started_at=began)],
        )
        for n in range(12)
    ]  # fmt: skip
    await kept(*dead)
    await start_worker(note, sweep_seconds=60, concurrency=2)
    await until(lambda: sum(mark.startswith("dead ") for mark in done) == 12, timeout=30)
