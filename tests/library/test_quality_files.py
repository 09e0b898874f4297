"""Thirty-two real files from courts and filings, each through the whole door to the outcome it must have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from elenchus.library.reading.programs import converter
from tests.library.support import DOCUMENTS, all_chunks, as_files, filed, full_text, settled

#: What the manifest calls an outcome → (status, error code).
OUTCOMES = {
    "ok": ("completed", None),
    "partial": ("completed", None),
    "needs_ocr": ("failed", "needs_ocr"),
    "password": ("failed", "encrypted"),
    "corrupt": ("failed", "corrupt"),
}
AT_THE_DOOR = {"empty": 422, "unsupported": 415}


@pytest.fixture(scope="module")
def manifest(quality_dir: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((quality_dir / "ingest" / "manifest.json").read_text())["files"]
    return rows


async def test_every_file_ends_as_it_must(firm, quality_dir: Path, manifest):
    f = await firm()
    for row in manifest:
        content = (quality_dir / "ingest" / row["file"]).read_bytes()
        answer = await f.client.post(DOCUMENTS, files=as_files((row["file"], content)))
        if row["status"] in AT_THE_DOOR and not (row["file"].endswith(".doc") and converter()):
            assert (row["file"], answer.status_code) == (row["file"], AT_THE_DOOR[row["status"]])
            assert answer.json()["code"] == row["status"]
            continue
        document = await settled(f, answer.json()["items"][0]["id"])
        processing = document["processing"]
        code = processing["error"] and processing["error"]["code"]
        assert (row["file"], processing["status"], code) == (row["file"], *OUTCOMES.get(row["status"], OUTCOMES["ok"]))
        if processing["status"] == "completed":
            await _is_whole(f, document, row)


@pytest.mark.usefixtures("with_recognition")
async def test_with_recognition_a_scan_is_found_by_its_words(firm, quality_dir: Path):
    f = await firm()
    document = await filed(f, (quality_dir / "ingest" / "mixed_text_and_scan.pdf").read_bytes())
    assert (document["ocr_pages"], document["textless_pages"]) == ([2], [])
    assert document["ocr_confidence"] > 0.8
    assert document["language"] == "en"
    page = (await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/2")).json()
    assert page["ocr_confidence"] == document["ocr_confidence"]
    assert await _found(f, document, "altered, damaged or Licensee-modified Product")


async def _found(f, document: dict[str, Any], wanted: str) -> bool:
    """In one of the passages that a search for it gives."""
    body = {"query": wanted, "document_ids": [document["id"]], "limit": 5}
    items = (await f.client.post(f"{DOCUMENTS}/search", json=body)).raise_for_status().json()["items"]
    return any(_plain(wanted) in _plain(item["text"]) for item in items)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


async def _is_whole(f, document: dict[str, Any], row: dict[str, Any]) -> None:
    text = await full_text(f, document)
    if row.get("pages"):
        assert document["page_count"] == row["pages"]
    for wanted in row["must_contain"]:
        assert _plain(wanted) in _plain(text)
        assert await _found(f, document, wanted)
    chunks = await all_chunks(f, document["id"], limit=200)
    assert len(chunks) == document["chunk_count"] > 0
    assert all(chunk["text"] == text[chunk["start_char"] : chunk["end_char"]] for chunk in chunks)
    if row["status"] == "partial":
        assert document["textless_pages"] == row["textless_pages"]
