"""What is urgent is taken up before what has waited longer."""

from elenchus.core.ids import new_id
from elenchus.jobs import service as jobs
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import Priority, Subject
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, over
from tests.support import until

began: list[str] = []
gates: list[Gate] = []


@task("priority.note")
async def note(run: Run) -> None:
    began.append(str(run.params["mark"]))
    if run.params["mark"] == "busy":
        await gates[0].wait()


async def test_a_busy_worker_takes_the_urgent_first(start_worker, me):
    async def submit(mark: str, priority: Priority = Priority.NORMAL):
        about = Subject("thing", new_id())
        return await jobs.submit("priority.note", me, subject=about, params={"mark": mark}, priority=priority)

    gates[:] = [Gate()]
    await start_worker(note, concurrency=1, sweep_seconds=60)
    await submit("busy")
    await until(lambda: began == ["busy"])
    waiting = [
        await submit("low", Priority.LOW),
        await submit("normal"),
        await submit("high", Priority.HIGH),
        await submit("second high", Priority.HIGH),
    ]
    gates[0].open()
    for job_id in waiting:
        await over(me, job_id)
    assert began == ["busy", "high", "second high", "normal", "low"]
