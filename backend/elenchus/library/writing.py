"""Pages and passages on their way into the database while the reading goes on."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.looking import HEAD_CHUNKS, head_of
from elenchus.library.models import RowKind, row_id
from elenchus.library.reading.chunking import Chunk, Chunker
from elenchus.library.reading.outcomes import unreadable
from elenchus.library.reading.values import PageText

if TYPE_CHECKING:
    from elenchus.library.searching.segment import SegmentBuilder

BATCH_ROWS = 400  # one insert takes ~30 ms of the bundled database; 200 and 800 took 15 and 40 % longer in all
MOST_BATCHES = 4
BATCH_CHARACTERS = 4_000_000


class Writing:
    """Rows of one generation on their way into the database: some batches are under way while the next one gathers, so
    that the child, whose pipe holds 64 KiB, seldom waits for the database."""

    def __init__(self, principal: Principal, document_id: Id, generation: int) -> None:
        self.principal = principal
        self.document_id = document_id
        self.generation = generation
        self.chunk_count = 0
        self._chunker = Chunker()
        self._builder: SegmentBuilder | None = None
        self._heads: list[str] = []
        self._pages: list[Row] = []
        self._chunks: list[Row] = []
        self._characters = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._sent = {RowKind.PAGE: range(1, 1), RowKind.CHUNK: range(0), RowKind.SEGMENT: range(0)}

    async def take(self, page: PageText) -> bool:
        """True when this page completed a batch."""
        self._pages.append(
            self._row(RowKind.PAGE, page.number, {"page": page.number, **_fields(page, "number", "headings")})
        )
        for chunk in self._chunker.feed(page):
            await self._add(chunk)
        self._characters += len(page.text)
        is_full = len(self._pages) + len(self._chunks) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS
        if is_full:
            await self._send()
        return is_full

    async def finish(self, *, name: str) -> int:
        """Everything is stored when it returns, the segment last; how many parts that has. Without a passage there is
        nothing to find: `UnreadableFile`."""
        for chunk in self._chunker.finish():
            await self._add(chunk)
        if not self.chunk_count:
            raise unreadable("no_text")
        await self._send()
        packed = await asyncio.to_thread(self._packed, name)
        await self._until_under_way(0)
        rows = [self._row(RowKind.SEGMENT, part, {"part": part, "data": data}) for part, data in enumerate(packed)]
        await self._write({RowKind.SEGMENT: rows})
        return len(rows)

    async def abandon(self) -> None:
        """End what is under way and note once more all that may have been written, for the sweep that must follow: one
        that ran meanwhile has forgotten a batch whose rows came only after it looked."""
        for batch in self._under_way:
            batch.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        sent = {kind: within for kind, within in self._sent.items() if within}
        await store.note(self.principal, self.document_id, self.generation, sent)

    async def _add(self, chunk: Chunk) -> None:
        if self._builder is None:
            self._builder = await asyncio.to_thread(_new_builder)
        self._builder.add(chunk.text)
        if len(self._heads) < HEAD_CHUNKS:
            self._heads.append(chunk.text)
        self._chunks.append(self._row(RowKind.CHUNK, chunk.index, _fields(chunk)))
        self.chunk_count += 1

    def _row(self, kind: RowKind, number: int, fields: Row) -> Row:
        return {
            "_id": row_id(self.document_id, self.generation, kind, number),
            "tenant_id": self.principal.tenant_id,
            "document_id": self.document_id,
            "generation": self.generation,
            **fields,
        }

    async def _send(self) -> None:
        await self._until_under_way(MOST_BATCHES - 1)
        rows = {RowKind.PAGE: self._pages, RowKind.CHUNK: self._chunks}
        self._pages, self._chunks, self._characters = [], [], 0
        self._under_way.add(asyncio.create_task(self._write(rows)))

    async def _write(self, rows: Mapping[RowKind, Sequence[Row]]) -> None:
        for kind, given in rows.items():
            self._sent[kind] = range(self._sent[kind].start, self._sent[kind].stop + len(given))
        await store.write(self.principal, self.document_id, self.generation, rows)

    async def _until_under_way(self, most: int) -> None:
        while len(self._under_way) > most:
            done, self._under_way = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            for batch in done:
                batch.result()

    def _packed(self, name: str) -> list[bytes]:
        from elenchus.library.searching.segment import parts

        assert self._builder is not None
        return parts(self._builder.finish(name=name, head_text=head_of(self._heads)))


def _new_builder() -> "SegmentBuilder":
    """In a thread, since the first one brings numpy."""
    from elenchus.library.searching.segment import SegmentBuilder

    return SegmentBuilder()


def _fields(value: PageText | Chunk, *without: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__ if name not in without}
