"""A workbook holds what it was given, as text, number or day, and nothing in it ever acts."""

import io
import re
from datetime import date, datetime, timedelta

import orjson
import pytest

from elenchus.research.exporting.child import cells, typeset
from tests.research.exporting.support import Book, paper, written

ACTIVE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "{=A1}", '=HYPERLINK("http://evil.example")']
INERT = ["http://evil.example", "mailto:a@evil.example", "<script>alert(1)</script>", "00123", "1e5", "_x0041_", "TRUE"]


async def book(*rows: object, columns: tuple[str, ...] = ("What",), **parts: object) -> Book:
    table = {
        "title": "Terms",
        "columns": [*columns],
        "rows": [each if isinstance(each, list) else [each] for each in rows],
    }
    return Book(await written(paper(tables=[table], **parts), "xlsx"))


class TestText:
    @pytest.mark.parametrize("text", [*ACTIVE, *INERT])
    async def test_it_stays_text_whatever_it_looks_like(self, text):
        made = await book(text)
        [cell] = made.rows("Terms")[1]
        assert (cell.value.replace("_x005F_", "_"), cell.is_text, cell.has_formula) == (text, True, False)
        assert not [name for name in made.package.namelist() if "externalLink" in name]
        assert b"hyperlink" not in made.package.read(made.sheets["Terms"])

    @pytest.mark.parametrize("text", ACTIVE[:4])
    async def test_what_would_be_a_formula_once_edited_is_marked_as_text(self, text):
        assert (await book(text)).rows("Terms")[1][0].is_quoted

    async def test_headings_and_the_words_of_sections_are_no_formulas_either(self):
        made = await book("x", columns=("=A1",), sections=[{"heading": "=1", "markdown": "=2\n\n+3"}], notes=["=4"])
        for sheet in made.sheets:
            assert not [cell for row in made.rows(sheet) for cell in row if cell.has_formula]
        assert ["=1"] in made.texts("Text")
        assert made.texts("Notes")[1] == ["=4"]

    async def test_signs_that_hide_or_break_are_left_out(self):
        made = await book("a\x00b\x1b\ufffe", "\u202eabc\u2066", "half \ud800 pair", "line\nline\ttab")
        assert [row[0] for row in made.texts("Terms")[1:]] == ["ab", "abc", "half  pair", "line\nline\ttab"]

    @pytest.mark.parametrize("letter", ["a", "😀"])
    async def test_one_that_no_cell_can_hold_is_cut_and_says_so(self, letter):
        [[text]] = (await book(letter * 40_000)).texts("Terms")[1:]
        assert len(text.encode("utf-16-le")) // 2 <= cells.MOST_UNITS
        assert text.endswith("… [cut here: 40,000 characters in all]")
        assert text.startswith(letter * 10_000)

    async def test_one_that_fits_is_whole(self):
        [[text]] = (await book("a" * cells.MOST_UNITS)).texts("Terms")[1:]
        assert text == "a" * cells.MOST_UNITS


class TestNumbersAndDays:
    async def test_numbers_are_numbers_as_far_as_a_workbook_can_keep_them(self):
        made = await book(12, 1.5, 10**18, -(10**16), 10**14)
        assert [(row[0].value, row[0].is_text) for row in made.rows("Terms")[1:]] == [
            ("12", False), ("1.5", False), ("1000000000000000000", True), ("-10000000000000000", True),
            ("100000000000000", False),
        ]  # fmt: skip

    async def test_what_is_no_number_is_empty_as_in_json(self):
        made = await book(float("nan"), "kept")
        assert made.texts("Terms")[1:] == [["kept"]]

    @pytest.mark.parametrize("given", ["2026-03-01", date(2026, 3, 1)])
    async def test_a_day_is_a_day(self, given):
        [cell] = (await book(given)).rows("Terms")[1]
        assert (cell.is_text, cell.format) == (False, "yyyy-mm-dd")
        assert date(1899, 12, 30) + timedelta(days=int(cell.value)) == date(2026, 3, 1)

    async def test_an_instant_is_one_in_utc_and_says_so(self):
        [cell] = (await book("2026-03-01T09:30:00+02:00")).rows("Terms")[1]
        assert "UTC" in cell.format
        instant = datetime(1899, 12, 30) + timedelta(days=float(cell.value))
        assert abs(instant - datetime(2026, 3, 1, 7, 30)) < timedelta(seconds=1)

    @pytest.mark.parametrize(
        "text",
        ["2026-02-31", "1850-01-01", "2026-3-1", "on 2026-03-01", "2026-03-01T09:30:00", "0001-01-01T00:00:00+14:00"],
    )
    async def test_what_is_no_day_of_its_calendar_stays_text(self, text):
        [cell] = (await book(text)).rows("Terms")[1]
        assert (cell.value, cell.is_text) == (text, True)


