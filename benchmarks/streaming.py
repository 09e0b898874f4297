"""What an answer on its way through Elenchus costs beside the bare model stream, one stream at a time.

Read bare, the same stub speaks to the same LangChain client in a process of its own. Through Elenchus the answer is
also searched for, told, kept, examined and stored; both are timed from the question to the last event.
"""

import asyncio
import json
import sys

import httpx

from benchmarks.harness import cpu_seconds, elenchus, p50, p95, report, signed_in, verdict
from benchmarks.paced import question
from benchmarks.reading import model, read
from benchmarks.samples import upload_and_wait, write_pdf

PIECES, EVERY_US = 2_000, 4_000  # 250 pieces a second: faster than a hosted model speaks
ROUNDS = 5
FIRST = 40


async def main() -> None:
    async with model() as model_url, elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        token = await signed_in(http)
        await upload_and_wait(http, write_pdf(pages=20))
        await read(started.url, token, question(10, 0))
        await _first_words(started.url, token)
        for every_us in (EVERY_US, 0):
            await _overhead(model_url, started.url, token, started.api.pid, every_us)


async def _first_words(url: str, token: str) -> None:
    late = [(await read(url, token, question(3, 0))).late_ms[0] for _ in range(FIRST)]
    verdict("first delta after the model's first byte, ms, p95", p95(late), at_most=60, p50=p50(late), most=max(late))


async def _overhead(model_url: str, url: str, token: str, pid: int, every_us: int) -> None:
    bare, through, bare_cpu, through_cpu, late = [], [], [], [], []
    for _ in range(ROUNDS):
        alone = await _bare(model_url, every_us)
        bare.append(alone["seconds"])
        bare_cpu.append(alone["cpu_seconds"])
        cpu = cpu_seconds(pid)
        told = await read(url, token, question(PIECES, every_us))
        through_cpu.append(cpu_seconds(pid) - cpu)
        through.append(told.seconds)
        late += told.late_ms
    ratios = [one / other for one, other in zip(through, bare, strict=True)]
    values = {
        "bare_seconds": p50(bare), "seconds": p50(through), "range": [round(min(ratios), 4), round(max(ratios), 4)],
        "bare_cpu_us_per_delta": min(bare_cpu) / PIECES * 1e6, "cpu_us_per_delta": min(through_cpu) / PIECES * 1e6,
        "late_ms_p95": p95(late),
    }  # fmt: skip
    if every_us:
        verdict(f"2,000 deltas over the bare stream, one each {every_us} us", p50(ratios), at_most=1.05, **values)
    else:
        report("2,000 deltas over the bare stream, as fast as it goes", value=p50(ratios), **values)


async def _bare(model_url: str, every_us: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.reading_bare", model_url, str(PIECES), str(every_us)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    found: dict[str, float] = json.loads(printed)
    return found


if __name__ == "__main__":
    asyncio.run(main())
