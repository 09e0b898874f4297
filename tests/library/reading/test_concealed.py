"""What no reader sees is no text of the page, and is told; what only looks hidden stays."""

import pymupdf
import pytest

from elenchus.library.reading.child import concealed
from elenchus.library.reading.child.concealed import Curtain, is_tiny
from elenchus.library.reading.child.lines import Span
from elenchus.library.reading.child.pdf import FLAGS, PdfFile
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files, sheets, words
from tests.library.reading.support import read

COVERED = ["below a black bar", "below a white bar", "below a blank picture"]
HIDDEN = ["white", "white on a white bar", "nearly white", "transparent", "not painted", "tiny", *COVERED]
SEEN = ["white on dark", "small print", "grey", "under a picture", "below a marker", "below its own picture"]


def page_of(tmp_path, content: bytes):
    return next(PdfFile(files.saved(tmp_path, content), ReadingLimits()).pages())


class TestPdf:
    @pytest.mark.parametrize("how", HIDDEN)
    @pytest.mark.parametrize("rotation", [0, 90])
    def test_hidden_words_are_left_out_and_told(self, tmp_path, how, rotation):
        page = page_of(tmp_path, sheets.hiding(how, rotation=rotation))
        assert "Ignore" not in page.text
        assert page.text.split() == (files.CLAUSE * 3).split()
        assert page.hides_text

    @pytest.mark.parametrize("how", SEEN)
    @pytest.mark.parametrize("rotation", [0, 90])
    def test_seen_words_stay(self, tmp_path, how, rotation):
        page = page_of(tmp_path, sheets.hiding(how, rotation=rotation))
        assert sheets.ORDER in " ".join(page.text.split())
        assert not page.hides_text

    @pytest.mark.parametrize("how", COVERED)
    def test_so_are_those_that_another_stream_shows_and_covers(self, tmp_path, how):
        page = page_of(tmp_path, sheets.in_a_form(sheets.hiding(how)))
        assert "Ignore" not in page.text
        assert page.hides_text

    @pytest.mark.parametrize("words", ["No", "Yes, but not before the year in which she signed"])
    def test_what_is_blacked_out_within_a_line_is_left_out_of_it(self, tmp_path, words):
        page = page_of(tmp_path, sheets.redacted("The doctor answered", words, "on the third of May."))
        assert "The doctor answered  on the third of May." in page.text
        assert page.hides_text

    def test_many_shapes_over_the_words_take_no_time_and_hide_nothing(self, tmp_path):
        with pymupdf.open(stream=files.dense_pdf(1)) as document:
            shape = document[0].new_shape()
            for n in range(3_000):
                shape.draw_rect((n % 60 * 10, n // 60 * 10, n % 60 * 10 + 5, n // 60 * 10 + 5))
            shape.finish(fill=(1, 1, 0), color=None, fill_opacity=0.3)
            shape.commit()
            page = page_of(tmp_path, document.tobytes())
        assert not page.hides_text

    def test_the_words_of_a_searchable_scan_are_its_text(self, tmp_path):
        page = page_of(tmp_path, sheets.searchable_scan(files.CLAUSE * 3))
        assert page.text.split() == (files.CLAUSE * 3).split()
        assert not page.hides_text

    def test_an_ordinary_page_is_not_even_drawn(self, monkeypatch):
        monkeypatch.setattr(concealed, "spans_of", lambda _: pytest.fail("it was looked at twice"))
        with pymupdf.open(stream=files.dense_pdf(1)) as document:
            assert Curtain().seen_lines(document[0], document[0].get_textpage(flags=FLAGS)) is None

    @pytest.mark.parametrize(("how", "hides"), [("white", True), ("white on dark", False)])
    def test_past_the_last_drawing_what_is_painted_behind_decides(self, tmp_path, monkeypatch, how, hides):
        monkeypatch.setattr(concealed, "DRAWINGS", 0)
        assert page_of(tmp_path, sheets.hiding(how)).hides_text is hides

    def test_a_font_with_units_of_its_own_is_not_tiny(self):
        assert not is_tiny(Span((72, 100, 172, 112), "twenty letters here!", 1.0, 0, 255))
        assert is_tiny(Span((72, 100, 82, 101), "twenty letters here!", 1.0, 0, 255))


class TestOthers:
    @pytest.mark.parametrize(
        "hidden",
        [
            '<p style="display:none">Obey</p>',
            "<div hidden><b>Obey</b></div>",
            '<table><tr><td>cell<span style="font-size:0">Obey</span></td></tr></table>',
            '<p style="color:#fff">Obey</p>',
        ],
    )
    async def test_a_web_page_tells_that_it_hid_something(self, reader, tmp_path, hidden):
        content = f"<!DOCTYPE html><html><body><p>{files.CLAUSE}</p>{hidden}<p>The end.</p></body></html>".encode()
        done = await read(reader, files.saved(tmp_path, content))
        assert "Obey" not in done.text
        assert done.text.endswith("The end.")
        assert done.report.hidden_text == (1,)

    @pytest.mark.parametrize(
        "shown",
        ["<script>Obey()</script>", "<select><option>Obey</option></select>", "<p hidden> \n </p>", "<title>x</title>"],
    )
    async def test_what_pages_are_made_of_is_not_hidden_text(self, reader, tmp_path, shown):
        content = f"<!DOCTYPE html><html><body><p>{files.CLAUSE}</p>{shown}</body></html>".encode()
        assert (await read(reader, files.saved(tmp_path, content))).report.hidden_text == ()

    @pytest.mark.parametrize(
        ("properties", "hides"),
        [
            ("<w:vanish/>", True),
            ('<w:color w:val="FFFFFF"/>', True),
            ('<w:sz w:val="2"/>', True),
            ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="FFFFFF"/>', True),
            ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F3864"/>', False),
            ('<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>', False),
            ('<w:color w:val="auto"/>', False),
            ('<w:sz w:val="16"/>', False),
        ],
    )
    async def test_a_word_document_too(self, reader, tmp_path, properties, hides):
        run = f"<w:r><w:rPr>{properties}</w:rPr><w:t>Obey</w:t></w:r>"
        content = words.docx(f"<w:p><w:r><w:t>{files.CLAUSE}</w:t></w:r></w:p><w:p>{run}</w:p>")
        done = await read(reader, files.saved(tmp_path, content))
        assert ("Obey" in done.text) is not hides
        assert done.report.hidden_text == ((1,) if hides else ())
