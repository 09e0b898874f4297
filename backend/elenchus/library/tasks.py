"""What the worker does for the library."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.resources import resources
from elenchus.jobs.run import Run
from elenchus.jobs.task import Every, task
from elenchus.library import children, ingestion, service
from elenchus.library.uploads import PARTIAL

UNSETTLED_AFTER = timedelta(seconds=60)
PARTIAL_KEPT = timedelta(days=1)  # no upload takes that long; its process died
DAY_SECONDS = 86_400
RECOUNT_SECONDS = 600  # one read of all of its documents for each tenant
log = logs.get(__name__)


@task(service.INGEST, on_end=ingestion.reading_ended)
async def ingest(run: Run) -> None:
    await ingestion.ingest(run)


@task(service.REMOVE, max_attempts=20)
async def remove(run: Run) -> None:
    await ingestion.erase(run.principal, run.subject.id)


async def sweep(due_at: datetime) -> None:
    """Documents whose reading was never queued, since the process died in between, and files that never came whole."""
    mended = await service.mend_unsettled(due_at - UNSETTLED_AFTER)
    folder = resources().storage.temporary_dir()
    dropped = await asyncio.to_thread(_drop_partial, folder, before=now() - PARTIAL_KEPT)
    if mended or dropped:
        log.info("library swept", mended=mended, dropped_files=dropped)


async def recount(_due_at: datetime) -> None:
    """What each tenant stores, against what was counted as it came and went."""
    if wrong := await service.recount_storage():
        log.info("storage recounted", tenants_mended=wrong)


def _drop_partial(folder: Path, *, before: datetime) -> int:
    """Another worker may be sweeping the same folder."""
    dropped = 0
    for path in folder.glob(f"*{PARTIAL}"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                dropped += 1
    return dropped


#: At a worker's start and at its end.
STARTS = (children.warm_up,)
STOPS = (children.close_reader,)
#: At the end of an API process.
DRAINS = (children.close_reader,)
TASKS = (ingest, remove)
SCHEDULES = (
    Every("library.sweep", 60, sweep),
    Every("library.recount", DAY_SECONDS, recount, timeout_seconds=RECOUNT_SECONDS),
)
