"""Words out of pictures. What needs Tesseract's data runs where that is installed (make ocr)."""

import re
import textwrap
from collections.abc import Sequence

import pymupdf
import pytest

from elenchus.library.reading import programs
from elenchus.library.reading.child import ocr
from elenchus.library.reading.child.contract import Legibility
from elenchus.library.reading.child.ocr import Recogniser
from elenchus.library.reading.child.pdf import PdfFile
from elenchus.library.reading.child.recognised import recognised
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.programs import recognition
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files, sheets
from tests.library.reading.support import read, refusal

LONG = files.CLAUSE * 4
HEADINGS = "level page block par line word left top width height conf text".split()


def row(block: int, paragraph: int, line: int, word: str, confidence: float, level: int = 5) -> str:
    return "\t".join(map(str, (level, 1, block, paragraph, line, 1, 0, 0, 9, 9, confidence, word)))


def placed(block: int, line: int, left: int, top: int, width: int, height: int, word: str) -> str:
    return "\t".join(map(str, (5, 1, block, 1, line, 1, left, top, width, height, 90, word)))


def sheet_of(height: int) -> str:
    return "\t".join(map(str, (1, 1, 0, 0, 0, 0, 0, 0, 800, height, -1, "")))


def table_of(lines: Sequence[Sequence[tuple[int, str]]]) -> str:
    """Of a sheet on which each line has words at these places."""
    rows = [placed(1, n, left, 38 * n, 20, 15, word) for n, line in enumerate(lines, start=1) for left, word in line]
    return "\n".join([sheet_of(1_000), *rows])


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def hits(found: str, wanted: str) -> float:
    """The share of the wanted words that were found."""
    have = words_of(found)
    return sum(word in have for word in words_of(wanted)) / len(words_of(wanted))


class TestTable:
    def test_lines_and_paragraphs_are_kept_and_the_mean_is_by_letters(self):
        table = "\n".join(
            [
                "\t".join(HEADINGS),
                row(1, 0, 0, "", -1, level=2),
                row(1, 1, 1, "The", 90),
                row(1, 1, 1, "rent", 90),
                row(1, 1, 2, "is", 90),
                row(1, 2, 1, "due.", 60),
            ]
        )
        found = recognised(table)
        assert found
        assert found.text == "The rent\nis\n\ndue."
        assert found.confidence == pytest.approx((3 * 90 + 4 * 90 + 2 * 90 + 4 * 60) / 13 / 100, abs=0.001)

    def test_a_block_that_is_mere_guessing_is_no_text(self):
        found = recognised("\n".join([row(1, 1, 1, "Rent", 95), row(2, 1, 1, "~=|", 12)]))
        assert found
        assert found.text == "Rent"

    @pytest.mark.parametrize("number", [str, lambda n: "ee"], ids=["read", "misread"])
    def test_numbers_down_the_margin_of_the_whole_sheet_are_no_words(self, number):
        lines = [[(60, number(n)), (120, "The"), (170, "rent"), (220, "falls"), (270, "due.")] for n in range(1, 26)]
        found = recognised(table_of(lines))
        assert found
        assert found.text.split() == ["The", "rent", "falls", "due."] * 25

    def test_nor_is_an_upright_line_of_guesses(self):
        upright = [placed(1, 1, 60, 40 + 60 * n, 12, 55, "RO") for n in range(15)]
        text = [
            placed(2, n, left, 40 * n, 40, 15, word)
            for n in range(1, 24)
            for left, word in ((120, "The"), (170, "rent"), (220, "is"))
        ]
        found = recognised("\n".join([sheet_of(1_000), *upright, *text]))
        assert found
        assert "RO" not in found.text

    @pytest.mark.parametrize("count", [8, 12])
    def test_the_numbers_of_a_list_are_its_own(self, count):
        lines = [[(60, f"{n}"), (120, "The"), (170, "rent"), (220, "falls"), (270, "due.")] for n in range(1, count)]
        found = recognised(table_of(lines))
        assert found
        assert all(str(n) in found.text.split() for n in range(1, count))

    @pytest.mark.parametrize("table", ["", "\t".join(HEADINGS), row(1, 1, 1, "x", 5), row(1, 1, 1, " ", 95), "5\t1"])
    def test_no_word_is_nothing(self, table):
        assert recognised(table) is None


class TestData:
    def test_english_comes_first_and_not_too_many(self, tmp_path):
        for name in ("deu", "osd", "eng", "fra", "spa", "chi_sim"):
            (tmp_path / f"{name}.traineddata").touch()
        assert recognition(str(tmp_path)) == (str(tmp_path), "eng+deu+fra")

    def test_a_named_folder_without_data_is_none(self, tmp_path):
        assert recognition(str(tmp_path)) is None

    def test_the_usual_places_are_known(self, monkeypatch, tmp_path):
        (tmp_path / "5" / "tessdata").mkdir(parents=True)
        (tmp_path / "5" / "tessdata" / "eng.traineddata").touch()
        monkeypatch.setattr(programs, "DATA_FOLDERS", ("/nowhere/tessdata", f"{tmp_path}/*/tessdata"))
        assert recognition() == (str(tmp_path / "5" / "tessdata"), "eng")


