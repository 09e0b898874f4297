"""Several documents' segments merged into one set of postings: the building stone of a `LibraryIndex`."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elenchus.library.searching.segment import Bytes, Ids, Segment

K1, B = 1.2, 0.75  # BM25's usual pair; 0.6-1.5 and 0.3-1 moved recall@8 by under 1.5 points
TYPICAL_LENGTH = 77.0  # terms in a chunk of ~1,000 characters; frozen, so that no posting ages when documents come
FULL = 255  # an impact of one, in a byte: an error of 0.2 % for an eighth of the memory
ABSENT = -1

DocKey = Hashable
Numbers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Merged documents; `offsets` tells each one's first row, `starts` each term's first posting."""

    keys: tuple[DocKey, ...]
    offsets: Numbers
    vocabulary: Ids
    starts: Numbers
    documents: Numbers  # in how many documents each term occurs
    rows: Rows
    impacts: Bytes  # BM25's saturated term frequency, of FULL
    identity: Ids  # sorted, one entry per term and document
    identity_documents: Numbers
    identity_flags: Bytes

    @property
    def nbytes(self) -> int:
        arrays = (self.offsets, self.vocabulary, self.starts, self.documents, self.rows, self.impacts)
        named = (self.identity, self.identity_documents, self.identity_flags)
        return sum(each.nbytes for each in arrays + named)

    @property
    def row_count(self) -> int:
        return int(self.offsets[-1])

    def positions(self, ids: Ids) -> Numbers:
        """Each id's place in the vocabulary, or -1."""
        if not len(self.vocabulary):
            return np.full(len(ids), ABSENT, np.int64)
        at = np.minimum(np.searchsorted(self.vocabulary, ids), len(self.vocabulary) - 1)
        return np.where(self.vocabulary[at] == ids, at, ABSENT)

    def naming(self, ids: Ids) -> tuple[Numbers, Numbers]:
        """The range of identity entries for each id."""
        return np.searchsorted(self.identity, ids, "left"), np.searchsorted(self.identity, ids, "right")

    def without(self, keys: frozenset[DocKey]) -> "Block":
        """A copy without these documents; its cost is a few passes over the postings, ~40 ms for 100,000 chunks."""
        gone = np.array([key in keys for key in self.keys], bool)
        sizes = np.diff(self.offsets)
        gone_rows = np.repeat(gone, sizes)
        dead = np.flatnonzero(gone_rows[self.rows])
        starts = self.starts - np.searchsorted(dead, self.starts)
        present = np.flatnonzero(np.diff(starts))
        named = ~gone[self.identity_documents]
        return Block(
            keys=tuple(key for key in self.keys if key not in keys),
            offsets=running(sizes[~gone]),
            vocabulary=self.vocabulary[present],
            starts=np.append(starts[present], starts[-1]),
            documents=(self.documents - self._documents_among(dead))[present],
            rows=_renumbered(~gone_rows)[np.delete(self.rows, dead)],
            impacts=np.delete(self.impacts, dead),
            identity=self.identity[named],
            identity_documents=_renumbered(~gone)[self.identity_documents[named]].astype(np.int64),
            identity_flags=self.identity_flags[named],
        )

    def _documents_among(self, postings: Numbers) -> Numbers:
        """For each term, in how many documents these postings lie (all of a document's, or none)."""
        term = np.searchsorted(self.starts, postings, "right") - 1
        document = np.searchsorted(self.offsets, self.rows[postings], "right") - 1
        pairs = np.unique(term * len(self.keys) + document)
        return np.bincount(pairs // len(self.keys), minlength=len(self.vocabulary))


def merged(blocks: Sequence[Block]) -> Block:
    """One pass over the postings: each block's run of a term is copied behind those of the blocks before it."""
    vocabulary = np.unique(np.concatenate([block.vocabulary for block in blocks]))
    places = [np.searchsorted(vocabulary, block.vocabulary) for block in blocks]
    counts, documents = np.zeros((2, len(vocabulary)), np.int64)
    for block, place in zip(blocks, places, strict=True):
        counts[place] += np.diff(block.starts)
        documents[place] += block.documents
    starts = running(counts)
    rows, impacts = _placed(blocks, places, starts)
    identity, identity_documents, identity_flags = _merged_identity(blocks)
    return Block(
        keys=tuple(key for block in blocks for key in block.keys),
        offsets=running(np.concatenate([np.diff(block.offsets) for block in blocks])),
        vocabulary=vocabulary,
        starts=starts,
        documents=documents,
        rows=rows,
        impacts=impacts,
        identity=identity,
        identity_documents=identity_documents,
        identity_flags=identity_flags,
    )


def _placed(blocks: Sequence[Block], places: Sequence[Numbers], starts: Numbers) -> tuple[Rows, Bytes]:
    cursor = starts[:-1].copy()
    rows, impacts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint8)
    base = 0
    for block, place in zip(blocks, places, strict=True):
        runs = np.diff(block.starts)
        target = np.repeat(cursor[place] - block.starts[:-1], runs) + np.arange(len(block.rows))
        rows[target] = block.rows + np.int32(base)
        impacts[target] = block.impacts
        cursor[place] += runs
        base += block.row_count
    return rows, impacts


def _merged_identity(blocks: Sequence[Block]) -> tuple[Ids, Numbers, Bytes]:
    identity = np.concatenate([block.identity for block in blocks])
    firsts = running(np.array([len(block.keys) for block in blocks]))
    documents = [block.identity_documents + first for block, first in zip(blocks, firsts[:-1], strict=True)]
    flags = np.concatenate([block.identity_flags for block in blocks])
    order = np.argsort(identity, kind="stable")
    return identity[order], np.concatenate(documents)[order], flags[order]


def block_of(key: DocKey, segment: Segment) -> Block:
    return Block(
        keys=(key,),
        offsets=np.array([0, segment.chunk_count]),
        vocabulary=segment.vocabulary,
        starts=segment.starts.astype(np.int64),
        documents=np.ones(len(segment.vocabulary), np.int64),
        rows=segment.chunks.astype(np.int32),
        impacts=_impacts(segment),
        identity=segment.identity,
        identity_documents=np.zeros(len(segment.identity), np.int64),
        identity_flags=segment.identity_flags,
    )


def _impacts(segment: Segment) -> Bytes:
    norms = K1 * (1 - B + B * segment.lengths / TYPICAL_LENGTH)
    share = segment.frequencies / (segment.frequencies + norms[segment.chunks])
    return np.maximum(np.rint(share * FULL), 1).astype(np.uint8)


def _renumbered(kept: npt.NDArray[np.bool_]) -> Rows:
    return np.cumsum(kept, dtype=np.int32) - np.int32(1)


def running(sizes: npt.NDArray[np.int64]) -> Numbers:
    return np.concatenate(([0], np.cumsum(sizes)))


def ranges(first: Numbers, last: Numbers) -> Numbers:
    """All integers of all ranges [first, last), in order."""
    sizes = last - first
    return np.repeat(last - np.cumsum(sizes), sizes) + np.arange(sizes.sum())
