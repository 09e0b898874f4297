"""Many streams on one API process: a hundred that speak, and readers who do not read.

GET /health is asked meanwhile by a process of its own; the model is another, and this one reads.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import httpx

from benchmarks.harness import cpu_seconds, elenchus, p50, p95, report, resident_megabytes, signed_in, verdict
from benchmarks.paced import question
from benchmarks.probing import health
from benchmarks.reading import Told, ask, line_to, model, read

SPEAKING, PIECES, EVERY_US = 100, 150, 100_000  # ten pieces a second each, as hosted models send them
APART_SECONDS = 0.05  # that they begin: a database of one file is not what is measured here
DEAF, LONG_PIECES = 20, 1_500


async def main() -> None:
    async with model(), elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        token = await signed_in(http)
        pid = started.api.pid
        await asyncio.gather(*(read(started.url, token, question(3, 0)) for _ in range(10)))
        await _speaking(started.url, token, pid)
        await _deaf(started.url, token, pid)
        await _growth(started.url, token)


async def _speaking(url: str, token: str, pid: int) -> None:
    seconds = PIECES * EVERY_US / 1e6 + SPEAKING * APART_SECONDS
    watching = asyncio.create_task(health(url, seconds))
    cpu, began = cpu_seconds(pid), time.perf_counter()
    told = await asyncio.gather(*(_after(place * APART_SECONDS, url, token) for place in range(SPEAKING)))
    took = time.perf_counter() - began
    share = (cpu_seconds(pid) - cpu) / took
    late = [ms for one in told for ms in one.late_ms]
    asked = await watching
    values = {"cpu_share": share, "first_delta_late_ms_p95": p95([one.late_ms[0] for one in told])}
    verdict(f"GET /health, ms, p95, beside {SPEAKING} streams", asked["p95"], at_most=100, **asked, **values)
    report(f"words late by, ms, p95, in {SPEAKING} streams", value=p95(late), p50=p50(late), seconds=took)


async def _after(seconds: float, url: str, token: str) -> Told:
    await asyncio.sleep(seconds)
    return await read(url, token, question(PIECES, EVERY_US))


async def _deaf(url: str, token: str, pid: int) -> None:
    """They ask and read nothing: what that holds, and what it is to others, beside as many who read."""
    said = question(LONG_PIECES, 2_000)
    attentive = await _beside(url, token, said, [read(url, token, said) for _ in range(DEAF)])
    before = resident_megabytes(pid)
    deaf = [asyncio.create_task(_ask_and_read_nothing(url, token, said)) for _ in range(DEAF)]
    beside_deaf = await _beside(url, token, said, [])
    grown = (resident_megabytes(pid) - before) * 1024 / DEAF
    for task in deaf:
        task.cancel()
    verdict(
        f"a reader beside {DEAF} who do not read, over one beside {DEAF} who do", beside_deaf / attentive,
        at_most=1.2, seconds=beside_deaf, kilobytes_each=grown,
    )  # fmt: skip


async def _beside(url: str, token: str, said: str, others: list[Coroutine[Any, Any, Told]]) -> float:
    """Seconds of one reader."""
    one, *_ = await asyncio.gather(read(url, token, said), *others)
    return one.seconds


async def _ask_and_read_nothing(url: str, token: str, said: str) -> None:
    async with line_to(url, ask(url, token, said), limit=1024):
        await asyncio.Event().wait()


async def _growth(url: str, token: str) -> None:
    """Bytes of a stream of four times the words; its frame is the same."""
    short, long = [await read(url, token, question(pieces, 100)) for pieces in (500, 2_000)]
    verdict("bytes of four times the words", long.received / short.received, at_most=4.4, bytes=long.received)


if __name__ == "__main__":
    asyncio.run(main())