class TestWithout:
    async def test_a_scan_says_that_recognition_is_not_installed(self, reader, tmp_path):
        refused = await refusal(reader, files.saved(tmp_path, files.scan(LONG)))
        assert refused.code == "needs_ocr"
        assert "make ocr" in refused.detail

    async def test_a_scan_among_text_is_named(self, reader, tmp_path):
        report = (await read(reader, files.saved(tmp_path, files.mixed(LONG, LONG)))).report
        assert (report.textless_pages, report.ocr_pages, report.ocr_confidence) == ((2,), (), None)

    def test_data_that_the_engine_cannot_read_leaves_the_pages_as_they_are(self, tmp_path):
        (tmp_path / "eng.traineddata").write_bytes(b"no data")
        recogniser = Recogniser(tmp_path, "eng", 60, lambda: None)
        pages = list(PdfFile(files.saved(tmp_path, files.scan(LONG)), ReadingLimits(), recogniser).pages())
        assert [page.legibility for page in pages] == [Legibility.UNREAD]


@pytest.mark.usefixtures("with_recognition")
class TestWith:
    @pytest.mark.parametrize("stamp", ["", files.STAMP])
    async def test_a_scan_becomes_text(self, reader, tmp_path, stamp):
        done = await read(reader, files.saved(tmp_path, files.scan(LONG, stamp=stamp)))
        assert hits(done.text, LONG) > 0.95
        assert done.report.ocr_pages == (1,)
        assert done.report.textless_pages == ()
        assert done.report.ocr_confidence > 0.8
        assert done.pages[0].ocr_confidence == done.report.ocr_confidence
        assert done.text.startswith(stamp)
        assert done.text.count("Filed") == bool(stamp)  # as the file says it, and not once more as it looks

    async def test_only_the_pages_that_need_it(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.mixed(LONG, "The annex lists the machines.")))
        assert [page.ocr_confidence is None for page in done.pages] == [True, False]
        assert done.pages[0].text.split() == LONG.split()
        assert "annex lists the machines" in done.pages[1].text
        assert done.report.ocr_pages == (2,)

    @pytest.mark.parametrize("turn", [90, 270])
    async def test_a_sheet_that_lay_sideways(self, reader, tmp_path, turn):
        done = await read(reader, files.saved(tmp_path, sheets.turned_scan(LONG, turn)))
        assert hits(done.text, LONG) > 0.9

    async def test_court_paper_loses_the_numbers_of_its_margin(self, reader, tmp_path):
        lines = textwrap.wrap(files.CLAUSE * 3, 70)
        done = await read(reader, files.saved(tmp_path, sheets.photographed(sheets.court_paper(lines))))
        assert done.text.split() == " ".join(lines).split()

    async def test_a_page_that_is_shown_turned(self, reader, tmp_path):
        with pymupdf.open(stream=sheets.turned_scan(LONG, 90)) as document:
            document[0].set_rotation(90)
            turned = document.tobytes()
        assert hits((await read(reader, files.saved(tmp_path, turned))).text, LONG) > 0.9

    async def test_a_blank_sheet_is_still_blank(self, reader, tmp_path):
        assert (await refusal(reader, files.saved(tmp_path, files.scan("", "")))).code == "empty"

    async def test_pictures_without_words_are_told(self, reader, tmp_path):
        noise = bytes((x * x * 7 + y * 91 * x) % 256 for y in range(300) for x in range(300))
        with pymupdf.open() as document:
            page = document.new_page()
            page.insert_image(page.rect, pixmap=pymupdf.Pixmap(pymupdf.csGRAY, 300, 300, noise, 0))
            content = document.tobytes()
        refused = await refusal(reader, files.saved(tmp_path, content))
        assert (refused.code, "found no words" in refused.detail) == ("needs_ocr", True)

    async def test_past_its_time_pages_stay_pictures(self, reader, tmp_path):
        content = files.mixed(LONG, LONG)
        report = (await read(reader, files.saved(tmp_path, content), ReadingLimits(ocr_seconds=0))).report
        assert (report.textless_pages, report.ocr_pages) == ((2,), ())

    async def test_recognising_is_not_charged_to_the_reading(self, reader, tmp_path):
        limits = ReadingLimits(wall_seconds=1.5, cpu_seconds=1)
        done = await read(reader, files.saved(tmp_path, files.scan(LONG, LONG)), limits)
        assert len(done.report.ocr_pages) == 2

    async def test_the_child_can_still_open_nothing_else(self, reader, tmp_path):
        path = files.saved(tmp_path, files.scan("So ordered."))
        async with reader.open(path, Kind.PDF) as reading:
            pages = [page async for page in reading]
            assert "ordered" in pages[0].text
            assert {"memory", "processor", "files", "writing"} <= reading.guards

    async def test_a_picture_larger_than_the_memory_is_not_drawn_whole(self, reader, tmp_path):
        path = files.saved(tmp_path, files.huge_picture())
        refused = await refusal(reader, path, ReadingLimits(memory_bytes=500 << 20))
        assert refused.code in {"empty", "needs_ocr", "too_large"}

    @pytest.mark.parametrize("side", [1, 20, 14_000, 1_000_000])
    def test_a_page_of_any_size_is_drawn_within_bounds(self, side):
        with pymupdf.open(stream=files.page_pdf(b"", box=b"[0 0 %d %d]" % (side, side))) as document:
            picture, _ = ocr._picture(document[0], 0, keeping_text=False)
            assert picture.width * picture.height <= 1.1 * ocr.MOST_PIXELS
