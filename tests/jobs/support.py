"""What several tests of the ledger do."""

from collections.abc import Collection
from datetime import datetime

from elenchus.core.ids import Id
from elenchus.jobs.crowding import store
from elenchus.jobs.models import Job


async def claim(job_id: Id, *, types: Collection[str], worker: str, until: datetime) -> Job | None:
    """As a worker of this name does."""
    rows = await store.claim([job_id], types=types, worker=worker, until=until, within=5)
    return Job.model_validate(rows[0]) if rows else None
