"""What is there for the page only goes; whatever might be the document's own stays."""

import pytest

from elenchus.library.quoting.plain import plain_pages


def plain(*pages: str) -> list[str]:
    changed = plain_pages(pages)
    return [changed.get(index, page) for index, page in enumerate(pages)]


BODIES = ("The rent is due.", "The house is old.", "The garden is large.", "The fence is green.")


class TestHeaders:
    def test_lines_that_come_again_and_numbers_that_count_are_blanked(self):
        pages = [f"OFFICE LEASE\n{body}\nPage {n} of 4" for n, body in enumerate(BODIES, start=1)]
        assert [page.strip() for page in plain(*pages)] == list(BODIES)

    def test_nothing_moves(self):
        pages = [f"OFFICE LEASE\n{body}\n- {n} -" for n, body in enumerate(BODIES, start=7)]
        for before, after in zip(pages, plain(*pages), strict=True):
            assert len(after) == len(before)
            assert after.index("is") == before.index("is")

    @pytest.mark.parametrize("edges", [("30", "60", "14", "90"), ("5", "5", "5", "5"), ("one", "two", "three", "four")])
    def test_others_stay(self, edges):
        pages = [f"{body}\n{edge}" for body, edge in zip(BODIES, edges, strict=True)]
        assert plain(*pages) == pages

    def test_a_condition_stays(self):
        pages = [f"{body}\nunless the landlord objects" for body in BODIES]
        assert plain(*pages) == pages

    def test_two_pages_prove_nothing(self):
        pages = ["OFFICE LEASE\nThe rent.", "OFFICE LEASE\nThe house."]
        assert plain(*pages) == pages

    def test_only_at_the_edges(self):
        pages = [
            f"{body}\n" + "\n".join(f"{body} {n}" for n in "abcdef") + "\nsame line\n" + body * 9 for body in BODIES
        ]
        pages = [page + "\nw" + page + "\nx" + page for page in pages]
        assert plain(*pages) == pages


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("the rent.¹ The", "the rent.  The"),
        ("the rent¹ is", "the rent  is"),
        ("the rent.12 The", "the rent.   The"),
        ("as follows:\n- rent", "as follows:\n  rent"),
    ],
)
def test_marks_are_blanked(text, without):
    assert plain(text) == [without]


@pytest.mark.parametrize(
    "text",
    [
        "10 metres² are",
        "12 m² are",
        "$5.12 The",
        "Section A.12 The",
        "rent.12 days",
        "a sum of\n- 5",
        "E = mc²",
        "ten euros per metre² in",
        "the period)30 Days",
        "the fee;30 Days",
    ],
)
def test_what_may_be_a_quantity_stays(text):
    assert plain(text) == [text]
