"""Looking into a document: its pages and their pictures, its passages, the file itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.errors import Invalid, Unavailable
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.pages import Page, PageQuery, encode_cursor
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.core.settings import settings
from elenchus.library import names, store
from elenchus.library.adding import DOCUMENT
from elenchus.library.children import reader
from elenchus.library.errors import (
    DocumentIncomplete,
    DocumentNotFound,
    NoPagePictures,
    PageNotDrawn,
    PageNotFound,
)
from elenchus.library.models import RowKind, row_id
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile
from elenchus.library.reading.pictures import NoSuchPage, picture_of
from elenchus.library.reading.values import ReadingLimits
from elenchus.library.schemas import ChunkOut, DocumentPageOut

DRAWN_AT_ONCE = 2  # in this process; a child that draws may take 100 MB and a processor
DRAWING_SECONDS = 20
BUSY = "Many pages are being drawn at this moment. Try again shortly."
T = TypeVar("T")

_drawing = asyncio.Semaphore(DRAWN_AT_ONCE)


async def existing(principal: Principal, document_id: Id) -> Row:
    row = await store.document(principal, document_id)
    if row is None:
        raise DocumentNotFound(document_id)
    return row


async def _in_use(
    principal: Principal, document_id: Id, look: Callable[[Row], Awaitable[T | None]]
) -> tuple[Row, T | None]:
    """What there is of the generation in use. One that was in use a moment ago may be swept under the eyes of whoever
    looks: then look at its successor."""
    row = await existing(principal, document_id)
    while (found := await look(row)) is None:
        seen, row = row["generation"], await existing(principal, document_id)
        if row["generation"] == seen:
            break
    return row, found


async def get_page(principal: Principal, document_id: Id, number: int) -> DocumentPageOut:
    row, page = await _in_use(principal, document_id, partial(_page, principal, number))
    if page is None:
        raise PageNotFound(number, row["page_count"])
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="page", page=number)
    return DocumentPageOut.model_validate(page)


async def _page(principal: Principal, number: int, document: Row) -> Row | None:
    generation = document["generation"]
    return generation and await store.page(principal, document["_id"], generation, number)


async def list_chunks(principal: Principal, document_id: Id, page: PageQuery) -> Page[ChunkOut]:
    """In the order of the document."""
    row, found = await _in_use(principal, document_id, partial(_chunks, principal, page))
    if found is None:
        raise DocumentIncomplete(document_id)
    first = found[0].index if found else 0
    is_last = not found or found[-1].index + 1 >= row["chunk_count"]
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="chunks", first=first, number=len(found))
    return Page(items=found, next_cursor=None if is_last else encode_cursor(found[-1].id))


async def _chunks(principal: Principal, page: PageQuery, document: Row) -> list[ChunkOut] | None:
    """None when one of them is not there."""
    if document["generation"] is None:
        return []
    first = await _index_after(principal, document, page.after)
    numbers = range(first, min(first + page.limit, document["chunk_count"]))
    ids = [row_id(document["_id"], document["generation"], RowKind.CHUNK, index) for index in numbers]
    found = await store.chunks(principal, ids)
    if len(found) < len(ids):
        return None
    return [ChunkOut.model_validate({**found[id_], "id": id_}) for id_ in ids]


async def _index_after(principal: Principal, document: Row, last_seen: Id | None) -> int:
    if last_seen is None:
        return 0
    chunk = (await store.chunks(principal, [last_seen])).get(last_seen)
    if chunk is None or (chunk["document_id"], chunk["generation"]) != (document["_id"], document["generation"]):
        detail = "The cursor is not one of this document as it is now; begin with the first page again."
        raise Invalid(detail, errors=[{"loc": ["query", "cursor"], "msg": detail, "type": "cursor"}])
    index: int = chunk["index"]
    return index + 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An original as it was uploaded."""

    filename: str
    media_type: str
    size: int
    digest: str
    key: str

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        return resources().storage.read(self.key, start=start, end=end)


async def open_file(principal: Principal, document_id: Id) -> StoredFile:
    """Raises `NotFound` while the answer can still be a refusal."""
    row = await existing(principal, document_id)
    key = names.storage_key(principal, document_id)
    await resources().storage.local_path(key)
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="file")
    return StoredFile(row["filename"], row["media_type"], row["file_size"], row["content_hash"], key)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page to be drawn, so many pixels wide; `digest` is the file's, which never changes."""

    path: Path
    digest: str
    number: int
    width: int
    page_count: int | None

    async def png(self) -> bytes:
        try:
            async with asyncio.timeout(DRAWING_SECONDS):
                await _drawing.acquire()
        except TimeoutError as error:
            raise Unavailable(BUSY) from error
        try:
            return await picture_of(reader(), self.path, self.number, width=self.width, limits=_limits())
        except ReadingUnavailable as error:
            raise Unavailable(BUSY) from error
        except NoSuchPage as error:
            raise PageNotFound(self.number, self.page_count) from error
        except UnreadableFile as error:
            raise PageNotDrawn(self.number, error.code, error.detail) from error
        finally:
            _drawing.release()


async def page_picture(principal: Principal, document_id: Id, number: int, *, width: int) -> PagePicture:
    """Of a PDF, also of one whose text could not be read."""
    row = await existing(principal, document_id)
    if row["file_type"] != Kind.PDF:
        raise NoPagePictures(document_id)
    if row["page_count"] and number > row["page_count"]:
        raise PageNotFound(number, row["page_count"])
    path = await resources().storage.local_path(names.storage_key(principal, document_id))
    audit.note(principal, Action.DOCUMENT_READ, DOCUMENT, document_id, part="picture", page=number)
    return PagePicture(path, row["content_hash"], number, width, row["page_count"])


def _limits() -> ReadingLimits:
    memory = settings().library.reader_memory_bytes
    return ReadingLimits(wall_seconds=DRAWING_SECONDS, cpu_seconds=DRAWING_SECONDS, memory_bytes=memory)
