"""Many jobs at once over HTTP."""

from fastapi import APIRouter

from elenchus.core.principal import MemberPrincipal
from elenchus.jobs.bulk import service
from elenchus.jobs.bulk.schemas import BulkIn, BulkOut

router = APIRouter(prefix="/jobs/bulk", tags=["jobs"])


@router.post("/cancel", operation_id="cancel_jobs")
async def cancel(principal: MemberPrincipal, asked: BulkIn) -> BulkOut:
    """Of the jobs that match, cancel those that wait or run, at most 1,000 by one call; without `dry_run: false` only
    count them."""
    return await service.run(principal, service.CANCEL, asked)


@router.post("/retry", operation_id="retry_jobs")
async def retry(principal: MemberPrincipal, asked: BulkIn) -> BulkOut:
    """Of the jobs that match, run those again that failed or were cancelled, at most 1,000 by one call; without
    `dry_run: false` only count them."""
    return await service.run(principal, service.RETRY, asked)
