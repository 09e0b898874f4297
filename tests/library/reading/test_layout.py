"""Text blocks as one text: the order of the file, blank lines between paragraphs."""

import pymupdf
import pytest

from elenchus.library.reading.child.layout import flow
from elenchus.library.reading.child.pdf import FLAGS
from tests.fixtures import files


def text_of(content: bytes) -> str:
    with pymupdf.open(stream=content) as document:
        return flow(document[0].get_textpage(flags=FLAGS).extractBLOCKS())


def row(top: float, text: str, *, left: float = 72, lines: int = 1, kind: int = 0):
    return (left, top, 500.0, top + 12 * lines, text + "\n", 0, kind)


class TestFlow:
    def test_paragraphs_are_parted_by_a_blank_line(self):
        assert flow([row(100, "one\nmore", lines=2), row(140, "two")]) == "one\nmore\n\ntwo"

    def test_cells_of_a_row_stay_together(self):
        text = text_of(files.table([["Tier", "Price"], ["A", "$10.00"]]))
        assert text == "Tier\nPrice\n\nA\n$10.00"

    def test_double_spaced_lines_are_one_paragraph_and_an_indent_begins_the_next(self):
        lines = [["The first line of the order", *["continues on this line"] * 5], ["The next", *["goes on"] * 4]]
        assert text_of(files.double_spaced(lines)) == "\n\n".join("\n".join(part) for part in lines)

    def test_a_wider_gap_in_double_spaced_text_is_a_paragraph(self):
        rows = [row(100 + 28 * n, f"line {n}") for n in range(9)] + [row(460, "after the gap")]
        assert flow(rows).endswith("line 8\n\nafter the gap")

    def test_few_single_lines_are_no_double_spaced_page(self):
        assert flow([row(100, "ORDER"), row(130, "Granted.")]) == "ORDER\n\nGranted."

    def test_the_next_column_begins_a_paragraph_after_the_first(self):
        text = text_of(files.two_columns("left side. " * 9, "right side. " * 9))
        assert text.split() == ["left", "side."] * 9 + ["right", "side."] * 9

    def test_pictures_and_blank_blocks_say_nothing(self):
        assert flow([row(100, " \xa0"), row(120, "<image>", kind=1), row(140, "text")]) == "text"

    @pytest.mark.parametrize("rows", [[], [row(100, "  ")]])
    def test_nothing_gives_nothing(self, rows):
        assert flow(rows) == ""
