"""Whether bytes are text, and in which encoding. Reads in pieces: the file is never whole in memory."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "windows-1252")
PIECE_BYTES: Final = 1 << 20
CONTROLS: Final = bytes(range(0x01, 0x09)) + bytes(range(0x0E, 0x1A)) + bytes(range(0x1B, 0x20)) + b"\x7f"
HIGH: Final = bytes(range(0x80, 0x100))
NOT_WINDOWS: Final = b"\x81\x8d\x8f\x90\x9d"  # bytes that windows-1252 leaves undefined

FREE_CONTROLS: Final = 2  # a stray escape or backspace is common in old filings
MOST_CONTROLS: Final = 500  # past those, one control character in so many is still text
MOST_HIGH: Final = 3  # one letter in so many beyond ASCII: Western text has fewer, Cyrillic or binary has more
SURELY_UTF8: Final = 10  # so many whole multi-byte letters for each broken one: a damaged UTF-8 file, not another code


@dataclass(slots=True)
class _Tally:
    size: int = 0
    nuls: int = 0
    controls: int = 0
    high: int = 0
    not_windows: int = 0
    broken: int = 0
    whole: int = 0

    def add(self, data: bytes, text: str) -> None:
        self.size += len(data)
        self.nuls += data.count(0)
        self.controls += _hits(data, CONTROLS)
        self.high += _hits(data, HIGH)
        self.not_windows += _hits(data, NOT_WINDOWS)
        broken = text.count("\ufffd")
        self.broken += broken
        self.whole += len(text) - len(text.encode("ascii", "ignore")) - broken

    @property
    def is_text(self) -> bool:
        return not self.nuls and (self.controls - FREE_CONTROLS) * MOST_CONTROLS <= self.size

    @property
    def is_whole(self) -> bool:
        return self.whole >= self.broken * SURELY_UTF8


def text_encoding(path: Path) -> str | None:
    """The codec to read it with (`errors="replace"`), or None when it is no text."""
    mark = _byte_order_mark(path)
    tally = _Tally()
    for data, text in _decoded(path, mark or "utf-8"):
        tally.add(text.encode("utf-8", "replace") if mark == "utf-16" else data, text)
    if not tally.is_text:
        return None
    if tally.is_whole:
        return mark or "utf-8"
    is_western = not mark and not tally.not_windows and tally.high * MOST_HIGH <= tally.size
    return "windows-1252" if is_western else None


def _byte_order_mark(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(3)
    if head == codecs.BOM_UTF8:
        return "utf-8-sig"
    return "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else None


def _decoded(path: Path, encoding: str) -> Iterator[tuple[bytes, str]]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            yield data, decoder.decode(data)
    yield b"", decoder.decode(b"", final=True)


def _hits(data: bytes, wanted: bytes) -> int:
    return len(data) - len(data.translate(None, wanted))
