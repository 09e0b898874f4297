"""What the worker does for briefs."""

from datetime import datetime, timedelta

from elenchus.core import logs
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, task
from elenchus.research.briefing import performing, service

UNBEGUN_AFTER = timedelta(seconds=60)
log = logs.get(__name__)


@task(service.WRITE, on_end=service.ended)
async def write(run: Run) -> None:
    await performing.perform(run)


async def sweep(due_at: datetime) -> None:
    if abandoned := await service.abandon_lost(due_at - UNBEGUN_AFTER):
        log.info("briefs swept", abandoned=abandoned)


TASKS = (write,)
SCHEDULES = (Every("research.briefs", 60, sweep),)
