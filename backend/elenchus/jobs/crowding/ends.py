"""The last writes of runs."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import pymongo

from elenchus.core.clock import now
from elenchus.core.crowd import Asked, Crowd
from elenchus.core.settings import JobSettings
from elenchus.jobs.crowding import store
from elenchus.jobs.crowding.store import Ending
from elenchus.jobs.lease import SHORTEST_TRY_SECONDS, Lease, longest, term
from elenchus.jobs.models import Job

Run = tuple[Job, Ending, Lease]


class Ends:
    """Of one worker. Those that end alike are one write."""

    def __init__(self, settings: JobSettings, turn: asyncio.Lock) -> None:
        self._settings = settings
        self._crowd: Crowd[Run, bool] = Crowd(self._settle, turn)

    async def end(self, job: Job, ending: Ending, lease: Lease) -> bool:
        """False when the job is another run's by now. True also when this very end is there already: the answer to an
        earlier try may have been lost."""
        return await self._crowd.ask((job, ending, lease))

    async def _settle(self, asked: Sequence[Asked[Run, bool]]) -> None:
        alike: dict[tuple[Ending, store.Shape], list[Asked[Run, bool]]] = defaultdict(list)
        for one in asked:
            job, ending, _ = one.question
            alike[ending, store.shape(job)].append(one)
        for (ending, _), group in alike.items():
            try:
                await self._end(ending, group)
            except Exception as error:  # noqa: BLE001 - theirs who asked; the others have their own
                for one in group:
                    one.refuse(error)

    async def _end(self, ending: Ending, group: Sequence[Asked[Run, bool]]) -> None:
        left = min(lease.left for _, _, lease in (one.question for one in group))
        with pymongo.timeout(max(min(left, longest(self._settings)), SHORTEST_TRY_SECONDS)):
            ended = await store.end([one.question[0] for one in group], ending, tell=now() + term(self._settings))
        for one in group:
            one.give(one.question[0].id in ended)
