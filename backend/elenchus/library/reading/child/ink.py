"""Tells a scan from a page that simply says little, by what is drawn on it besides its text.

Only pages with hardly any text are looked at: dense ones cost nothing. Scanned court filings are the trap: the
court's stamp ("Case 4:08-cv-02214 Filed 01/29/2009") is text, the filing itself is a picture.
"""

from typing import Any, Final, NamedTuple

from elenchus.library.reading.child.contract import Legibility

LITTLE: Final = 200  # characters without blanks; stamps have 43 to 114, the sparsest real pages beyond it 205
UNKNOWN_SHARE: Final = 3  # one unknown glyph (U+FFFD) in so many characters: the text is not what the eye reads
MARGIN: Final = 0.12  # of the page, on each side: where stamps, headers and page numbers stand
COVERED: Final = 0.4  # pictures over so much of a page are the page
MOST_COVERS: Final = 500  # shapes over words that are looked at one by one
GLYPHS: Final = 100  # so many letter-sized filled shapes are letters turned into outlines

RENDER_PIXELS: Final = 400  # the longer side; the page's real size never decides how much is drawn
RENDERS: Final = 40  # pages drawn per document (10 to 50 ms each); past it pictures count as inked
CONTRAST: Final = 25  # grey levels (of 256) from the background that count as ink
LEAST_INK: Final = 0.0002  # of a picture's area: two words on a sheet have 0.0009, a blank sheet next to nothing
MOST_INK: Final = 0.5  # a picture with more is a photograph or a background, not writing

Page = Any  # PyMuPDF's, which is only half typed
Box = tuple[float, float, float, float]
Pixels = tuple[int, int, int, int]
TEXT_MARKS: Final = frozenset({"fill-text", "stroke-text", "ignore-text", "clip-text"})
PAINTED: Final = frozenset({"fill-text", "stroke-text"})
IMAGE_MARKS: Final = frozenset({"fill-image", "fill-imgmask"})
FILL_MARKS: Final = frozenset({"fill-path", "fill-shade"})


class Marks(NamedTuple):
    texts: list[Box]
    visible_texts: list[Box]
    images: list[Box]
    fills: list[Box]
    over_text: list[Box]
    """Those of both that were painted after words."""

    @property
    def glyphs(self) -> int:
        """Filled shapes of a letter's size."""
        return sum(1 < right - left < 40 and 2 < bottom - top < 40 for left, top, right, bottom in self.fills)


class Inspector:
    """Judges the pages of one document; it draws at most `RENDERS` of them."""

    def __init__(self) -> None:
        self._renders_left = RENDERS

    def judge(self, page: Page, text: str) -> Legibility:
        solid = sum(map(len, text.split()))
        if drowned(text):
            return Legibility.UNREAD
        if solid >= LITTLE:
            return Legibility.READ
        page.set_rotation(0)  # in memory only: what is drawn is logged unrotated, but the page's size is not
        return self._judge_marks(page, marks_of(page))

    def _judge_marks(self, page: Page, marks: Marks) -> Legibility:
        has_body = any(_in_body(box, tuple(page.rect)) for box in marks.texts)
        if marks.glyphs >= GLYPHS or self._is_picture_of_text(page, marks, has_body=has_body):
            return Legibility.UNREAD
        return Legibility.READ if has_body else Legibility.BLANK

    def _is_picture_of_text(self, page: Page, marks: Marks, *, has_body: bool) -> bool:
        if not marks.images:
            return False
        covers = sum(map(_area, marks.images)) >= COVERED * _area(tuple(page.rect))
        if has_body and not covers:  # a logo or a signature beside real text
            return False
        ink = self._ink(page, marks)
        return ink is None or LEAST_INK <= ink <= (MOST_INK if has_body else 1.0)

    def _ink(self, page: Page, marks: Marks) -> float | None:
        """The inked share of the pictures, or None when that was not worth finding out."""
        if not self._renders_left:
            return None
        self._renders_left -= 1
        raster, zoom = drawn(page, RENDER_PIXELS)
        for box in marks.texts:
            raster.erase(scaled(box, zoom))
        return raster.ink_within([scaled(box, zoom) for box in marks.images])


def drowned(text: str) -> bool:
    """In glyphs that nothing names."""
    unknown = text.count("\ufffd")
    return unknown > 0 and unknown * UNKNOWN_SHARE > sum(map(len, text.split()))


class Raster:
    """A small grey picture of a page; its most common grey is its background."""

    def __init__(self, samples: bytes, stride: int) -> None:
        self._rows = [bytearray(samples[at : at + stride]) for at in range(0, len(samples), stride)]
        self._background = max(range(256), key=samples.count)

    def erase(self, box: Pixels) -> None:
        left, top, right, bottom = box
        for row in self._rows[top:bottom]:
            row[left:right] = bytes([self._background]) * len(row[left:right])

    def ink_within(self, boxes: list[Pixels]) -> float:
        """The share of pixels that stand out from the background, lighter or darker."""
        return _standing_out(b"".join(map(self._cut, boxes)), self._background)

    def contrast_within(self, box: Pixels) -> float:
        """The same, from whatever that box is mostly filled with."""
        cut = self._cut(box)
        return _standing_out(cut, max(range(256), key=cut.count)) if cut else 0.0

    def _cut(self, box: Pixels) -> bytes:
        left, top, right, bottom = box
        return b"".join(bytes(row[left:right]) for row in self._rows[top:bottom])


def drawn(page: Page, pixels: int) -> tuple[Raster, float]:
    """The page as a picture whose longer side has so many pixels, and how many that is to a point."""
    zoom = min(pixels / RENDER_PIXELS, pixels / max(page.rect.width, page.rect.height))
    picture = page.get_pixmap(matrix=(zoom, 0, 0, zoom, 0, 0), colorspace="gray", alpha=False)
    return Raster(picture.samples, picture.stride), zoom


def marks_of(page: Page) -> Marks:
    """In the page's own coordinates, before it was turned."""
    marks = Marks([], [], [], [], [])
    sheet = tuple(page.rect * page.derotation_matrix)
    for kind, box in page.get_bboxlog():
        if kind in TEXT_MARKS:
            marks.texts.append(box)
            if kind in PAINTED:
                marks.visible_texts.append(box)
            continue
        if kind in IMAGE_MARKS:
            marks.images.append(clipped(box, sheet))
        elif kind in FILL_MARKS:
            marks.fills.append(box)
        else:
            continue
        if marks.texts and _hides_a_letter(box):
            marks.over_text.append(box)
    if len(marks.over_text) > MOST_COVERS:
        marks.over_text[:] = [sheet]
    return marks


def _hides_a_letter(box: Box) -> bool:
    return box[2] - box[0] > 3 and box[3] - box[1] > 3


def scaled(box: Box, zoom: float) -> Pixels:
    left, top, right, bottom = (max(0, round(edge * zoom)) for edge in box)
    return left, top, right, bottom


def _standing_out(pixels: bytes, background: int) -> float:
    plain = bytes(range(max(0, background - CONTRAST), min(256, background + CONTRAST + 1)))
    return len(pixels.translate(None, plain)) / len(pixels) if pixels else 0.0


def _in_body(box: Box, page: Box) -> bool:
    """Reaches into the page beyond its margins."""
    left, top, right, bottom = page
    across, down = MARGIN * (right - left), MARGIN * (bottom - top)
    inner = (left + across, top + down, right - across, bottom - down)
    return _area(clipped(box, inner)) > 0


def clipped(box: Box, within: Box) -> Box:
    return max(box[0], within[0]), max(box[1], within[1]), min(box[2], within[2]), min(box[3], within[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
