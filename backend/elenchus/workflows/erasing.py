"""Executions let go: their work stopped, their tokens counted, their files and parts with them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal, Role
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.workflows import files, store
from elenchus.workflows.running.purse import release_all

AT_ONCE = 50


async def erase(owner: HasTenant, execution_id: Id) -> None:
    """Safe to repeat. A run that is under way finds nothing to write to any more."""
    while execution := await store.find(owner, execution_id):
        if not execution.status.is_over:
            with suppress(JobIsOver, JobNotFound):
                await jobs.cancel(replace(housekeeper(owner), user_id=execution.user_id), execution.job_id)
        await release_all(execution)
        await files.delete_all(execution)
        if await store.remove(execution):
            break
    await store.drop_parts(owner, execution_id)


def housekeeper(owner: HasTenant) -> Principal:
    return Principal(owner.tenant_id, DEPLOYMENT.user_id, Role.OWNER)


async def erase_all(owner: HasTenant, wanted: Mapping[str, Id]) -> None:
    async for execution_id in store.ids_of(owner, wanted):
        await erase(owner, execution_id)


async def forget_untouched(owner: HasTenant, since: datetime) -> int:
    """Some of those that ended before; how many. Call it until there are none."""
    found = await store.untouched(owner, since, limit=AT_ONCE)
    for execution_id in found:
        await erase(owner, execution_id)
    return len(found)
