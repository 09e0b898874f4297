"""Thirty-two real files from courts and filings, each through the whole door to the outcome it must have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.library.support import DOCUMENTS, all_chunks, as_files, full_text, settled

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
        if row["status"] in AT_THE_DOOR:
            assert (row["file"], answer.status_code) == (row["file"], AT_THE_DOOR[row["status"]])
            assert answer.json()["code"] == row["status"]
            continue
        if answer.status_code == 415:  # .docx: nobody reads it yet, and the refusal says so
            assert not row["file"].endswith(".pdf")
            continue
        document = await settled(f, answer.json()["items"][0]["id"])
        processing = document["processing"]
        code = processing["error"] and processing["error"]["code"]
        assert (row["file"], processing["status"], code) == (row["file"], *OUTCOMES[row["status"]])
        if processing["status"] == "completed":
            await _is_whole(f, document, row)


async def _is_whole(f, document: dict[str, Any], row: dict[str, Any]) -> None:
    text = await full_text(f, document)
    if row.get("pages"):
        assert document["page_count"] == row["pages"]
    for wanted in row["must_contain"]:
        assert re.sub(r"\s+", " ", wanted) in re.sub(r"\s+", " ", text)
    chunks = await all_chunks(f, document["id"], limit=200)
    assert len(chunks) == document["chunk_count"] > 0
    assert all(chunk["text"] == text[chunk["start_char"] : chunk["end_char"]] for chunk in chunks)
    if row["status"] == "partial":
        assert document["textless_pages"] == row["textless_pages"]
