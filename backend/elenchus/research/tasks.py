"""What the worker does for research: end the drafts of processes that died, remove what tenants keep no longer."""

from datetime import datetime

from elenchus.core import logs
from elenchus.jobs.task import Every, Task
from elenchus.research import service
from elenchus.research.remembering import tasks as remembering
from elenchus.research.retention import service as retention

SWEEP_SECONDS = 10
DAY_SECONDS = 86_400
RETENTION_SECONDS = 3_600  # what is left then goes the next day
log = logs.get(__name__)


async def sweep(_due_at: datetime) -> None:
    ended, removed = await service.abandon_lost(), await service.finish_removals()
    if ended or removed:
        log.info("research swept", ended=ended, removed=removed)


TASKS: tuple[Task, ...] = (*remembering.TASKS,)
SCHEDULES = (
    Every("research.sweep", SWEEP_SECONDS, sweep),
    Every("research.retention", DAY_SECONDS, retention.forget_old, timeout_seconds=RETENTION_SECONDS),
)
