"""What a file is, told by its content; its name and declared type are never looked at."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from elenchus.library.reading.encodings import text_encoding
from elenchus.library.reading.outcomes import unreadable

HEAD_BYTES: Final = 4_096
PDF_HEADER_WITHIN: Final = 1_024  # real court files put %%EOF, blank lines or mail headers before %PDF-


class Kind(StrEnum):
    """The contents that can be read; each has a reader in `child/readers.py`."""

    PDF = "pdf"
    TEXT = "text"


LABELS: Final = {Kind.PDF: "PDF", Kind.TEXT: "plain text (UTF-8)"}

MAIL_HEADER = re.compile(
    rb"(?:return-path|received|delivered-to|message-id|mime-version|from|to|date|subject|x-[\w-]+):", re.IGNORECASE
)
HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")


def detect(path: Path) -> Kind:
    """Name the content or raise `UnreadableFile`. Reads a PDF's first 4 KiB, a text in pieces; run it off the loop."""
    head = _head(path)
    if not head:
        raise unreadable("no_bytes")
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return Kind.PDF
    found = _foreign(head)
    if found is None and text_encoding(path):
        return Kind.TEXT
    raise unreadable("foreign", found=found or "not a format that can be read here", supported=supported())


def supported() -> str:
    """The readable formats as words: "PDF or plain text (UTF-8)"."""
    *most, last = LABELS.values()
    return f"{', '.join(most)} or {last}"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _foreign(head: bytes) -> str | None:
    """Known contents that are not read, so that the refusal can name them."""
    return next((label for label, matches in FOREIGN if matches(head)), None)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _is_html(head: bytes) -> bool:
    return _opening(head).startswith(HTML_STARTS)


def _is_xml(head: bytes) -> bool:
    return _opening(head).startswith(b"<?xml")


def _is_mail(head: bytes) -> bool:
    return bool(MAIL_HEADER.match(head)) and b"\nmime-version:" in b"\n" + head.lower()


def _opening(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()


FOREIGN: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("a Word, other Office or zip file", _starts(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")),
    ("an old Office file (.doc, .xls, .msg)", _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("a rich text file (.rtf)", _starts(b"{\\rtf")),
    ("a WordPerfect file", _starts(b"\xffWPC")),
    ("a picture", _starts(b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")),
    ("an archive", _starts(b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")),
    ("a PostScript file", _starts(b"%!PS")),
    ("a web page (HTML)", _is_html),
    ("an XML file", _is_xml),
    ("an e-mail message (.eml)", _is_mail),
)
