"""Helpers for watching real processes."""

import asyncio
import inspect
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from elenchus.embedded import Policy, Server, database_server, embedded_servers, valkey_server


def processes(*query: str) -> str:
    """What `ps` says, without the dead that nobody has buried yet."""
    listed = subprocess.run(["ps", "-ww", "-o", "stat=,args=", *query], capture_output=True, text=True, check=False)
    return "\n".join(line for line in listed.stdout.splitlines() if not line.startswith("Z"))


def alive(pid: int) -> bool:
    return processes("-p", str(pid)) != ""


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Poll; a condition may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            value = condition()
            if (await value) if inspect.isawaitable(value) else value:
                return
            await asyncio.sleep(0.03)


def noted_pid(data_dir: Path, name: str) -> int:
    return int(json.loads((data_dir / "run" / f"{name}.json").read_text())["pid"])


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """With a space and a quote in it, as real folders have."""
    return tmp_path / 'the firm\'s "data"'


@pytest.fixture(scope="session")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory whose first start is over."""
    folder = tmp_path_factory.mktemp("template") / "data"
    async with embedded_servers(folder):
        return folder


@pytest.fixture
def settled(template: Path, data_dir: Path) -> Path:
    """A second start takes a third of the first one's time."""
    shutil.copytree(template, data_dir)
    return data_dir


@pytest.fixture
async def valkey(data_dir: Path) -> AsyncIterator[Server]:
    server = valkey_server(data_dir, policy=Policy(grace_seconds=1))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def database(settled: Path) -> AsyncIterator[Server]:
    server = database_server(settled)
    await server.start()
    yield server
    await server.stop()
