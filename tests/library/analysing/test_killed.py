"""Worker processes killed with -9 in the middle of an analysis: what they have finished is not done, or paid, again."""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from elenchus import registry
from elenchus.core.ids import Id
from elenchus.core.resources import Resources
from elenchus.core.settings import JobSettings, Settings
from elenchus.jobs.models import Job
from elenchus.library.analysing.models import AnalysisPart
from elenchus.worker import work
from tests.fixtures.gemini import GeminiStub, Reply
from tests.library.analysing.support import (
    CALL_TOKENS,
    ended,
    is_merge,
    long_text,
    part_of,
    reading_clauses,
    said,
    started,
    tokens_used,
)
from tests.library.support import filed
from tests.support import until

ROOT = Path(__file__).parents[3]
QUEUE = "analyses-killed"
CLAUSES = 100  # some sections as long as in production
#: Loaded once: that costs more than all the rest.
TWO_WORKERS = """
import os
from elenchus import cli, registry, worker
if os.fork() and os.fork():
    os.wait(), os.wait()
else:
    cli.worker()
"""


@pytest.fixture
async def victims(settings_: Settings, gemini: GeminiStub, tmp_path: Path) -> AsyncIterator[None]:
    """Two whole workers, as the command starts them, on a queue of their own."""
    mongo, redis = settings_.mongo, settings_.redis
    assert mongo.url
    assert redis.url
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "backend"),
        "DATA_DIR": str(tmp_path), "LOG_FORMAT": "json", "EMBEDDING_MODEL": "none",
        "MONGODB_URL": mongo.url.get_secret_value(), "MONGODB_DATABASE": mongo.database,
        "REDIS_URL": redis.url.get_secret_value(),
        "GOOGLE_API_KEY": "k", "GOOGLE_GEMINI_BASE_URL": gemini.url, "LLM_MAX_ATTEMPTS": "1",
        "JOBS_QUEUE": QUEUE, "JOBS_LEASE_SECONDS": "2", "JOBS_HEARTBEAT_SECONDS": "0.5",
        "JOBS_TAKEOVER_GRACE_SECONDS": "0.3", "JOBS_SWEEP_SECONDS": "0.5",
    }  # fmt: skip
    with (tmp_path / "workers.log").open("ab") as sink:
        parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", TWO_WORKERS), env=env, cwd=tmp_path, stderr=sink, start_new_session=True
        )
    yield
    with suppress(ProcessLookupError):
        os.killpg(parent.pid, signal.SIGKILL)
    await parent.wait()


@asynccontextmanager
async def worker_that_lives(jobs: JobSettings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(work(registry.TASKS, (), jobs, stop=stop))
    yield
    stop.set()
    await running


def is_last(body: dict[str, Any]) -> bool:
    return bool(re.search(r'part="(\d+) of \1"', said(body)))


async def kill_holder(job_id: Id) -> None:
    """Of the job, as it stands: `worker` is host, pid and a random part."""
    job = await Job.across_tenants().get(job_id)
    assert job
    assert job.worker
    os.kill(int(job.worker.split("-")[-2]), signal.SIGKILL)


async def test_what_was_finished_is_paid_once_and_the_result_is_whole(
    firm, gemini: GeminiStub, victims: None, resources_: Resources, monkeypatch
):
    """The first dies while it reads, the second while it merges, the third lives. They need seconds to load."""
    f = await firm()
    document = await filed(f, long_text(CLAUSES).encode(), "long.txt")
    still = {"section", "merge"}

    def fill(body: dict[str, Any]) -> dict[str, Any] | Reply:
        kind = "merge" if is_merge(body) else "section" if is_last(body) else ""
        return Reply(pieces=("{}",), pause_after=0) if kind in still else reading_clauses(body)

    async def parts() -> int:
        rows = await AnalysisPart.owned_by(f.principal).rows({"document_id": Id(document["id"])})
        return sum(row["name"].startswith("section") for row in rows)

    async def all_but_the_last() -> int:
        first = next((body for body in gemini.requests if is_last(body)), None)
        number = part_of(first) if first else 0
        return number if await parts() == number - 1 else 0

    gemini.will_fill(fill)
    jobs = resources_.settings.jobs.model_copy(update={"queue": QUEUE})
    monkeypatch.setattr(resources_, "settings", resources_.settings.model_copy(update={"jobs": jobs}))
    told = await started(f, document["id"])

    sections = await until(all_but_the_last, timeout=60)
    assert sections > 2
    await kill_holder(Id(told["job_id"]))
    still.remove("section")
    await until(lambda: any(map(is_merge, gemini.requests)), timeout=60)
    assert await parts() == sections
    await kill_holder(Id(told["job_id"]))
    still.remove("merge")
    async with worker_that_lives(jobs):
        found = await ended(f, document["id"], told["analysis_id"])

    assert found["status"] == "completed"
    numbers = [int(re.findall(r"\d+", clause["text"])[0]) for clause in found["result"]["clauses"]]
    assert numbers == [*range(1, CLAUSES + 1)]
    assert all(clause["supported"] for clause in found["result"]["clauses"])
    asked = Counter("merge" if is_merge(body) else part_of(body) for body in gemini.requests)
    assert [asked[part] for part in range(1, sections)] == [1] * (sections - 1)
    assert asked[sections] == 2  # once by who died before its answer came
    answered = sections + asked["merge"] - 1
    assert found["usage"]["calls"] == answered

    async def counted() -> bool:
        return await tokens_used(f) == answered * CALL_TOKENS

    await until(counted)
    outcomes = [row["outcome"] for row in (await f.client.get(f"/api/v1/jobs/{told['job_id']}")).json()["attempt_log"]]
    assert outcomes == ["crashed", "crashed", "completed"]
    assert await AnalysisPart.owned_by(f.principal).count({"document_id": Id(document["id"])}) == 0
