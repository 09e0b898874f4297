"""Headers and footers are told by coming again; the page keeps them, passages do not."""

import pytest

from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.running import NEIGHBOURS, RunningLines
from tests.fixtures import files, sheets
from tests.library.reading import support
from tests.library.reading.support import pages_of, read

BODIES = [f"Clause {word} says what the parties owe each other in the year of {word}." for word in "abcdefghijklmnop"]
HEADER, FOOTER = "CONFIDENTIAL LEASE OF THE MILL", "Page {page} of 40"


def own_parts(*pages: str) -> list[str]:
    return support.own_parts(pages_of(*pages)).split("\f")


def framed(bodies: list[str], header: str = HEADER, footer: str = FOOTER) -> list[str]:
    return [f"{header}\n\n{body}\n\n{footer.format(page=n)}" for n, body in enumerate(bodies, start=1)]


class TestRunningLines:
    @pytest.mark.parametrize("pages", [3, 7, 16])
    def test_header_and_footer_are_no_part_of_any_page(self, pages):
        assert own_parts(*framed(BODIES[:pages])) == BODIES[:pages]

    def test_two_pages_prove_nothing(self):
        assert own_parts(*framed(BODIES[:2])) == framed(BODIES[:2])

    def test_left_and_right_pages_may_differ(self):
        pages = [f"{'THE MILL' if n % 2 else 'THE LEASE'}\n{body}" for n, body in enumerate(BODIES)]
        assert own_parts(*pages) == BODIES

    def test_header_and_footer_may_both_come_first(self):
        pages = [f"{HEADER}\n- {n} -\n\n{body}" for n, body in enumerate(BODIES)]
        assert own_parts(*pages) == BODIES

    @pytest.mark.parametrize(
        "stamp",
        [
            "Case: 20-16276, 08/05/2020, ID: 11778722, DktEntry: 19, Page {page} of 15",
            "Case 2:20-cv-10949-LVP ECF No. 1 filed 04/17/20 PageID.{record} Page {page} of 72",
            "Case: 21-50498      Document: 00516242060     Page: {page}     Date Filed: 03/16/2022",
        ],
    )
    def test_a_court_stamp_may_hold_many_numbers_and_count_twice(self, stamp):
        pages = [f"{body}\n\n{stamp.format(page=n, record=n + 96)}" for n, body in enumerate(BODIES, start=1)]
        assert own_parts(*pages) == BODIES

    @pytest.mark.parametrize("number", ["2", "- 2 -", "[2]"])
    def test_a_page_number_is_one_even_when_no_other_page_has_any(self, number):
        assert own_parts(BODIES[0], f"{BODIES[1]}\n\n{number}", BODIES[2]) == BODIES[:3]
        assert own_parts(BODIES[0], BODIES[1], f"{BODIES[2]}\n\n{number}")[2].endswith(number)

    def test_numbers_that_do_not_count_are_the_document_s_own(self):
        pages = [f"Table of lot {n * n} sold for {n * 7}\n{body}" for n, body in enumerate(BODIES)]
        assert own_parts(*pages) == pages

    def test_a_chapter_has_its_own(self):
        pages = [f"CHAPTER {'ONE' if n < 8 else 'TWO'}\n{body}" for n, body in enumerate(BODIES)]
        assert own_parts(*pages) == BODIES

    def test_what_came_long_ago_is_no_header(self):
        pages = list(BODIES)
        for n in (0, NEIGHBOURS + 1, 2 * NEIGHBOURS + 2):
            pages[n] = f"Signed by the parties.\n{pages[n]}"
        assert own_parts(*pages) == pages

    def test_a_page_that_says_nothing_else_keeps_it(self):
        assert own_parts(*["Intentionally left blank"] * 5) == ["Intentionally left blank"] * 5

    def test_the_same_line_in_the_middle_stays(self):
        pages = [f"{body}\n" * 5 + "The same line.\n" + f"{body}\n" * 5 for body in BODIES]
        assert all("The same line." in part for part in own_parts(*pages))

    def test_each_page_is_told_as_soon_as_enough_are_known(self):
        lines = RunningLines()
        assert [len(list(lines.feed(page))) for page in framed(BODIES[:8])] == [0] * NEIGHBOURS + [1, 1]
        assert len(list(lines.finish())) == NEIGHBOURS


class TestSentences:
    SAME = "The undersigned declares under penalty of perjury that what is said below is true"

    def test_a_form_that_repeats_itself_keeps_its_text(self):
        pages = [f"{self.SAME}\nand correct: {body}" for body in BODIES]
        assert own_parts(*pages) == pages

    def test_nor_does_its_end_go(self):
        pages = [f"{body} Signed, for\n{self.SAME}" for body in BODIES]
        assert own_parts(*pages) == pages

    @pytest.mark.parametrize("page", ["{same}\n\n{body}", "{body}\n\n{same}", "{same}\n \n{body}\n\n{same}"])
    def test_a_notice_that_stands_apart_goes(self, page):
        assert own_parts(*(page.format(same=self.SAME, body=body) for body in BODIES)) == BODIES


class TestPassages:
    async def test_no_passage_has_them_and_the_pages_do(self, reader, tmp_path):
        bodies = [f"{files.CLAUSE}On page {word}, the parties go on without" for word in "one two three four".split()]
        done = await read(reader, files.saved(tmp_path, sheets.bound(bodies, HEADER, FOOTER)))
        chunks = list(chunk(done.pages))
        assert all(HEADER in page.text for page in done.pages)
        assert not any(HEADER in c.text or "of 40" in c.text for c in chunks)
        assert all(done.text[c.start_char : c.end_char] == c.text for c in chunks)
        assert " ".join(c.text for c in chunks).split() == " ".join(bodies).split()

    def test_a_sentence_goes_over_a_page_without_them(self):
        assert [c.text for c in chunk(pages_of("delivered to the", "site in time."))] == [
            "delivered to the\fsite in time."
        ]

    def test_a_heading_alone_at_the_top_of_a_page_is_one(self):
        bodies = ["Title: President", "EXHIBIT A\n\nThe goods are apples.", "TERMS\n\nCash only."]
        assert [c.section for c in chunk(pages_of(*framed(bodies)))] == [None, "EXHIBIT A", "EXHIBIT A > TERMS"]

    def test_what_follows_a_header_in_mid_sentence_is_no_heading(self):
        bodies = ["The rent is due under", "Section 4.2 Rent of this lease and not", "Section 5.1 Costs thereof."]
        assert {c.section for c in chunk(pages_of(*framed(bodies)))} == {None}
