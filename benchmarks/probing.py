"""`python -m benchmarks.probing <url> <seconds>`: how long GET /health takes meanwhile, seen from another process."""

import asyncio
import http.client
import json
import sys
import time

import httpx

from benchmarks.harness import p50, p95

EVERY_SECONDS = 0.02


async def health(url: str, seconds: float) -> dict[str, float]:
    """Milliseconds as that process saw them: `p50`, `p95` and the `most`."""
    command = [sys.executable, "-m", "benchmarks.probing", url, str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    found: dict[str, float] = json.loads(printed)
    return found


def main(url: str, seconds: float) -> None:
    address = httpx.URL(url)
    line = http.client.HTTPConnection(address.host, address.port or 80)
    took: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        line.request("GET", "/health")
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"health answered {answer.status}")
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(EVERY_SECONDS)
    print(json.dumps({"p50": p50(took), "p95": p95(took), "most": max(took), "asked": len(took)}))


if __name__ == "__main__" and sys.argv[1:]:
    main(sys.argv[1], float(sys.argv[2]))
