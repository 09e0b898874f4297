"""Real files with known outcomes, where the quality material is at hand."""

import json
import os
import re
import unicodedata
from pathlib import Path

import pytest

from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.programs import converter
from tests.library.reading.support import own_parts, read, refusal

FOLDER = os.environ.get("ELENCHUS_QUALITY_DIR")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ELENCHUS_QUALITY_DIR is not set")

INGEST = Path(FOLDER or ".") / "ingest"
FILES = json.loads((INGEST / "manifest.json").read_text())["files"] if FOLDER else []
BENCH = Path(FOLDER or ".") / "bench"
CONTRACTS = sorted((BENCH / "pdf_rendered").glob("*.pdf"))
CODES = {"ok": None, "partial": None, "password": "encrypted"}
IN_PICTURES = {"partial", "needs_ocr"}
WEB_PAGE = "not_a_pdf.pdf"  # at the door it is refused for its name; here it is what it is
NEARLY_BLANK = {"sec_longest.pdf"}  # its pages with hardly any text are no pictures: nothing is missing from them


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
async def test_each_file_ends_as_it_must(reader, file):
    path = INGEST / file["file"]
    if path.name == WEB_PAGE:
        assert (await read(reader, path)).text == "Service unavailable"
        return
    if path.suffix == ".doc" and converter():
        assert "seeks rehearing following our decision in State v. Barker" in (await read(reader, path)).text
        return
    expected = CODES.get(file["status"], file["status"])
    if expected:
        assert (await refusal(reader, path)).code == expected
        return
    done = await read(reader, path)
    if path.suffix == ".docx":
        assert "the Board found clemency was warranted at the time of discharge" in done.text  # chosen in a form
        return
    assert done.report.page_count == file["pages"]
    assert all(wanted in done.text for wanted in file["must_contain"])
    missing = [] if path.name in NEARLY_BLANK else file["textless_pages"]
    assert list(done.report.textless_pages) == missing
    assert done.report.repaired == (path.name == "corrupt_xref.pdf")
    assert done.report.char_count > 0.9 * file["chars"]


@pytest.mark.usefixtures("with_recognition")
@pytest.mark.parametrize("file", [f for f in FILES if f["status"] in IN_PICTURES], ids=lambda file: file["file"])
async def test_pictures_are_recognised(reader, file):
    done = await read(reader, INGEST / file["file"])
    assert set(file["textless_pages"]) <= set(done.report.ocr_pages)
    assert done.report.textless_pages == ()
    assert done.report.ocr_confidence > 0.65
    if truth := file.get("ground_truth"):
        wanted, found = _words(" ".join(truth)), _words(done.text)
        assert len(wanted & found) >= 0.95 * len(wanted)


async def test_court_paper_is_read_without_its_numbers(reader):
    text = (await read(reader, INGEST / "court_gov.uscourts.azd.1085839.3.0.pdf")).pages[0].text
    assert "manufactures and markets medical devices, including inferior vena cava" in " ".join(text.split())
    assert not re.search(r"^\d{1,2} ?$", text, re.MULTILINE)


async def test_a_hidden_order_is_told_and_left_out(reader):
    done = await read(reader, INGEST / "hidden_injection.pdf")
    assert done.report.hidden_text == (1,)
    assert "previous instructions" not in done.text


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
        own = own_parts(done.pages)
        assert len(own.split()) >= 0.93 * len(done.text.split())  # the rest are running headers
        assert len("".join(c.text for c in chunks).split()) >= 0.99 * len(own.split())
        assert sum(c.section is not None for c in chunks) >= 0.5 * len(chunks)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower()))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())
    return set(zip(*(words[n:] for n in range(5)), strict=False))
