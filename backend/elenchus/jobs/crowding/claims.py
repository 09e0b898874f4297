"""The jobs that a worker takes up."""

from collections.abc import Collection, Sequence

from pydantic import ValidationError

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.settings import JobSettings
from elenchus.jobs.crowding import store
from elenchus.jobs.crowding.crowd import Asked, Crowd
from elenchus.jobs.lease import term
from elenchus.jobs.models import Job


class Claims:
    """Of one worker."""

    def __init__(self, types: Collection[str], settings: JobSettings, *, worker: str) -> None:
        self._types = types
        self._settings = settings
        self._worker = worker
        self._crowd: Crowd[Id, Job | None] = Crowd(self._settle)

    async def claim(self, job_id: Id) -> Job | None:
        """The job, running under a new token for whoever asked first; None when there is no work.

        Its lease must have begun before this is called. Raises ValidationError for a row that was claimed and cannot
        be read, and PyMongo's errors, after which the job may be claimed or not.
        """
        return await self._crowd.ask(job_id)

    async def _settle(self, asked: Sequence[Asked[Id, Job | None]]) -> None:
        first: dict[Id, Asked[Id, Job | None]] = {}
        for one in asked:
            first.setdefault(one.question, one)
        until = now() + term(self._settings)
        for row in await store.claim([*first], types=self._types, worker=self._worker, until=until):
            one = first[row["_id"]]
            try:
                one.give(Job.model_validate(row))
            except ValidationError as error:
                one.refuse(error)
        for one in asked:
            one.give(None)
