"""The worker process: listens for wake-ups, sweeps the ledger, runs jobs. As many of them as you like."""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from elenchus import registry
from elenchus.core import logs, problems
from elenchus.core.clock import now
from elenchus.core.listening import Listener, hear_nudges
from elenchus.core.resources import NotOpen, Resources, open_resources, resources
from elenchus.core.settings import JobSettings, Settings
from elenchus.jobs.engine import RELEASE_SECONDS, Engine
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.lease import cut_off
from elenchus.jobs.models import Worker
from elenchus.jobs.sweep import Sweep
from elenchus.jobs.task import Every, Task

BIND_RETRY_SECONDS = 0.5
ARQ_MARGIN_SECONDS = 60  # arq's own limit on a run must never be the one that strikes
FAREWELL_SECONDS = 2.0  # for the last words to Redis and MongoDB, which may both be away
log = logs.get(__name__)


async def run_worker(settings: Settings, *, handle_signals: bool, stop: asyncio.Event | None = None) -> None:
    """Work until SIGTERM, SIGINT or `stop`; then finish or give back what runs, and return.

    Uses the process's resources where they are open already, else opens and closes its own.
    """
    stop = stop or asyncio.Event()
    async with _resources(settings) as held:
        if handle_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await _until_database_answers(held, stop)
        async with _prepared():
            await work(registry.TASKS, registry.SCHEDULES, settings.jobs, stop=stop)


@asynccontextmanager
async def _prepared() -> AsyncIterator[None]:
    """What the rooms want done before the first job and after the last."""
    try:
        for prepare in registry.WORKER_STARTS:
            await prepare()
        yield
    finally:
        for close in registry.WORKER_STOPS:
            await close()


async def work(
    tasks: Sequence[Task], schedules: Sequence[Every], settings: JobSettings, *, stop: asyncio.Event
) -> None:
    """The worker itself, on open resources: these tasks and schedules until `stop`."""
    me = _myself(settings)
    engine = Engine(tasks, settings, worker=me.id)
    arq_limit = settings.timeout_seconds + ARQ_MARGIN_SECONDS
    listener = Listener(engine.attend, at_once=settings.concurrency, timeout_seconds=arq_limit)
    sweep = Sweep(engine, schedules, settings, me=me, alone=lambda: listener.away)
    log.info("worker started", worker=me.id, tasks=len(tasks), at_once=settings.concurrency)
    listening = asyncio.create_task(listener.main())
    loops: list[asyncio.Task[object]] = [
        listening,
        asyncio.create_task(stop.wait()),
        asyncio.create_task(hear_nudges(me.id, engine.look_at)),
        asyncio.create_task(sweep.run()),
    ]
    try:
        await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listening.cancel()  # at once: its bell would ring here for jobs that are given back
        await engine.drain(max(0.0, settings.drain_seconds - RELEASE_SECONDS - FAREWELL_SECONDS))
        await _end(loops, listener, sweep)
        await _say_farewell(me)
        log.info("worker stopped", worker=me.id)


def _myself(settings: JobSettings) -> Worker:
    host = socket.gethostname()
    name = f"{host}-{os.getpid()}-{secrets.token_hex(2)}"
    return Worker(id=name, host=host, pid=os.getpid(), queues=[settings.queue], started_at=now(), seen_at=now())


async def _end(loops: Sequence[asyncio.Task[object]], listener: Listener, sweep: Sweep) -> None:
    """A loop that ended by itself is a bug of ours: it is raised, and the supervisor starts another worker."""
    await sweep.stop()
    if listener.tasks:  # arq's own last words on each job
        await asyncio.wait(listener.tasks.values(), timeout=FAREWELL_SECONDS)
    await cut_off([*loops, *listener.tasks.values()])
    await asyncio.gather(*(task for task in listener.tasks.values() if task.done()), return_exceptions=True)
    for loop in loops:
        if loop.done() and not loop.cancelled():
            loop.result()


async def _say_farewell(me: Worker) -> None:
    try:
        async with asyncio.timeout(FAREWELL_SECONDS):
            await fleet.gone(me.id)
    except Exception as error:  # noqa: BLE001 - the worker border; the row ages out by itself
        log.info("the worker's row is left to expire", error=type(error).__name__)


@asynccontextmanager
async def _resources(settings: Settings) -> AsyncIterator[Resources]:
    try:
        held = resources()
    except NotOpen:
        async with open_resources(
            settings, registry.MODELS, timeout_seconds=settings.mongo.job_timeout_seconds
        ) as opened:
            yield opened
    else:
        yield held


async def _until_database_answers(held: Resources, stop: asyncio.Event) -> None:
    while not held.models_bound and not stop.is_set():
        try:
            await held.bind_models()
        except Exception as error:
            if problems.away(error) is None:
                raise
            log.warning("waiting for the database", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(BIND_RETRY_SECONDS):
                    await stop.wait()
