"""What the four texts need not happen to show, on texts made for the purpose."""

import pytest

from elenchus.seeds.markup import Block, Kind, parse
from elenchus.seeds.typeset import typeset
from tests.seeds.support import folded, page_texts

HEADER = "---\ntitle: T\nshort: Running head\ndate: 2025-03-01\nleading: 1.3\n---\n\n"
LINE = "word " * 16  # a line of the page holds some fifteen


def pages(text: str) -> list[list[str]]:
    """The body lines of each page."""
    source = parse(HEADER + text)
    return [page.strip().splitlines()[1:-1] for page in page_texts(typeset(source))]


class TestBreaks:
    @pytest.mark.parametrize("lines", range(3, 9))
    @pytest.mark.parametrize("filled", range(25, 31))
    def test_no_line_of_a_paragraph_stands_alone(self, filled, lines):
        filler = "\n\n".join(f"filler {n}" for n in range(filled))
        parts = [[line for line in page if "word" in line] for page in pages(f"{filler}\n\n{LINE * lines}")]
        assert sum(len(part) for part in parts) >= lines
        assert 1 not in {len(part) for part in parts}

    @pytest.mark.parametrize("filled", range(24, 34))
    @pytest.mark.parametrize("lead", ["## Heading", "### Heading", "It is replaced by the Heading:"])
    def test_what_leads_stays_with_what_follows(self, lead, filled):
        filler = "\n\n".join(f"filler {n}" for n in range(filled))
        with_heading = next(p for p in pages(f"{filler}\n\n{lead}\n\n{LINE * 4}") if any("Heading" in x for x in p))
        assert "word" in with_heading[-1]

    def test_a_marked_break_begins_a_page(self):
        assert [[line.strip() for line in page] for page in pages("One.\n\n***\n\nTwo.")] == [["One."], ["Two."]]

    def test_a_table_is_never_parted(self):
        table = "| Year | Rent |\n|---|---|\n" + "\n".join(f"| year {n} | rent {n} |" for n in range(12))
        filler = "\n\n".join(f"filler {n}" for n in range(22))
        assert [sum("rent" in line for line in page) for page in pages(f"{filler}\n\n{table}")] == [0, 12]

    def test_a_text_may_end_with_a_heading(self):
        assert pages("One.\n\n## Heading")[0][-1].strip() == "Heading"

    def test_a_paragraph_longer_than_a_page_goes_on_for_as_many_as_it_needs(self):
        assert sum(line.count("word") for page in pages(LINE * 120) for line in page) == 16 * 120


class TestFootnotes:
    def test_two_on_one_page_stand_below_the_text_in_order(self):
        text = "First.[^1]\n\nSecond.[^2]\n\nThird.\n\n[^1]: Note one.\n\n[^2]: Note two."
        assert folded(" ".join(pages(text)[0])) == "First.1 Second.2 Third. 1 Note one. 2 Note two."

    def test_a_paragraph_moves_with_its_note_when_both_do_not_fit(self):
        filler = "\n\n".join(f"filler {n}" for n in range(28))
        first, second = pages(f"{filler}\n\nHeld so.[^1]\n\n[^1]: {LINE * 6}")
        assert not any("Held" in line or "word" in line for line in first)
        assert "Held" in second[0]

    def test_a_long_note_does_not_shorten_the_page_after_its_own(self):
        first, second, *_ = pages(f"Held so.[^1]\n\n{'text ' * 1600}\n\n[^1]: {LINE * 20}")
        assert sum("text" in line for line in first) < 30
        assert sum("text" in line for line in second) > 40


class TestInline:
    def test_marks_become_type_and_signs_stay_signs(self):
        assert folded(pages("**Bold** and *Roe v. Doe*, 5 < 6 & 7 > 2 § 4 “x” ’s — $1.")[0][0]) == (
            "Bold and Roe v. Doe, 5 < 6 & 7 > 2 § 4 “x” ’s — $1."
        )

    def test_markup_in_a_text_is_text(self):
        assert folded(" ".join(pages("a <b>tag</b> and </p> an end")[0])) == "a <b>tag</b> and </p> an end"

    def test_a_block_knows_its_footnotes(self):
        assert Block(Kind.PARAGRAPH, "a[^3] b[^4]").footnote_calls == ["3", "4"]


def test_another_date_is_another_file() -> None:
    one, other = HEADER + "Same.", HEADER.replace("2025", "2026") + "Same."
    assert typeset(parse(one)) == typeset(parse(one))
    assert typeset(parse(one)) != typeset(parse(other))
