"""What the ledger keeps of people and tenants: exported here, and erased."""

from collections.abc import AsyncIterator, Mapping

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal, Role
from elenchus.jobs import store
from elenchus.jobs.errors import Retryable
from elenchus.jobs.models import MODELS, Job
from elenchus.jobs.schemas import JobOut, JobStatus

__all__ = ["MODELS", "begun_by", "erase_about", "erase_begun_by", "erase_in"]

AT_ONCE = 100
AGAIN_SECONDS = 5.0


async def begun_by(owner: HasTenant, user_id: Id) -> AsyncIterator[JobOut]:
    rows, before = Job.owned_by(owner), None
    while found := await rows.newest({"user_id": user_id}, limit=AT_ONCE, before=before, fields=store.LISTED):
        for row in found:
            before = row.pop("_id")
            yield JobOut.model_validate({**row, "id": before})


async def erase_begun_by(owner: HasTenant, user_id: Id) -> None:
    await _erase(owner, {"user_id": user_id})


async def erase_about(owner: HasTenant, subject_id: Id, *, spare: str | None = None) -> None:
    """All but those of the type `spare`: of two that erase the same neither must stop the other."""
    await _erase(owner, {"subject.id": subject_id}, spare=spare)


async def erase_in(owner: HasTenant) -> None:
    await _erase(owner, {})


async def _erase(owner: HasTenant, wanted: Mapping[str, Id], *, spare: str | None = None) -> None:
    """Raises `Retryable` while some are under way: they are stopped, and must have let go of what they hold."""
    rows, before, busy = Job.owned_by(owner), None, 0
    while found := await rows.newest(wanted, limit=AT_ONCE, before=before, fields={"type": 1, "status": 1, "open": 1}):
        before = found[-1]["_id"]
        for row in found:
            if row["type"] != spare:
                busy += not await _erased(owner, row["_id"], JobStatus(row["status"]), is_open=row["open"])
    if busy:
        raise Retryable("Jobs are still being stopped.", code="busy", after_seconds=AGAIN_SECONDS)


async def _erased(owner: HasTenant, job_id: Id, status: JobStatus, *, is_open: bool) -> bool:
    """One that waits is removed before it begins, one that runs is stopped first, and one that ended has told so."""
    if status is JobStatus.RUNNING:
        job = await Job.owned_by(owner).get(job_id)
        if job is not None:
            await store.request_cancel(Principal(owner.tenant_id, job.user_id, Role.ADMIN), job)
        return False
    if status.is_over and is_open:
        return False
    return await Job.owned_by(owner).delete({"_id": job_id, "status": status})
