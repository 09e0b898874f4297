"""Scans are told from pages that simply say little."""

import pymupdf
import pytest

from elenchus.library.reading.child import ink
from elenchus.library.reading.child.contract import Legibility
from elenchus.library.reading.child.ink import Inspector
from elenchus.library.reading.child.pdf import FLAGS
from tests.fixtures import files

READ, UNREAD, BLANK = Legibility.READ, Legibility.UNREAD, Legibility.BLANK
LONG = files.CLAUSE * 4


def judged(content: bytes) -> Legibility:
    with pymupdf.open(stream=content) as document:
        page = document[0]
        return Inspector().judge(page, page.get_text(flags=FLAGS))


class TestJudge:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            pytest.param(files.pdf(LONG), READ, id="text"),
            pytest.param(files.pdf("SCHEDULE 3\nINITIAL ORDER\n[***]"), READ, id="hardly any text"),
            pytest.param(files.pdf(""), BLANK, id="blank"),
            pytest.param(files.table([["A", "B"], ["1", "2"]]), READ, id="small ruled table"),
            pytest.param(files.scan(LONG), UNREAD, id="scan"),
            pytest.param(files.scan(LONG, stamp=files.STAMP), UNREAD, id="scan with the court's stamp"),
            pytest.param(files.scan("So ordered."), UNREAD, id="scan of two words"),
            pytest.param(files.scan(""), BLANK, id="scan of a blank sheet"),
            pytest.param(files.scan("", stamp=files.STAMP), BLANK, id="stamped blank sheet"),
            pytest.param(
                files.stamp_and_picture(files.STAMP, (105, 115, 205, 145), picture_of="Denied"),
                UNREAD,
                id="small picture",
            ),
            pytest.param(
                files.with_picture("SIGNED by the parties", (100, 500, 220, 540), picture_of="J. Doe"),
                READ,
                id="signature",
            ),
            pytest.param(
                files.with_picture("COVER OF IT", (0, 0, 612, 792), picture_of=LONG), UNREAD, id="title over a scan"
            ),
            pytest.param(files.outlined(400), UNREAD, id="outlined letters"),
            pytest.param(files.outlined(20), BLANK, id="a few shapes"),
        ],
    )
    def test_each_page(self, content, expected):
        assert judged(content) is expected

    def test_a_stamp_on_a_rotated_page_is_still_in_its_margin(self):
        with pymupdf.open(stream=files.scan(LONG, stamp=files.STAMP)) as document:
            document[0].set_rotation(90)
            assert judged(document.tobytes()) is UNREAD

    def test_a_photograph_behind_a_title_is_no_page_of_writing(self):
        noise = bytes((x * 37 + y * 91) % 256 for y in range(200) for x in range(200))
        with pymupdf.open(stream=files.pdf("ANNUAL REPORT")) as document:
            photograph = pymupdf.Pixmap(pymupdf.csGRAY, 200, 200, noise, 0)
            document[0].insert_image(document[0].rect, pixmap=photograph, overlay=False, keep_proportion=False)
            assert judged(document.tobytes()) is READ

    def test_letters_that_nothing_names_are_not_text(self):
        with pymupdf.open(stream=files.pdf(LONG)) as document:
            assert Inspector().judge(document[0], "\ufffd" * 300 + "a few words") is UNREAD

    def test_only_so_many_pages_are_drawn_and_the_rest_counts_as_inked(self, monkeypatch):
        monkeypatch.setattr(ink, "RENDERS", 2)
        with pymupdf.open(stream=files.scan("", "", "")) as document:
            inspector = Inspector()
            assert [inspector.judge(page, "") for page in document] == [BLANK, BLANK, UNREAD]

    def test_a_page_of_any_size_is_drawn_small(self, monkeypatch):
        sizes = []
        monkeypatch.setattr(ink.Raster, "__init__", lambda self, samples, stride: sizes.append(len(samples)))
        monkeypatch.setattr(ink.Raster, "erase", lambda self, box: None)
        monkeypatch.setattr(ink.Raster, "ink_within", lambda self, boxes: 0.0)
        content = files.page_pdf(
            b"q 90000 0 0 90000 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q", box=b"[0 0 100000 100000]"
        )
        judged(content)
        assert sizes == [ink.RENDER_PIXELS**2]
