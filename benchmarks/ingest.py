"""A 200-page PDF from upload to searchable, against one process that only extracts its text."""

import asyncio
import time
from pathlib import Path

import httpx

from benchmarks.harness import elenchus, p50, report, resident_megabytes, signed_in, verdict
from benchmarks.samples import upload_and_wait, write_pdf

PAGES = 200
ROUNDS = 5


def bare_seconds(path: Path) -> float:
    """Imports excluded: the raw limit is a process that is already warm."""
    import pymupdf

    began = time.perf_counter()
    with pymupdf.open(path) as document:
        characters = sum(len(page.get_text()) for page in document)
    assert characters > PAGES * 1000
    return time.perf_counter() - began


async def main() -> None:
    paths = [write_pdf(pages=PAGES, seed=seed) for seed in range(ROUNDS + 1)]
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        await signed_in(http)
        report(
            "memory after start, MB",
            api=resident_megabytes(started.api.pid),
            worker=resident_megabytes(started.worker.pid),
        )
        ours, bare = [], []
        for path in paths:
            bare.append(await asyncio.to_thread(bare_seconds, path))
            ours.append((await upload_and_wait(http, path))[0])
            await asyncio.sleep(1)  # the next reading child warms up, as it would between two uploads of a person
        report(
            "memory after ingestion, MB",
            api=resident_megabytes(started.api.pid),
            worker=resident_megabytes(started.worker.pid),
        )
    ratios = [o / b for o, b in zip(ours[1:], bare[1:], strict=True)]
    verdict(
        "upload → searchable, 200 pages, over bare get_text()",
        p50(ratios),
        at_most=2.5,
        ours_seconds=p50(ours[1:]),
        bare_seconds=p50(bare[1:]),
    )


if __name__ == "__main__":
    asyncio.run(main())
