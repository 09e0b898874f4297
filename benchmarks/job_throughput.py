"""No-op jobs per second of one worker, each in the ledger with its claim and its end, against arq as it comes; and what
an idle worker takes of a core."""

import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from arq import create_pool
from arq.connections import RedisSettings as ArqRedis
from arq.worker import Worker, func
from pydantic import SecretStr

from benchmarks.harness import cpu_seconds, elenchus, report
from elenchus import registry
from elenchus.core import logs
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources, resources
from elenchus.core.settings import JobSettings, MongoSettings, RedisSettings, Settings, use
from elenchus.jobs import service as jobs
from elenchus.jobs.models import Job
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import Subject
from elenchus.jobs.task import task
from elenchus.worker import work

STOCK_JOBS, JOBS = 600, 3000
AT_LEAST = 2.0
IDLE_SECONDS, IDLE_AT_MOST = 20.0, 0.3  # per cent of a core
QUEUE, WORKER = "throughput", "worker"
AT_ONCE = 10  # as arq has it


async def noop(_ctx: dict[str, object]) -> None:
    return None


@task("throughput.noop")
async def durable_noop(_run: Run) -> None:
    return None


async def stock(redis_url: str) -> None:
    """In a process of its own: everything as arq has it."""
    pool = await create_pool(ArqRedis.from_dsn(redis_url), default_queue_name="stock")
    for _ in range(STOCK_JOBS):
        await pool.enqueue_job("noop")
    worker = Worker([func(noop, name="noop")], redis_pool=pool, queue_name="stock", burst=True, handle_signals=False)
    began = time.perf_counter()
    await worker.async_run()
    print(STOCK_JOBS / (time.perf_counter() - began), flush=True)
    await worker.close()


async def stock_rate(redis_url: str) -> float:
    command = [sys.executable, "-m", "benchmarks.job_throughput", redis_url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return float(told.split()[-1])


async def ours(settings: Settings) -> float:
    """All are in the queue before the worker starts, so that nobody else works meanwhile."""
    principal = Principal(new_id(), new_id(), Role.OWNER)
    for _ in range(JOBS // AT_ONCE):
        await asyncio.gather(*(submit(principal) for _ in range(AT_ONCE)))
    rows = Job.owned_by(principal)
    async with worker(settings):
        while await resources().redis.zcard(QUEUE):  # the ledger itself is what is measured: it is not asked
            await asyncio.sleep(0.2)
        while await rows.count({"status": {"$in": ["queued", "running"]}}):
            await asyncio.sleep(0.2)
    times = await rows.rows({}, fields={"started_at": 1, "completed_at": 1})
    first, last = min(row["started_at"] for row in times), max(row["completed_at"] for row in times)
    return JOBS / (last - first).total_seconds()


async def submit(principal: Principal) -> None:
    await jobs.submit(durable_noop.name, principal, subject=Subject("nothing", new_id()))


async def work_until_told() -> None:
    """The worker of `elenchus worker`, with one task."""
    settings, stop = use(Settings()), asyncio.Event()
    logs.configure(settings.log.level, settings.log.format)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_resources(settings, registry.MODELS, timeout_seconds=10) as held:
        await held.bind_models()
        await work((durable_noop,), (), settings.jobs, stop=stop)


@asynccontextmanager
async def worker(settings: Settings):
    """One more process of them, on a queue that nobody else listens to."""
    assert settings.mongo.url
    assert settings.redis.url
    environment = {
        **os.environ,
        "MONGODB_URL": settings.mongo.url.get_secret_value(),
        "REDIS_URL": settings.redis.url.get_secret_value(),
        "JOBS_QUEUE": QUEUE,
        "JOBS_CONCURRENCY": str(AT_ONCE),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "benchmarks.job_throughput", WORKER]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=Path(__file__).parents[1])
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def idle_percent(settings: Settings) -> float:
    async with worker(settings) as process:
        await asyncio.sleep(5)  # it has started and looked around
        before = cpu_seconds(process.pid)
        await asyncio.sleep(IDLE_SECONDS)
        return 100 * (cpu_seconds(process.pid) - before) / IDLE_SECONDS


async def main() -> None:
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(elenchus())
        mongo = MongoSettings(url=SecretStr(started.endpoints.mongodb_url))
        redis = RedisSettings(url=SecretStr(started.endpoints.redis_url))
        settings = Settings(mongo=mongo, redis=redis, jobs=JobSettings(queue=QUEUE))
        held = open_resources(settings, registry.MODELS, timeout_seconds=10)
        await (await stack.enter_async_context(held)).bind_models()
        plain = await stock_rate(started.endpoints.redis_url)
        durable = await ours(settings)
        ratio = durable / plain
        report(
            "no-op jobs per second, durable over stock arq", value=ratio, at_least=AT_LEAST, met=ratio >= AT_LEAST,
            durable=durable, stock=plain,
        )  # fmt: skip
        idle = await idle_percent(settings)
        report("idle worker, per cent of a core", value=idle, at_most=IDLE_AT_MOST, met=idle <= IDLE_AT_MOST)


if __name__ == "__main__":
    part = {WORKER: work_until_told}.get(sys.argv[1], lambda: stock(sys.argv[1])) if len(sys.argv) > 1 else main
    asyncio.run(part())
