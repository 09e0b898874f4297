"""Where a heading stands among the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.reading.headings import Heading, heading_of
from elenchus.library.reading.outline import APART, DEEPEST, Outline


def path_after(*lines: str) -> str | None:
    outline = Outline()
    for line in lines:
        heading = heading_of(line)
        assert heading is not None, line
        outline.enter(heading)
    return outline.path


def taken(*paragraphs: str) -> tuple[list[bool], str | None]:
    outline = Outline()
    return [outline.take(each, heading_of(each)) for each in paragraphs], outline.path


class TestParagraphs:
    def test_a_bare_heading_takes_its_title_from_the_next(self):
        assert taken("ARTICLE IV", "Term and Termination") == ([True, False], "ARTICLE IV Term and Termination")
        assert taken("ARTICLE IV", "TERM") == ([True, False], "ARTICLE IV TERM")

    @pytest.mark.parametrize(
        "text", ["It begins today.", "Term and\nTermination", "4.1 Term.", "the term, and what ends it"]
    )
    def test_what_says_more_is_no_title(self, text):
        stands, path = taken("ARTICLE IV", text)
        assert (stands, (path or "").split(" > ")[0]) == ([True, True], "ARTICLE IV")

    def test_only_the_one_right_below_is(self):
        assert taken("ARTICLE IV", "It begins today.", "Term") == ([True] * 3, "ARTICLE IV")
        assert taken("ARTICLE IV – TERM", "Notice") == ([True] * 2, "ARTICLE IV TERM")


class TestPaths:
    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            ((), None),
            (("ARTICLE IV – TERM", "4.2 Termination."), "ARTICLE IV TERM > 4.2 Termination"),
            (("ARTICLE IV – TERM", "Section 4.2 Termination."), "ARTICLE IV TERM > Section 4.2 Termination"),
            (("8. Programs.", "8.1 Production.", "8.1.2 Costs."), "8. Programs > 8.1 Production > 8.1.2 Costs"),
            (("8. Programs.", "8.1 Production.", "8.1.2 Costs.", "8.2 Time."), "8. Programs > 8.2 Time"),
            (("8. Programs.", "8.1 Production.", "9. Expenses."), "9. Expenses"),
            (("ARTICLE IV", "4.1 Term.", "ARTICLE V"), "ARTICLE V"),
            (("ARTICLE IV", "4.1 Term.", "EXHIBIT A", "1. Price."), "EXHIBIT A > 1. Price"),
            (("EXHIBIT A", "1. Price.", "EXHIBIT B"), "EXHIBIT B"),
            (("ARTICLE 12", 'EXHIBIT "A"', "SCHEDULE2"), "SCHEDULE2"),
            (("Chapter 2", "Article 7", "7.3 Costs."), "Chapter 2 > Article 7 > 7.3 Costs"),
            (("RECITALS", "1. Definitions."), "1. Definitions"),
            (("ARTICLE IV", "GENERAL TERMS", "4.2 Notice."), "ARTICLE IV > GENERAL TERMS > 4.2 Notice"),
            (("§ 7. Haftung", "§ 8. Schluss"), "§ 8. Schluss"),
            (("SECTION IV", "4.2 Notice."), "SECTION IV > 4.2 Notice"),
        ],
    )
    def test_a_heading_stands_under_those_that_are_wider(self, lines, path):
        assert path_after(*lines) == path

    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            (("3. Fees.", "4.2 Termination."), "4.2 Termination"),
            (("ARTICLE III", "4.2 Termination."), "4.2 Termination"),
            (("4. Term.", "4.2 Notice.", "4.3.1 Costs."), "4. Term > 4.3.1 Costs"),
            (("EXHIBIT A", "ARTICLE I", "SUPPLY", "10.1 Term."), "EXHIBIT A > 10.1 Term"),
            (("Chapter 2", "Article 7", "8.3 Costs."), "8.3 Costs"),
        ],
    )
    def test_but_not_under_another_number(self, lines, path):
        assert path_after(*lines) == path

    def test_an_exhibit_has_numbers_of_its_own(self):
        assert path_after("Exhibit 10.1", "3.2 Fees.") == "Exhibit 10.1 > 3.2 Fees"

    @pytest.mark.parametrize("number", ["İ", "ı", "Xİ"])
    def test_letters_that_only_fold_to_roman_ones_are_no_number(self, number):
        outline = Outline()
        for label in (f"ARTICLE {number}", "4.2 Notice"):
            outline.enter(Heading(label))
        assert outline.path == f"ARTICLE {number} > 4.2 Notice"

    def test_a_word_of_roman_letters_is_no_number(self):
        assert path_after("CIVIL LIABILITY", "4.2 Notice.") == "CIVIL LIABILITY > 4.2 Notice"

    @given(st.lists(st.text(st.sampled_from("ivxlcİı.0123456789 SECTIONarte§"), min_size=1, max_size=30), max_size=40))
    def test_any_labels_give_a_short_path_that_ends_with_the_last(self, labels):
        outline = Outline()
        for label in labels:
            outline.enter(Heading(label))
        path = outline.path or ""
        assert path.endswith(labels[-1] if labels else "")
        assert path.count(APART) < DEEPEST
