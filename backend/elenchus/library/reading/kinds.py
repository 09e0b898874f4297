"""What a file is, told by its content; its name and declared type are never looked at."""

import mmap
import re
from codecs import BOM_UTF8 as BOM
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from elenchus.library.reading.encodings import text_encoding
from elenchus.library.reading.outcomes import unreadable
from elenchus.library.reading.programs import converter

HEAD_BYTES: Final = 4_096
PDF_HEADER_WITHIN: Final = 1_024  # real court files put %%EOF, blank lines or mail headers before %PDF-


class Kind(StrEnum):
    """The contents that can be read; each has a reader in `child/readers.py` or, OLD_WORD, in `conversion`."""

    PDF = "pdf"
    WORD = "docx"
    OLD_WORD = "doc"
    RICH_TEXT = "rtf"
    WEB_PAGE = "html"
    MAIL = "eml"
    TEXT = "text"


LABELS: Final = {
    Kind.PDF: "PDF",
    Kind.WORD: "Word (.docx)",
    Kind.OLD_WORD: "old Word (.doc)",
    Kind.RICH_TEXT: "rich text (.rtf)",
    Kind.WEB_PAGE: "web page (.html)",
    Kind.MAIL: "e-mail (.eml)",
    Kind.TEXT: "plain text or Markdown (UTF-8)",
}

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF = b"{\\rtf"
WORD_PART = re.compile(rb"PK(?:\x01\x02.{42}|\x03\x04.{26})word/document\d?\.xml", re.DOTALL)
ZIP_END = b"PK\x05\x06"
ZIP_TAIL_BYTES: Final = (1 << 16) + 22  # the end record stands before a comment of up to 64 KiB
#: Streams in old Office files; the first to occur is that of the file itself, others belong to what it embeds.
OLE_STREAMS: Final = {
    name.encode("utf-16-le").ljust(64, b"\0") + bytes([2 * len(name) + 2, 0]): kind  # as its directory has it
    for name, kind in {
        "EncryptedPackage": Kind.WORD,
        "WordDocument": Kind.OLD_WORD,
        "Workbook": None,
        "PowerPoint Document": None,
        "__properties_version1.0": None,
    }.items()
}
MAIL_HEADER = re.compile(rb"[!-9;-~]{1,76}:(?:[ \t]|\r?\n[ \t])")
#: A letter may begin "From:"; only machines write these.
MACHINE_HEADER = re.compile(
    rb"^(?:mime-version|message-id|received|return-path|delivered-to|dkim-signature|content-type|x-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
PERSON_HEADER = re.compile(rb"^(?:from|to|subject|date):", re.IGNORECASE | re.MULTILINE)
MBOX_LINE = re.compile(rb"From \S+ [^\r\n]{10,60}\r?\n")
NEXT_IN_MBOX = re.compile(rb"\n\r?\nFrom \S{1,200} [^\r\n]{10,60}\r?\n[!-9;-~]{1,76}:")
MAIL_HEAD_BYTES: Final = 1 << 16  # seals and stations of a long way come to 20 KB
BEFORE_HTML = re.compile(rb"(?:\s+|<!--.*?-->|<\?xml[^>]{0,200}\?>)*", re.DOTALL)
HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|style|script|center)\b", re.IGNORECASE)
FILED_HTML = re.compile(rb"<(?:document|type|sec-document)>.*?<html\b", re.IGNORECASE | re.DOTALL)


def detect(path: Path) -> Kind:
    """Name the content or raise `UnreadableFile`. Reads the head, of a text all in pieces; run it off the loop."""
    head = _head(path, HEAD_BYTES)
    if not head:
        raise unreadable("no_bytes")
    kind = _kind(path, head)
    if kind is Kind.MAIL and _holds_many(path, head):
        raise unreadable("mailbox")
    if kind is Kind.OLD_WORD and converter() is None:
        raise unreadable("old_word", supported=supported())
    if kind is None:
        found = next((label for label, matches in FOREIGN if matches(head)), "not a format that can be read here")
        raise unreadable("foreign", found=found, supported=supported())
    return kind


def labels() -> list[str]:
    """The formats that this installation reads."""
    return [label for kind, label in LABELS.items() if kind is not Kind.OLD_WORD or converter()]


def supported() -> str:
    """The same as words: "PDF, Word (.docx) or plain text"."""
    *most, last = labels()
    return f"{', '.join(most)} or {last}"


def _kind(path: Path, head: bytes) -> Kind | None:
    if head.startswith(ZIP):
        return _in_zip(path)
    if head.startswith(OLE):
        return _in_ole(path)
    if head.startswith(RTF):
        return Kind.RICH_TEXT
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return Kind.PDF
    if _is_html(head):
        return Kind.WEB_PAGE
    if _is_mail(path, head):
        return Kind.MAIL
    return Kind.TEXT if not any(matches(head) for _, matches in FOREIGN) and text_encoding(path) else None


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _in_zip(path: Path) -> Kind | None:
    """By its table of contents, so that a document packed inside does not count; where that was cut off, by what
    stands before each entry. Nothing is unpacked or listed here: that is for the confined process."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.rfind(ZIP_END, max(0, len(data) - ZIP_TAIL_BYTES))
        size = int.from_bytes(data[end + 12 : end + 16], "little") if end >= 0 else 0
        found = WORD_PART.search(data, max(0, end - size) if size else 0)
        return Kind.WORD if found else None


def _in_ole(path: Path) -> Kind | None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        places = {data.find(name): kind for name, kind in OLE_STREAMS.items()}
    places.pop(-1, None)
    return places[min(places)] if places else None


def _is_html(head: bytes) -> bool:
    plain = _plain(head)
    before = BEFORE_HTML.match(plain)
    return bool(HTML_START.match(plain, before.end() if before else 0) or FILED_HTML.match(plain.lstrip()))


def _is_mail(path: Path, head: bytes) -> bool:
    """Header lines first, and among them one of a person and one of a machine."""
    head = head.removeprefix(BOM)
    mbox = MBOX_LINE.match(head)
    start = mbox.end() if mbox else 0
    if not MAIL_HEADER.match(head, start):
        return False
    whole = _head(path, MAIL_HEAD_BYTES).removeprefix(BOM)[start:].replace(b"\r\n", b"\n")
    headers = whole.partition(b"\n\n")[0]
    return bool(MACHINE_HEADER.search(headers) and PERSON_HEADER.search(headers)) and b"\0" not in headers


def _holds_many(path: Path, head: bytes) -> bool:
    """Messages one after the other, as mail programs keep them: all but the first would be lost."""
    if not MBOX_LINE.match(head.removeprefix(BOM)):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return NEXT_IN_MBOX.search(data) is not None


def _plain(head: bytes) -> bytes:
    """Without its byte order mark, and in single bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "ignore").encode("ascii", "replace")
    return head.removeprefix(BOM)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _is_xml(head: bytes) -> bool:
    return _plain(head).lstrip()[:5].lower() == b"<?xml"


#: Known contents that are not read, so that the refusal can name them.
FOREIGN: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("a zip or Office file that is no Word document", _starts(*ZIP)),
    ("an old Office file that is no Word document (.xls, .ppt, .msg)", _starts(OLE)),
    ("a WordPerfect file", _starts(b"\xffWPC")),
    ("a picture", _starts(b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")),
    ("an archive", _starts(b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")),
    ("a PostScript file", _starts(b"%!PS")),
    ("an XML file", _is_xml),
)
