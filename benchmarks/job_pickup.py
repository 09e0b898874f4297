"""From an acknowledged submission to the worker's first line of it: the queue is idle, the worker another process."""

import asyncio

import httpx

from benchmarks.harness import elenchus, p50, p95, signed_in, verdict

JOBS = 60


async def main() -> None:
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        await signed_in(http)
        took = [await pickup_ms(http, number) for number in range(JOBS)][5:]
    verdict("job pickup, ms, p50", p50(took), at_most=5, p95=p95(took))


async def pickup_ms(http: httpx.AsyncClient, number: int) -> float:
    """By the ledger's own times: when the row was made, and when the claim began."""
    files = [("files", (f"note-{number}.txt", f"Note number {number}. It says little.".encode(), "text/plain"))]
    document = (await http.post("/api/v1/documents", files=files)).raise_for_status().json()["items"][0]
    while True:
        job = (await http.get(f"/api/v1/jobs/{document['processing']['job_id']}")).raise_for_status().json()
        if job["status"] in {"completed", "failed"}:
            return float(job["timings"]["waited_seconds"]) * 1000
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main())
