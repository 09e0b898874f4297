"""Passages as vectors: packed to be stored in parts, loaded as a matrix, compared with a question.

A part is little-endian: header (magic, version, numbers of a vector, vectors, hash of the model's name) · vectors f32,
each of length one · CRC-32 of all. It tells by itself which model made it.
"""

import hashlib
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elenchus.library.searching.block import DocKey, running
from elenchus.library.searching.ranking import Hit
from elenchus.library.searching.segment import CorruptSegment

MAGIC, VERSION = b"ELVECTOR", 1
_HEADER = struct.Struct("<8sHHI8s")
_CHECKSUM = struct.Struct("<I")

Vector = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float32]  # a row for each passage


def unit(vectors: Sequence[Sequence[float]]) -> Matrix:
    """Made of length one: a model that was asked for fewer numbers gives them cut off. Raises ValueError for what are
    no vectors of one width."""
    matrix = np.asarray(vectors, np.float64)
    if matrix.ndim != 2 or not matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError("These are no vectors.")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (matrix / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def pack_vectors(vectors: Sequence[Sequence[float]], *, model: str) -> bytes:
    matrix = unit(vectors)
    header = _HEADER.pack(MAGIC, VERSION, matrix.shape[1], matrix.shape[0], _mark(model))
    packed = header + matrix.astype("<f4").tobytes()
    return packed + _CHECKSUM.pack(zlib.crc32(packed))


def load_vectors(parts: Sequence[bytes], *, model: str, rows: int) -> Matrix:
    """All of a document, one row for each passage. Raises `CorruptSegment` for parts that are not of this model."""
    matrices = [_loaded(part, model) for part in parts]
    if not matrices or len({matrix.shape[1] for matrix in matrices}) > 1:
        raise CorruptSegment("Its vectors have several widths.")
    if sum(len(matrix) for matrix in matrices) != rows:
        raise CorruptSegment(f"There are {rows} passages and another number of vectors.")
    return matrices[0] if len(matrices) == 1 else np.concatenate(matrices)


def width_of(part: bytes, *, model: str, rows: int) -> int | None:
    """None unless it is whole, of this model, and of so many passages."""
    try:
        width: int = load_vectors([part], model=model, rows=rows).shape[1]
    except CorruptSegment:
        return None
    return width


def _loaded(part: bytes, model: str) -> Matrix:
    end = len(part) - _CHECKSUM.size
    if end < _HEADER.size or part[: len(MAGIC)] != MAGIC:
        raise CorruptSegment("These bytes are no vectors.")
    if _CHECKSUM.unpack_from(part, end)[0] != zlib.crc32(memoryview(part)[:end]):
        raise CorruptSegment("The checksum does not match.")
    _, version, width, rows, mark = _HEADER.unpack_from(part)
    if version != VERSION or mark != _mark(model) or _HEADER.size + 4 * width * rows != end:
        raise CorruptSegment("These are vectors of another version or model, or not as many as they say.")
    return np.frombuffer(part, "<f4", width * rows, _HEADER.size).reshape(rows, width)


def _mark(model: str) -> bytes:
    return hashlib.blake2b(model.encode(), digest_size=8).digest()


def nearest(documents: Sequence[tuple[DocKey, Matrix]], question: Vector, *, limit: int) -> list[Hit]:
    """By cosine, best first; each document by itself, so that the numbers do not depend on what stands beside it."""
    scores = [matrix @ question for _, matrix in documents]
    if not scores or limit < 1:
        return []
    together = np.concatenate(scores)
    starts = running(np.array([len(each) for each in scores]))
    cut = len(together) - limit
    chosen = np.flatnonzero(together >= (np.partition(together, cut)[cut] if cut > 0 else -np.inf))
    owners = np.searchsorted(starts, chosen, side="right") - 1
    hits = [
        Hit(documents[owner][0], int(row - starts[owner]), float(together[row]))
        for owner, row in zip(owners.tolist(), chosen.tolist(), strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, str(hit.doc_key), hit.chunk_index))[:limit]
