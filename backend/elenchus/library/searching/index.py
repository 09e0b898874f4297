"""Many segments as one: term → postings over the rows (chunks) of all documents.

Immutable, and kept as a few merged blocks of falling size, so adding a document touches only the small ones
(each posting is moved about log2(documents) times in all) and removing one rewrites only the block it is in.
What is found never depends on how the blocks came about.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from elenchus.library.searching.block import ABSENT, FULL, Block, DocKey, Numbers, block_of, merged, ranges, running
from elenchus.library.searching.segment import Bytes, Ids, Segment

KEY_BYTES = 400  # a key of (id, generation), its places in two tuples and a set

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LibraryIndex:
    """What `ranking` asks. Documents are numbered across the blocks; rows likewise."""

    blocks: tuple[Block, ...] = ()
    keys: tuple[DocKey, ...] = field(init=False)
    offsets: Numbers = field(init=False)
    _compared: Collection[DocKey] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        sizes = [np.diff(block.offsets) for block in self.blocks]
        object.__setattr__(self, "keys", tuple(key for block in self.blocks for key in block.keys))
        object.__setattr__(self, "offsets", running(np.concatenate(sizes) if sizes else np.zeros(0, np.int64)))
        if len(self.members) != len(self.keys):
            raise ValueError("A document may be in the index only once.")

    @cached_property
    def alphabetical(self) -> Numbers:
        """Each document's place when all keys are sorted: the tie-break that every process agrees on."""
        ranks = np.empty(len(self.keys), np.int64)
        ranks[sorted(range(len(self.keys)), key=lambda at: str(self.keys[at]))] = np.arange(len(self.keys))
        return ranks

    @cached_property
    def members(self) -> frozenset[DocKey]:
        return frozenset(self.keys)

    def holds_exactly(self, keys: Collection[DocKey]) -> bool:
        """A set that was found equal once is known again by itself: to compare 1,000 ids takes 0.5 ms."""
        if keys is not self._compared:
            if keys != self.members:
                return False
            object.__setattr__(self, "_compared", keys)
        return True

    @property
    def nbytes(self) -> int:
        bookkeeping = self.offsets.nbytes + KEY_BYTES * len(self.keys)
        return bookkeeping + sum(block.nbytes for block in self.blocks)

    @property
    def row_count(self) -> int:
        return int(self.offsets[-1])

    def extended(self, segments: Sequence[tuple[DocKey, Segment]]) -> "LibraryIndex":
        if not segments:
            return self
        blocks = [*self.blocks, merged([block_of(key, segment) for key, segment in segments])]
        while len(blocks) > 1 and len(blocks[-2].rows) <= 2 * len(blocks[-1].rows):
            blocks[-2:] = [merged(blocks[-2:])]
        return LibraryIndex(tuple(blocks))

    def without(self, keys: Collection[DocKey]) -> "LibraryIndex":
        gone = frozenset(keys)
        blocks = [block if gone.isdisjoint(block.keys) else block.without(gone) for block in self.blocks]
        return LibraryIndex(tuple(block for block in blocks if block.keys))

    def row_frequencies(self, ids: Ids) -> Numbers:
        """In how many chunks each term occurs."""
        total = np.zeros(len(ids), np.int64)
        for block in self.blocks:
            at = block.positions(ids)
            total += np.where(at >= 0, block.starts[at + 1] - block.starts[at], 0)
        return total

    def document_frequencies(self, ids: Ids) -> Numbers:
        """In how many documents each term occurs, be it only in the name."""
        total = np.zeros(len(ids), np.int64)
        for block in self.blocks:
            at = block.positions(ids)
            first, last = block.naming(ids)
            inside = np.where(at >= 0, np.append(block.documents, 0)[at], 0)
            total += np.maximum(inside, last - first)
        return total

    def named(self, ids: Ids) -> tuple[Numbers, Numbers, Bytes]:
        """Every (position in `ids`, document number, flags) where the term is part of the document's identity."""
        terms, documents, flags, first_document = [], [], [], 0
        for block in self.blocks:
            first, last = block.naming(ids)
            terms.append(np.repeat(np.arange(len(ids)), last - first))
            entries = ranges(first, last)
            documents.append(block.identity_documents[entries] + first_document)
            flags.append(block.identity_flags[entries])
            first_document += len(block.keys)
        return (
            np.concatenate(terms or [np.zeros(0, np.int64)]),
            np.concatenate(documents or [np.zeros(0, np.int64)]),
            np.concatenate(flags or [np.zeros(0, np.uint8)]),
        )

    def scores(self, ids: Ids, weights: Scores) -> Scores:
        """Σ weight × impact for each row; a few nanoseconds per posting, independent of the library's size."""
        total = np.zeros(self.row_count, np.float32)
        base = 0
        for block in self.blocks:
            view = total[base : base + block.row_count]
            for at, weight in zip(block.positions(ids).tolist(), weights / np.float32(FULL), strict=True):
                if at != ABSENT:
                    here = slice(block.starts[at], block.starts[at + 1])
                    np.add.at(view, block.rows[here].astype(np.intp), block.impacts[here] * weight)
            base += block.row_count
        return total

    def rows_of(self, documents: Numbers) -> Numbers:
        return ranges(self.offsets[documents], self.offsets[documents + 1])
