"""What tenants does in the background."""

from datetime import datetime

from elenchus.core import logs
from elenchus.identity.tenants import service
from elenchus.jobs.task import Every, Task

log = logs.get(__name__)


async def spread_names(due_at: datetime) -> None:
    """A tenant's new name, to members whom it has not reached."""
    if spread := await service.spread_names(due_at):
        log.info("names of tenants spread", tenants=spread)


TASKS: tuple[Task, ...] = ()
SCHEDULES: tuple[Every, ...] = (Every("tenants.spread_names", 60, spread_names),)
