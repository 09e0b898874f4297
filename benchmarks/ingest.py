"""PDFs from upload to searchable, against one process that only extracts their text; what that takes of processor and
memory; and scans, where Tesseract's data is installed.

Each figure is the best of its rounds, ours and the raw limit alike: on a busy machine the others measure the machine.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.harness import TICKS, elenchus, report, resident_megabytes, signed_in, verdict
from benchmarks.samples import upload_and_wait, write_pdf
from elenchus.core.settings import settings
from elenchus.library.reading.programs import recognition
from elenchus.up import Running

ROUNDS = {200: 6, 1_000: 4}
SLOWEST = 1 / 0.6  # of the seconds that bare extraction takes
MOST_MEGABYTES = 300
GROWTH = 1.25  # of the memory, from 200 pages to 1,000
SCANNED_PAGES = 12
SAMPLE_SECONDS = 0.02


def bare_seconds(path: Path) -> tuple[float, float]:
    """By the clock and of processor; imports excluded: the raw limit is a process that is already warm."""
    import pymupdf

    began, used = time.perf_counter(), time.process_time()
    with pymupdf.open(path) as document:
        assert sum(len(page.get_text()) for page in document) > len(document) * 1000
    return time.perf_counter() - began, time.process_time() - used


@dataclass
class Cost:
    """Processor seconds of the worker, of its reading children and of the servers; megabytes at most."""

    worker: float = 0.0
    child: float = 0.0
    servers: float = 0.0
    worker_megabytes: float = 0.0
    child_megabytes: float = 0.0


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and int(_stat(int(entry.name))[1]) == pid:
                yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue


def _used(pid: int) -> tuple[float, float]:
    """Of processor: by itself, and by its children that have ended."""
    own, ended = _stat(pid)[11:13], _stat(pid)[13:15]
    return sum(map(int, own)) / TICKS, sum(map(int, ended)) / TICKS


@asynccontextmanager
async def measured(started: Running) -> AsyncIterator[Cost]:
    cost, worker = Cost(), started.worker.pid
    servers = [pid for pid in _children(os.getpid()) if pid not in {worker, started.api.pid}]
    before, before_servers = _used(worker), [_used(pid)[0] for pid in servers]
    sampling = asyncio.create_task(_sample(cost, worker))
    try:
        yield cost
    finally:
        sampling.cancel()
        cost.worker, cost.child = (now - then for now, then in zip(_used(worker), before, strict=True))
        cost.servers = sum(_used(pid)[0] for pid in servers) - sum(before_servers)


async def _sample(cost: Cost, worker: int) -> None:
    while True:
        cost.worker_megabytes = max(cost.worker_megabytes, resident_megabytes(worker))
        for child in _children(worker):
            try:
                cost.child_megabytes = max(cost.child_megabytes, resident_megabytes(child))
            except (FileNotFoundError, ProcessLookupError, StopIteration):
                continue
        await asyncio.sleep(SAMPLE_SECONDS)


async def text(http: httpx.AsyncClient, started: Running, pages: int) -> Cost:
    rounds = [await _round(http, write_pdf(pages=pages, seed=seed)) for seed in range(ROUNDS[pages])]
    ours, bare = min(one[0] for one in rounds), min(one[1] for one in rounds)
    verdict(
        f"upload → searchable, {pages:,} pages, over bare get_text()",
        ours / bare,
        at_most=SLOWEST,
        ours_pages_per_second=pages / ours,
        bare_pages_per_second=pages / bare,
    )
    path = write_pdf(pages=pages, seed=ROUNDS[pages])  # apart, since who looks on takes a processor
    async with measured(started) as cost:
        await _round(http, path)
    bare_cpu = min(bare_seconds(path)[1] for _ in range(3))
    report(f"processor seconds for {pages:,} pages", bare=bare_cpu, **{n: getattr(cost, n) for n in PROCESSOR})
    return cost


PROCESSOR = ("child", "worker", "servers")


async def _round(http: httpx.AsyncClient, path: Path) -> tuple[float, float]:
    bare = (await asyncio.to_thread(bare_seconds, path))[0]
    ours = (await upload_and_wait(http, path))[0]
    await asyncio.sleep(1)  # the next reading child warms up, as it would between two uploads of a person
    return ours, bare


def write_scan(pages: int) -> Path:
    import pymupdf

    target = Path(tempfile.mkdtemp(prefix="elenchus-bench-")) / f"scan-{pages}.pdf"
    with pymupdf.open(write_pdf(pages=pages)) as document, pymupdf.open() as pictures:
        for page in document:
            picture = page.get_pixmap(dpi=150, colorspace="gray").tobytes("jpeg")
            pictures.new_page().insert_image(page.rect, stream=picture)
        pictures.save(target)
    return target


async def scans(http: httpx.AsyncClient, started: Running) -> None:
    if recognition(settings().library.tessdata_folder) is None:
        report("scanned pages per second", value=None, why="Tesseract's language data is not installed (make ocr)")
        return
    async with measured(started) as cost:
        seconds, document = await upload_and_wait(http, write_scan(SCANNED_PAGES))
    assert len(document["ocr_pages"]) == SCANNED_PAGES
    report(
        "scanned pages per second",
        value=SCANNED_PAGES / seconds,
        confidence=document["ocr_confidence"],
        child_megabytes=cost.child_megabytes,
    )


async def main() -> None:
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
        await signed_in(http)
        few, many = [await text(http, started, pages) for pages in ROUNDS]
        for name, most in (("worker", MOST_MEGABYTES), ("child", MOST_MEGABYTES)):
            short, long = (getattr(cost, f"{name}_megabytes") for cost in (few, many))
            verdict(f"memory of the {name} at 1,000 pages, MB", long, at_most=most)
            verdict(f"memory of the {name}, 1,000 pages over 200", long / short, at_most=GROWTH)
        await scans(http, started)


if __name__ == "__main__":
    asyncio.run(main())
