import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from elenchus.seeds.markup import Kind
from elenchus.seeds.render import NAMES, TEXTS, main, source
from tests.seeds.support import body, folded, page_texts, plain, strings

BACKEND = TEXTS.parents[2]
TOUCHING = (
    5.0  # the boxes of the 17 pt title's two lines share 4.2 points of empty ascender; printed over is 12 or more
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, env={"PYTHONPATH": str(BACKEND)}, capture_output=True, text=True, check=False)


class TestRenderAll:
    def test_every_text_in_the_folder_is_printed_in_order(self, printed):
        assert list(printed) == list(NAMES)
        assert {text.stem for text in TEXTS.glob("*.md")} == set(NAMES)

    def test_the_same_texts_give_the_same_bytes_in_another_process_over_older_files(self, printed, tmp_path):
        (tmp_path / "lease.pdf").write_bytes(b"stale")
        assert run("-m", "elenchus.seeds.render", str(tmp_path)).returncode == 0
        for name, path in printed.items():
            assert (tmp_path / f"{name}.pdf").read_bytes() == path.read_bytes()

    def test_importing_the_renderer_does_not_load_pymupdf(self):
        code = "import sys, elenchus.seeds.render, elenchus.seeds.questions; sys.exit('pymupdf' in sys.modules)"
        assert run("-c", code).returncode == 0


class TestCommand:
    def test_it_fills_a_new_folder_and_says_with_what(self, tmp_path, capsys):
        into = tmp_path / "deep" / "samples"
        assert main([str(into)]) == 0
        expected = [into / f"{name}.pdf" for name in NAMES]
        assert capsys.readouterr().out.splitlines() == [str(path) for path in expected]
        assert sorted(into.iterdir()) == sorted(expected)

    @pytest.mark.parametrize("arguments", [[], ["one", "two"]])
    def test_it_asks_for_one_folder(self, arguments, capsys):
        assert main(arguments) == 2
        assert "OUT_DIR" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
class TestPages:
    def test_about_a_dozen(self, name, printed):
        assert 10 <= len(page_texts(printed[name])) <= 14

    def test_each_has_its_header_and_footer(self, name, printed):
        pages = page_texts(printed[name])
        for number, page in enumerate(pages, start=1):
            lines = page.strip().splitlines()
            assert lines[0] == source(name).short
            assert lines[-1] == f"Page {number} of {len(pages)}"

    def test_every_paragraph_and_cell_of_the_source_is_there_in_order(self, name, printed):
        text, at = body(page_texts(printed[name]), source(name)), 0
        for block in source(name).blocks:
            for string in strings(block):
                found = text.find(string, at)
                assert found >= 0, string
                at = found + len(string)

    def test_nothing_is_there_that_the_source_does_not_say(self, name, printed):
        left = body(page_texts(printed[name]), source(name))
        for block in source(name).blocks:
            for string in strings(block):
                left = left.replace(string, "", 1)
        assert left.split() == []

    def test_every_heading_is_in_the_outline_and_on_the_page_it_names(self, name, printed):
        headings = {Kind.TITLE: 1, Kind.HEADING: 2, Kind.SUBHEADING: 3}
        expected = [[headings[b.kind], b.text] for b in source(name).blocks if b.kind in headings]
        with pymupdf.open(printed[name]) as document:
            outline = document.get_toc()
        pages = page_texts(printed[name])
        assert [entry[:2] for entry in outline] == expected
        assert all(plain(text) in folded(pages[page - 1]) for _, text, page in outline)

    def test_no_page_ends_with_a_heading(self, name, printed):
        headings = {plain(b.text) for b in source(name).blocks if b.kind in {Kind.HEADING, Kind.SUBHEADING}}
        for page in page_texts(printed[name]):
            assert page.strip().splitlines()[-2].strip() not in headings

    def test_the_metadata_is_the_documents_own(self, name, printed):
        with pymupdf.open(printed[name]) as document:
            metadata = document.metadata
        assert metadata["title"] == source(name).title
        assert metadata["creationDate"] == metadata["modDate"] == f"D:{source(name).date:%Y%m%d}090000Z"

    def test_no_line_touches_another_or_the_footer(self, name, printed):
        with pymupdf.open(printed[name]) as document:
            for page in document:
                *lines, footer = lines_of(page)
                assert max(line.y1 for line in lines) <= footer.y0
                assert not [(a, b) for a in lines for b in lines if a is not b and overlap(a, b) > TOUCHING]

    def test_the_first_page_says_that_it_is_fictional(self, name, printed):
        first = folded(page_texts(printed[name])[0])
        assert "Fictional sample made for Elenchus" in first
        assert "invented" in first


class TestFootnotes:
    def test_each_stands_on_the_page_that_calls_it(self, printed):
        opinion = source("opinion")
        pages = [folded(page) for page in page_texts(printed["opinion"])]
        for block in opinion.blocks:
            for call in block.footnote_calls:
                note = f"{call} {plain(opinion.footnotes[call])}"
                assert [page for page in pages if note in page] == [page for page in pages if plain(block.text) in page]

    def test_each_is_printed_once(self, printed):
        whole = folded(" ".join(page_texts(printed["opinion"])))
        assert all(whole.count(plain(note)) == 1 for note in source("opinion").footnotes.values())


def lines_of(page: pymupdf.Page) -> list[pymupdf.Rect]:
    blocks = page.get_text("dict")["blocks"]
    return [pymupdf.Rect(line["bbox"]) for block in blocks for line in block["lines"]]


def overlap(one: pymupdf.Rect, other: pymupdf.Rect) -> float:
    """The height two lines share, in points, if one stands above the other at all."""
    beside = one.x1 <= other.x0 or other.x1 <= one.x0
    return 0.0 if beside else min(one.y1, other.y1) - max(one.y0, other.y0)


def test_the_package_carries_the_texts() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert '"seeds/texts/*.md"' in project
    assert '"seeds/*.json"' in project
