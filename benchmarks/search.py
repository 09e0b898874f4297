"""Search over HTTP in a library of 10,000 passages, and in one document of it."""

import asyncio

import httpx

from benchmarks.harness import elenchus, p50, p95, report, signed_in, timed, verdict
from benchmarks.samples import upload_and_wait, write_pdf

PAGES = 300
QUERIES = (
    "when may the landlord terminate upon written notice",
    "who must insure the equipment at its own expense",
    "deposits paid without prejudice within thirty days",
    "inspection of confidential records by the lender",
)


async def main() -> None:
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=120) as http:
        await signed_in(http)
        chunks, first = 0, ""
        while chunks < 10_000:
            _, document = await upload_and_wait(http, write_pdf(pages=PAGES, seed=1000 + chunks))
            chunks += document["chunk_count"]
            first = first or document["id"]
        cold = await timed(lambda: search(http, QUERIES[0], []), times=1)
        library = await timed(every_query(http, []), times=30)
        one = await timed(every_query(http, [first]), times=30)
    per = len(QUERIES)
    report("first search of a process, ms", value=cold[0], chunks=chunks)
    verdict("search over HTTP, library, ms, p50", p50(library) / per, at_most=10, p95=p95(library) / per, chunks=chunks)
    verdict("search over HTTP, one document, ms, p50", p50(one) / per, at_most=10, p95=p95(one) / per)


def every_query(http: httpx.AsyncClient, document_ids: list[str]):
    async def ask() -> None:
        for query in QUERIES:
            await search(http, query, document_ids)

    return ask


async def search(http: httpx.AsyncClient, query: str, document_ids: list[str]) -> None:
    body = {"query": query, "document_ids": document_ids, "limit": 8}
    answer = (await http.post("/api/v1/documents/search", json=body)).raise_for_status().json()
    if not answer["items"]:
        raise RuntimeError("nothing was found")


if __name__ == "__main__":
    asyncio.run(main())
