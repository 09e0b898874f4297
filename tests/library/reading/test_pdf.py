"""What a PDF's damage looks like from inside. End to end: test_sandbox.py."""

import pytest

from elenchus.library.reading.child.contract import Refused
from elenchus.library.reading.child.pdf import PdfFile, has_losses, is_cut_off
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files

FONT = "non-embedded font using identity encoding: Arial"


class TestHasLosses:
    @pytest.mark.parametrize(
        ("warnings", "text"),
        [
            ("cannot load content stream part 2/3", "half of it"),
            ("library error: zlib error: incorrect header check\nread error; treating as end of file", ""),
            ("premature end of data in flate filter\ninvalid character in hex string", "half of i"),
            ("non-page object in page tree", ""),
        ],
    )
    def test_what_mupdf_mutters_over_a_loss(self, warnings, text):
        assert has_losses(warnings, text)

    @pytest.mark.parametrize(
        ("warnings", "text"),
        [
            ("", "a page"),
            ("", ""),
            (FONT, "a page"),
            (FONT, ""),
            ("ignoring zlib error: incorrect data check", "a page whose writer forgot the checksum"),
            ("premature end of data in flate filter", "a page whose writer forgot the checksum"),
            ("non-page object in page tree", "a sound page after a lost one"),
        ],
    )
    def test_and_what_it_mutters_anyway(self, warnings, text):
        assert not has_losses(warnings, text)


class TestIsCutOff:
    @pytest.mark.parametrize(
        ("content", "repaired", "cut"),
        [
            (files.pdf("x"), False, False),
            (files.pdf("x") + b"\n\0\0<!-- added by a server -->", True, False),
            (files.pdf("x").removesuffix(b"%%EOF\n"), False, False),
            (files.pdf("x").removesuffix(b"%%EOF\n"), True, True),
            (files.pdf("x") + b"9 0 obj\n<<", False, True),
            (b"%PDF-1.7\n1 0 obj\n<<", True, True),
        ],
    )
    def test_by_what_stands_behind_the_last_end_mark(self, tmp_path, content, repaired, cut):
        assert is_cut_off(files.saved(tmp_path, content), repaired=repaired) is cut


class TestPdfFile:
    def test_a_contradictory_tree_of_pages_is_damage(self, tmp_path):
        path = files.saved(tmp_path, files.raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Kids[2 0 R 2 0 R]/Count 9>>"))
        with pytest.raises(Refused) as refused:
            PdfFile(path, ReadingLimits())
        assert refused.value.reason == "damaged"
