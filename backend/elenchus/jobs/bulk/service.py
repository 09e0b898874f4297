"""Many jobs cancelled, or run again, by what a search finds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.jobs import reach as reaches
from elenchus.jobs import service as jobs
from elenchus.jobs.bulk import store
from elenchus.jobs.bulk.errors import NotAsExpected, TooWide
from elenchus.jobs.bulk.schemas import BulkIn, BulkOut
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import SELDOM, UNDER_WAY, JobOut, JobStatus
from elenchus.jobs.searching.plan import Plan
from elenchus.jobs.searching.walk import Walk

COUNTED_AT_MOST = 10_000
READ_AT_MOST = 50_000  # for the count: 1 s on the bundled database
DONE_AT_ONCE = 1_000  # by one call
BATCH = 100
SIDE_BY_SIDE = 8
SHOWN = 10
TRIES = 3
DONE = ""


@dataclass(frozen=True, slots=True)
class Verb:
    action: Action
    among: frozenset[JobStatus]
    otherwise: str  # why one that stands otherwise by now is skipped
    do: Callable[[Job], Awaitable[object]]  # truthy when it is done


CANCEL = Verb(Action.JOB_CANCELLED, UNDER_WAY, "over", jobs.stop)
RETRY = Verb(Action.JOB_RETRIED, SELDOM, "not_over", jobs.again)


@dataclass(slots=True)
class _Tally:
    done: list[Row] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def note(self, row: Row, outcome: str) -> None:
        if outcome == DONE:
            self.done.append(row)
        else:
            self.skipped[outcome] += 1


async def run(principal: Principal, verb: Verb, asked: BulkIn) -> BulkOut:
    """Safe to repeat: what was done before does not match any more."""
    plan = Plan(reaches.narrowed(principal, asked.filter.scope, asked.filter.tenant_id), asked.filter, verb.among)
    if not asked.dry_run and asked.filter.is_empty and asked.expected is None:
        raise TooWide
    walk = Walk(plan)
    rows = await walk.take(COUNTED_AT_MOST, read_at_most=READ_AT_MOST)
    is_capped = walk.is_left
    if asked.expected is not None and (is_capped or asked.expected != len(rows)):
        raise NotAsExpected(asked.expected, len(rows), is_capped=is_capped)
    sample = [JobOut.of(row) for row in await walk.whole(rows[:SHOWN])]  # first: what is done does not match any more
    tally = _Tally() if asked.dry_run else await _done(principal, verb, plan, rows[:DONE_AT_ONCE])
    return BulkOut(
        dry_run=asked.dry_run,
        matched=len(rows),
        is_capped=is_capped,
        done=len(tally.done),
        skipped=dict(tally.skipped),
        more=not asked.dry_run and (is_capped or len(rows) > DONE_AT_ONCE),
        sample=sample,
    )


async def _done(principal: Principal, verb: Verb, plan: Plan, rows: Sequence[Row]) -> _Tally:
    tally = _Tally()
    try:
        for first in range(0, len(rows), BATCH):
            await _batch(verb, plan, rows[first : first + BATCH], tally)
    finally:
        await _record(principal, verb, plan, tally)
    return tally


async def _batch(verb: Verb, plan: Plan, batch: Iterable[Row], tally: _Tally) -> None:
    ids = [row["_id"] for row in batch]
    found, at_once = await store.with_ids(plan.reach, ids), asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(job_id: Id) -> None:
        async with at_once:
            row = found.get(job_id)
            tally.note(row or {}, await _one(verb, plan, job_id, row))

    async with asyncio.TaskGroup() as group:
        for job_id in ids:
            group.create_task(one(job_id))


async def _one(verb: Verb, plan: Plan, job_id: Id, row: Row | None) -> str:
    """Each is looked at again when it moves between the look and the write."""
    for _ in range(TRIES):
        if row is None:
            return "gone"
        if row["status"] not in verb.among:
            return verb.otherwise
        if not plan.gives(row):
            return "changed"
        if row["cancel_requested"] and verb is CANCEL:
            return "stopping"
        try:
            job = Job.model_validate(row)
        except ValidationError:  # of another version; the others are done all the same
            return "unreadable"
        if await verb.do(job):
            return DONE
        row = (await store.with_ids(plan.reach, [job_id])).get(job_id)
    return "changed"


async def _record(principal: Principal, verb: Verb, plan: Plan, tally: _Tally) -> None:
    """One row, and where jobs of other tenants were meant one for each of them, with its own."""
    named = sorted(plan.wanted.model_dump(exclude_none=True))
    own: dict[Id, list[str]] = {principal.tenant_id: []}
    for row in tally.done:
        own.setdefault(row["tenant_id"], []).append(str(row["_id"]))
    for tenant_id, ids in own.items():
        await audit.record_in(
            {tenant_id}, principal, verb.action, "job", None, filter=[*named], number=len(ids), jobs=[*ids]
        )
