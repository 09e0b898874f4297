"""What the web interface was built into: each file as it is sent, kept for as long as it is the same on the disk."""

import base64
import gzip
import hashlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from elenchus.core import headers

KEPT_BYTES = 64_000_000  # of all files together; an export has about 7 MB
WORTH_PACKING = 1_024
INDEX = "index.html"
#: Files there have a hash of what is in them in their names.
HASHED = "_next/static/"
UNCHANGING = "public, max-age=31536000, immutable"
ASKED_EACH_TIME = "no-cache"
HTML = "text/html; charset=utf-8"
#: Not the machine's own table: it may call a module text/plain, which a browser then refuses to run.
MEDIA_TYPES = {
    ".html": HTML, ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".json": "application/json",
    ".map": "application/json", ".webmanifest": "application/manifest+json", ".xml": "application/xml",
    ".svg": "image/svg+xml", ".wasm": "application/wasm", ".ico": "image/x-icon", ".png": "image/png",
    ".jpg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif", ".gif": "image/gif", ".woff2": "font/woff2",
    ".ttf": "font/ttf", ".pdf": "application/pdf",
}  # fmt: skip
_PACKED = ("text/", "application/json", "application/manifest", "application/xml", "application/wasm", "image/svg")


@dataclass(frozen=True, slots=True)
class File:
    """`packed` is its gzip, where that is smaller."""

    body: bytes
    packed: bytes | None
    tag: str
    headers: dict[str, str]
    seen: tuple[int, int]


class Folder:
    """Read from any number of threads: at worst two of them read the same file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[Path, File] = {}

    def has(self, name: str) -> bool:
        return self._place(name) is not None

    def file(self, name: str) -> File | None:
        place = self._place(name)
        return None if place is None else self._read(place, name)

    def _place(self, name: str) -> Path | None:
        """Where it really is: within the folder, whatever the name says and wherever links lead."""
        names = name.split("/")
        if any(not each or each.startswith(".") or "\\" in each for each in names):
            return None
        try:
            root = self._root.resolve(strict=True)
            place = root.joinpath(*names).resolve(strict=True)
            is_one = place.is_relative_to(root) and stat.S_ISREG(place.stat().st_mode)
        except (OSError, RuntimeError, ValueError):  # not there, links in a circle, no name that a file can have
            return None
        return place if is_one else None

    def _read(self, place: Path, name: str) -> File | None:
        try:
            about = place.stat()
            seen = (about.st_mtime_ns, about.st_size)
            known = self._kept.get(place)
            if known and known.seen == seen:
                return known
            found = _file(place.read_bytes(), name, seen)
        except OSError:  # while it is being built anew
            return None
        if sum(len(each.body) for each in [*self._kept.values()]) + len(found.body) > KEPT_BYTES:
            self._kept.clear()
        self._kept[place] = found
        return found


def _file(body: bytes, name: str, seen: tuple[int, int]) -> File:
    media_type = MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    scripts = inline_scripts(body.decode(errors="replace")) if media_type == HTML else []
    said = {
        "Content-Type": media_type,
        "Cache-Control": UNCHANGING if name.startswith(HASHED) else ASKED_EACH_TIME,
        "Content-Security-Policy": policy(scripts),
    }
    is_packed = media_type.startswith(_PACKED) and len(body) >= WORTH_PACKING
    packed = gzip.compress(body, mtime=0) if is_packed else body
    tag = base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:18]).decode()
    return File(body, packed if len(packed) < len(body) else None, tag, said, seen)


def policy(inline: Iterable[str]) -> str:
    """For pages, and for scripts too, since a worker has the policy that its own file came with."""
    hashes = dict.fromkeys(headers.hash_of(script) for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *hashes)),
            "style-src 'self' 'unsafe-inline'",  # menus and panels are placed by style attributes
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def inline_scripts(html: str) -> list[str]:
    """To the letter, as a browser hashes them."""
    found = _Scripts()
    found.feed(html.replace("\r\n", "\n").replace("\r", "\n"))  # as a browser reads them (HTML, 13.2.3.5)
    found.close()
    return found.scripts


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._is_within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and all(name != "src" for name, _ in attrs):
            self.scripts.append("")
            self._is_within = True

    def handle_data(self, data: str) -> None:
        if self._is_within:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_within = False
