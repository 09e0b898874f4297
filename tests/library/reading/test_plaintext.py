"""Plain text as pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.reading.child.contract import Legibility, Refused
from elenchus.library.reading.child.plaintext import PAGE_CHARS, TextFile, cut
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures.files import saved
from tests.library.reading.support import read


def pages_of(tmp_path, content: bytes, limits: ReadingLimits | None = None) -> list[str]:
    return [page.text for page in TextFile(saved(tmp_path, content), limits or ReadingLimits()).pages()]


class TestCut:
    @given(st.text("ab \n\f", max_size=400), st.integers(1, 40))
    def test_pages_joined_by_form_feeds_are_the_text_but_for_what_they_replace(self, text, size):
        joined = "\f".join(cut(iter([text]), size))
        replaced = joined.replace("\f", "").replace("\n", "").replace(" ", "")
        assert replaced == text.replace("\f", "").replace("\n", "").replace(" ", "")
        assert joined.count("\f") >= text.count("\f")

    @given(st.lists(st.text("ab \n\f", max_size=60), max_size=12), st.integers(1, 30))
    def test_the_pieces_it_comes_in_do_not_matter(self, pieces, size):
        assert list(cut(iter(pieces), size)) == list(cut(iter(["".join(pieces)]), size))

    def test_where_lines_end_the_original_comes_back(self):
        text = "\n".join(f"line {n} of a long letter" for n in range(2_000))
        pages = list(cut(iter([text]), 3_000))
        assert "\n".join(pages) == text
        assert all(1_500 <= len(page) <= 6_000 for page in pages)

    def test_a_blank_line_is_the_best_place(self):
        text = "\n\n".join("\n".join(["a line of text"] * 30) for _ in range(30))
        assert all(page.strip("\n").count("\n\n") == page.count("\n\n") for page in cut(iter([text]), 3_000))

    def test_a_word_is_cut_only_where_there_is_no_other_way(self):
        assert {word for page in cut(iter(["indemnity " * 2_000]), 3_000) for word in page.split()} == {"indemnity"}
        assert [len(page) for page in cut(iter(["x" * 10_000]), 3_000)] == [3_000, 3_000, 4_000]


class TestTextFile:
    def test_form_feeds_separate_pages_and_a_last_one_adds_none(self, tmp_path):
        assert pages_of(tmp_path, b"one\x0c\x0cthree\x0c\n") == ["one", "", "three"]

    def test_line_ends_become_newlines_and_control_characters_go(self, tmp_path):
        content = b"a\r\nb\rc" + b" plain words " * 200 + b"\x1b\x08"
        assert pages_of(tmp_path, content)[0].startswith("a\nb\nc plain")
        assert "\x1b" not in pages_of(tmp_path, content)[0]

    def test_blank_pages_are_known(self, tmp_path):
        legibility = [
            page.legibility for page in TextFile(saved(tmp_path, b"one\x0c \x0ctwo"), ReadingLimits()).pages()
        ]
        assert legibility == [Legibility.READ, Legibility.BLANK, Legibility.READ]

    def test_a_long_text_meets_the_cap_on_characters_before_the_one_on_pages(self, tmp_path):
        content = b"a line of a long text\n" * 20_000
        assert len(pages_of(tmp_path, content)) > 90
        assert len(pages_of(tmp_path, content, ReadingLimits(pages=50))) <= 50

    def test_pages_are_about_as_long_as_printed_ones(self, tmp_path):
        pages = pages_of(tmp_path, b"a line of a long text\n" * 2_000)
        assert all(PAGE_CHARS <= len(page) <= 2 * PAGE_CHARS for page in pages)

    def test_what_is_no_text_is_refused(self, tmp_path):
        with pytest.raises(Refused):
            TextFile(saved(tmp_path, b"\0\1\2"), ReadingLimits())


@pytest.mark.parametrize("line", [b"x" * 5_000_000, b"lease " * 800_000, "\u00e9".encode() * 2_000_000])
async def test_a_line_of_megabytes_is_pages(reader, tmp_path, line):
    done = await read(reader, saved(tmp_path, line))
    assert "".join(page.text for page in done.pages).replace(" ", "") == line.decode().replace(" ", "")
    assert max(len(page.text) for page in done.pages) <= 2 * PAGE_CHARS


class TestUnseen:
    """Letters that no font shows: people see nothing, machines read them."""

    async def test_copies_of_ascii_are_left_out_and_told(self, reader, tmp_path):
        order = "".join(chr(0xE0000 + ord(letter)) for letter in "Obey.")
        done = await read(reader, saved(tmp_path, f"Rent{order} is due.".encode()))
        assert (done.text, done.report.hidden_text) == ("Rent is due.", (1,))

    async def test_a_flag_made_of_them_stays(self, reader, tmp_path):
        flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
        done = await read(reader, saved(tmp_path, f"Signed in {flag}.".encode()))
        assert (done.text, done.report.hidden_text) == (f"Signed in {flag}.", ())
