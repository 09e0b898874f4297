"""What the worker does for research: end the drafts of processes that died."""

from datetime import datetime

from elenchus.core import logs
from elenchus.jobs.task import Every, Task
from elenchus.research import service

SWEEP_SECONDS = 10
log = logs.get(__name__)


async def sweep(_due_at: datetime) -> None:
    if ended := await service.abandon_lost():
        log.info("research swept", ended=ended)


TASKS: tuple[Task, ...] = ()
SCHEDULES = (Every("research.sweep", SWEEP_SECONDS, sweep),)
