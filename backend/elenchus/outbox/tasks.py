"""What the worker does for the outbox."""

from datetime import datetime

from elenchus.core import logs
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, task
from elenchus.outbox import delivering, service
from elenchus.outbox.store import CONTENT_KEPT

TIMEOUT_SECONDS = 120
log = logs.get(__name__)


@task(service.DELIVER, max_attempts=delivering.ATTEMPTS, timeout_seconds=TIMEOUT_SECONDS, on_end=service.ended)
async def deliver(run: Run) -> None:
    await delivering.deliver(run)


async def sweep(due_at: datetime) -> None:
    if lost := await service.submit_lost(due_at):
        log.info("messages without a job have one now", messages=lost)


async def forget_content(due_at: datetime) -> None:
    if forgotten := await service.forget_content(due_at - CONTENT_KEPT):
        log.info("old messages lost their content", messages=forgotten)


TASKS = (deliver,)
SCHEDULES = (
    Every("outbox.sweep", 60, sweep),
    Every("outbox.forget_content", 86_400, forget_content, timeout_seconds=600),
)
