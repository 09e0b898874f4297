"""Five hundred streams on one API process whose model is silent, and as many idle WebSockets: what each holds, what all
of them cost, and how long GET /health takes meanwhile, asked by a process of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import cycle

import httpx
from websockets.asyncio.client import connect

from benchmarks.harness import cpu_seconds, elenchus, report, resident_megabytes, signed_in, verdict
from benchmarks.paced import question
from benchmarks.probing import health
from benchmarks.reading import ask, line_to, model, read

COUNT, SECONDS = 500, 10
PEOPLE = 25  # each with fewer sockets than one may open
Open = Callable[[asyncio.Event], Awaitable[object]]


async def main() -> None:
    async with model(), elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        token = await signed_in(http)
        people = cycle([await _somebody(started.url) for _ in range(PEOPLE)])
        for _ in range(5):
            await read(started.url, token, question(3, 0))

        async def stream(is_open: asyncio.Event) -> None:
            """One word has come, and the next is a long way off."""
            async with line_to(started.url, ask(started.url, token, question(2, 120_000_000))) as reader:
                await reader.readuntil(b"event: delta\n")
                is_open.set()
                while await reader.read(65_536):
                    pass
            raise RuntimeError("a stream was cut off")

        async def socket(is_open: asyncio.Event) -> None:
            path, own = next(people)
            async with connect(path, subprotocols=["bearer", own], compression=None, proxy=None) as one:
                is_open.set()
                raise RuntimeError(f"a silent socket was told {await one.recv()!r}")

        await _idle("WebSockets", started.url, started.api.pid, socket)
        await _idle("streams", started.url, started.api.pid, stream)


async def _somebody(url: str) -> tuple[str, str]:
    """The address of a conversation of their own, and their token."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        token = await signed_in(http)
        made = (await http.post("/api/v1/chat/conversations", json={})).raise_for_status().json()
    return f"{url.replace('http', 'ws', 1)}/api/v1/chat/ws/{made['id']}", token


async def _idle(what: str, url: str, pid: int, open_one: Open) -> None:
    before, began = resident_megabytes(pid), time.perf_counter()
    async with asyncio.TaskGroup() as group:  # one that ends, ends all
        tasks = []
        for _ in range(COUNT):
            is_open = asyncio.Event()
            tasks.append(group.create_task(open_one(is_open)))
            await is_open.wait()
        opened = time.perf_counter() - began
        cpu, began = cpu_seconds(pid), time.perf_counter()
        asked = await health(url, SECONDS)
        share = (cpu_seconds(pid) - cpu) / (time.perf_counter() - began)
        held = (resident_megabytes(pid) - before) * 1024 / COUNT
        for task in tasks:
            task.cancel()
    verdict(f"GET /health, ms, p95, beside {COUNT} silent {what}", asked["p95"], at_most=100, **asked)
    report(f"{COUNT} silent {what}", kilobytes_each=held, cpu_share=share, opened_in_seconds=opened)


if __name__ == "__main__":
    asyncio.run(main())
