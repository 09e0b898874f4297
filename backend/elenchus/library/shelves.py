"""What a tenant's searches may find, remembered by the process under a version that cannot go stale."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import store
from elenchus.library.schemas import SearchFilters

if TYPE_CHECKING:
    from elenchus.library.searching.cache import ByteLRU, IndexCache
    from elenchus.library.searching.vectors import Matrix

REMEMBERED_DOCUMENTS = 50_000  # in the listings of all tenants; 1 KB each, 2 KB with vectors

Key = tuple[Id, int]


class Moved(Exception):
    """What was listed has been replaced since."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a tenant's searches may find, as of `version`."""

    version: int
    by_id: Mapping[Id, Row]
    all_keys: frozenset[Key] = field(init=False)

    def __post_init__(self) -> None:
        keys = frozenset((row["_id"], row["generation"]) for row in self.by_id.values())
        object.__setattr__(self, "all_keys", keys)

    @property
    def weight(self) -> int:
        """In documents; an empty one weighs something too."""
        return len(self.by_id) + 1

    def keys(self, document_ids: Sequence[Id], filters: SearchFilters) -> frozenset[Key]:
        """`all_keys` itself where nothing narrows the search."""
        wanted = filters.model_dump(exclude_none=True)
        if not document_ids and not wanted:
            return self.all_keys
        rows = [self.by_id[id_] for id_ in document_ids] if document_ids else self.by_id.values()
        return frozenset((row["_id"], row["generation"]) for row in rows if _has_labels(row, wanted))


def _has_labels(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(value in row["keywords"] if name == "keyword" else row[name] == value for name, value in wanted.items())


class Memory:
    """What this process remembers; losing it costs time and nothing else."""

    def __init__(self) -> None:
        self.shelves: OrderedDict[Id, Shelf] = OrderedDict()
        self._listed = 0
        self.loading: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        self._indexes: IndexCache | None = None
        self._vectors: ByteLRU[Hashable, Matrix] | None = None

    def keep(self, tenant_id: Id, shelf: Shelf) -> None:
        """The last one stays, however long it is: searches in it would read it again and again."""
        self.drop(tenant_id)
        self.shelves[tenant_id] = shelf
        self._listed += shelf.weight
        while self._listed > REMEMBERED_DOCUMENTS and len(self.shelves) > 1:
            self.drop(next(iter(self.shelves)))

    def drop(self, tenant_id: Id) -> None:
        if shelf := self.shelves.pop(tenant_id, None):
            self._listed -= shelf.weight

    def forget(self) -> None:
        """Everything."""
        self.shelves.clear()
        self._listed = 0
        self._indexes = self._vectors = None

    def loading_of(self, name: Hashable) -> asyncio.Lock:
        """One load at a time: twenty first questions at once read what they need once."""
        return self.loading.setdefault(name, asyncio.Lock())

    async def indexes(self) -> "IndexCache":
        """Brings numpy at the first search, in a thread: the import takes 0.1 s and 30 MB."""
        if self._indexes is None:
            made = await asyncio.to_thread(_make_indexes)
            self._indexes = self._indexes or made
        return self._indexes

    def vectors(self) -> "ByteLRU[Hashable, Matrix]":
        from elenchus.library.searching.cache import ByteLRU

        if self._vectors is None:
            self._vectors = ByteLRU(settings().library.vector_cache_bytes)
        return self._vectors


def _make_indexes() -> "IndexCache":
    from elenchus.library.searching import ranking  # noqa: F401 - the first search should not import on the loop
    from elenchus.library.searching.cache import IndexCache

    return IndexCache(settings().library.segment_cache_bytes)


memory = Memory()


async def shelf_of(principal: Principal) -> Shelf:
    """The listing is read after its version, so it is never older than what it is remembered as."""
    version = await store.shelf_version(principal)
    if shelf := _remembered(principal, version):
        return shelf
    async with memory.loading_of((principal.tenant_id, "shelf")):
        if shelf := _remembered(principal, version):
            return shelf
        rows = await store.listing(principal)
        shelf = Shelf(version, {row["_id"]: row for row in rows})
        memory.keep(principal.tenant_id, shelf)
        return shelf


def _remembered(principal: Principal, version: int) -> Shelf | None:
    shelf = memory.shelves.get(principal.tenant_id)
    if shelf is None or shelf.version != version:
        return None
    memory.shelves.move_to_end(principal.tenant_id)
    return shelf
