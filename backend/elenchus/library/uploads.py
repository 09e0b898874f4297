"""Files on their way in: from the socket to temporary files, counted and hashed as they pass, never whole in memory."""

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from elenchus.core.errors import Invalid, Malformed, Refusal
from elenchus.core.ids import new_id
from elenchus.core.multipart import Event, Multipart, PartBegan, PartData
from elenchus.core.resources import resources
from elenchus.core.settings import settings
from elenchus.library.errors import (
    DocumentTooLarge,
    EmptyDocument,
    InvalidUpload,
    StorageFull,
    UnsupportedDocument,
    UploadTooLarge,
)
from elenchus.library.names import label_of
from elenchus.library.reading.kinds import Kind, detect, labels
from elenchus.library.reading.outcomes import UnreadableFile
from elenchus.library.schemas import Details

BLOCK_BYTES = 1 << 20  # one trip to a thread for each MiB: writing and hashing it takes ~1.5 ms
MAX_FIELDS = 64
MAX_FIELD_BYTES = 8_192
FORM_OVERHEAD_BYTES = 1 << 20  # boundaries, part headers and fields of the largest form
LINGER_SECONDS = 10.0
PARTIAL = ".part"
PAGE_FOR_PDF = (
    "This is a web page under the name of a PDF, as servers send it when a download fails. Fetch the document again; "
    "if you mean the page itself, name it .html."
)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A whole file on disk. `path` is gone when the form it came with is closed, unless somebody took it over."""

    path: Path
    original_filename: str
    size: int
    digest: str
    kind: Kind


@dataclass(slots=True)
class UploadForm:
    files: list[ReceivedFile] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)

    def details(self) -> Details:
        """The form's labels; `keywords` may be repeated, every other field only once."""
        values: dict[str, object] = {}
        for name, text in self.fields:
            if name == "keywords":
                values[name] = [*_as_list(values.get(name)), text]
            elif name in values:
                raise InvalidUpload(name, f"`{name}` was sent more than once.")
            elif text:
                values[name] = text
        return _checked(values)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _checked(values: dict[str, object]) -> Details:
    try:
        return Details.model_validate(values)
    except ValidationError as error:
        rows = [{"loc": ["body", *row["loc"]], "msg": row["msg"], "type": row["type"]} for row in error.errors()]
        where = ", ".join(".".join(map(str, row["loc"])) for row in error.errors())
        raise Invalid(f"Correct these fields and send it again: {where}.", errors=rows) from error


@asynccontextmanager
async def receiving(content_type: str, body: AsyncIterator[bytes]) -> AsyncIterator[UploadForm]:
    """The form with its files on disk; what was not taken over is deleted at the end, also after a refusal.

    A disk that is full, here or in the block, is a refusal.
    """
    written: list[Path] = []
    try:
        with _refusing_full_disk():
            yield await _Arrival(Multipart(content_type), written).receive(body)
    except Refusal:
        await _linger(body)
        raise
    finally:
        for path in written:
            path.unlink(missing_ok=True)


@contextmanager
def _refusing_full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull from error
        raise


async def _linger(body: AsyncIterator[bytes]) -> None:
    """Read on for a while and forget it: a client that is cut off while it sends would never see why."""
    left = settings().library.max_file_bytes
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            async for block in body:
                left -= len(block)
                if left < 0:
                    return
    except TimeoutError:
        return


