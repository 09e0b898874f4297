"""From sending a question to the first event of the stream, with the extractive model and nothing else going on."""

import asyncio
import time

import httpx

from benchmarks.harness import elenchus, p50, p95, signed_in, verdict
from benchmarks.samples import upload_and_wait, write_pdf

QUESTIONS = 40


async def main() -> None:
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        await signed_in(http)
        await upload_and_wait(http, write_pdf(pages=20))
        took = [await _first_event_ms(http) for _ in range(QUESTIONS)][5:]
    verdict("first SSE event, ms, p50", p50(took), at_most=20, p95=p95(took))


async def _first_event_ms(http: httpx.AsyncClient) -> float:
    began = time.perf_counter()
    body = {"content": "When must the supplier deliver the goods?"}
    async with http.stream("POST", "/api/v1/chat", json=body, headers={"Accept": "text/event-stream"}) as answer:
        answer.raise_for_status()
        first: float | None = None
        async for line in answer.aiter_lines():
            if line.startswith("event:") and first is None:
                first = (time.perf_counter() - began) * 1000
    if first is None:
        raise RuntimeError("the stream had no event")
    return first


if __name__ == "__main__":
    asyncio.run(main())
