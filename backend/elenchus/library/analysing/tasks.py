"""What the worker does for analysing."""

from datetime import datetime, timedelta

from elenchus.core import logs
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, task
from elenchus.library.analysing import performing, service

UNBEGUN_AFTER = timedelta(seconds=60)
log = logs.get(__name__)


@task(service.ANALYZE, on_end=service.ended)
async def analyze(run: Run) -> None:
    await performing.perform(run)


async def sweep(due_at: datetime) -> None:
    if abandoned := await service.abandon_lost(due_at - UNBEGUN_AFTER):
        log.info("analyses swept", abandoned=abandoned)


TASKS = (analyze,)
SCHEDULES = (Every("library.analyses", 60, sweep),)
