"""The workers that were seen and the schedules that they share. Both belong to the deployment and to no tenant."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from pymongo.results import UpdateResult

from elenchus.core.clock import now
from elenchus.core.mongo import DuplicateKeyError
from elenchus.jobs.models import WORKER_KEPT, Schedule, Tick, Worker

TICKS_KEPT = 20


async def seen(worker: Worker) -> None:
    expires_at = worker.seen_at + WORKER_KEPT
    change = {"$set": {"seen_at": worker.seen_at, "expires_at": expires_at, "running": worker.running}}
    await Worker.find_one({"_id": worker.id}).upsert(change, on_insert=worker)


async def gone(worker_name: str) -> None:
    await Worker.find_one({"_id": worker_name}).delete()


async def workers() -> Sequence[Worker]:
    return await Worker.find_all().to_list()


async def schedule(name: str, *, interval_seconds: float, first: datetime) -> Schedule:
    """As it is kept; made when it is new, and moved when its interval was changed."""
    kept = await Schedule.find_one({"_id": name})
    if kept is None:
        fresh = Schedule(id=name, interval_seconds=interval_seconds, next_run_at=first, claimed_until=now())
        with suppress(DuplicateKeyError):  # another worker was first
            await fresh.insert()
        return fresh
    if kept.interval_seconds != interval_seconds:
        change = {"interval_seconds": interval_seconds, "next_run_at": first}
        await Schedule.find_one({"_id": name, "token": kept.token}).update({"$set": change})
        kept = kept.model_copy(update=change)
    return kept


async def claim_tick(kept: Schedule, *, worker: str, until: datetime) -> bool:
    """One worker has the tick until it is finished, or until then if it dies."""
    due = {"_id": kept.id, "token": kept.token, "claimed_until": {"$lte": now()}, "next_run_at": kept.next_run_at}
    change = {"$set": {"claimed_until": until, "worker": worker}, "$inc": {"token": 1}}
    return _matched(await Schedule.find_one(due).update(change))


async def finish_tick(kept: Schedule, *, next_run_at: datetime, tick: Tick) -> bool:
    change = {
        "$set": {"next_run_at": next_run_at, "claimed_until": now()},
        "$push": {"ticks": {"$each": [tick.model_dump()], "$slice": -TICKS_KEPT}},
    }
    return _matched(await Schedule.find_one({"_id": kept.id, "token": kept.token + 1}).update(change))


def _matched(result: object) -> bool:
    return isinstance(result, UpdateResult) and result.matched_count == 1
