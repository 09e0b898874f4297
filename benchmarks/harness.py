"""What the figures share: a whole Elenchus on a fresh store, a raw HTTP client that costs little, CPU of a process.

Every script prints one JSON line a figure, with the raw limit measured in the same run beside it: absolute numbers say
more about the machine than about the code.
"""

import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from elenchus.core import logs
from elenchus.core.settings import LogSettings, ServerSettings, Settings
from elenchus.up import Running, running

PASSWORD = "correct horse battery staple"
TICKS = os.sysconf("SC_CLK_TCK")


def report(figure: str, **values: object) -> None:
    rounded = {name: round(v, 4) if isinstance(v, float) else v for name, v in values.items()}
    print(json.dumps({"figure": figure, **rounded}), flush=True)


def verdict(figure: str, ratio: float, *, at_most: float, **values: object) -> None:
    """A ratio or a time with the bar it has to stay under."""
    report(figure, value=ratio, at_most=at_most, met=ratio <= at_most, **values)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def elenchus(data_dir: Path | None = None) -> AsyncIterator[Running]:
    """Database, queue, API and worker as `elenchus up` runs them, on a store that nobody used before."""
    logs.configure("ERROR", "json")
    for limit in ("TIER_FREE_REQUESTS_PER_MINUTE", "LIMIT_LOGINS_PER_MINUTE"):
        os.environ.setdefault(limit, "100000000")  # counted as ever, refused never
    with tempfile.TemporaryDirectory(prefix="elenchus-bench-") as folder:
        server = ServerSettings(data_dir=data_dir or Path(folder), port=free_port())
        async with running(Settings(server=server, log=LogSettings(level="WARNING"))) as started:
            yield started


async def signed_in(http: httpx.AsyncClient) -> str:
    """Register a firm on this client and return its access token, which the client then carries."""
    email = f"bench-{os.urandom(6).hex()}@firm.example"
    body = {"email": email, "password": PASSWORD, "full_name": "Bench"}
    (await http.post("/api/v1/auth/register", json=body)).raise_for_status()
    form = {"username": email, "password": PASSWORD}
    answer = (await http.post("/api/v1/auth/login", data=form)).raise_for_status()
    token: str = answer.json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return token


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, in steps of 10 ms (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_megabytes(pid: int) -> float:
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class RawClient:
    """One keep-alive connection that sends the same bytes again and again and reads the answers by their length."""

    def __init__(self, url: str, path: str, token: str) -> None:
        self.host, self.port = httpx.URL(url).host, httpx.URL(url).port
        self.request = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    async def __aenter__(self) -> "RawClient":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def get(self) -> bytes:
        self.writer.write(self.request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            raise RuntimeError(head.decode())
        length = next((int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0)
        return await self.reader.readexactly(length)


async def load(url: str, path: str, token: str, *, requests: int, connections: int = 8) -> float:
    """Seconds for this many GETs over keep-alive connections."""

    async def share(client: RawClient) -> None:
        for _ in range(requests // connections):
            await client.get()

    clients = [RawClient(url, path, token) for _ in range(connections)]
    await asyncio.gather(*(client.__aenter__() for client in clients))
    began = time.perf_counter()
    await asyncio.gather(*(share(client) for client in clients))
    took = time.perf_counter() - began
    await asyncio.gather(*(client.__aexit__() for client in clients))
    return took


@asynccontextmanager
async def bare_server(
    app: str, environment: dict[str, str] | None = None, *, module: str = "benchmarks.bare"
) -> AsyncIterator[tuple[str, int]]:
    """The URL and pid of this application under the same uvicorn."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"{module}:{app}", "--port", str(port), "--log-level", "warning"]
    process = await asyncio.create_subprocess_exec(
        *command, "--no-access-log", env={**os.environ, **(environment or {})}, cwd=Path(__file__).parents[1]
    )
    try:
        await _until_listening(port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        await process.wait()


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


async def timed(work: Callable[[], Awaitable[object]], *, times: int) -> list[float]:
    """Milliseconds of each run, one after the other."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return took


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
