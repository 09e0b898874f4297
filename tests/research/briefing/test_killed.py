"""A worker process killed with -9 in the middle of a brief: what it has finished is not asked, or paid, again."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from elenchus import registry
from elenchus.core.ids import Id
from elenchus.core.resources import Resources
from elenchus.core.settings import Settings
from elenchus.research.briefing.models import BriefPart
from elenchus.worker import work
from tests.fixtures.gemini import GeminiStub, Reply
from tests.research.briefing.support import CALL_TOKENS, ended, part_of, started, tokens_used
from tests.research.support import filed
from tests.support import until

ROOT = Path(__file__).parents[3]
QUEUE = "briefs-killed"


@pytest.fixture
async def victim(settings_: Settings, gemini: GeminiStub, tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A whole worker, as the command starts it, on a queue of its own."""
    mongo, redis = settings_.mongo, settings_.redis
    assert mongo.url
    assert redis.url
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "backend"),
        "DATA_DIR": str(tmp_path), "EMBEDDING_MODEL": "none",
        "MONGODB_URL": mongo.url.get_secret_value(), "MONGODB_DATABASE": mongo.database,
        "REDIS_URL": redis.url.get_secret_value(),
        "GOOGLE_API_KEY": "k", "GOOGLE_GEMINI_BASE_URL": gemini.url, "LLM_MAX_ATTEMPTS": "1",
        "JOBS_QUEUE": QUEUE, "JOBS_LEASE_SECONDS": "2", "JOBS_HEARTBEAT_SECONDS": "0.5",
        "JOBS_TAKEOVER_GRACE_SECONDS": "0.3", "JOBS_SWEEP_SECONDS": "0.5",
    }  # fmt: skip
    with (tmp_path / "worker.log").open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from elenchus import cli; cli.worker()"), env=env, cwd=tmp_path, stderr=sink
        )
    yield process
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def test_what_was_finished_is_asked_once_and_the_brief_is_whole(
    firm, gemini, lawyerly, victim: asyncio.subprocess.Process, resources_: Resources, monkeypatch
):
    """It takes seconds: a worker has to load, and its lease to run out."""
    f = await firm()
    await filed(f)
    lawyerly(conclusion=Reply(pieces=("Never ", "said."), pause_after=1))
    jobs = resources_.settings.jobs.model_copy(update={"queue": QUEUE})
    monkeypatch.setattr(resources_, "settings", resources_.settings.model_copy(update={"jobs": jobs}))
    told = await started(f)
    await until(lambda: any(part_of(body) == "conclusion" for body in gemini.requests), timeout=60)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    lawyerly()
    stop = asyncio.Event()
    heir = asyncio.create_task(work(registry.TASKS, (), jobs, stop=stop))
    found = await ended(f, told)
    stop.set()
    await heir

    assert (found["status"], found["result"]["standing"]) == ("completed", "verified")
    asked = Counter(part_of(body) for body in gemini.requests)
    assert asked == {"analysis": 2, "facts": 1, "conclusion": 2, "actions": 1}
    assert found["usage"]["calls"] == 5

    async def counted() -> bool:
        return await tokens_used(f) == 5 * CALL_TOKENS

    await until(counted)
    outcomes = [row["outcome"] for row in (await f.client.get(f"/api/v1/jobs/{told['job_id']}")).json()["attempt_log"]]
    assert outcomes == ["crashed", "completed"]
    assert await BriefPart.owned_by(f.principal).count({"brief_id": Id(found["id"])}) == 0
