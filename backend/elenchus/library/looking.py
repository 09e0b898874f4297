"""One look at a shelf: its merged index, its vectors and its passages, from memory or from the database."""

import asyncio
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.models import RowKind, row_id
from elenchus.library.shelves import Key, Moved, Shelf, memory

if TYPE_CHECKING:
    from elenchus.library.searching.index import LibraryIndex
    from elenchus.library.searching.segment import Segment
    from elenchus.library.searching.vectors import Matrix

HEAD_CHARACTERS = 1_500  # where a document names its parties and its kind
HEAD_CHUNKS = 4  # enough to hold that many
LOADED_AT_ONCE = 100  # documents; what 100 contracts of 100 passages have in segments is 14 MB
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """The first raises `Moved` when something on the shelf was replaced meanwhile; the last makes do with what is
    there, so that one damaged document never silences the others."""

    principal: Principal
    shelf: Shelf
    is_last: bool = False

    async def index(self, name: Hashable, keys: frozenset[Key]) -> "LibraryIndex":
        async with memory.loading_of(name):
            indexes = await memory.indexes()
            if known := indexes.get(name, keys):
                return known
            plan = await asyncio.to_thread(indexes.plan, name, keys)
            for missing in _blocks(cast("tuple[Key, ...]", plan.missing)):
                segments = await self._segments(missing)
                grown = await asyncio.to_thread(indexes.complete, replace(plan, missing=missing), segments)
                plan = replace(plan, base=grown)
            return plan.base

    async def _segments(self, keys: Sequence[Key]) -> "dict[Hashable, Segment]":
        stored = await self._parts({key: range(self.shelf.by_id[key[0]]["segment_parts"]) for key in keys})
        segments: dict[Hashable, Segment] = await asyncio.to_thread(_loaded, stored)
        for key in keys:
            if key not in segments:
                segments[key] = await self._rebuilt(key)
        return segments

    async def _parts(self, wanted: Mapping[Key, range]) -> dict[Key, list[bytes]]:
        return await store.segment_parts(self.principal, wanted)

    async def _rebuilt(self, key: Key) -> "Segment":
        """From the passages themselves: a segment is only their packed form."""
        from elenchus.library.searching.segment import Segment, pack

        listed = self.shelf.by_id[key[0]]
        ids = [row_id(*key, RowKind.CHUNK, index) for index in range(listed["chunk_count"])]
        found = await self.chunks(ids)
        log.warning("segment built again from its passages", document_id=str(key[0]), missing=len(ids) - len(found))
        texts = [found[id_]["text"] if id_ in found else "" for id_ in ids]
        packed = await asyncio.to_thread(pack, texts, name=listed["title"], head_text=head_of(texts))
        return Segment.load(packed)

    async def vectors(self, keys: Sequence[Key], *, model: str) -> "dict[Key, Matrix]":
        """Of those documents whose vectors are there and whole."""
        kept = memory.vectors()
        found: dict[Key, Matrix] = {}
        async with memory.loading_of((self.principal.tenant_id, "vectors")):
            for block in _blocks(keys):
                known = {key: matrix for key in block if (matrix := kept.get((key, model))) is not None}
                found |= known
                if missing := [key for key in block if key not in known]:
                    found |= await self._load_vectors(missing, model=model)
        return found

    async def _load_vectors(self, keys: Sequence[Key], *, model: str) -> "dict[Key, Matrix]":
        rows = {key: self.shelf.by_id[key[0]] for key in keys}
        stored = await self._parts({key: vector_parts(row) for key, row in rows.items()})
        if len(stored) < len(keys) and not self.is_last:
            raise Moved
        counts = {key: row["chunk_count"] for key, row in rows.items()}
        matrices = await asyncio.to_thread(_matrices, stored, counts, model)
        for key, matrix in matrices.items():
            memory.vectors().put((key, model), matrix)
        return matrices

    async def chunks(self, ids: Sequence[Id]) -> dict[Id, Row]:
        found = await store.chunks(self.principal, ids)
        if len(found) < len(ids) and not self.is_last:
            raise Moved
        return found


def vector_parts(row: Row) -> range:
    """The numbers of a document's parts that hold vectors: they come after those that hold its words."""
    first: int = row["segment_parts"]
    return range(first, first + row["embedding"]["parts"])


def head_of(texts: Sequence[str]) -> str:
    """The beginning of a document, from its first passages."""
    return " ".join(texts[:HEAD_CHUNKS])[:HEAD_CHARACTERS]


def _blocks(keys: Sequence[Key]) -> Iterator[tuple[Key, ...]]:
    for at in range(0, len(keys), LOADED_AT_ONCE):
        yield tuple(keys[at : at + LOADED_AT_ONCE])


def _loaded(stored: Mapping[Key, Sequence[bytes]]) -> "dict[Hashable, Segment]":
    """Those that can be read; an older version's format cannot."""
    from elenchus.library.searching.segment import CorruptSegment, Segment

    segments: dict[Hashable, Segment] = {}
    for key, parts in stored.items():
        with suppress(CorruptSegment):
            segments[key] = Segment.load(b"".join(parts))
    return segments


def _matrices(stored: Mapping[Key, Sequence[bytes]], counts: Mapping[Key, int], model: str) -> "dict[Key, Matrix]":
    from elenchus.library.searching.segment import CorruptSegment
    from elenchus.library.searching.vectors import load_vectors

    matrices: dict[Key, Matrix] = {}
    for key, parts in stored.items():
        try:
            matrices[key] = load_vectors(parts, model=model, rows=counts[key])
        except CorruptSegment as error:
            log.warning("vectors cannot be read", document_id=str(key[0]), reason=str(error))
    return matrices
