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
IMAGE_MARKS: Final = frozenset({"fill-image", "fill-imgmask"})


class Marks(NamedTuple):
    texts: list[Box]
    images: list[Box]
    glyphs: int


class Inspector:
    """Judges the pages of one document; it draws at most `RENDERS` of them."""

    def __init__(self) -> None:
        self._renders_left = RENDERS

    def judge(self, page: Page, text: str) -> Legibility:
        solid = sum(map(len, text.split()))
        if text.count("\ufffd") * UNKNOWN_SHARE > solid:
            return Legibility.UNREAD
        if solid >= LITTLE:
            return Legibility.READ
        page.set_rotation(0)  # in memory only: what is drawn is logged unrotated, but the page's size is not
        return self._judge_marks(page, _marks(page))

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
        zoom = min(1.0, RENDER_PIXELS / max(page.rect.width, page.rect.height))
        picture = page.get_pixmap(matrix=(zoom, 0, 0, zoom, 0, 0), colorspace="gray", alpha=False)
        raster = Raster(picture.samples, picture.stride)
        for box in marks.texts:
            raster.erase(_scaled(box, zoom))
        return raster.ink_within([_scaled(box, zoom) for box in marks.images])


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
        plain = bytes(range(max(0, self._background - CONTRAST), min(256, self._background + CONTRAST + 1)))
        cuts = [bytes(row[left:right]) for left, top, right, bottom in boxes for row in self._rows[top:bottom]]
        pixels = sum(map(len, cuts))
        return sum(len(cut.translate(None, plain)) for cut in cuts) / pixels if pixels else 0.0


def _marks(page: Page) -> Marks:
    marks = Marks([], [], 0)
    glyphs = 0
    for kind, box in page.get_bboxlog():
        if kind in TEXT_MARKS:
            marks.texts.append(box)
        elif kind in IMAGE_MARKS:
            marks.images.append(_clipped(box, tuple(page.rect)))
        glyphs += kind == "fill-path" and 1 < box[2] - box[0] < 40 and 2 < box[3] - box[1] < 40
    return marks._replace(glyphs=glyphs)


def _in_body(box: Box, page: Box) -> bool:
    """Reaches into the page beyond its margins."""
    left, top, right, bottom = page
    across, down = MARGIN * (right - left), MARGIN * (bottom - top)
    inner = (left + across, top + down, right - across, bottom - down)
    return _area(_clipped(box, inner)) > 0


def _clipped(box: Box, within: Box) -> Box:
    return max(box[0], within[0]), max(box[1], within[1]), min(box[2], within[2]), min(box[3], within[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _scaled(box: Box, zoom: float) -> Pixels:
    left, top, right, bottom = (max(0, round(edge * zoom)) for edge in box)
    return left, top, right, bottom
