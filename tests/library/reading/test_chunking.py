"""Passages: always slices of the full text, cut where a reader would cut."""

import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elenchus.library.reading import chunking
from elenchus.library.reading.child.plaintext import cut
from elenchus.library.reading.chunking import Chunk, Chunker, chunk
from tests.library.reading.support import own_parts, pages_of

SENTENCE = "The Licensee shall pay the Licensor a royalty of four percent of net sales in each calendar quarter. "
WORDS = [
    "notice",
    "4.2 Termination.",
    "ARTICLE IV",
    "(a) first",
    "DEFINITIONS",
    "party",
    "\n",
    "\n\n",
    "\xa0",
    " ",
    ". The",
]
texts = st.lists(st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["C"])), max_size=120).map("".join)


MARKED = (("The lease", 1), ("end of term", 2), ("notice", 2))


def chunks_of(*texts: str) -> list[Chunk]:
    return list(chunk(pages_of(*texts)))


def paragraph(characters: int) -> str:
    """Whole sentences of about so many characters in all."""
    return (SENTENCE * max(1, round(characters / len(SENTENCE)))).strip()


class TestAlways:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(texts, max_size=6))
    def test_chunks_are_ordered_slices_that_lose_and_repeat_nothing(self, pages):
        full = "\f".join(pages)
        chunks = chunks_of(*pages)
        assert all(full[c.start_char : c.end_char] == c.text for c in chunks)
        assert all(c.text and c.text == c.text.strip() for c in chunks)
        assert all(before.end_char <= after.start_char for before, after in itertools.pairwise(chunks))
        assert [c.index for c in chunks] == list(range(len(chunks)))
        assert "".join("".join(c.text for c in chunks).split()) == "".join(own_parts(pages_of(*pages)).split())
        assert all(len(c.text) <= chunking.LONGEST for c in chunks)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(texts, min_size=1, max_size=6))
    def test_each_knows_its_pages(self, pages):
        full = "\f".join(pages)
        for c in chunks_of(*pages):
            assert c.page_start == full.count("\f", 0, c.start_char) + 1
            assert c.page_end == full.count("\f", 0, c.end_char) + 1

    @settings(max_examples=60, deadline=None)
    @given(st.lists(texts, max_size=6))
    def test_pages_one_by_one_give_the_same(self, pages):
        chunker, streamed = Chunker(), []
        for page in pages_of(*pages):
            streamed += chunker.feed(page)
        assert [*streamed, *chunker.finish()] == chunks_of(*pages)

    @pytest.mark.parametrize("text", ["", " \n\xa0\n\t", "\n" * 3_000, " " * 5_000])
    def test_white_space_alone_gives_none(self, text):
        assert chunks_of(text, text) == []

    def test_long_white_space_inside_gives_no_blank_passage(self):
        chunks = chunks_of("start" + " " * 6_000 + "end")
        assert [c.text.split() for c in chunks] == [["start"], ["end"]]

    def test_text_without_any_break_is_cut_all_the_same(self):
        chunks = chunks_of("x" * 10_000, "y" * 10_000)
        assert "".join(c.text for c in chunks).replace("\f", "") == "x" * 10_000 + "y" * 10_000


class TestSize:
    def test_short_paragraphs_are_packed_to_about_a_thousand(self):
        chunks = chunks_of("\n\n".join(paragraph(300) for _ in range(40)))
        assert all(800 <= len(c.text) <= chunking.FULL for c in chunks[:-1])

    def test_a_paragraph_that_fits_stays_whole(self):
        first, second = paragraph(700), paragraph(900)
        assert [c.text for c in chunks_of(f"{first}\n\n{second}")] == [first, second]

    def test_a_long_paragraph_is_cut_evenly_at_sentence_ends(self):
        chunks = chunks_of(paragraph(5_000))
        assert all(700 <= len(c.text) <= chunking.LONGEST for c in chunks)
        assert all(c.text.endswith("quarter.") for c in chunks[:-1])

    def test_without_sentences_it_is_cut_between_words(self):
        chunks = chunks_of("indemnification " * 400)
        assert {word for c in chunks for word in c.text.split()} == {"indemnification"}


