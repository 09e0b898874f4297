import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from elenchus.core.settings import Settings
from elenchus.core.tracing import traced
from tests.conftest import free_port
from tests.fixtures.gemini import GeminiStub
from tests.fixtures.langfuse import LangfuseStub, config
from tests.support import http_client, until

BACKEND = Path(__file__).parents[2] / "backend"


@pytest.fixture(autouse=True)
def _reading(request: pytest.FixtureRequest) -> None:
    """A worker beside each test that uploads."""
    if "firm" in request.fixturenames:
        request.getfixturevalue("worker")


@pytest.fixture
async def langfuse(langfuse: LangfuseStub) -> AsyncIterator[LangfuseStub]:
    """This deployment has keys, and Langfuse is the stub."""
    async with traced(config(langfuse.url)) as tracer:
        langfuse.flush = lambda: asyncio.to_thread(tracer._client.flush)
        yield langfuse


@dataclass
class Neighbour:
    """Another API process of the same deployment."""

    url: str
    process: asyncio.subprocess.Process

    def client(self, like: httpx.AsyncClient) -> httpx.AsyncClient:
        """The same person's client, of this process."""
        return http_client(base_url=self.url, headers=like.headers)

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@pytest.fixture
async def neighbour(
    settings_: Settings, gemini_server: GeminiStub, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Neighbour]]]:
    """Each call starts a process on the same database and queue, with the model of the stub."""
    started: list[Neighbour] = []

    async def start(**environment: str) -> Neighbour:
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "elenchus", "api", cwd=tmp_path,
            env=_environment(settings_, gemini_server, tmp_path) | {"PORT": str(port)} | environment,
        )  # fmt: skip
        one = Neighbour(f"http://127.0.0.1:{port}", process)
        started.append(one)
        await until(lambda: _is_ready(one), timeout=30, every=0.1)
        return one

    yield start
    for one in started:
        if one.process.returncode is None:
            await one.kill()


def _environment(of: Settings, gemini: GeminiStub, folder: Path) -> dict[str, str]:
    secrets = {
        "MONGODB_URL": of.mongo.url,
        "REDIS_URL": of.redis.url,
        "SECRET_KEY": of.server.secret_key,
    }
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **{name: secret.get_secret_value() for name, secret in secrets.items() if secret},
        "PYTHONPATH": str(BACKEND),
        "MONGODB_DATABASE": of.mongo.database,
        "DATA_DIR": str(folder / "data"),
        "GOOGLE_API_KEY": "k",
        "GOOGLE_GEMINI_BASE_URL": gemini.url,
        "EMBEDDING_MODEL": "none",
        "RESEARCH_MEMORY_MODEL": "none",
        "RESEARCH_ANSWER_LEASE_SECONDS": "3",
        "SHUTDOWN_GRACE_SECONDS": "5",
        "LOG_LEVEL": "ERROR",
    }


async def _is_ready(one: Neighbour) -> bool:
    assert one.process.returncode is None, "the other process ended"
    async with http_client(base_url=one.url) as http:
        try:
            return (await http.get("/api/v1/health/ready")).status_code == 200
        except httpx.TransportError:
            return False