class TestVerified:
    async def test_whether_a_quote_is_verified_is_said_and_seen(self):
        sources = [
            {"n": 1, "document_title": "Lease", "page": 3, "quote": "the rent", "verified": True},
            {"n": 2, "document_title": "Lease", "quote": "the moon", "verified": False},
            {"n": 3, "document_title": "Deed"},
        ]
        rows = Book(await written(paper(sources=sources), "xlsx")).rows("Sources")
        assert [row[-1].value for row in rows] == ["Verified", "verified", "NOT VERIFIED", "Deed"]
        assert [row[-1].is_bold for row in rows[1:3]] == [False, True]

    async def test_so_it_is_in_a_column_of_that_name(self):
        made = await book([True, True], [False, False], columns=("Verified", "Signed"))
        assert made.texts("Terms")[1:] == [["verified", "1"], ["NOT VERIFIED", "0"]]


class TestSheets:
    async def test_names_are_such_as_a_workbook_takes(self):
        titles = ["a/b:c*d?[e]\\f", "History", "'quoted'", "x" * 60, "X" * 60, "", "😀" * 40, "Text"]
        made = Book(await written(paper(tables=[{"title": each, "columns": ["c"]} for each in titles]), "xlsx"))
        names = [*made.sheets]
        assert len(names) == len({name.casefold() for name in names}) == len(titles) + 1
        assert all(
            0 < len(name.encode("utf-16-le")) // 2 <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$", name)
            for name in names
        )
        assert "History" not in names

    async def test_the_head_stays_in_sight_and_words_are_wrapped(self):
        made = await book("word " * 100, columns=("A long heading",))
        sheet = made.package.read(made.sheets["Terms"]).decode()
        assert 'state="frozen"' in sheet
        assert "<autoFilter" in sheet
        assert float(re.search(r'<col min="1" max="1" width="([\d.]+)"', sheet)[1]) > 50
        [head], [cell] = made.rows("Terms")
        assert head.is_bold
        assert cell.style["wrapped"]

    async def test_all_parts_have_their_place(self):
        events = [{"title": "Notice", "at": "2026-12-31", "source": "p. 3"}]
        sections = [
            {"heading": "Finding", "markdown": "# H\n\nRent **is** due [1].\n\n- a\n\n| x | y |\n|-|-|\n| 1 | 2 |"}
        ]
        made = await book("v", sections=sections, events=events, notes=["n"], sources=[{"n": 1, "document_title": "L"}])
        assert [*made.sheets] == ["Text", "Terms", "Deadlines", "Sources", "Notes"]
        said = [row[0] for row in made.texts("Text")]
        assert said[0] == "Lease review"
        assert said[2:] == ["Finding", "H", "Rent is due [1].", "• a", "x | y", "1 | 2"]
        assert made.texts("Deadlines")[1][1:] == ["Notice", "p. 3"]

    async def test_a_paper_of_nothing_but_its_title_opens(self):
        assert [*Book(await written(paper(), "xlsx")).sheets] == ["Text"]


def test_lines_that_end_too_early_make_no_file():
    file = io.BytesIO()
    with pytest.raises(typeset.Cut):
        typeset.write_workbook(file, [orjson.dumps({"title": "t", "exported_at": "2026-11-20T12:00:00Z"})])
    assert file.getvalue() == b""
