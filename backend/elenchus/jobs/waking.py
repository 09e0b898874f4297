"""Telling a worker that a job is due. What is urgent comes first, and what waits long comes at last."""

from datetime import datetime, timedelta

from elenchus.core import queueing
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import Priority

#: By how much earlier it seems to have come; so long what is less urgent may have to wait, and no longer.
AHEAD = {Priority.LOW: timedelta(0), Priority.NORMAL: timedelta(minutes=30), Priority.HIGH: timedelta(minutes=60)}


async def wake(job: Job, *, token: int | None = None, at: datetime | None = None) -> None:
    """Best effort: the sweep finds it without this."""
    await queueing.wake(job.id, job.token if token is None else token, at=at, ahead=AHEAD[job.priority])
