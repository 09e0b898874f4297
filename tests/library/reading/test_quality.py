"""Real files with known outcomes, where the quality material is at hand."""

import json
import os
import re
import unicodedata
from pathlib import Path

import pytest

from elenchus.library.reading.chunking import chunk
from tests.library.reading.support import read, refusal

FOLDER = os.environ.get("ELENCHUS_QUALITY_DIR")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ELENCHUS_QUALITY_DIR is not set")

INGEST = Path(FOLDER or ".") / "ingest"
FILES = json.loads((INGEST / "manifest.json").read_text())["files"] if FOLDER else []
BENCH = Path(FOLDER or ".") / "bench"
CONTRACTS = sorted((BENCH / "pdf_rendered").glob("*.pdf"))
CODES = {"ok": None, "partial": None, "password": "encrypted"}
NOT_YET = {".docx": "unsupported"}
NEARLY_BLANK = {"sec_longest.pdf"}  # its pages with hardly any text are no pictures: nothing is missing from them


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
async def test_each_file_ends_as_it_must(reader, file):
    path = INGEST / file["file"]
    expected = NOT_YET.get(path.suffix, CODES.get(file["status"], file["status"]))
    if expected:
        assert (await refusal(reader, path)).code == expected
        return
    done = await read(reader, path)
    assert done.report.page_count == file["pages"]
    assert all(wanted in done.text for wanted in file["must_contain"])
    missing = [] if path.name in NEARLY_BLANK else file["textless_pages"]
    assert list(done.report.textless_pages) == missing
    assert done.report.repaired == (path.name == "corrupt_xref.pdf")
    assert done.report.char_count > 0.9 * file["chars"]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem[:20])
async def test_the_words_of_a_contract_come_in_order(reader, path):
    """Two columns, running headers: hardly a run of five words is torn apart."""
    wanted = _runs((BENCH / "txt" / f"{path.stem}.txt").read_text(encoding="utf-8"))
    found = _runs((await read(reader, path)).text)
    assert len(wanted & found) >= 0.98 * len(wanted)


async def test_its_passages_are_slices_of_what_was_read(reader):
    for path in CONTRACTS:
        done = await read(reader, path)
        chunks = list(chunk(done.pages))
        assert all(done.text[c.start_char : c.end_char] == c.text for c in chunks)
        assert len("".join(c.text for c in chunks).split()) >= 0.99 * len(done.text.split())
        assert sum(c.section is not None for c in chunks) >= 0.5 * len(chunks)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())
    return set(zip(*(words[n:] for n in range(5)), strict=False))
