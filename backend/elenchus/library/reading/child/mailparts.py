"""A message taken apart: what is its text, and what is attached to it.

The forgiving policy of the standard library is used on purpose: its strict one raises on headers that real mail has,
and takes quadratic time on some that no real mail has.
"""

import mmap
import re
from codecs import BOM_UTF8 as BOM
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_binary_file, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.codepages import decoded
from elenchus.library.reading.child.contract import Refused
from elenchus.library.reading.child.html import visible_text
from elenchus.library.reading.child.stretches import PICTURE
from elenchus.library.reading.cleaning import clean

HEADERS: Final = ("From", "To", "Cc", "Date", "Subject")
LONGEST_HEADER: Final = 20_000
LONGEST_NAME: Final = 255
#: A description of a part that is longer than any mail program writes takes the library quadratic time.
LONG_DESCRIPTION: Final = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding):(?:[^\r\n]|\r?\n[ \t]){20000}", re.IGNORECASE | re.MULTILINE
)
MOST_PARTS: Final = 2_000
DEEPEST: Final = 50  # multiparts within multiparts; those of a message that is attached count on their own
NESTED: Final = "message/rfc822"
RELATED: Final = "multipart/related"
SEALED: Final = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
ENVELOPES: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
WORDY: Final = ("text", "message", "multipart")  # a multipart that has no parts was broken: shown as it stands
STUB: Final = 2  # a plain version so many times shorter than the richest says only "open this in a browser"
AS_WRITTEN: Final = policy.compat32.clone(max_line_length=0)  # headers of an attached message are not folded anew
SEPARATOR: Final = "\n\n"

Part = Message


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    part: Part

    def content(self) -> bytes:
        """Of a message that was attached, its own bytes; else the decoded ones."""
        if self.part.get_content_type() == NESTED:
            inner = _inner(self.part)
            return _as_bytes(inner[0]) if inner else b""
        payload = self.part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""


def parsed(path: Path) -> Part:
    try:
        with path.open("rb") as file:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                if LONG_DESCRIPTION.search(data):
                    raise Refused("too_complex")
            if file.read(len(BOM)) != BOM:
                file.seek(0)
            message = message_from_binary_file(file, policy=policy.compat32)
    except RecursionError as fault:
        raise Refused("too_complex") from fault
    if _is_sealed(message):
        raise Refused("sealed")
    return message


def is_whole(message: Part) -> bool:
    """False where the library had to guess at the structure."""
    return not any(part.defects for part in _parts(message))


def heading(message: Part) -> str:
    lines = [f"{name}: {value}" for name in HEADERS if (value := header(message, name))]
    names = [attachment.name for attachment in attachments(message)]
    return "\n".join(lines + [f"Attachments: {', '.join(names)}"] * bool(names))


def header(message: Part, name: str) -> str:
    """All of that name, decoded, on one line."""
    words, left = list[str](), LONGEST_HEADER
    for value in map(str, message.get_all(name) or []):
        words.append(_decoded_header(value[:left]))
        left -= len(value)
        if left <= 0:
            break
    return ", ".join(filter(None, words))[:LONGEST_HEADER]


def attachments(message: Part) -> list[Attachment]:
    """In order. Pictures that the text shows inside itself are none."""
    return [Attachment(_name(part, number), part) for number, part in enumerate(_attached(message), start=1)]


def text(message: Part) -> str:
    """Of two versions of one text the plain one, unless it says hardly anything of it."""
    return SEPARATOR.join(filter(str.strip, _texts(message, 0)))


def _texts(part: Part, depth: int) -> Iterator[str]:
    kind = part.get_content_type()
    if depth > DEEPEST:
        raise Refused("too_complex")
    if kind == NESTED or _is_attached(part):
        return
    if not part.is_multipart():
        yield _own_text(part, kind)
        return
    inner = _inner(part)
    if kind == "multipart/alternative":
        yield _best([SEPARATOR.join(_texts(version, depth + 1)) for version in inner])
    else:
        for piece in inner[:1] if kind == RELATED else inner:  # what follows a page in it are its pictures and styles
            yield from _texts(piece, depth + 1)


def _best(versions: list[str]) -> str:
    """They come from the plainest to the richest."""
    sizes = [len("".join(clean(version).split())) for version in versions]
    enough = max([*sizes, 1]) / STUB
    return next((version for version, size in zip(versions, sizes, strict=True) if size >= enough), "")


def _own_text(part: Part, kind: str) -> str:
    if part.get_content_maintype() == "image":
        return PICTURE
    if part.get_content_maintype() not in WORDY:
        return ""
    payload = part.get_payload(decode=True)
    words = decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return visible_text(words) if kind == "text/html" else clean(words.replace("\f", "\n"))


def _attached(part: Part, depth: int = 0) -> Iterator[Part]:
    if depth > DEEPEST:
        raise Refused("too_complex")
    if part.get_content_type() == NESTED or _is_attached(part):
        yield part
    elif part.is_multipart():
        for inner in _inner(part):
            yield from _attached(inner, depth + 1)


def _is_attached(part: Part) -> bool:
    """By its disposition, its name, or because it is nothing that a message shows."""
    if part.is_multipart():
        return False
    disposition = part.get_content_disposition()
    is_text = part.get_content_maintype() in WORDY
    if disposition == "attachment":
        return True
    if part.get_content_maintype() == "image":
        return part["Content-ID"] is None and part["Content-Location"] is None and disposition != "inline"
    return not is_text or (part.get_filename() is not None)


def _inner(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [piece for piece in payload if isinstance(piece, Message)] if isinstance(payload, list) else []


def _parts(message: Part) -> Iterator[Part]:
    waiting = [message]
    while waiting:
        part = waiting.pop()
        yield part
        if part.get_content_type() != NESTED:
            waiting += _inner(part)


def _is_sealed(message: Part) -> bool:
    for number, part in enumerate(_parts(message)):
        if number > MOST_PARTS:
            raise Refused("too_complex")
        kind = part.get_content_type()
        if kind in SEALED or (kind in ENVELOPES and part.get_param("smime-type") in (None, "enveloped-data")):
            return True
    return False


def _name(part: Part, number: int) -> str:
    """As the sender called it; a message is called by its subject."""
    given = part.get_filename()
    if given:
        return _decoded_header(given[:LONGEST_HEADER])[:LONGEST_NAME] or f"attachment {number}"
    inner = _inner(part)
    if part.get_content_type() == NESTED and inner:
        return f"{header(inner[0], 'Subject')[:200] or f'message {number}'}.eml"
    return f"attachment {number}"


def _decoded_header(value: str) -> str:
    try:
        pieces = decode_header(value)
    except (ValueError, LookupError, HeaderParseError):  # broken base64: shown as it stands
        pieces = [(value, None)]
    words = "".join(decoded(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)
    whole = words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return clean(" ".join(whole.split()))


def _as_bytes(message: Part) -> bytes:
    try:
        return message.as_bytes(policy=AS_WRITTEN)
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise Refused("damaged") from fault
