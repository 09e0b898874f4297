"""Marks become citations whose quote is the document's own text, to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.core.ids import new_id
from elenchus.core.llm.base import Prompt, Source, TextDelta
from elenchus.core.llm.extractive import Extractive
from elenchus.library.schemas import Passage
from elenchus.research.examining.citations import Claim, claims
from elenchus.research.examining.citations import found as examine

PAGES = (
    "RESIDENTIAL LEASE\n\nThe Tenant shall pay rent of $4,200 per month, in advance, on the first\nday of each month. "
    "A late charge of 5% of the overdue\namount applies to any rent received after the fifth day.",
    "6. Pets. No pets may be kept on the premises without the prior written consent of the Landlord. The\nLandlord "
    "shall",
    "repair the roof within ten days. See the note [3] in the schedule for the list of fittings. Notice is given in "
    "writing.",
)
FULL = "\f".join(PAGES)


def passage(start: int = 0, end: int = len(FULL), full: str = FULL, first_page: int = 1) -> Passage:
    text = full[start:end]
    page = first_page + full[:start].count("\f")
    return Passage(
        new_id(), "Lease.pdf", new_id(), page, page + text.count("\f"), start, end, text, None, score=1.0, highlights=()
    )


WHOLE = passage()


def quotes(answer: str, *passages: Passage) -> list[str]:
    return [row.quote for row in examine(answer, passages or (WHOLE,)).citations]


class TestMarks:
    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            ("Rent is due monthly [1].", [("Rent is due monthly.", (1,))]),
            ("Rent is due monthly. [1]", [("Rent is due monthly.", (1,))]),
            ("Rent is due [1][2].", [("Rent is due.", (1, 2))]),
            ("Rent is due [1, 3].", [("Rent is due.", (1, 3))]),
            ("Rent is due [2-4].", [("Rent is due.", (2, 3, 4))]),
            ("Rent is due [1; 1, 1].", [("Rent is due.", (1,))]),
            ("Rent is due. [1] Late rent costs more. [2]", [("Rent is due.", (1,)), ("Late rent costs more.", (2,))]),
            ("Rent [1] and deposit [2] are due.", [("Rent and deposit are due.", (1, 2))]),
            ("No marks here. None at all.", []),
            ("It was decided in [2019] UKSC 41.", []),
            (
                "- Rent is due [1]\n- Pets are not allowed [2]",
                [("- Rent is due", (1,)), ("- Pets are not allowed", (2,))],
            ),
            ("[1] says that rent is due.", [("says that rent is due.", (1,))]),
        ],
    )
    def test_each_sentence_with_its_numbers(self, answer, found):
        assert [(row.text, row.numbers) for row in claims(answer)] == found

    def test_marks_that_the_source_itself_has_are_not_taken_for_ours(self):
        said = "See the note [3] in the schedule for the list of fittings. [1]"
        assert claims(said, (WHOLE,)) == [Claim("See the note [3] in the schedule for the list of fittings.", (1,))]
        assert examine(said, (WHOLE,)).invalid == []


class TestQuotes:
    def test_words_as_they_stand_over_line_breaks(self):
        said = "The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month. [1]"
        [citation] = examine(said, (WHOLE,)).citations
        assert "on the first\nday of each month." in citation.quote
        assert citation.quote == FULL[citation.start_char : citation.end_char]
        assert (citation.page_start, citation.page_end) == (1, 1)

    def test_what_is_quoted_inside_a_sentence_is_found_with_its_sentence(self):
        said = 'Animals need leave, since "No pets may be kept on the premises" without it [1].'
        assert quotes(said)[0].startswith("No pets may be kept on the premises without")

    def test_a_paraphrase_gets_the_sentence_that_shares_most_with_it(self):
        assert quotes("If rent is overdue, a charge of 5% applies [1].") == [
            "A late charge of 5% of the overdue\namount applies to any rent received after the fifth day."
        ]

    def test_two_neighbouring_sentences_when_the_claim_needs_both(self):
        said = "Rent of $4,200 is paid monthly in advance, and a late charge of 5% of the overdue amount applies [1]."
        [quote] = quotes(said)
        assert quote.startswith("The Tenant shall pay")
        assert quote.endswith("fifth day.")

    def test_a_quote_over_a_page_break_has_both_pages(self):
        [citation] = examine("The Landlord shall repair the roof within ten days [1].", (WHOLE,)).citations
        assert citation.quote == "The\nLandlord shall\frepair the roof within ten days."
        assert (citation.page_start, citation.page_end) == (2, 3)

    def test_places_count_in_the_whole_document(self):
        start = FULL.index("6. Pets")
        part = passage(start)
        [citation] = examine("No pets may be kept [1].", (part,)).citations
        assert FULL[citation.start_char : citation.end_char] == citation.quote
        assert citation.page_start == 2

    def test_a_claim_that_shares_nothing_still_quotes_the_source(self):
        [quote] = quotes("Zebras gallop [1].")
        assert quote
        assert quote in FULL

    def test_the_same_words_cited_twice_are_one_citation(self):
        said = "No pets may be kept on the premises [1]. Again: no pets may be kept on the premises [1]."
        assert len(quotes(said)) == 1


class TestInvalid:
    @pytest.mark.parametrize("answer", ["Rent is due [2].", "Rent is due [0].", "Rent is due [1][99]."])
    def test_a_number_that_was_not_given_is_dropped_and_told(self, answer):
        examined = examine(answer, (WHOLE,))
        assert all(row.n == 1 for row in examined.citations)
        assert examined.invalid in ([2], [0], [99])

    def test_without_sources_every_mark_is_invalid(self):
        examined = examine("Rent is due [1].", ())
        assert (examined.citations, examined.invalid) == ([], [1])

    def test_an_answer_without_marks_is_valid(self):
        assert examine("The sources do not answer this question.", (WHOLE,)).invalid == []


WORDS = st.sampled_from(
    [*FULL.split(), "[1]", "[2]", "[1][2]", "[7]", "\n", "\f", "Straße", "🙂", "e\u0301", "\u00a0", "."]
)
TEXT = st.lists(WORDS, max_size=60).map(" ".join)
DOCUMENT = st.lists(st.one_of(TEXT, st.text(max_size=80)), min_size=1, max_size=4).map("\f".join)


class TestAlways:
    @given(answer=st.one_of(TEXT, st.text(max_size=120)), full=DOCUMENT, data=st.data())
    def test_a_quote_is_the_documents_text_at_its_place(self, answer, full, data):
        start = data.draw(st.integers(0, len(full)))
        end = data.draw(st.integers(start, len(full)))
        given_ = (passage(start, end, full), passage(0, len(full), full))
        for row in examine(answer, given_).citations:
            assert row.quote == full[row.start_char : row.end_char]
            assert row.page_start == 1 + full[: row.start_char].count("\f")
            assert row.page_end == row.page_start + row.quote.count("\f")
            source = given_[row.n - 1]
            assert source.start_char <= row.start_char <= row.end_char <= source.end_char
            assert row.quote.strip() or not source.text.strip()

    @given(question=TEXT, full=DOCUMENT)
    async def test_the_built_in_models_sentences_are_found_to_the_letter(self, question, full):
        part = passage(0, len(full), full)
        prompt = Prompt("", (), question, (Source("x", full),))
        pieces = [piece async for piece in Extractive().stream(prompt, temperature=0)]
        said = "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))
        examined = examine(said, (part,))
        assert examined.invalid == []
        lines = [line.removesuffix(" [1]") for line in said.split("\n\n") if line.endswith(" [1]")]
        folded = [" ".join(row.quote.split()) for row in examined.citations]
        assert all(any(line.rstrip(" .,;:") in quote for quote in folded) for line in lines)

    def test_hostile_answers_take_no_longer_than_their_length(self):
        for hostile in ("[1] ", "[1]", "[1,", "[", "[1] x ", "“", '"a ', "[1-3]"):
            examine(hostile * (20_000 // len(hostile)) + "x", (WHOLE,))
