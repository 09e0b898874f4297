"""Engines and whole workers with test tasks, on a queue of their own, so that no other worker takes their wake-ups."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources
from elenchus.core.settings import JobSettings
from elenchus.jobs import service as jobs
from elenchus.jobs import store
from elenchus.jobs.engine import Engine
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import SELDOM, JobDetail, JobStatus, Key, Subject
from elenchus.jobs.task import Every, Task
from elenchus.worker import work
from tests.support import http_client, until

StartWorker = Callable[..., Awaitable["RunningWorker"]]


@pytest.fixture(scope="module", autouse=True)
def _own_ledger(empty_ledger: None) -> None:
    """Sweeps, and superusers who look at all jobs, find those of the module."""


@pytest.fixture(autouse=True)
def job_settings(resources_: Resources, monkeypatch: pytest.MonkeyPatch) -> JobSettings:
    """Everything ten times as fast as in production."""
    quick = JobSettings(
        _env_file=None,
        queue=f"jobs-{secrets.token_hex(4)}",
        lease_seconds=6,
        heartbeat_seconds=0.4,
        takeover_grace_seconds=0.3,
        sweep_seconds=0.4,
        timeout_seconds=30,
        drain_seconds=6,
    )
    monkeypatch.setattr(resources_, "settings", resources_.settings.model_copy(update={"jobs": quick}))
    return quick


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Of the room alone."""
    from tests.jobs import door  # loads FastAPI, which most tests here do without

    async with http_client(transport=httpx.ASGITransport(door.app()), base_url="http://test") as client:
        yield client


@pytest.fixture
def me() -> Principal:
    return Principal(new_id(), new_id(), Role.OWNER)


@pytest.fixture
def engine(job_settings: JobSettings) -> Callable[..., Engine]:
    """An engine without listener and sweep: it does only what the test tells it to."""

    def make(*tasks: Task, worker: str = "w1", **changes: Any) -> Engine:
        return Engine(tasks, job_settings.model_copy(update=changes), worker=worker)

    return make


class RunningWorker:
    """A whole worker in this loop."""

    def __init__(self, tasks: tuple[Task, ...], schedules: tuple[Every, ...], settings: JobSettings) -> None:
        self._stop = asyncio.Event()
        self.ended = asyncio.create_task(work(tasks, schedules, settings, stop=self._stop))

    async def stop(self) -> None:
        self._stop.set()
        await self.ended


@pytest.fixture
async def start_worker(job_settings: JobSettings) -> AsyncIterator[StartWorker]:
    started: list[RunningWorker] = []

    async def start(*tasks: Task, schedules: tuple[Every, ...] = (), **changes: Any) -> RunningWorker:
        worker = RunningWorker(tasks, schedules, job_settings.model_copy(update=changes))
        started.append(worker)
        await asyncio.sleep(0)
        return worker

    yield start
    await asyncio.gather(*(worker.stop() for worker in started if not worker.ended.done()))


@pytest.fixture
def stored() -> Callable[[Id], Awaitable[Job]]:
    """The row as it is."""

    async def read(job_id: Id) -> Job:
        job = await Job.across_tenants().get(job_id)
        assert job is not None
        return job

    return read


@pytest.fixture
def make_due() -> Callable[[Id], Awaitable[None]]:
    """As if the back-off, or the lease and its grace, were over."""

    async def change(job_id: Id) -> None:
        past = now() - timedelta(seconds=60)
        assert await Job.across_tenants().update({"_id": job_id}, {"$set": {"due_at": past}})

    return change


async def submit(name: str, principal: Principal, **params: Any) -> Id:
    return await jobs.submit(name, principal, subject=Subject("thing", new_id()), params=params)


async def over(principal: Principal, job_id: Id, timeout: float = 15) -> JobDetail:
    async def ended() -> JobDetail | None:
        job = await jobs.get(principal, job_id)
        return job if job.status.is_over else None

    job = await until(ended, timeout=timeout)
    assert job is not None
    return job


def ended(owner: Principal, **changes: Any) -> Job:
    """A row of a job that is over."""
    moment = now() - timedelta(minutes=5)
    subject = SubjectRef(type="thing", id=new_id())
    fields = {
        "tenant_id": owner.tenant_id, "user_id": owner.user_id, "role": owner.role, "type": "some.task",
        "queue": "q", "subject": subject, "max_attempts": 5, "due_at": moment,
        "queued_at": moment, "started_at": moment, "status": JobStatus.COMPLETED, "open": False,
        "completed_at": moment,
    }  # fmt: skip
    fields |= changes
    about = Key.about(fields["subject"].id)
    wrong = [Key.status(fields["status"])] if fields["status"] in SELDOM else []
    return Job(**{"keys": [Key.user(owner.user_id), Key.type(fields["type"]), about, *wrong]} | fields)


def waiting(owner: Principal, **changes: Any) -> Job:
    fields = {"status": JobStatus.QUEUED, "open": True, "started_at": None, "completed_at": None, "due_at": now()}
    return ended(owner, **fields | {"queued_at": now()} | changes)


async def kept(*jobs: Job) -> list[str]:
    """Their ids, once they are in the ledger."""
    for job in jobs:
        assert await store.insert(job)
    return [str(job.id) for job in jobs]


class Gate:
    """Holds tasks until the test lets them through, and counts who came."""

    def __init__(self) -> None:
        self.came = 0
        self._open = asyncio.Event()

    async def wait(self) -> None:
        self.came += 1
        await self._open.wait()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    held = Gate()
    yield held
    held.open()
