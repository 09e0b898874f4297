"""Which lines are headings, and what they are called."""

import pytest

from elenchus.library.reading.headings import Heading, heading_of


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
            ("4.2 Termination. Either party may terminate", "4.2 Termination"),
            ("4.2\xa0\xa0Termination.\xa0Either party", "4.2 Termination"),
            ("12. NOTICES", "12. NOTICES"),
            ("3.1 The Supplier shall deliver the goods to the site without delay", "3.1"),
            ("1.1.4 “Affiliate” means any company", "1.1.4"),
            ("§ 7. Haftung", "§ 7. Haftung"),
            ("LIMITATION OF LIABILITY", "LIMITATION OF LIABILITY"),
            ("WITNESSETH:", "WITNESSETH:"),
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
            "The Supplier shall deliver.",
            "",
        ],
    )
    def test_these_are_not(self, line):
        assert heading_of(line) is None

    def test_a_bare_one_expects_its_title(self):
        assert heading_of("ARTICLE IV") == Heading("ARTICLE IV", is_bare=True)
        assert heading_of("ARTICLE IV TERM") == Heading("ARTICLE IV TERM", is_bare=False)

    def test_an_endless_line_takes_no_time(self):
        for line in ("A " * 500_000, "." * 999_999, "\t1" * 500_000, "4.2 " + "a" * 999_999, ". " * 3 + "x" * 999_999):
            heading_of(line)
