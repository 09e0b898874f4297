"""A workflow's result as a Word file, a PDF, Markdown and JSON: what stands on which source, and what is verified."""

import io
import subprocess
import sys

import docx
import orjson
import pymupdf
import pytest
from pydantic import ValidationError

from elenchus.research.exporting.papers import bounds, service
from elenchus.research.exporting.papers.errors import PaperTooLarge, RowTooLong
from elenchus.research.exporting.papers.schemas import PaperFormat
from elenchus.research.exporting.script import STALE, UNVERIFIED
from tests.research.exporting.support import paper, written
from tests.research.test_exporting import footnotes
from tests.research.test_paper import read

SET = ["md", "docx", "pdf"]
SOURCES = [
    {"n": 1, "document_title": "Lease <1>", "page": 3, "quote": "rent of $4,200", "verified": True},
    {"n": 2, "document_title": "Lease <1>", "page": 4, "quote": "no pets", "verified": False},
    {"n": 3, "document_title": "Deed"},
]
FINDING = {"heading": "Finding", "markdown": "Rent is due [1]. Pets are forbidden [2]."}
TERMS = {
    "title": "Terms",
    "columns": ["Term", "Day", "Verified"],
    "rows": [["Rent | due", "2026-03-01", True], ["Pets"]],
}
HOSTILE = "<script>alert(1)</script> ![x](https://evil.example) [l](javascript:alert(1)) \x00\x1b\u202e\ud800 ]]> &amp;"
EVERYTHING = [
    "Lease review", "Finding", "Pets are forbidden", "Terms", "Rent | due", "2026-03-01", "Deadlines", "Notice",
    "2026-12-31 09:00 UTC", "Other sources", "Deed", "Notes", "A first reading.",
]  # fmt: skip


