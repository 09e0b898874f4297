"""The jobs that a worker takes up."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from pydantic import ValidationError
from pymongo.errors import OperationFailure

from elenchus.core import problems
from elenchus.core.clock import now
from elenchus.core.crowd import Asked, Crowd
from elenchus.core.ids import Id
from elenchus.core.settings import JobSettings
from elenchus.jobs.crowding import store
from elenchus.jobs.lease import longest, term
from elenchus.jobs.models import Job


class Claims:
    """Of one worker."""

    def __init__(self, types: Collection[str], settings: JobSettings, turn: asyncio.Lock, *, worker: str) -> None:
        self._types = types
        self._settings = settings
        self._worker = worker
        self._crowd: Crowd[Id, Job | None] = Crowd(self._settle, turn)

    async def claim(self, job_id: Id) -> Job | None:
        """The job, running under a new token for whoever asked first; None when there is no work.

        Its lease must have begun before this is called. Raises ValidationError for a row that was claimed and cannot
        be read, and PyMongo's errors, after which the job may be claimed or not.
        """
        return await self._crowd.ask(job_id)

    async def _settle(self, asked: Sequence[Asked[Id, Job | None]]) -> None:
        first: dict[Id, Asked[Id, Job | None]] = {}
        for one in asked:
            if not one.answer.done():  # who was cut off would not run it
                first.setdefault(one.question, one)
        await self._claim(first)
        for one in asked:
            one.give(None)

    async def _claim(self, asked: Mapping[Id, Asked[Id, Job | None]]) -> None:
        """Together; each by itself when the database refuses, as it does for a row that it cannot change so."""
        until = now() + term(self._settings)
        try:
            rows = await store.claim(
                [*asked], types=self._types, worker=self._worker, until=until, within=longest(self._settings)
            )
        except OperationFailure as error:
            if problems.away(error):
                raise
            await self._one_by_one(asked, error)
            return
        for row in rows:
            one = asked[row["_id"]]
            try:
                one.give(Job.model_validate(row))
            except ValidationError as error:
                one.refuse(error)

    async def _one_by_one(self, asked: Mapping[Id, Asked[Id, Job | None]], error: OperationFailure) -> None:
        for job_id, one in asked.items():
            if len(asked) == 1:
                one.refuse(error)
            else:
                await self._claim({job_id: one})