class _Arrival:
    """One upload while it arrives."""

    def __init__(self, multipart: Multipart, written: list[Path]) -> None:
        limits = settings().library
        self.multipart = multipart
        self.written = written
        self.folder = resources().storage.temporary_dir()
        self.max_file_bytes = limits.max_file_bytes
        self.max_files = limits.max_files_per_upload
        self.bytes_left = limits.max_files_per_upload * limits.max_file_bytes + FORM_OVERHEAD_BYTES
        self.form = UploadForm()
        self.part: _IncomingFile | _IncomingField | None = None

    async def receive(self, body: AsyncIterator[bytes]) -> UploadForm:
        try:
            await self._read(body)
        finally:
            if self.part is not None:
                self.part.close()
        if not self.form.files:
            raise InvalidUpload("files", "Send at least one file in the field `files`.")
        return self.form

    async def _read(self, body: AsyncIterator[bytes]) -> None:
        async for block in body:
            self._count(len(block))
            for event in self.multipart.feed(block):
                await self._take(event)
        self.multipart.finish()

    def _count(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise UploadTooLarge(self.max_files * self.max_file_bytes)

    async def _take(self, event: Event) -> None:
        if isinstance(event, PartBegan):
            self.part = self._begin(event)
        elif isinstance(event, PartData):
            assert self.part is not None
            await self.part.write(event.block)
        else:
            assert self.part is not None
            await self.part.end(self.form)

    def _begin(self, part: PartBegan) -> "_IncomingFile | _IncomingField":
        if part.filename is None:
            if len(self.form.fields) >= MAX_FIELDS:
                raise Malformed(f"The form has more than {MAX_FIELDS} fields.")
            return _IncomingField(part.name)
        if part.name != "files":
            raise InvalidUpload(part.name[:100], "Files belong in the field `files`.")
        if len(self.written) >= self.max_files:
            raise InvalidUpload("files", f"Send at most {self.max_files} files at once.")
        path = self.folder / f"{new_id()}{PARTIAL}"
        self.written.append(path)
        return _IncomingFile(path, part.filename, self.max_file_bytes)


class _IncomingField:
    def __init__(self, name: str) -> None:
        self.name = name
        self.value = b""

    async def write(self, block: bytes) -> None:
        if len(self.value) + len(block) > MAX_FIELD_BYTES:
            raise InvalidUpload(self.name[:100], f"A field may have {MAX_FIELD_BYTES} bytes.")
        self.value += block

    async def end(self, form: UploadForm) -> None:
        try:
            form.fields.append((self.name, self.value.decode().strip()))
        except UnicodeDecodeError as error:
            raise InvalidUpload(self.name[:100], "Send the field as UTF-8.") from error

    def close(self) -> None:
        """Nothing is open."""


class _IncomingFile:
    """Blocks gather to a MiB, which a thread then writes and hashes, so the loop never waits for the disk."""

    def __init__(self, path: Path, original_filename: str, max_bytes: int) -> None:
        self.path = path
        self.original_filename = original_filename
        self.max_bytes = max_bytes
        self.size = 0
        self._blocks: list[bytes] = []
        self._waiting = 0
        self._file = path.open("xb", buffering=0)
        self._hash = hashlib.sha256()

    async def write(self, block: bytes) -> None:
        self.size += len(block)
        if self.size > self.max_bytes:
            raise DocumentTooLarge(label_of(self.original_filename), self.max_bytes)
        self._blocks.append(block)
        self._waiting += len(block)
        if self._waiting >= BLOCK_BYTES:
            await asyncio.to_thread(self._flush)

    async def end(self, form: UploadForm) -> None:
        """An empty file input of a browser sends a nameless file without bytes: nothing was chosen."""
        if not self.original_filename and not self.size:
            self.close()
            return
        form.files.append(await asyncio.to_thread(self._finish))

    def close(self) -> None:
        self._file.close()

    def _flush(self) -> None:
        gathered = b"".join(self._blocks)
        self._blocks.clear()
        self._waiting = 0
        self._hash.update(gathered)
        left = memoryview(gathered)
        while left:
            left = left[self._file.write(left) :]

    def _finish(self) -> ReceivedFile:
        self._flush()
        self.close()
        kind = kind_of(self.path, self.original_filename, self.size)
        return ReceivedFile(self.path, self.original_filename, self.size, self._hash.hexdigest(), kind)


def kind_of(path: Path, original_filename: str, size: int) -> Kind:
    """Told by its content, or refused. Blocks: it reads the file."""
    name = label_of(original_filename)
    if not size:
        raise EmptyDocument(name)
    try:
        kind = detect(path)
    except UnreadableFile as error:
        raise UnsupportedDocument(name, error.detail, labels()) from error
    if kind is Kind.WEB_PAGE and name.lower().endswith(".pdf"):
        raise UnsupportedDocument(name, PAGE_FOR_PDF, labels())
    return kind
