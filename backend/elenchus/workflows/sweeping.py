"""What processes that died between two writes have left undone."""

from datetime import datetime

from elenchus.jobs import service as jobs
from elenchus.workflows import erasing, service, store


async def queue_left(before: datetime) -> int:
    """Those that were stored and not queued; drafts go."""
    found = await store.never_begun(before, limit=store.AT_ONCE)
    for execution in (each for each in found if each.is_draft):
        if await store.give_up(execution):
            await erasing.erase(execution, execution.id)
    left = await jobs.never_queued([each for each in found if not each.is_draft])
    for execution in left:
        await service.submit(execution)
    return len(left)


async def wake_decided(before: datetime) -> int:
    """Those for which somebody has decided and nobody was told."""
    left = await store.left_decided(before, limit=store.AT_ONCE)
    for execution in left:
        if execution.status.is_over:
            await store.forget_decided(execution)
        else:
            await jobs.unpark(execution, execution.job_id)
    return len(left)
