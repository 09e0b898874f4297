"""Where paragraphs begin and end, in each shape that filings come in."""

import pytest

from elenchus.library.reading.paragraphs import LONGEST, LONGEST_MARKED, Paragraphs


def paragraphs_of(*pages: str) -> list[str]:
    reading, at, found = Paragraphs(), 0, []
    for page in pages:
        found += reading.feed(page, at)
        at += len(page) + 1
    full = "\f".join(pages)
    return [full[p.start : p.end] for p in [*found, *reading.finish()]]


class TestParagraphs:
    def test_blank_lines_separate(self):
        assert paragraphs_of("one\ntwo\n\n \xa0\nthree\n") == ["one\ntwo", "three"]

    def test_an_indented_first_line_separates_after_a_full_stop(self):
        assert paragraphs_of("the end.\n     A new one begins\nand goes on") == [
            "the end.",
            "A new one begins\nand goes on",
        ]

    def test_an_indent_in_mid_sentence_does_not(self):
        assert paragraphs_of("the goods\n     and the services") == ["the goods\n     and the services"]

    @pytest.mark.parametrize("item", ["(a) the goods", "(iv) the price", "2) the term", "• a bullet", "b. the site"])
    def test_items_of_a_list_separate(self, item):
        assert paragraphs_of(f"it covers:\n{item};\n{item}; and\n{item}") == [
            "it covers:",
            f"{item};",
            f"{item}; and",
            item,
        ]

    def test_numbered_clauses_separate(self):
        assert paragraphs_of("4.1 Term. One year.\n4.2 Exit. By notice.") == [
            "4.1 Term. One year.",
            "4.2 Exit. By notice.",
        ]

    def test_a_page_end_alone_does_not(self):
        assert paragraphs_of("delivered to the", "site in time.") == ["delivered to the\fsite in time."]

    def test_a_page_that_begins_with_a_clause_does(self):
        assert paragraphs_of("delivered in time.", "4.2 Exit. By notice.") == [
            "delivered in time.",
            "4.2 Exit. By notice.",
        ]

    def test_text_without_a_break_does_not_grow_for_ever(self):
        assert max(map(len, paragraphs_of("\n".join(["word"] * 20_000)))) <= LONGEST

    @pytest.mark.parametrize(("length", "depths"), [(LONGEST_MARKED, [2, 0]), (LONGEST_MARKED + 1, [0, 0])])
    def test_a_line_marked_as_a_heading_is_none_when_it_is_too_long(self, length, depths):
        text = f"{'word ' * length}"[: length - 1] + "s\n\nOne year."
        reading = Paragraphs()
        found = [*reading.feed(text, 0, {0: 2}), *reading.finish()]
        assert [p.depth for p in found] == depths
        assert [bool(p.heading) for p in found] == [bool(depth) for depth in depths]

    def test_numbered_headings_in_capitals_are_no_page_header(self):
        found = Paragraphs()
        text = "ARTICLE 1\n\nOne year.\n\nARTICLE 2\n\nTwo years.\n\nDRAFT 3\n\nA word.\n\nDRAFT 4"
        labels = [p.heading.label for p in [*found.feed(text, 0), *found.finish()] if p.heading]
        assert labels == ["ARTICLE 1", "ARTICLE 2", "DRAFT 3"]

    def test_a_numbered_heading_right_below_another_begins_one(self):
        assert paragraphs_of("ARTICLE IV\nTERMINATION\n4.1 Term. One year.") == [
            "ARTICLE IV\nTERMINATION",
            "4.1 Term. One year.",
        ]

    def test_it_says_where_the_open_one_begins(self):
        reading = Paragraphs()
        assert reading.open_start is None
        assert list(reading.feed("one.\n\ntwo", 100)) != []
        assert reading.open_start == 106
