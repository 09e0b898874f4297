"""The API as a process of its own while its database or its Redis is frozen or dead: nobody waits long, nobody is
misled, nothing ends, and all is well soon after."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from elenchus.embedded import Policy, Server, database_server, valkey_server
from tests.conftest import PASSWORD, free_port, sign_up
from tests.journeys.test_commands import environment, ready
from tests.support import Firm, http_client, until

ANSWER_SECONDS = 3.0
RECOVERY_SECONDS = 5.0
BY_HAND = Policy(auto_restart=False)
TEXT = "Article 1. Either party may terminate this Agreement upon thirty days' written notice to the other party."
Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@dataclass
class Site:
    database: Server
    valkey: Server
    api: asyncio.subprocess.Process
    url: str
    firm: Firm
    conversation: str

    @property
    def reads(self) -> dict[str, Ask]:
        """As many ways as there are into the rooms, each with the database behind it."""
        return {
            "me": lambda http: http.get("/api/v1/auth/me"),
            "sessions": lambda http: http.get("/api/v1/auth/sessions"),
            "jobs": lambda http: http.get("/api/v1/jobs"),
            "documents": lambda http: http.get("/api/v1/documents"),
            "conversations": lambda http: http.get("/api/v1/chat/conversations"),
            "conversation": lambda http: http.get(f"/api/v1/chat/conversations/{self.conversation}"),
            "search": lambda http: http.post("/api/v1/documents/search", json={"query": "notice of termination"}),
        }

    @property
    def writes(self) -> dict[str, Ask]:
        form = {"username": self.firm.email, "password": PASSWORD}
        return {
            "login": lambda http: http.post("/api/v1/auth/login", data=form),
            "refresh": lambda http: http.post("/api/v1/auth/refresh", json={"refresh_token": self.firm.refresh_token}),
            "rename": lambda http: http.patch("/api/v1/auth/me", json={"full_name": "Ada Lovelace"}),
            "converse": lambda http: http.post("/api/v1/chat/conversations", json={}),
            "upload": upload,
            "ask": lambda http: http.post("/api/v1/chat", json={"content": "When may a party terminate?"}),
        }


async def upload(http: httpx.AsyncClient) -> httpx.Response:
    words = f"{time.monotonic_ns()} {TEXT}"
    return await http.post("/api/v1/documents", files={"files": ("terms.txt", words.encode(), "text/plain")})


@asynccontextmanager
async def api_process(env: dict[str, str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / "api.log").open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "elenchus", "api", env=env, cwd=folder, stdout=sink, stderr=sink
        )
    try:
        async with http_client(timeout=5) as http:
            await until(ready(http, f"http://127.0.0.1:{env['PORT']}", process), timeout=60)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 40)


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    await server.start()
    try:
        yield server
    finally:
        if Path(f"/proc/{server.pid}").exists():
            os.kill(server.pid, signal.SIGCONT)
        await server.stop()


@pytest.fixture(scope="module")
async def shelved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database that has been migrated, and serves no longer."""
    folder = tmp_path_factory.mktemp("shelved")
    async with running(database_server(folder / "servers", policy=BY_HAND)) as database:
        env = environment(folder, free_port(), MONGODB_URL=database.url, REDIS_URL="redis://127.0.0.1:1/0")
        code = await asyncio.create_subprocess_exec(sys.executable, "-m", "elenchus", "migrate", env=env, cwd=folder)
        assert await code.wait() == 0
    return folder / "servers"


@pytest.fixture
async def site(shelved: Path, tmp_path: Path) -> AsyncIterator[Site]:
    """All of its own: servers, process, people."""
    servers = shutil.copytree(shelved, tmp_path / "servers")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(running(database_server(servers, policy=BY_HAND)))
        valkey = await stack.enter_async_context(running(valkey_server(servers, policy=BY_HAND)))
        port = free_port()
        env = environment(tmp_path, port, MONGODB_URL=database.url, REDIS_URL=valkey.url, AUTH_BCRYPT_ROUNDS="4")
        api = await stack.enter_async_context(api_process(env, tmp_path))
        url = f"http://127.0.0.1:{port}"
        http = await stack.enter_async_context(http_client(base_url=url, timeout=10))
        firm = await sign_up(http, "ada@firm.example")
        made = await http.post("/api/v1/chat/conversations", json={})
        yield Site(database, valkey, api, url, firm, made.json()["id"])


