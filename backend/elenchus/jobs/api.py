"""Jobs over HTTP: one's own, an administrator's tenant's, a superuser's of all tenants."""

from typing import Annotated

from fastapi import APIRouter, Query

from elenchus.core.ids import IdField
from elenchus.core.pages import Page
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.jobs import service
from elenchus.jobs.figures import service as figures
from elenchus.jobs.figures.schemas import JobStats, StatsScope
from elenchus.jobs.schemas import JobDetail, JobOut
from elenchus.jobs.searching import service as searching
from elenchus.jobs.searching.pages import SearchPageParams
from elenchus.jobs.searching.schemas import JobFilter

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", operation_id="list_jobs")
async def jobs(
    principal: CurrentPrincipal, page: SearchPageParams, wanted: Annotated[JobFilter, Query()]
) -> Page[JobOut]:
    """The latest queued first. A page may be shorter than its limit, and even empty, while `next_cursor` leads on: when
    few of the many jobs that had to be read for it are wanted."""
    return await searching.search(principal, wanted, page)


@router.get("/stats", operation_id="job_stats")
async def stats(principal: CurrentPrincipal, asked: Annotated[StatsScope, Query()]) -> JobStats:
    """How the queues move, which workers live, and what became of the jobs of the last day. Without `scope` of all the
    jobs that you may see."""
    return await figures.stats(principal, asked)


@router.get("/{job_id}", operation_id="get_job")
async def job(principal: CurrentPrincipal, job_id: IdField) -> JobDetail:
    """One job with its attempts, and the steps and log lines of each."""
    return await service.get(principal, job_id)


@router.post("/{job_id}/cancel", operation_id="cancel_job", status_code=202)
async def cancel(principal: MemberPrincipal, job_id: IdField) -> JobDetail:
    """A waiting job ends at once; a running one shows `cancel_requested` until its work has stopped."""
    return await service.cancel(principal, job_id)


@router.post("/{job_id}/retry", operation_id="retry_job", status_code=202)
async def retry(principal: MemberPrincipal, job_id: IdField) -> JobDetail:
    """Run a failed or cancelled job again from the step where it ended."""
    return await service.retry(principal, job_id)
