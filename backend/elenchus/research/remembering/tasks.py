"""What the worker does for remembering."""

from elenchus.jobs.run import Run
from elenchus.jobs.task import task
from elenchus.research.remembering import performing, service


@task(service.REMEMBER, max_attempts=3, timeout_seconds=300, on_end=service.ended)
async def remember(run: Run) -> None:
    await performing.perform(run)


TASKS = (remember,)
