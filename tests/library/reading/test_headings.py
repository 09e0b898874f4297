"""Which lines are headings, and what they are called."""

import pytest

from elenchus.library.reading.headings import Heading, heading_of, heading_over, title_of


class TestHeadings:
    @pytest.mark.parametrize(
        ("line", "label"),
        [
            ("ARTICLE IV", "ARTICLE IV"),
            ("Article 12. Governing Law", "Article 12. Governing Law"),
            ("ARTICLE V – INDEMNITY", "ARTICLE V INDEMNITY"),
            ("Section 4.2 Termination for Cause. Either party may end", "Section 4.2 Termination for Cause"),
            ("SECTION 7. NOTICES", "SECTION 7. NOTICES"),
            ("Schedule A", "Schedule A"),
            ("Exhibit 10.1", "Exhibit 10.1"),
            ('EXHIBIT "A"', 'EXHIBIT "A"'),
            ("SCHEDULE2", "SCHEDULE2"),
            ("4.2 Termination. Either party may terminate", "4.2 Termination"),
            ("4.2\xa0\xa0Termination.\xa0Either party", "4.2 Termination"),
            ("12. NOTICES", "12. NOTICES"),
            ("3.1 The Supplier shall deliver the goods to the site without delay", "3.1"),
            ("1.1.4 “Affiliate” means any company", "1.1.4"),
            ("§ 7. Haftung", "§ 7. Haftung"),
            ("LIMITATION OF LIABILITY", "LIMITATION OF LIABILITY"),
            ("WITNESSETH:", "WITNESSETH:"),
            ("## Governing law", "Governing law"),
            ("# 4.2 Termination ##", "4.2 Termination"),
        ],
    )
    def test_these_are(self, line, label):
        heading = heading_of(line)
        assert heading is not None
        assert heading.label == label

    @pytest.mark.parametrize(
        "line",
        [
            "Section 4.2 hereof shall survive",
            "article IV of the treaty",
            "Articles of Association",
            "4.2 percent of the price",
            "30 days after the notice",
            "1998. the parties agreed",
            "(a) the Purchaser pays",
            "4.2 Termination ............ 12",
            "ARTICLE IV . . . . . . . . 7",
            "By: ____________________",
            "-4-",
            "A. B.",
            "$8.50",
            "IN NO EVENT SHALL EITHER PARTY BE LIABLE TO THE OTHER FOR LOST PROFITS OR ANY",
            "THE GOODS,",
            "#1 of the list",
            "# ",
            "The Supplier shall deliver.",
            "",
        ],
    )
    def test_these_are_not(self, line):
        assert heading_of(line) is None

    def test_a_bare_one_expects_its_title(self):
        assert heading_of("ARTICLE IV") == Heading("ARTICLE IV", is_bare=True)
        assert heading_of("ARTICLE IV TERM") == Heading("ARTICLE IV TERM", is_bare=False)
        assert heading_of("Section 4.2 The rent is due at once") == Heading("Section 4.2", is_bare=False)

    def test_an_endless_line_takes_no_time(self):
        for line in ("A " * 500_000, "." * 999_999, "\t1" * 500_000, "4.2 " + "a" * 999_999, ". " * 3 + "x" * 999_999):
            heading_of(line)


class TestSeveralLines:
    @pytest.mark.parametrize(
        ("lines", "label"),
        [
            (("ARTICLE IV", "TERMINATION"), "ARTICLE IV TERMINATION"),
            (("ARTICLE IV", "Term and Termination"), "ARTICLE IV Term and Termination"),
            (("ARTICLE IV", "the parties agree that"), "ARTICLE IV"),
            (
                ("SUGGESTION OF REMAND AND", "TRANSFER ORDER", "The court finds"),
                "SUGGESTION OF REMAND AND TRANSFER ORDER",
            ),
            (("4.2 Termination", "Either party may end it at any time"), "4.2 Termination"),
            (
                ("7. Retention of the Agents; Compensation; Sale", "of the Shares. The agents"),
                "7. Retention of the Agents; Compensation; Sale of the Shares",
            ),
            (("5.2 The Supplier may suspend or terminate Product Support", "if the Buyer does not pay."), "5.2"),
        ],
    )
    def test_a_heading_may_go_over_lines(self, lines, label):
        heading = heading_over(lines)
        assert heading is not None
        assert heading.label == label

    def test_a_paragraph_in_capitals_is_a_disclaimer(self):
        assert (
            heading_over(("THE BUYER ACCEPTS", "THAT ALL OF THE GOODS", "COME AS THEY ARE", "AND AS THEY STAND"))
            is None
        )

    @pytest.mark.parametrize("line", ["Definitions", "Term and Termination"])
    def test_a_line_can_be_the_title_of_what_stands_above(self, line):
        assert title_of(line) == line

    @pytest.mark.parametrize("line", ["", "Ann Smith, Partner,", "Either party may terminate", "Rent is Due.", "12"])
    def test_or_not(self, line):
        assert title_of(line) == ""