async def at_once(site: Site, ways: dict[str, Ask]) -> dict[str, tuple[httpx.Response, float]]:
    """Each way, all at the same time, on connections of their own; and how long each took."""

    async def timed(way: Ask) -> tuple[httpx.Response, float]:
        async with http_client(base_url=site.url, timeout=10, headers=site.firm.client.headers) as http:
            began = time.perf_counter()
            answer = await way(http)
            return answer, time.perf_counter() - began

    answers = await asyncio.gather(*map(timed, ways.values()))
    return dict(zip(ways, answers, strict=True))


def assert_refused(answers: dict[str, tuple[httpx.Response, float]]) -> None:
    for name, (answer, seconds) in answers.items():
        assert answer.status_code == 503, (name, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", name
        assert int(answer.headers["retry-after"]) >= 1, name
        assert seconds <= ANSWER_SECONDS, (name, seconds)


async def assert_turned_away(site: Site) -> None:
    """A WebSocket is told to come back, with the reason."""
    path = f"{site.url.replace('http', 'ws', 1)}/api/v1/chat/ws/{site.conversation}"
    async with connect(path, subprotocols=["bearer", site.firm.access_token], proxy=None) as socket:
        async with asyncio.timeout(ANSWER_SECONDS):
            assert json.loads(await socket.recv())["problem"]["status"] == 503
            await socket.wait_closed()
    assert socket.close_code == 1013


async def assert_alive_but_not_ready(site: Site) -> None:
    async with http_client(base_url=site.url, timeout=10) as http:
        began = time.perf_counter()
        assert (await http.get("/health")).status_code == 200
        assert time.perf_counter() - began < 0.5
        assert (await http.get("/api/v1/health/ready")).status_code == 503
        assert time.perf_counter() - began <= ANSWER_SECONDS
    assert site.api.returncode is None


async def assert_recovers(site: Site) -> None:
    """All that was refused works again."""
    ways: dict[str, Any] = site.reads | {name: way for name, way in site.writes.items() if name != "refresh"}

    async def all_well() -> bool:
        answers = await at_once(site, ways)
        return all(answer.is_success for answer, _ in answers.values())

    await until(all_well, timeout=RECOVERY_SECONDS, every=0.1)
    assert site.api.returncode is None


class TestDatabase:
    async def test_frozen(self, site):
        os.kill(site.database.pid, signal.SIGSTOP)
        assert_refused(await at_once(site, site.reads | site.writes))
        await assert_turned_away(site)
        await assert_alive_but_not_ready(site)
        assert_refused(await at_once(site, site.reads | site.writes))
        os.kill(site.database.pid, signal.SIGCONT)
        await assert_recovers(site)

    async def test_dead(self, site):
        await site.database.stop()
        assert_refused(await at_once(site, site.reads | site.writes))
        await assert_alive_but_not_ready(site)
        await site.database.start()
        await assert_recovers(site)


class TestRedis:
    async def test_frozen(self, site):
        os.kill(site.valkey.pid, signal.SIGSTOP)
        await self.assert_works_without(site)
        os.kill(site.valkey.pid, signal.SIGCONT)
        await assert_recovers(site)

    async def test_dead(self, site):
        await site.valkey.stop()
        await self.assert_works_without(site)
        await site.valkey.start()
        await assert_recovers(site)

    async def assert_works_without(self, site: Site) -> None:
        """Reads, uploads and submissions work; what needs the live stream may ask to come back."""
        answers = await at_once(site, site.reads | {"upload": upload, "ask": site.writes["ask"]})
        for name, (answer, seconds) in answers.items():
            assert seconds <= ANSWER_SECONDS, (name, seconds)
            assert answer.is_success or (name == "ask" and answer.status_code == 503), (name, answer.text)
        await assert_alive_but_not_ready(site)
