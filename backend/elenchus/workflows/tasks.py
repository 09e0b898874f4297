"""What the worker does for executions."""

from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.identity.tenants import retention
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, task
from elenchus.workflows import erasing, service, sweeping
from elenchus.workflows.running import performing

UNBEGUN_AFTER = timedelta(seconds=60)
log = logs.get(__name__)


@task(service.RUN, on_end=performing.ended)
async def run_execution(run: Run) -> None:
    await performing.perform(run)


async def sweep(due_at: datetime) -> None:
    queued = await sweeping.queue_left(due_at - UNBEGUN_AFTER)
    woken = await sweeping.wake_decided(due_at - UNBEGUN_AFTER)
    if queued or woken:
        log.info("executions swept", queued=queued, woken=woken)


async def forget_old(_due_at: datetime) -> None:
    """Of tenants that keep their members' work for a time only."""
    for term in await retention.terms():
        owner, since = erasing.housekeeper(term), now() - timedelta(days=term.days)
        gone = 0
        while number := await erasing.forget_untouched(owner, since):
            gone += number
        if gone:
            details = {"executions": gone, "days": term.days}
            await audit.record(owner, audit.Action.TENANT_PRUNED, "tenant", term.tenant_id, **details)


TASKS = (run_execution,)
SCHEDULES = (
    Every("workflows.executions", 60, sweep),
    Every("workflows.forget_old", 86_400, forget_old, timeout_seconds=3_600),
)