class TestPlaces:
    def test_a_sentence_that_runs_over_a_page_stays_in_one_passage(self):
        [only] = chunks_of("The Supplier shall deliver the Goods to the", "Purchaser at the Site.")
        assert only.text == "The Supplier shall deliver the Goods to the\fPurchaser at the Site."
        assert (only.page_start, only.page_end) == (1, 2)

    def test_a_heading_begins_a_passage(self):
        text = f"3.1 Fees. {paragraph(400)}\n4.2 Termination. {paragraph(400)}"
        assert [c.text[:16] for c in chunks_of(text)] == ["3.1 Fees. The Li", "4.2 Termination."]

    def test_no_passage_goes_over_a_heading_however_short(self):
        text = f"ARTICLE IV\nTERMINATION\n4.1 Term. One year.\n4.2 Notice. {paragraph(400)}\n\n4.3 Exit.\n\nIt ends."
        assert [(c.text[:12], c.section) for c in chunks_of(text)] == [
            ("ARTICLE IV\nT", "ARTICLE IV TERMINATION > 4.1 Term"),
            ("4.2 Notice. ", "ARTICLE IV TERMINATION > 4.2 Notice"),
            ("4.3 Exit.\n\nI", "ARTICLE IV TERMINATION > 4.3 Exit"),
        ]

    def test_headings_without_a_text_of_their_own_stay_with_the_first_that_has(self):
        [only] = chunks_of(f"EXHIBIT A\n\nTERMS OF SALE\n\nARTICLE I\n\nDefinitions\n\n1.1 Goods. {paragraph(100)}")
        assert only.section == "EXHIBIT A TERMS OF SALE > ARTICLE I Definitions > 1.1 Goods"

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 30)), min_size=1, max_size=8))
    def test_each_clause_is_in_passages_of_its_own(self, sizes):
        clauses = [f"{n}.{size} Fees. {paragraph(100 * size)}" for n, size in sizes]
        for chunk_ in chunks_of("\n\n".join(clauses)):
            assert " Fees." not in chunk_.text[5:]

    def test_a_reference_inside_a_sentence_is_no_heading(self):
        text = f"{paragraph(400)} as provided in\nSection 4.2 hereof and in\nARTICLE V of the Deed, {paragraph(300)}"
        assert len(chunks_of(text)) == 1

    def test_the_section_is_known(self):
        text = "\n\n".join(
            [
                paragraph(400),
                "ARTICLE II",
                "PAYMENT",
                paragraph(500),
                f"2.1 Royalties. {paragraph(500)}",
                paragraph(900),
            ]
        )
        assert [c.section for c in chunks_of(text)] == [
            None,
            "ARTICLE II PAYMENT",
            "ARTICLE II PAYMENT > 2.1 Royalties",
            "ARTICLE II PAYMENT > 2.1 Royalties",
        ]

    def test_what_the_document_marks_as_a_heading_is_one_however_it_reads(self):
        text = f"The lease\n\n{paragraph(300)}\n\nend of term\n\n{paragraph(300)}\n\nnotice\n\n{paragraph(300)}"
        lines = text.split("\n")
        first, page = pages_of("Cover.", text)
        page = replace(page, headings=tuple((lines.index(line), n) for line, n in MARKED))
        sections = [passage.section for passage in chunk([first, page])]
        assert sections[-3:] == ["The lease", "The lease > end of term", "The lease > notice"]
        assert not any("term" in (passage.section or "") for passage in chunk(pages_of("Cover.", text)))

    def test_a_bare_heading_with_text_under_it_takes_no_later_heading_for_its_title(self):
        text = "\n\n".join(["ARTICLE II", paragraph(500), "GENERAL", paragraph(500)])
        assert [c.section for c in chunks_of(text)] == ["ARTICLE II", "ARTICLE II > GENERAL"]

    def test_a_page_header_in_capitals_is_no_heading_when_it_comes_again(self):
        pages = [f"CONFIDENTIAL DRAFT {n}\n{paragraph(900)}" for n in range(4)]
        chunks = chunks_of(*pages)
        assert {c.section for c in chunks} == {None}
        assert not any("CONFIDENTIAL" in c.text for c in chunks)


class TestRealShapes:
    def test_paragraphs_that_only_an_indent_separates(self):
        clause = "\n".join(["     Party one shall deliver:", *["the goods and"] * 50, "the services."])
        assert all(c.text.startswith("Party one") for c in chunks_of("\n".join([clause] * 9)))

    def test_lines_padded_with_no_break_spaces(self):
        text = f"4.1\xa0Term.\xa0{paragraph(400)}\xa0\xa0\n\xa0\xa0\n4.2\xa0Exit.\xa0{paragraph(400)}\xa0"
        first, second = chunks_of(text)
        assert (first.section, second.section) == ("4.1 Term", "4.2 Exit")
        assert second.text.startswith("4.2\xa0Exit.")

    def test_dense_pages_take_time_by_their_number(self):
        page = "\n\n".join([f"{n}.{m} Fees. {paragraph(700)}" for n in range(2) for m in range(2)])
        few, many = pages_of(*[page] * 50), pages_of(*[page] * 200)
        assert sum(len(p.text) for p in many) > 550_000
        assert min(_seconds(many) for _ in range(3)) < 10 * min(
            _seconds(few) for _ in range(3)
        )  # its square would be 16

    def test_it_keeps_only_the_text_it_still_needs(self):
        chunker = Chunker()
        for page in pages_of(*[paragraph(3_000)] * 100):
            list(chunker.feed(page))
            assert len(chunker._text) < 25_000

    def test_the_cut_of_plain_text_into_pages_does_not_change_the_words(self):
        text = "\n\n".join(f"{n}. Clause. {paragraph(650)}" for n in range(60))
        whole, paged = chunks_of(text), chunks_of(*cut(iter([text]), 3_000))
        assert [c.text.split() for c in paged] == [c.text.split() for c in whole]


def _seconds(pages) -> float:
    began = time.perf_counter()
    list(chunk(pages))
    return time.perf_counter() - began
