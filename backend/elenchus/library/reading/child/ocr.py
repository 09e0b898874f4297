"""Words out of pictures of text, by Tesseract, with how sure it is of them.

The engine is the one inside PyMuPDF's own library, called by its C interface: PyMuPDF's Python functions keep neither
its confidence nor its lines, and begin anew for every page. Only the language data has to be installed.
"""

import ctypes
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

import pymupdf as typed_in_part

from elenchus.library.reading.child.ink import marks_of
from elenchus.library.reading.child.jail import lent_cpu
from elenchus.library.reading.child.recognised import Recognised, recognised

pymupdf: Any = typed_in_part

DPI: Final = 200  # 300 took half as long again and was no surer on court scans
MOST_PIXELS: Final = 8_000_000  # an A4 page has 3,900,000; the page's real size never decides how much is drawn
PAGE_SECONDS: Final = 80  # the densest court page took 4
TURNS: Final = (0, 90, 270, 180)
SURE: Final = 0.6  # of 1: from here a page is not turned; clean scans have 0.9 and more
LEAST: Final = 0.5  # what is less sure is no text to search or to quote
POINTS: Final = 72
WHITE: Final = (255,)

Handle = ctypes.c_void_p
FUNCTIONS: Final[dict[str, tuple[Any, list[Any]]]] = {
    "fz_new_context_imp": (Handle, [Handle, Handle, ctypes.c_size_t, ctypes.c_char_p]),
    "fz_set_leptonica_mem": (None, [Handle]),
    "TessBaseAPICreate": (Handle, []),
    "TessBaseAPIInit3": (ctypes.c_int, [Handle, ctypes.c_char_p, ctypes.c_char_p]),
    "TessBaseAPISetPageSegMode": (None, [Handle, ctypes.c_int]),
    "TessBaseAPISetImage": (None, [Handle, ctypes.c_char_p, *[ctypes.c_int] * 4]),
    "TessBaseAPISetSourceResolution": (None, [Handle, ctypes.c_int]),
    "TessBaseAPIRecognize": (ctypes.c_int, [Handle, Handle]),
    "TessBaseAPIGetTsvText": (Handle, [Handle, ctypes.c_int]),
    "TessDeleteText": (None, [Handle]),
    "TessMonitorCreate": (Handle, []),
    "TessMonitorDelete": (None, [Handle]),
    "TessMonitorSetDeadlineMSecs": (None, [Handle, ctypes.c_int]),
}
STORE_BYTES: Final = 1 << 20
WHOLE_PAGE: Final = 3  # columns, paragraphs and lines are found by themselves
# An extension's handle finds what the libraries below it hold. Opened now, since later no file can be.
_library: Final = ctypes.CDLL(import_module("pymupdf._mupdf").__file__)


class NoEngine(Exception):
    """This PyMuPDF has no Tesseract inside, or it cannot read its data."""


class Engine:
    def __init__(self, folder: Path, languages: str) -> None:
        self._calls = _calls()
        memory = self._calls["fz_new_context_imp"](None, None, STORE_BYTES, pymupdf.mupdf_version.encode())
        if not memory:
            raise NoEngine
        self._calls["fz_set_leptonica_mem"](memory)
        self._handle = self._calls["TessBaseAPICreate"]()
        if self._calls["TessBaseAPIInit3"](self._handle, str(folder).encode(), languages.encode()):
            raise NoEngine
        self._calls["TessBaseAPISetPageSegMode"](self._handle, WHOLE_PAGE)

    def table(self, picture: Any, dpi: int, seconds: float) -> str:
        """What it sees in a grey picture, as its own tab-separated table; nothing when it took too long."""
        size = (picture.width, picture.height, 1, picture.stride)
        self._calls["TessBaseAPISetImage"](self._handle, picture.samples, *size)
        self._calls["TessBaseAPISetSourceResolution"](self._handle, dpi)
        monitor = self._calls["TessMonitorCreate"]()
        self._calls["TessMonitorSetDeadlineMSecs"](monitor, int(1000 * seconds))
        failed = self._calls["TessBaseAPIRecognize"](self._handle, monitor)
        self._calls["TessMonitorDelete"](monitor)
        return "" if failed else self._answer()

    def _answer(self) -> str:
        text = self._calls["TessBaseAPIGetTsvText"](self._handle, 0)
        if not text:
            return ""
        try:
            return ctypes.string_at(text).decode(errors="replace")
        finally:
            self._calls["TessDeleteText"](text)


@dataclass
class Recogniser:
    """For one document. Past its time pages stay as they are, and are told as such."""

    folder: Path
    languages: str
    seconds_left: float
    announce: Callable[[], None]
    _engine: Engine | None = None

    @classmethod
    def asked(cls, request: dict[str, Any] | None, seconds: float, announce: Callable[[], None]) -> Self | None:
        """None when the parent found no language data."""
        return cls(Path(request["folder"]), request["languages"], seconds, announce) if request else None

    def read(self, page: Any, *, keeping_text: bool) -> Recognised | None:
        """None when there are no words, or no time. With `keeping_text` what the page has as text is painted over."""
        if self.seconds_left <= 0:
            return None
        self.announce()
        began = time.monotonic()
        try:
            with lent_cpu(PAGE_SECONDS):
                return self._recognised(page, keeping_text)
        except NoEngine:
            self.seconds_left = 0
            return None
        finally:
            self.seconds_left -= time.monotonic() - began

    def _recognised(self, page: Any, keeping_text: bool) -> Recognised | None:
        """As it stands, or turned when that can hardly be read: maps and tables are often scanned sideways."""
        best: Recognised | None = None
        for turn in TURNS:
            found = recognised(self._table(page, turn, keeping_text))
            best = max(filter(None, (best, found)), key=lambda one: one.confidence, default=None)
            if best and best.confidence >= SURE:
                break
        return best if best and best.confidence >= LEAST else None

    def _table(self, page: Any, turn: int, keeping_text: bool) -> str:
        self._engine = self._engine or Engine(self.folder, self.languages)
        seconds = min(PAGE_SECONDS, self.seconds_left) / len(TURNS)
        return self._engine.table(*_picture(page, turn, keeping_text), seconds)


def _picture(page: Any, turn: int, keeping_text: bool) -> tuple[Any, int]:
    zoom = _zoom(page.rect.width, page.rect.height)
    matrix = pymupdf.Matrix(zoom, zoom) * pymupdf.Matrix(turn)
    picture = page.get_pixmap(matrix=matrix, colorspace="gray", alpha=False)
    for box in marks_of(page).visible_texts if keeping_text else ():
        picture.set_rect((pymupdf.Rect(box) * page.rotation_matrix * matrix).irect, WHITE)
    return picture, max(1, round(zoom * POINTS))


def _zoom(width: float, height: float) -> float:
    return min(DPI / POINTS, math.sqrt(MOST_PIXELS / max(1.0, width * height)))


def _calls() -> dict[str, Any]:
    calls = {}
    for name, (result, arguments) in FUNCTIONS.items():
        call = getattr(_library, name, None)
        if call is None:
            raise NoEngine
        call.restype, call.argtypes = result, arguments
        calls[name] = call
    return calls
