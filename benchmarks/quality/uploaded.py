"""The same questions as `retrieval`, asked over HTTP of contracts that were uploaded as PDFs.

    ELENCHUS_QUALITY_DIR=… PYTHONPATH=backend:. python benchmarks/quality/uploaded.py [original | rendered] [results]

`rendered` takes the re-rendered PDF (two columns, running headers) where there is one. A contract that is there as
plain text alone is printed first. With a folder for `results`, what the scorer is given is kept in it.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import httpx
import pymupdf

from benchmarks.harness import elenchus, report, signed_in
from benchmarks.quality.scoring import DEPTH, Question, scored
from benchmarks.samples import upload_and_wait

PAPER = pymupdf.paper_rect("letter")
MARGIN, FONT_SIZE, LINE_HEIGHT, LINE_CHARACTERS = 54, 9.5, 12.0, 85


async def main(source: str, results_folder: str | None) -> None:
    folder = Path(os.environ["ELENCHUS_QUALITY_DIR"])
    material = json.loads((folder / "bench" / "bench.json").read_text(encoding="utf-8"))
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=120) as http:
        await signed_in(http)
        ids = await filed(http, folder / "bench", material["documents"], source)
        for mode in ("documents", "library"):
            took: list[float] = []
            results = {each["id"]: await asked(http, each, mode, ids, took) for each in material["queries"]}
            if results_folder:
                Path(results_folder, f"{source}-{mode}.json").write_text(json.dumps(results), encoding="utf-8")
            report(**scored(folder, results).figures(mode, source=source, took_ms=statistics.median(took)))  # type: ignore[arg-type]  # `figure` is in it


async def filed(http: httpx.AsyncClient, bench: Path, documents: list[dict[str, Any]], source: str) -> dict[str, str]:
    """Our id of each contract."""
    ids: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for document in documents:
            path = pdf_of(bench, document, source, Path(scratch))
            _, row = await upload_and_wait(http, path)
            ids[document["document_id"]] = row["id"]
    return ids


def pdf_of(bench: Path, document: dict[str, Any], source: str, scratch: Path) -> Path:
    rendered = (document["rendered"] or {}).get("path")
    if given := (rendered if source == "rendered" else None) or document["pdf"] or rendered:
        return bench / str(given)
    name = document["document_id"]
    target = scratch / f"{name}.pdf"
    target.write_bytes(printed((bench / "txt" / f"{name}.txt").read_text(encoding="utf-8")))
    return target


def printed(text: str) -> bytes:
    """Paragraphs of wrapped lines, a gap between them, on as many pages as it takes."""
    font = pymupdf.Font("tiro")
    with pymupdf.open() as document:
        y = PAPER.height
        for paragraph in filter(str.strip, text.split("\n")):
            for line in textwrap.wrap(paragraph, LINE_CHARACTERS):
                if y > PAPER.height - MARGIN:
                    page, y = document.new_page(width=PAPER.width, height=PAPER.height), MARGIN
                writer = pymupdf.TextWriter(PAPER)
                writer.append((MARGIN, y), line, font=font, fontsize=FONT_SIZE)
                writer.write_text(page)
                y += LINE_HEIGHT
            y += LINE_HEIGHT / 2
        return bytes(document.tobytes())


async def asked(
    http: httpx.AsyncClient, question: Question, mode: str, ids: dict[str, str], took: list[float]
) -> list[dict[str, object]]:
    chosen = {"documents": {"query": question["question"], "document_ids": [ids[question["document_id"]]]}}
    body = {"limit": DEPTH, "mode": "lexical", **chosen.get(mode, {"query": question["query"]})}
    answer = (await http.post("/api/v1/documents/search", json=body)).raise_for_status().json()
    took.append(answer["took_ms"])
    contracts = {ours: theirs for theirs, ours in ids.items()}
    return [
        {"document_id": contracts[item["document_id"]], "text": item["text"], "score": item["score"]}
        for item in answer["items"]
    ]


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "original"]
    asyncio.run(main(arguments[0], arguments[1] if len(sys.argv) > 2 else None))
