"""What people does in the background."""

from elenchus.identity.people import departing, erasing
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, Task, task

ATTEMPTS = 20  # with a minute or so between them
HOUR_SECONDS = 3600


@task(erasing.ERASE, max_attempts=ATTEMPTS)
async def erase(run: Run) -> None:
    await erasing.erase(run)


TASKS: tuple[Task, ...] = (erase,)
SCHEDULES: tuple[Every, ...] = (
    Every("identity.erase_due", HOUR_SECONDS, erasing.submit_due),
    Every("identity.mend_departures", 60, departing.mend),
)
