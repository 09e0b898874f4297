"""The commands as a person types them: real processes on an empty directory."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.support import alive, http_client, until

ROOT = Path(__file__).parents[2]


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """What a stranger's shell has, and nothing of this test run."""
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT / "backend")}
    return own | {"DATA_DIR": str(folder / "data"), "PORT": str(port), "LOG_FORMAT": "json", **more}


async def elenchus(*words: str, env: dict[str, str], cwd: Path) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "elenchus", *words, env=env, cwd=cwd,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def going_up(env: dict[str, str], cwd: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`elenchus up`, ready; ended at the latest here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "elenchus", "up", env=env, cwd=cwd, stderr=(cwd / "up.log").open("ab")
    )
    url = f"http://127.0.0.1:{env['PORT']}"
    try:
        async with http_client(timeout=5) as http:
            await until(ready(http, url, process), timeout=60)
        yield process, url
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), 40)


def ready(http: httpx.AsyncClient, url: str, process: asyncio.subprocess.Process) -> Callable:
    async def answers() -> bool:
        assert process.returncode is None, "up ended early"
        with suppress(httpx.TransportError):
            return (await http.get(f"{url}/api/v1/health/ready")).status_code == 200
        return False

    return answers


async def answer_ready(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Another program that says yes to everything."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    writer.close()


def below(pid: int) -> dict[int, str]:
    """All descendants of a process, with their command lines."""
    found: dict[int, str] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int(re.search(r"^PPid:\s+(\d+)", status.read_text(), re.M)[1])
            command = status.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            if command and (parent == pid or parent in found):
                found[int(status.parent.name)] = command
    return found


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, free_port())


@dataclass
class Deployment:
    env: dict[str, str]
    folder: Path
    process: asyncio.subprocess.Process
    url: str


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """One `elenchus up` for all who leave it running: its start takes seven seconds of processor."""
    folder = tmp_path_factory.mktemp("up")
    env = environment(folder, free_port())
    async with going_up(env, folder) as (process, url):
        yield Deployment(env, folder, process, url)


class TestUp:
    async def test_serves_and_leaves_nothing_behind_but_its_data_even_killed(self, env, tmp_path):
        account = {"email": "ada@firm.example", "password": "quiet harbour lantern 47", "full_name": "Ada"}
        form = {"username": account["email"], "password": account["password"]}
        async with going_up(env, tmp_path) as (process, url):
            async with http_client(base_url=url) as http:
                assert (await http.get("/health")).json()["status"] == "ok"
                assert (await http.get("/")).json()["name"] == "Elenchus"
                assert (await http.post("/api/v1/auth/register", json=account)).status_code == 201
            children = below(process.pid)
            assert {word for word in ("api", "worker") for line in children.values() if line.endswith(word)} == {
                "api",
                "worker",
            }
            process.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(process.wait(), 40) == 0
        await until(lambda: not any(map(alive, children)))
        async with going_up(env, tmp_path) as (process, url):
            async with http_client(base_url=url) as http:
                assert (await http.post("/api/v1/auth/login", data=form)).status_code == 200
            children = below(process.pid)
            process.kill()
            await process.wait()
            await until(lambda: not any(map(alive, children)))
            assert len(children) >= 4

    async def test_a_second_one_on_the_same_directory_says_so(self, deployment):
        env = deployment.env | {"PORT": str(free_port())}
        code, _, err = await elenchus("up", env=env, cwd=deployment.folder)
        assert code == 1
        assert f"is in use by process {deployment.process.pid}" in err
        assert "Traceback" not in err

    async def test_a_killed_worker_comes_back(self, deployment):
        up = deployment.process.pid
        worker = next(pid for pid, line in below(up).items() if line.endswith(" worker"))
        os.kill(worker, signal.SIGKILL)
        await until(lambda: any(line.endswith(" worker") and pid != worker for pid, line in below(up).items()))

    async def test_a_taken_port_is_named(self, env, tmp_path):
        server = await asyncio.start_server(answer_ready, "127.0.0.1", int(env["PORT"]))
        async with server:
            code, _, err = await elenchus("up", env=env, cwd=tmp_path)
        assert code == 1
        assert f"Port {env['PORT']}" in err
        assert "Set PORT" in err


class TestSmallCommands:
    async def test_version(self, env, tmp_path):
        assert await elenchus("version", env=env, cwd=tmp_path) == (0, "elenchus 0.1.0\n", "")

    @pytest.mark.parametrize("command", ["up", "api", "worker", "demo", "migrate", "openapi", "version"])
    async def test_help_explains_each(self, env, tmp_path, command):
        code, out, _ = await elenchus(command, "--help", env=env, cwd=tmp_path)
        assert code == 0
        assert len(out.split()) > 8

    async def test_openapi_is_the_document(self, env, tmp_path):
        code, out, _ = await elenchus("openapi", env=env, cwd=tmp_path)
        assert code == 0
        assert "/api/v1/documents" in json.loads(out)["paths"]

    @pytest.mark.parametrize("command", ["api", "worker", "migrate"])
    async def test_without_urls_the_parts_say_what_is_missing(self, env, tmp_path, command):
        code, _, err = await elenchus(command, env=env, cwd=tmp_path)
        assert code != 0
        assert "MONGODB_URL" in err

    async def test_a_wrong_setting_is_named_in_a_sentence(self, env, tmp_path):
        code, _, err = await elenchus("migrate", env=env | {"PORT": "many"}, cwd=tmp_path)
        assert code == 1
        assert "port" in err
        assert "Traceback" not in err

    async def test_migrating_twice_is_fine(self, env, tmp_path, servers):
        urls = {"MONGODB_URL": servers.mongodb_url, "REDIS_URL": servers.redis_url, "MONGODB_DATABASE": "migrated"}
        for _ in range(2):
            code, out, err = await elenchus("migrate", env=env | urls, cwd=tmp_path)
            assert code == 0, err
            assert "indexes are in place" in out


async def test_the_demo_answers_with_pages_and_ends_well(env, tmp_path):
    code, out, err = await elenchus("demo", env=env, cwd=tmp_path)
    assert code == 0, err
    assert re.search(r"services-agreement\.pdf\s+1\d pages", out)
    assert re.search(r"\[1\] services-agreement, page \d+: “", out)
    assert "The sources do not answer this question." in out
    assert len(re.findall(r"library\.ingest\s+completed", out)) == 4
    assert not list(tmp_path.glob("data/*")), "the demo works on a directory of its own"
