"""From a job row that MongoDB has acknowledged to the worker's claim of it: idle queue, worker another process."""

import asyncio
from contextlib import AsyncExitStack

from pydantic import SecretStr

from benchmarks.harness import elenchus, p50, p95, verdict
from elenchus import registry
from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources
from elenchus.core.settings import MongoSettings, RedisSettings, Settings
from elenchus.jobs import service as jobs
from elenchus.jobs import store
from elenchus.jobs.schemas import Subject

JOBS = 100


async def main() -> None:
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(elenchus())
        mongo = MongoSettings(url=SecretStr(started.endpoints.mongodb_url))
        redis = RedisSettings(url=SecretStr(started.endpoints.redis_url))
        held = open_resources(Settings(mongo=mongo, redis=redis), registry.MODELS, timeout_seconds=10)
        await (await stack.enter_async_context(held)).bind_models()
        principal = Principal(new_id(), new_id(), Role.OWNER)
        took = [await pickup_ms(principal) for _ in range(JOBS)][10:]
    verdict("job pickup, ms, p50", p50(took), at_most=5, p95=p95(took))


async def pickup_ms(principal: Principal) -> float:
    """A reading of a document that is not there: the shortest job there is."""
    acknowledged = []
    wake = queueing.wake

    async def noting(*args, **kwargs):
        acknowledged.append(now())
        return await wake(*args, **kwargs)

    queueing.wake = noting
    try:
        job_id = await jobs.submit("library.ingest", principal, subject=Subject("document", new_id()))
    finally:
        queueing.wake = wake
    while (job := await store.find(principal, job_id)) is None or not job.status.is_over:
        await asyncio.sleep(0.02)
    assert job.started_at is not None
    return (job.started_at - acknowledged[0]).total_seconds() * 1000


if __name__ == "__main__":
    asyncio.run(main())
