"""The jobs of the caller's tenant over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.jobs import service
from elenchus.jobs.schemas import JobDetail, JobOut, JobStats, JobStatus

router = APIRouter(prefix="/jobs", tags=["jobs"])
Name = Annotated[str | None, Query(max_length=100)]


@router.get("", operation_id="list_jobs")
async def jobs(
    principal: CurrentPrincipal,
    query: PageParams,
    type: Name = None,
    status: JobStatus | None = None,
    queue: Name = None,
) -> Page[JobOut]:
    """Newest first."""
    return await service.page(principal, query, type_=type, status=status, queue=queue)


@router.get("/stats", operation_id="job_stats")
async def stats(principal: CurrentPrincipal) -> JobStats:
    """How the queues of your tenant move, over the last minutes, and which workers live."""
    return await service.stats(principal)


@router.get("/{job_id}", operation_id="get_job")
async def job(principal: CurrentPrincipal, job_id: IdField) -> JobDetail:
    """One job with its attempts, steps, log lines and timings."""
    return await service.get(principal, job_id)


@router.post("/{job_id}/cancel", operation_id="cancel_job", status_code=202)
async def cancel(principal: MemberPrincipal, job_id: IdField) -> JobDetail:
    """A waiting job ends at once; a running one shows `cancel_requested` until its work has stopped."""
    return await service.cancel(principal, job_id)


@router.post("/{job_id}/retry", operation_id="retry_job", status_code=202)
async def retry(principal: MemberPrincipal, job_id: IdField) -> JobDetail:
    """Run a failed or cancelled job again from the step where it ended."""
    return await service.retry(principal, job_id)
