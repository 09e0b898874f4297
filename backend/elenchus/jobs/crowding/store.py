"""The Mongo verbs for several jobs at once. On the bundled database one command for ten rows is one durable commit,
ten commands are ten; and for rows of the same id list it takes the square of their number, so a list is short."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pymongo
from pymongo.errors import ConnectionFailure, OperationFailure

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Row
from elenchus.jobs.endings.store import attempt_ended, ended, found_as
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobStatus, StepState
from elenchus.jobs.store import ATTEMPTS_KEPT, EARLY, UNDER_WAY_LIST

LOOK_SECONDS = 2.0  # for a second look, after trouble


async def claim(
    ids: Collection[Id], *, types: Collection[str], worker: str, until: datetime, within: float
) -> list[Row]:
    """Those that were due and of a kind this worker knows, now running under new tokens.

    The attempts of theirs that have no end are those whose worker died. Each command has `within` seconds, or what it
    takes a busy database at least.
    """
    moment, mark = now(), new_id()
    these: Row = {"_id": {"$in": [*ids]}}
    due = {"status": {"$in": UNDER_WAY_LIST}, "due_at": {"$lte": moment + EARLY}, "type": {"$in": sorted(types)}}
    within = max(within, LOOK_SECONDS)
    try:
        with pymongo.timeout(within):
            if not await Job.across_tenants().update_many(these | due, _taken(worker, mark, moment, until)):
                return []
        with pymongo.timeout(within):
            # by the ids alone: with another field beside them the bundled database looks for an index first
            rows = await Job.across_tenants().rows(these)
    except (ConnectionFailure, OperationFailure):
        rows = await _taken_for_good(these)
        if not any(row.get("claim") == mark for row in rows):
            raise
    return [row for row in rows if row.get("claim") == mark]


async def _taken_for_good(filter_: Row) -> list[Row]:
    """By a claim whose answer was lost: the driver sends no write of several rows again, and what it has taken would be
    nobody's. What a failover may take back is not taken: another would have it under the same token."""
    with pymongo.timeout(LOOK_SECONDS):
        return await Job.across_tenants().settled().rows(filter_)


def _taken(worker: str, mark: Id, moment: datetime, until: datetime) -> list[Mapping[str, Any]]:
    number = {"$add": ["$attempts", 1]}
    attempt = {"number": number, "worker": {"$literal": worker}, "started_at": moment}
    changes = {
        "status": JobStatus.RUNNING, "due_at": until, "worker": {"$literal": worker}, "changed_at": moment,
        "token": {"$add": ["$token", 1]}, "claim": mark, "attempts": number,
        "started_at": {"$ifNull": ["$started_at", moment]},
        "attempt_log": {"$slice": [{"$concatArrays": ["$attempt_log", [attempt]]}, -ATTEMPTS_KEPT]},
    }  # fmt: skip
    return [{"$set": changes}]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends, and whether somebody is to be told of it."""

    status: JobStatus
    outcome: AttemptOutcome
    error: JobError | None
    is_told: bool


class Shape(NamedTuple):
    """What the write of a run's end has of its job: those of one shape are one write."""

    token: int
    attempts: int
    running_steps: tuple[int, ...]


def shape(job: Job) -> Shape:
    running = (index for index, step in enumerate(job.steps) if step.state is StepState.RUNNING)
    return Shape(job.token, len(job.attempt_log), tuple(running))


async def end(jobs: Sequence[Job], ending: Ending, *, tell: datetime) -> Collection[Id]:
    """The last write of these runs, whose jobs are of one shape; which of them have ended so. `tell`: when another
    worker should tell the room, should this one die before it did.

    An end that is there already counts, if no failover can take it back: the answer to an earlier try may have been
    lost.
    """
    change = ended(ending.status, ending.error) | attempt_ended(jobs[0], ending.outcome, ending.error)
    change |= {"due_at": tell} if ending.is_told else {"open": False}
    if ending.status is JobStatus.COMPLETED:
        change["progress"] = 1.0
    ids = [job.id for job in jobs]
    held: Row = {"_id": {"$in": ids}, "token": jobs[0].token}
    running = held | {"status": JobStatus.RUNNING}
    if await Job.across_tenants().update_many(running, {"$set": change, **found_as(ending.status)}) == len(ids):
        return ids
    rows = await Job.across_tenants().settled().rows(held | {"status": ending.status}, fields={"_id": 1})
    return {row["_id"] for row in rows}
