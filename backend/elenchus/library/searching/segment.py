"""One document generation, packed for search: immutable bytes that any process can load, and never half-read.

Little-endian, in this order: header · term ids u64 · identity ids u64 · starts u32 · chunks u32 · lengths u32 ·
word ends u32 · frequencies u8 · identity flags u8 · words utf-8 · CRC-32 of all. A term's id is a
hash, so segments of different documents merge without touching a string; the words serve people (`top_terms`).
"""

import hashlib
import struct
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from elenchus.library.searching.terms import name_terms, terms

MAGIC = b"ELENCHUS"
VERSION = 1
PART_BYTES = 8 * 1024 * 1024  # a MongoDB document ends at 16 MB
MOST_FREQUENT = 255  # one byte; BM25 has long saturated there
IN_NAME, IN_HEAD = 1, 2  # where an identity term was seen
_HEADER = struct.Struct("<8sIIIIII")  # 32 bytes, so that the 64-bit arrays lie aligned
_CHECKSUM = struct.Struct("<I")

Ids = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]


class CorruptSegment(ValueError):
    """The bytes are not a segment of this version, whole and unchanged: build it again from the chunks."""


def term_ids(words: Iterable[str]) -> Ids:
    """64-bit hashes, the same in every process; a million terms collide once in 37 million libraries."""
    digests = [hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest() for word in words]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def parts(packed: bytes) -> list[bytes]:
    """Pieces small enough to store; joined in order they are the segment again."""
    return [packed[at : at + PART_BYTES] for at in range(0, len(packed), PART_BYTES)]


def pack(texts: Iterable[str], *, name: str, head_text: str) -> bytes:
    """The segment of a document given whole; see `SegmentBuilder` for one that arrives chunk by chunk."""
    builder = SegmentBuilder()
    for text in texts:
        builder.add(text)
    return builder.finish(name=name, head_text=head_text)


