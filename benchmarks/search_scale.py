"""Search over HTTP in 100,000 passages of 1,000 documents, beside 1,000 passages of 10, and from a second process.

    PYTHONPATH=backend:. python benchmarks/search_scale.py [documents]

Everything goes through the API: uploads, searches by words in warm segments, the first search of a process. Texts are
made up with the word frequencies of natural language, so common words have postings in half of all passages.

Everything is started anew between filling and searching, so that the first search is one of a process and of a database
that remember nothing.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness import (
    cpu_seconds,
    elenchus,
    free_port,
    p50,
    p95,
    report,
    resident_megabytes,
    signed_in,
    verdict,
)
from benchmarks.search_speed import Author
from elenchus.core.settings import child_environment
from elenchus.up import Process, Running

CLAUSES = 100  # of a document; each becomes one passage
WORDS = 110  # of a clause, ~1,000 characters
FEW = 10
AT_ONCE = 20
QUESTIONS, ROUNDS = 100, 6
QUESTION_WORDS = 10
AT_MOST_P50, AT_MOST_P95, AT_MOST_GROWTH = 5.0, 15.0, 3.0


@dataclass
class Firm:
    token: str
    author: Author
    documents: int
    chunks: int = 0


class Asking:
    """One keep-alive connection that costs nearly nothing beside the server."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = httpx.URL(url), token

    async def __aenter__(self) -> "Asking":
        self.reader, self.writer = await asyncio.open_connection(self.url.host, self.url.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def ask(self, question: str, **more: object) -> dict[str, Any]:
        body = json.dumps({"query": question, "limit": 8, **more}).encode()
        head = (
            f"POST /api/v1/documents/search HTTP/1.1\r\nHost: {self.url.host}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode())
        rows = answer.lower().split(b"\r\n")
        length = next(int(row[15:]) for row in rows if row.startswith(b"content-length:"))
        found: dict[str, Any] = json.loads(await self.reader.readexactly(length))
        return found


def contract(author: Author, number: int) -> tuple[str, bytes]:
    clauses = (f"{at}. {author.write(1).title()}. {author.write(WORDS)}." for at in range(1, CLAUSES + 1))
    name = author.name(number)
    return f"{name}.txt", f"{name}\n\n{author.write(100)}\n\n".encode() + "\n\n".join(clauses).encode()


async def fill(http: httpx.AsyncClient, firm: Firm) -> None:
    for first in range(0, firm.documents, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, firm.documents))
        files = [("files", contract(firm.author, number)) for number in numbers]
        answer = (await http.post("/api/v1/documents", files=files)).raise_for_status().json()
        for item in answer["items"]:
            firm.chunks += (await settled(http, item["id"]))["chunk_count"]


async def settled(http: httpx.AsyncClient, document_id: str) -> dict[str, Any]:
    while True:
        document = (await http.get(f"/api/v1/documents/{document_id}")).raise_for_status().json()
        status = document["processing"]["status"]
        if status == "completed":
            return dict(document)
        if status == "failed":
            raise RuntimeError(document["processing"]["error"])
        await asyncio.sleep(0.05)


async def times(asking: Asking, questions: Sequence[str], **more: object) -> list[float]:
    took = []
    for question in questions:
        began = time.perf_counter()
        found = await asking.ask(question, **more)
        took.append((time.perf_counter() - began) * 1000)
        if not found["items"]:
            raise RuntimeError("nothing was found")
    return took


async def cold(url: str, pid: int, firm: Firm) -> None:
    before = resident_megabytes(pid)
    async with Asking(url, firm.token) as asking:
        [first] = await times(asking, questions(firm)[:1])
    grown = resident_megabytes(pid) - before
    report(
        f"first search of a process, {firm.chunks} passages, ms",
        value=first,
        grown_mb=grown,
        grown_mb_per_100_000=grown / firm.chunks * 100_000,
    )


@dataclass
class Series:
    """The same questions again and again; of a machine that others use too, the best round says the most."""

    figure: str
    firm: Firm
    questions: list[str]
    rounds: list[tuple[float, float]] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    async def ask(self, started: Running) -> None:
        async with Asking(started.url, self.firm.token) as asking:
            await times(asking, self.questions[:3])
            before = cpu_seconds(started.api.pid)
            took = await times(asking, self.questions)
            self.spent.append((cpu_seconds(started.api.pid) - before) * 1000 / len(took))
        self.rounds.append((p50(took), p95(took)))

    def tell(self) -> float:
        """Its best p50."""
        halves, tails = zip(*self.rounds, strict=True)
        figure = f"search over HTTP, {self.firm.chunks} passages{self.figure}, ms, "
        verdict(figure + "p50", min(halves), at_most=AT_MOST_P50, median_round=p50(halves), api_cpu=min(self.spent))
        verdict(figure + "p95", min(tails), at_most=AT_MOST_P95, median_round=p50(tails))
        return float(min(halves))


async def warm(started: Running, few: Series, many: Series, named: Series) -> None:
    """Taken in turns, so that all meet the same weather."""
    for _ in range(ROUNDS):
        for series in (few, many, named):
            await series.ask(started)
    small, large, _ = few.tell(), many.tell(), named.tell()
    growth = many.firm.chunks / few.firm.chunks
    verdict(f"cost of {growth:.0f} times the passages, ratio", large / small, at_most=AT_MOST_GROWTH)


def questions(firm: Firm) -> list[str]:
    return [firm.author.write(QUESTION_WORDS) for _ in range(QUESTIONS)]


@asynccontextmanager
async def second_process(started: Running, folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Another API on the same database and queue."""
    port = free_port()
    endpoints = {"MONGODB_URL": started.endpoints.mongodb_url, "REDIS_URL": started.endpoints.redis_url}
    own = {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "WARNING"}
    environment = child_environment({**endpoints, **own})
    process = Process("api", environment, 5)
    await process.start()
    url = f"http://127.0.0.1:{port}"
    try:
        await until_ready(url)
        yield url, process.pid
    finally:
        await process.stop()


async def until_ready(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as http, asyncio.timeout(60):
        while True:
            try:
                if (await http.get("/api/v1/health/ready")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def same_answers(url: str, other: str, firm: Firm) -> None:
    async with Asking(url, firm.token) as here, Asking(other, firm.token) as there:
        pairs = [((await here.ask(q))["items"], (await there.ask(q))["items"]) for q in questions(firm)]
    same = sum(one == another for one, another in pairs)
    report("the same answers from two processes", value=same, of=len(pairs), met=same == len(pairs))


async def main(documents: int) -> None:
    os.environ.setdefault("AUTH_ACCESS_TOKEN_SECONDS", "86400")  # filling a library takes longer than 15 minutes
    with tempfile.TemporaryDirectory(prefix="elenchus-scale-") as scratch:
        folder = Path(scratch)
        async with elenchus(folder) as started:
            few, many = await filled(started.url, FEW, seed=1), await filled(started.url, documents, seed=2)
        async with elenchus(folder) as started:
            await measured(started, folder, few, many)


async def filled(url: str, documents: int, *, seed: int) -> Firm:
    began = time.perf_counter()
    async with httpx.AsyncClient(base_url=url, timeout=300) as http:
        firm = Firm(await signed_in(http), Author(seed=seed), documents)
        await fill(http, firm)
    report("filled", documents=documents, chunks=firm.chunks, seconds=time.perf_counter() - began)
    return firm


async def measured(started: Running, folder: Path, few: Firm, many: Firm) -> None:
    await cold(started.url, started.api.pid, many)
    plain = questions(many)
    named = [f"In the {many.author.name(at % many.documents)}, {question}" for at, question in enumerate(plain)]
    await warm(
        started,
        Series("", few, questions(few)),
        Series("", many, plain),
        Series(", document named", many, named),
    )
    async with second_process(started, folder) as (url, pid):
        await cold(url, pid, many)
        await same_answers(started.url, url, many)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
