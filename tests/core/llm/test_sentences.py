"""Where a sentence ends, in the prose that lawyers write."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.core.llm.sentences import is_heading, split

MARKS = ["\n", "\n\n", "\f", " ", ". ", "? ", "; ", "(a) ", "4.2 ", "• ", "\u2028"]
WORDS = ["The Tenant", "shall pay", "Acme, Inc.", "No. 5", "v.", "U.S.", "e.g.", "“rent.” ", "ARTICLE IV\n", "§ 12"]
PIECES = st.sampled_from([*MARKS, *WORDS, "Ünïcode", "🙂", "x" * 400])
PROSE = st.lists(PIECES, max_size=40).map("".join)


def said(text: str) -> list[str]:
    return [" ".join(sentence.text.split()) for sentence in split(text)]


class TestEndings:
    @pytest.mark.parametrize(
        "one",
        [
            "Payment goes to Acme, Inc. at its office in Delaware.",
            "The case of Smith v. Jones, No. 12-345, is cited.",
            "Notice under Sec. 4.2 of the Code is due.",
            "The U.S. Code applies.",
            "Mr. J. Smith and Dr. Lee signed.",
            "The fee is $4.2 million, i.e. 4.2% of the price.",
            "He arrived at 5 p.m. on Monday.",
            "See Art. 12, para. 3 of the treaty.",
            "It was signed by J. R. R. Tolkien.",
            "The price is U.S. $5.00 per unit.",
            "Delivery is due on Jan. 5, 2026.",
        ],
    )
    def test_one_sentence_stays_whole(self, one):
        assert said(one) == [one]
        assert said(f"{one} The rest follows.") == [one, "The rest follows."]

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("The buyer is Acme, Inc. The seller is Bolt Ltd.", ["The buyer is Acme, Inc.", "The seller is Bolt Ltd."]),
            ("It is listed in Schedule A. The price is fixed.", ["It is listed in Schedule A.", "The price is fixed."]),
            ("It is done in the U.S. This is final.", ["It is done in the U.S.", "This is final."]),
            ("Is it due? Yes, it is due now!", ["Is it due?", "Yes, it is due now!"]),
            ("He said “it is over.” Then he left.", ["He said “it is over.”", "Then he left."]),
            ("Rent is due. (Interest follows.) Costs too.", ["Rent is due.", "(Interest follows.)", "Costs too."]),
        ],
    )
    def test_two_sentences_part(self, text, parts):
        assert said(text) == parts

    def test_a_line_break_inside_a_sentence_does_not_end_it(self):
        text = "The Tenant shall pay rent\non the first day\n  of each month."
        [sentence] = split(text)
        assert sentence.text == text

    def test_a_page_break_inside_a_sentence_does_not_end_it(self):
        assert len(split("The Tenant shall pay\frent on the first day.")) == 1

    def test_list_items_and_paragraphs_part(self):
        text = "The Tenant shall:\n(a) pay rent;\n(b) keep order\n\nThe Landlord repairs."
        assert said(text) == ["The Tenant shall:", "(a) pay rent;", "(b) keep order", "The Landlord repairs."]

    def test_a_number_stays_with_its_clause(self):
        assert said("4. Payment is due at once. 4.2 Interest runs.") == [
            "4. Payment is due at once.",
            "4.2 Interest runs.",
        ]

    def test_a_mark_on_a_line_of_its_own_goes_with_what_follows(self):
        assert said("(a)\n\nThe Tenant pays rent.") == ["(a) The Tenant pays rent."]

    def test_half_a_page_without_a_full_stop_parts_at_semicolons(self):
        clause = "the Supplier shall deliver all of the goods that were ordered in time and in full"
        parts = said("; ".join([clause] * 20) + ".")
        assert len(parts) > 2
        assert all(part.endswith((";", ".")) for part in parts)


class TestHeadings:
    @pytest.mark.parametrize(
        "line", ["ARTICLE IV", "Governing Law", "4.2 Termination for Convenience.", "Exhibit A", "12"]
    )
    def test_titles_and_bare_numbers_are_headings(self, line):
        assert is_heading(line)

    @pytest.mark.parametrize("line", ["Rent is due monthly.", "The Tenant pays rent.", "Acme shall deliver the Goods."])
    def test_statements_are_not(self, line):
        assert not is_heading(line)

    def test_a_heading_line_stands_apart_from_the_sentence_below(self):
        assert said("TERM AND TERMINATION\nEither party may end it.") == [
            "TERM AND TERMINATION",
            "Either party may end it.",
        ]

    def test_a_thousand_heading_lines_are_no_trouble(self):
        assert len(split("Exhibit A\n" * 3000 + "The end is here.")) == 3001


class TestAlways:
    @given(PROSE)
    def test_spans_are_slices_in_order_and_only_white_space_is_left_out(self, text):
        position = 0
        for sentence in split(text):
            assert not text[position : sentence.start].strip()
            assert text[sentence.start : sentence.end] == sentence.text
            assert sentence.text == sentence.text.strip() != ""
            position = sentence.end
        assert not text[position:].strip()

    @pytest.mark.parametrize("hostile", [" ", "\n", "\n ", ".", ". ", "a. ", "A\n", "(a) ", "; ", "x", "\f\n", "[1] "])
    def test_hostile_text_takes_no_longer_than_its_length(self, hostile):
        text = hostile * (60_000 // len(hostile))
        began = time.perf_counter()
        split(text)
        assert time.perf_counter() - began < 2
