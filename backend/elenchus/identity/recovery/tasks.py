"""What recovery does in the background."""

from elenchus.identity.recovery import posting
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, Task, task

#: With a minute or so between them, half an hour: longer than greylisting and most outages last.
ATTEMPTS = 20
TIMEOUT_SECONDS = 120


@task(posting.SEND, max_attempts=ATTEMPTS, timeout_seconds=TIMEOUT_SECONDS)
async def send(run: Run) -> None:
    await posting.send(run)


@task(posting.SEND_RESET, max_attempts=ATTEMPTS, timeout_seconds=TIMEOUT_SECONDS)
async def send_reset(run: Run) -> None:
    await posting.send_reset(run)


@task(posting.SEND_VERIFICATION, max_attempts=ATTEMPTS, timeout_seconds=TIMEOUT_SECONDS)
async def send_verification(run: Run) -> None:
    await posting.send_verification(run)


TASKS: tuple[Task, ...] = (send, send_reset, send_verification)
SCHEDULES: tuple[Every, ...] = ()