class _Numbers(dict[str, int]):
    """Word → its place among the words that came so far."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return len(self) - 1


class SegmentBuilder:
    """Takes a document's chunks in order; costs four bytes per word until `finish`."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._stream = array("I")
        self._lengths = array("I")

    def add(self, chunk_text: str) -> None:
        words = terms(chunk_text)
        self._stream.extend(map(self._numbers.__getitem__, words))
        self._lengths.append(len(words))

    def finish(self, *, name: str, head_text: str) -> bytes:
        """`head_text` is the document's beginning (~1,500 characters), where parties and kind are named."""
        words, ids, order = self._vocabulary()
        starts, chunks, frequencies = self._postings(order)
        identity, flags = _identity(name, head_text)
        text = b"".join(words)
        counts = (len(self._lengths), len(ids), len(chunks), len(identity), len(text))
        header = _HEADER.pack(MAGIC, VERSION, *counts)
        body = (
            _bytes(ids, "<u8"),
            _bytes(identity, "<u8"),
            _bytes(starts, "<u4"),
            _bytes(chunks, "<u4"),
            _bytes(self._lengths, "<u4"),
            _bytes(np.cumsum([len(word) for word in words]), "<u4"),
            _bytes(frequencies, "u1"),
            _bytes(flags, "u1"),
        )
        packed = b"".join((header, *body, text))
        return packed + _CHECKSUM.pack(zlib.crc32(packed))

    def _vocabulary(self) -> tuple[list[bytes], Ids, npt.NDArray[np.int64]]:
        """Words and ids in the order of the ids, and for each word number its place in that order."""
        words = [word.encode("utf-8") for word in self._numbers]
        ids = term_ids(self._numbers)
        by_id = np.argsort(ids)
        order = np.empty(len(ids), np.int64)
        order[by_id] = np.arange(len(ids))
        return [words[at] for at in by_id], ids[by_id], order

    def _postings(self, order: npt.NDArray[np.int64]) -> tuple[Counts, Counts, Bytes]:
        lengths = np.asarray(self._lengths, dtype=np.int64)
        count = max(len(lengths), 1)
        chunk_of = np.repeat(np.arange(len(lengths)), lengths)
        occurrences = order[np.asarray(self._stream, dtype=np.int64)] * count + chunk_of
        pairs, times = np.unique(occurrences, return_counts=True)
        starts = np.searchsorted(pairs, np.arange(len(order) + 1) * count)
        frequencies = np.minimum(times, MOST_FREQUENT).astype(np.uint8)
        return starts.astype(np.uint32), (pairs % count).astype(np.uint32), frequencies


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Views into the loaded bytes; a term's postings are `starts[i]:starts[i + 1]` of `chunks` and `frequencies`."""

    vocabulary: Ids
    identity: Ids
    starts: Counts
    chunks: Counts
    lengths: Counts
    word_ends: Counts
    frequencies: Bytes
    identity_flags: Bytes
    words: bytes
    nbytes: int

    @classmethod
    def load(cls, packed: bytes | memoryview) -> "Segment":
        """Every index is checked before it is believed; raises `CorruptSegment`."""
        segment = _read(memoryview(packed))
        _check(segment)
        return segment

    @property
    def chunk_count(self) -> int:
        return len(self.lengths)

    def top_terms(self, limit: int) -> list[tuple[str, int]]:
        """The most frequent terms of the whole document with their counts, ties by alphabet."""
        if not len(self.vocabulary):
            return []
        totals = np.add.reduceat(self.frequencies.astype(np.int64), self.starts[:-1])
        ends = [0, *self.word_ends.tolist()]
        words = [self.words[ends[at] : ends[at + 1]].decode("utf-8") for at in range(len(totals))]
        return sorted(zip(words, totals.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:limit]


def _identity(name: str, head_text: str) -> tuple[Ids, Bytes]:
    flags = dict.fromkeys(terms(head_text), IN_HEAD)
    for term in name_terms(name):
        flags[term] = flags.get(term, 0) | IN_NAME
    ids = term_ids(flags)
    order = np.argsort(ids)
    return ids[order], np.fromiter(flags.values(), np.uint8, len(flags))[order]


def _bytes(values: npt.ArrayLike, kind: str) -> bytes:
    return np.asarray(values, dtype=kind).tobytes()


def _read(packed: memoryview) -> Segment:
    end = len(packed) - _CHECKSUM.size
    if end < _HEADER.size or bytes(packed[: len(MAGIC)]) != MAGIC:
        raise CorruptSegment("These bytes are not a segment.")
    if _CHECKSUM.unpack_from(packed, end)[0] != zlib.crc32(packed[:end]):
        raise CorruptSegment("The checksum does not match.")
    _, version, chunks, vocabulary, postings, identity, text_bytes = _HEADER.unpack_from(packed)
    if version != VERSION:
        raise CorruptSegment(f"Segment version {version}; this process reads {VERSION}.")
    packed = packed[:end]
    take = _Taker(packed)
    segment = Segment(
        vocabulary=take("<u8", vocabulary),
        identity=take("<u8", identity),
        starts=take("<u4", vocabulary + 1),
        chunks=take("<u4", postings),
        lengths=take("<u4", chunks),
        word_ends=take("<u4", vocabulary),
        frequencies=take("u1", postings),
        identity_flags=take("u1", identity),
        words=take("u1", text_bytes).tobytes(),
        nbytes=len(packed) + text_bytes,
    )
    if take.at != len(packed):
        raise CorruptSegment(f"{len(packed)} bytes where the header promises {take.at}.")
    return segment


class _Taker:
    """Hands out the arrays one after the other, as views, never past the end."""

    def __init__(self, packed: memoryview) -> None:
        self._packed = packed
        self.at = _HEADER.size

    def __call__(self, kind: str, count: int) -> npt.NDArray[Any]:
        end = self.at + np.dtype(kind).itemsize * count
        if end > len(self._packed):
            raise CorruptSegment(f"{len(self._packed)} bytes where the header promises at least {end}.")
        taken = np.frombuffer(self._packed[self.at : end], dtype=kind)
        self.at = end
        return taken


def _check(segment: Segment) -> None:
    """A checksum only says that what was written came back; this says that it could have been right."""
    if not (_sound_postings(segment) and _sound_identity(segment) and _sound_words(segment)):
        raise CorruptSegment("Its numbers contradict each other.")


def _sound_postings(segment: Segment) -> bool:
    starts, chunks = segment.starts, segment.chunks
    if not (_rising(segment.vocabulary) and _rising(starts) and starts[0] == 0 and starts[-1] == len(chunks)):
        return False
    later = chunks[1:] > chunks[:-1]
    later[starts[1:-1] - 1] = True
    within = chunks < segment.chunk_count
    return bool(np.all(later) and np.all(within) and np.all(segment.frequencies > 0))


def _sound_identity(segment: Segment) -> bool:
    flags = segment.identity_flags
    return _rising(segment.identity) and bool(np.all((flags > 0) & (flags <= IN_NAME | IN_HEAD)))


def _sound_words(segment: Segment) -> bool:
    ends, text = segment.word_ends, np.frombuffer(segment.words, np.uint8)
    if not _rising(ends) or (ends[-1] if len(ends) else 0) != len(text):
        return False
    inside_a_character = (text[ends[:-1]] & 0xC0) == 0x80
    return not np.any(inside_a_character) and _is_utf8(segment.words)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _rising(values: npt.NDArray[np.unsignedinteger[Any]]) -> bool:
    return bool(np.all(values[1:] > values[:-1]))
