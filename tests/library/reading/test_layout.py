"""A page's lines as one text: the order of the file, blank lines between paragraphs."""

import pymupdf
import pytest

from elenchus.library.reading.child.layout import flow
from elenchus.library.reading.child.lines import Line, as_shown, lines_of
from elenchus.library.reading.child.pdf import FLAGS, PdfFile
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files, sheets

LEFT = [f"The seller keeps the goods of lot {n} until paid" for n in range(20)]
RIGHT = [f"The buyer insures the house of row {n} at once" for n in range(20)]
SWORN = [f"The witness said the car of plate {n} was red" for n in range(25)]


def text_of(content: bytes) -> str:
    with pymupdf.open(stream=content) as document:
        return flow(lines_of(document[0].get_textpage(flags=FLAGS)))


def row(top: float, text: str, *, left: float = 72, block: int = 0, height: float = 12) -> Line:
    return Line(left, top, 500.0, top + height, text, block)


def numbered(*rows: Line) -> list[Line]:
    """Each a block of its own."""
    return [line._replace(block=number) for number, line in enumerate(rows)]


class TestFlow:
    def test_paragraphs_are_parted_by_a_blank_line(self):
        assert flow([row(100, "one"), row(112, "more"), row(140, "two", block=1)]) == "one\nmore\n\ntwo"

    def test_cells_of_a_row_stay_together(self):
        text = text_of(files.table([["Tier", "Price"], ["A", "$10.00"]]))
        assert text == "Tier\nPrice\n\nA\n$10.00"

    def test_double_spaced_lines_are_one_paragraph_and_an_indent_begins_the_next(self):
        lines = [["The first line of the order", *["continues on this line"] * 5], ["The next", *["goes on"] * 4]]
        assert text_of(files.double_spaced(lines)) == "\n\n".join("\n".join(part) for part in lines)

    def test_a_wider_gap_in_double_spaced_text_is_a_paragraph(self):
        rows = numbered(*(row(100 + 28 * n, f"line {n}") for n in range(9)), row(460, "after the gap"))
        assert flow(rows).endswith("line 8\n\nafter the gap")

    def test_few_single_lines_are_no_double_spaced_page(self):
        assert flow(numbered(row(100, "ORDER"), row(130, "Granted."))) == "ORDER\n\nGranted."

    def test_the_next_column_begins_a_paragraph_after_the_first(self):
        text = text_of(files.two_columns("left side. " * 9, "right side. " * 9))
        assert text.split() == ["left", "side."] * 9 + ["right", "side."] * 9

    def test_blank_blocks_say_nothing(self):
        assert flow(numbered(row(100, " \xa0"), row(140, "text"))) == "text"

    @pytest.mark.parametrize("rows", [[], [row(100, "  ")]])
    def test_nothing_gives_nothing(self, rows):
        assert flow(rows) == ""


class TestColumns:
    def test_columns_written_row_by_row_are_read_one_after_the_other(self):
        lines = text_of(sheets.columns_by_rows(LEFT, RIGHT)).split("\n")
        assert [line for line in lines if line] == [*LEFT, *RIGHT]

    def test_a_title_over_both_stays_above_them(self):
        title = "This agreement is made between the seller and the buyer and is binding upon both of them from today"
        lines = text_of(sheets.columns_by_rows(LEFT, RIGHT, title)).split("\n")
        assert [line for line in lines if line] == [title, *LEFT, *RIGHT]

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (["Name", "Title", "Date", "By"] * 5, ["Name", "Title", "Date", "By"] * 5),
            ([f"Item {n}" for n in range(20)], [f"${n}.00" for n in range(20)]),
            (LEFT[:4], RIGHT[:4]),
        ],
    )
    def test_rows_of_a_table_or_of_signatures_stay_rows(self, left, right):
        lines = [line for line in text_of(sheets.columns_by_rows(left, right)).split("\n") if line]
        assert lines == [cell for pair in zip(left, right, strict=True) for cell in pair]


class TestMargins:
    def test_court_paper_is_read_without_its_numbers(self):
        words = text_of(sheets.court_paper(SWORN)).split()
        assert words == " ".join(SWORN).split()

    def test_so_is_a_page_that_is_half_empty(self):
        assert text_of(sheets.court_paper(SWORN[:9])).split() == " ".join(SWORN[:9]).split()

    def test_so_is_a_transcript(self):
        assert text_of(sheets.transcript(SWORN)).split() == " ".join(SWORN).split()

    @pytest.mark.parametrize("count", [8, 24])
    def test_the_numbers_of_a_list_are_its_own(self, count):
        words = text_of(sheets.numbered_list(count)).split()
        assert [words.count(str(number)) for number in range(1, count + 1)] == [2] * count

    def test_fewer_numbers_than_a_sheet_has_lines_stay(self):
        assert text_of(sheets.court_paper(SWORN[:12], numbers=12)).split().count("12") == 1


class TestTurned:
    def test_a_turned_page_reads_as_it_is_shown(self, tmp_path):
        content = files.double_spaced([["The first line of the order", *["continues on this line"] * 8], ["The next"]])
        with pymupdf.open(stream=content) as document:
            document[0].set_rotation(90)
            turned = document.tobytes()
            page = document[0]
            lines = as_shown(lines_of(page.get_textpage(flags=FLAGS)), page)
        assert all(line.bottom - line.top > line.right - line.left for line in lines)
        assert (
            next(PdfFile(files.saved(tmp_path, turned), ReadingLimits()).pages()).text.split()
            == text_of(content).split()
        )
