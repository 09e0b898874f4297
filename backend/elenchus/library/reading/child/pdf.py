"""PDF through PyMuPDF. A repaired file says so; one whose end is missing is refused; nothing is silently complete."""

import mmap
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pymupdf as typed_in_part

from elenchus.library.reading.child.concealed import Curtain
from elenchus.library.reading.child.contract import Legibility, Page, Refused
from elenchus.library.reading.child.ink import Inspector, drowned
from elenchus.library.reading.child.labels import Labels
from elenchus.library.reading.child.layout import flow
from elenchus.library.reading.child.lines import as_shown, lines_of
from elenchus.library.reading.child.ocr import Recogniser
from elenchus.library.reading.child.picture import png_of
from elenchus.library.reading.cleaning import clean
from elenchus.library.reading.values import ReadingLimits

pymupdf: Any = typed_in_part  # strict typing refuses to call what PyMuPDF left untyped

# White space is kept (a no-break space stays one); ligatures are spelled out ("filing"); an unknown glyph is U+FFFD.
FLAGS: Final[int] = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
FAULTS: Final = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
OUT_OF_MEMORY: Final = re.compile(r"malloc|calloc|realloc|out of memory|bad_alloc|cannot allocate", re.IGNORECASE)
LOST: Final = re.compile(r"cannot load content stream|treating as end of file")
GONE: Final = re.compile(r"non-page object|cannot load object|not a stream|cannot find object|syntax error")
CUT_SHORT: Final = re.compile(r"premature end of data|zlib error")  # harmless alone: some writers omit the checksum
GARBLED: Final = re.compile(r"invalid character|unknown keyword|unexpected|unterminated|syntax error")
OBJECT: Final = re.compile(rb"\d\s+\d+\s+obj\b")

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


class PdfFile:
    encoding: str | None = None

    def __init__(self, path: Path, limits: ReadingLimits, recogniser: Recogniser | None = None) -> None:
        self._path = path
        self._document = _open(path)
        self._inspector, self._curtain, self._recogniser = Inspector(), Curtain(), recogniser
        self._labels = Labels(self._document)
        self._refuse_if_cut_off()
        if self.page_count > limits.pages:
            raise Refused("too_many_pages")

    @property
    def page_count(self) -> int:
        try:
            return int(self._document.page_count)
        except FAULTS as fault:  # its tree of pages contradicts itself
            raise Refused("damaged") from fault

    @property
    def repaired(self) -> bool:
        return bool(self._document.is_repaired)

    def pages(self) -> Iterator[Page]:
        index = damaged = 0
        while index < self.page_count:  # counted anew: a repair on the way may find more pages
            page = self._page(index)
            index, damaged = index + 1, damaged + (page is None)
            yield page or Page("", Legibility.UNREAD)
        if damaged * 2 > index or not index:
            raise Refused("damaged")
        self._refuse_if_cut_off()  # MuPDF repairs lazily: damage may have shown only now

    def picture(self, number: int, width: int) -> bytes:
        if number > self.page_count:
            raise Refused("no_such_page")
        try:
            return png_of(self._document.load_page(number - 1), width)
        except FAULTS as fault:
            _refuse_if_out_of_memory(fault)
            raise Refused("damaged") from fault

    def _page(self, index: int) -> Page | None:
        """None when the page cannot be read: it is then reported as textless."""
        pymupdf.TOOLS.reset_mupdf_warnings()
        try:
            page = self._document.load_page(index)
            text, hides = self._text(page)
            sheet = page.rect
            found = Page(text, Legibility.UNREAD, sheet.width, sheet.height, self._labels[index], hides)
            if has_losses(pymupdf.TOOLS.mupdf_warnings(), text):
                return found if text else None
            return self._judged(page, found)
        except FAULTS as fault:
            _refuse_if_out_of_memory(fault)
            return None

    def _text(self, page: Any) -> tuple[str, bool]:
        """What the page says to a reader, and whether it hides more."""
        textpage = page.get_textpage(flags=FLAGS)
        seen = self._curtain.seen_lines(page, textpage)
        lines = lines_of(textpage) if seen is None else seen
        return clean(flow(as_shown(lines, page))), seen is not None

    def _judged(self, page: Any, found: Page) -> Page:
        turned = page.rotation
        legibility = self._inspector.judge(page, found.text)
        if legibility is not Legibility.UNREAD or self._recogniser is None:
            return replace(found, legibility=legibility)
        page.set_rotation(turned)
        recognised = self._recogniser.read(page, keeping_text=not drowned(found.text))
        if recognised is None:
            return found
        own = "" if drowned(found.text) else found.text
        text = "\n\n".join(filter(None, (own, clean(recognised.text))))
        return replace(found, text=text, legibility=Legibility.READ, confidence=recognised.confidence)

    def _refuse_if_cut_off(self) -> None:
        if is_cut_off(self._path, repaired=self.repaired):
            raise Refused("truncated")


def _open(path: Path) -> Any:
    try:
        document = pymupdf.open(path, filetype="pdf")
    except FAULTS as fault:
        _refuse_if_out_of_memory(fault)
        raise Refused("damaged") from fault
    if not document.is_pdf:  # MuPDF looks at the content: HTML or PNG opens as itself whatever the file type says
        raise Refused("not_pdf")
    if document.needs_pass:
        raise Refused("password")
    return document


def is_cut_off(path: Path, *, repaired: bool) -> bool:
    """Objects after the last %%EOF mean that the file went on. Without any %%EOF a file may be sound, if it needed no
    repair."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.rfind(b"%%EOF")
        return repaired if end < 0 else OBJECT.search(data, end) is not None


def has_losses(warnings: str, text: str) -> bool:
    """MuPDF goes on over damage and only mutters. On 1,100 sound pages it said nothing."""
    if LOST.search(warnings):
        return True
    if not text:
        return GONE.search(warnings) is not None
    return bool(CUT_SHORT.search(warnings) and GARBLED.search(warnings))


def _refuse_if_out_of_memory(fault: Exception) -> None:
    if OUT_OF_MEMORY.search(str(fault)):
        raise Refused("memory") from fault
