"""What is said of 81 quotations, true, altered and misleading, over the HTTP of a whole Elenchus; no false one passes.

    ELENCHUS_QUALITY_DIR=… PYTHONPATH=backend:. python benchmarks/quality/quotes.py

Uploads the contracts as the PDFs of the folder (the one that was scanned, as its text), asks for each quotation in the
document that it claims, and prints what the folder's own scorer says.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness import elenchus, report, signed_in

DOCUMENTS = "/api/v1/documents"
AT_ONCE = 20  # quotations a request

Case = dict[str, Any]


async def verdicts(http: httpx.AsyncClient, folder: Path) -> dict[str, str]:
    """By case id, as the scorer takes them."""
    material = json.loads((folder / "quote_cases.json").read_text(encoding="utf-8"))
    ids = {each["document_id"]: await _uploaded(http, folder / "bench", each) for each in material["documents"]}
    for document_id in ids.values():
        await _read(http, document_id)
    cases: list[Case] = material["cases"]
    said: dict[str, str] = {}
    for first in range(0, len(cases), AT_ONCE):
        asked = cases[first : first + AT_ONCE]
        items = await _asked(http, asked, ids)
        said |= {case["id"]: item["verdict"] for case, item in zip(asked, items, strict=True)}
    return said


async def _uploaded(http: httpx.AsyncClient, bench: Path, document: Case) -> str:
    if document["pdf"]:
        file = (Path(document["pdf"]).name, (bench / document["pdf"]).read_bytes())
    else:
        file = (f"{document['document_id']}.txt", "\f".join(document["pages"]).encode())
    answer = (await http.post(DOCUMENTS, files=[("files", file)])).raise_for_status()
    document_id: str = answer.json()["items"][0]["id"]
    return document_id


async def _read(http: httpx.AsyncClient, document_id: str) -> None:
    status = ""
    async with asyncio.timeout(120):
        while status not in {"completed", "failed"}:
            await asyncio.sleep(0.05)
            answer = (await http.get(f"{DOCUMENTS}/{document_id}")).raise_for_status()
            status = answer.json()["processing"]["status"]


async def _asked(http: httpx.AsyncClient, cases: list[Case], ids: dict[str, str]) -> list[Case]:
    quotes = [
        {"text": case["quote"], "document_id": ids[case["document_id"]], "pages": case["pages"]} for case in cases
    ]
    answer = (await http.post(f"{DOCUMENTS}/verify-quotes", json={"quotes": quotes})).raise_for_status()
    items: list[Case] = answer.json()["items"]
    return items


def scored(folder: Path, said: dict[str, str]) -> tuple[bool, dict[str, int]]:
    """Whether the scorer passes it, and its counts."""
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch, "verdicts.json")
        given.write_text(json.dumps(said), encoding="utf-8")
        command = [sys.executable, folder / "score_quotes.py", folder / "quote_cases.json", given]
        answer = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True)
        sys.stderr.write("".join(line + "\n" for line in answer.stdout.splitlines()[:-1]))
        counts: dict[str, int] = json.loads(answer.stdout.splitlines()[-1])
        return answer.returncode == 0, counts


async def main() -> None:
    folder = Path(os.environ["ELENCHUS_QUALITY_DIR"])
    async with elenchus() as started, httpx.AsyncClient(base_url=started.url, timeout=120) as http:
        await signed_in(http)
        said = await verdicts(http, folder)
        began = time.perf_counter()
        await verdicts(http, folder)
        again = time.perf_counter() - began
    passed, counts = scored(folder, said)
    report("quotations, 81 cases over HTTP", met=passed and counts["right"] == counts["cases"], **counts, again_s=again)


if __name__ == "__main__":
    asyncio.run(main())