def _words(characters: int) -> str:
    """Each of them different."""
    return " ".join(f"w{number:05}" for number in range(characters // 7))


#: Rows that no page holds.
TALL = {
    "one cell": [_words(20_000), "x"],
    "side by side": [_words(1_400)] * 6,
    "beside long words": [_words(1_400), *["m" * 12] * 5],
    "short lines": ["\n".join(_words(1_400).split()), "x"],
    "wide signs": ["約" * 1_400, "定" * 1_400, "書" * 1_400],
}


@pytest.mark.parametrize("row", TALL.values(), ids=TALL)
@pytest.mark.parametrize("wanted", SET)
async def test_a_row_that_is_taller_than_a_page_goes_on(wanted, row):
    table = {"title": "Terms", "columns": [f"c{n}" for n, _ in enumerate(row)], "rows": [["a"], row, ["z"]]}
    got = "".join(read(wanted, await written(paper(tables=[table]), wanted)).split())
    for text in row:
        for part in {*text.split()} if " " in text or "\n" in text else {*text}:
            assert got.count(part) >= sum(each.count(part) for each in row), part


@pytest.mark.parametrize("wanted", SET)
class TestPaper:
    async def test_everything_in_it_is_there(self, wanted):
        events = [{"title": "Notice", "at": "2026-12-31"}, {"title": "Hearing", "at": "2026-12-31T10:00:00+01:00"}]
        whole = paper(sections=[FINDING], tables=[TERMS], sources=SOURCES, notes=["A first reading."], events=events)
        got = read(wanted, await written(whole, wanted))
        assert not [words for words in EVERYTHING if words not in got]

    async def test_a_quote_says_whether_it_is_verified(self, wanted):
        got = read(wanted, await written(paper(sections=[FINDING], sources=SOURCES), wanted))
        assert "Lease <1>, p. 3: “rent of $4,200” [verified]" in got
        assert "Lease <1>, p. 4: “no pets” [not verified]" in got
        assert UNVERIFIED in got
        assert STALE not in got

    async def test_nothing_is_warned_of_when_all_are(self, wanted):
        got = read(wanted, await written(paper(sections=[FINDING], sources=SOURCES[:1]), wanted))
        assert "WARNING" not in got

    async def test_it_is_no_answer_that_somebody_should_have_examined(self, wanted):
        assert "examined" not in read(wanted, await written(paper(sections=[FINDING]), wanted))

    async def test_hostile_words_are_words(self, wanted):
        sections = [{"heading": HOSTILE, "markdown": HOSTILE}]
        table = {"title": HOSTILE, "columns": [HOSTILE], "rows": [[HOSTILE]]}
        content = await written(paper(title=HOSTILE, sections=sections, tables=[table], notes=[HOSTILE]), wanted)
        got = read(wanted, content)
        assert got.count("<script>alert(1)</script>") >= 6
        assert not [sign for sign in "\x00\x1b\u202e\ud800" if sign in got]
        if wanted == "md":
            assert b"<script" not in content.replace(b"\\<script", b"")
        if wanted == "pdf":
            assert not [link for page in pymupdf.open(stream=content, filetype="pdf") for link in page.get_links()]

    async def test_a_long_table_is_whole(self, wanted):
        rows = [[f"row{n}", str(n)] for n in range(450)]
        got = read(wanted, await written(paper(tables=[{"title": "T", "columns": ["a", "b"], "rows": rows}]), wanted))
        assert not [n for n in range(450) if f"row{n} " not in got + " "]
        assert got.count("T (continued)") == 2

    async def test_a_section_without_a_heading_has_none(self, wanted):
        content = await written(paper(sections=[{"markdown": "Said."}]), wanted)
        assert "Said." in read(wanted, content)
        if wanted == "docx":
            assert [p.text for p in docx.Document(io.BytesIO(content)).paragraphs][2:] == ["Said."]


async def test_word_has_real_footnotes_for_what_is_called():
    got = await written(paper(sections=[FINDING], sources=SOURCES), "docx")
    assert footnotes(got) == [
        "Lease <1>, p. 3: “rent of $4,200” [verified]", "Lease <1>, p. 4: “no pets” [not verified]", "Deed",
    ]  # fmt: skip


async def test_the_cells_of_a_table_stand_in_their_columns():
    [table] = docx.Document(io.BytesIO(await written(paper(tables=[TERMS]), "docx"))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Term", "Day", "Verified"], ["Rent | due", "2026-03-01", "verified"], ["Pets", "", ""],
    ]  # fmt: skip


class TestJson:
    async def test_it_is_the_same_bytes_every_time_and_all_of_it(self):
        whole = paper(sections=[FINDING], tables=[TERMS], sources=SOURCES)
        content = await written(whole, "json")
        assert content == await written(whole, "json")
        got = orjson.loads(content)
        assert got.pop("format") == service.FORMAT
        assert got == whole.model_dump(mode="json")
        assert [*got] == sorted(got)


class TestBounds:
    @pytest.mark.parametrize(
        ("bound", "what"),
        [("MOST_ROWS", "rows"), ("MOST_CELLS", "cells"), ("MOST_CHARACTERS", "characters"), ("MOST_BYTES", "bytes")],
    )
    async def test_more_than_a_file_may_hold_is_refused_with_its_number(self, bound, what, monkeypatch):
        monkeypatch.setattr(bounds, bound, 1)
        with pytest.raises(PaperTooLarge, match=what):
            await service.write(paper(tables=[TERMS]), PaperFormat.WORKBOOK)

    @pytest.mark.parametrize("wanted", [PaperFormat.WORD, PaperFormat.PDF])
    async def test_paper_holds_less_than_a_workbook(self, wanted, monkeypatch):
        monkeypatch.setattr(bounds, "MOST_SET_CELLS", 1)
        with pytest.raises(PaperTooLarge, match="cells"):
            await service.write(paper(tables=[TERMS]), wanted)

    async def test_more_dates_than_a_calendar_takes_are_refused(self, monkeypatch):
        monkeypatch.setattr(bounds, "MOST_EVENTS", 0)
        with pytest.raises(PaperTooLarge, match="events"):
            await service.write(paper(events=[{"title": "x", "at": "2026-01-01"}]), PaperFormat.CALENDAR)

    async def test_a_row_that_is_longer_than_its_table_is_refused(self):
        with pytest.raises(RowTooLong, match="Row 1"):
            await service.write(paper(tables=[{"title": "T", "columns": ["a"], "rows": [[1, 2]]}]), PaperFormat.JSON)

    def test_a_table_has_a_column(self):
        with pytest.raises(ValidationError):
            paper(tables=[{"title": "T", "columns": []}])


class TestFile:
    @pytest.mark.parametrize("wanted", [*PaperFormat])
    async def test_it_is_saved_under_any_path_and_named_by_its_title(self, tmp_path, wanted):
        events = [{"title": "x", "at": "2026-01-01"}]
        made = await service.write(paper(title="../Lease: “Ω” / 2026", events=events), wanted)
        await made.save(tmp_path / "kept")
        assert (tmp_path / "kept").stat().st_size == made.size > 0
        assert made.filename == f"Lease “Ω” 2026.{wanted}"
        assert made.file.closed

    async def test_one_whose_title_is_no_name_has_ours(self):
        made = await service.write(paper(title="///"), PaperFormat.JSON)
        assert made.filename == "result.json"
        made.file.close()


def test_what_makes_workbooks_and_calendars_is_loaded_by_nobody_who_makes_none():
    code = (
        "import sys, elenchus.research.exporting.api, elenchus.research.exporting.papers.service; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert not {"xlsxwriter", "icalendar", "pymupdf"} & {*loaded.stdout.split()}
