"""What the ledger keeps of people and tenants: exported here, and erased."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.jobs import service, store
from elenchus.jobs.errors import Retryable
from elenchus.jobs.models import MODELS, Job
from elenchus.jobs.reach import Reach, Tenant
from elenchus.jobs.schemas import JobOut, JobStatus
from elenchus.jobs.searching.schemas import JobFilter
from elenchus.jobs.searching.walk import EVERY, each

__all__ = ["MODELS", "begun_by", "erase_about", "erase_begun_by", "erase_in"]

AGAIN_SECONDS = 5.0


async def begun_by(owner: HasTenant, user_id: Id) -> AsyncIterator[JobOut]:
    async for rows in each(Reach(owner.tenant_id, user_id)):
        for row in rows:
            yield JobOut.of(row)


async def erase_begun_by(owner: HasTenant, user_id: Id) -> None:
    await _erase(Reach(owner.tenant_id, user_id))


async def erase_about(owner: HasTenant, subject_id: Id, *, spare: str | None = None) -> None:
    """All but those of the type `spare`: of two that erase the same neither must stop the other."""
    await _erase(Reach(owner.tenant_id), JobFilter(subject_id=subject_id), spare=spare)


async def erase_in(owner: HasTenant) -> None:
    await _erase(Reach(owner.tenant_id))


async def _erase(reach: Reach, wanted: JobFilter = EVERY, *, spare: str | None = None) -> None:
    """Raises `Retryable` while some are under way: they are stopped, and must have let go of what they hold."""
    busy = 0
    async for rows in each(reach, wanted, strange=True):
        for row in rows:
            if row["type"] != spare:
                busy += not await _erased(row)
    if busy:
        raise Retryable("Jobs are still being stopped.", code="busy", after_seconds=AGAIN_SECONDS)


async def _erased(row: Row) -> bool:
    """One that waits is removed before it begins, one that runs is stopped first, and one that ended has told so. What
    stands as nobody knows here is another version's to end."""
    if row["status"] not in [*JobStatus]:
        return False
    status, owner = JobStatus(row["status"]), Tenant(row["tenant_id"])
    if status is JobStatus.RUNNING:
        job = await store.find_shown(row["_id"])
        if job is not None and job.status is JobStatus.RUNNING:
            await service.stop(job)
        return False
    if status.is_over and row["open"]:
        return False
    return await Job.owned_by(owner).delete({"_id": row["_id"], "status": status})
