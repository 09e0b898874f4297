"""Vectors that are stored in parts come back whole or not at all; the nearest are the nearest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.searching.segment import CorruptSegment
from elenchus.library.searching.vectors import load_vectors, nearest, pack_vectors, unit, width_of

MODEL = "google_genai:gemini-embedding-001"
ROWS = [[3.0, 4.0, 0.0], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0], [-1.0, 1.0, 1.0]]
PACKED = pack_vectors(ROWS, model=MODEL)


class TestStored:
    def test_they_come_back_with_length_one(self):
        matrix = load_vectors([PACKED], model=MODEL, rows=4)
        assert matrix.dtype == np.float32
        assert matrix[0] == pytest.approx([0.6, 0.8, 0.0])
        assert np.linalg.norm(matrix, axis=1) == pytest.approx([1, 1, 0, 1])

    def test_parts_are_joined_in_their_order(self):
        parts = [pack_vectors(ROWS[:1], model=MODEL), pack_vectors(ROWS[1:], model=MODEL)]
        assert np.array_equal(load_vectors(parts, model=MODEL, rows=4), load_vectors([PACKED], model=MODEL, rows=4))

    @pytest.mark.parametrize("parts", [[], [b""], [b"ELVECTOR"], [b"x" * 200], [PACKED[:-1]], [PACKED[:-4]]])
    def test_other_bytes_are_refused(self, parts):
        with pytest.raises(CorruptSegment):
            load_vectors(parts, model=MODEL, rows=4)

    @given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
    def test_any_byte_changed_is_refused(self, at, change):
        damaged = bytearray(PACKED)
        damaged[at] ^= change
        with pytest.raises(CorruptSegment):
            load_vectors([bytes(damaged)], model=MODEL, rows=4)

    def test_another_models_are_refused(self):
        with pytest.raises(CorruptSegment, match="model"):
            load_vectors([PACKED], model="openai:text-embedding-3-small", rows=4)

    @pytest.mark.parametrize("rows", [3, 5])
    def test_more_or_fewer_than_there_are_passages(self, rows):
        with pytest.raises(CorruptSegment, match="passages"):
            load_vectors([PACKED], model=MODEL, rows=rows)

    def test_parts_of_several_widths(self):
        with pytest.raises(CorruptSegment, match="widths"):
            load_vectors([PACKED, pack_vectors([[1.0, 2.0]], model=MODEL)], model=MODEL, rows=5)

    def test_the_width_of_a_whole_part(self):
        assert width_of(PACKED, model=MODEL, rows=4) == 3
        assert width_of(PACKED, model=MODEL, rows=5) is None
        assert width_of(PACKED[:-1], model=MODEL, rows=4) is None

    @pytest.mark.parametrize("rows", [[[1.0, float("nan")]], [[float("inf"), 1.0]], [], [[], []], [[1.0], [1.0, 2.0]]])
    def test_what_are_no_vectors(self, rows):
        with pytest.raises(ValueError):
            unit(rows)


class TestNearest:
    def test_best_first_over_all_documents(self):
        here, there = unit([[1, 0], [1, 1]]), unit([[0, 1], [2, 1]])
        hits = nearest([("a", here), ("b", there)], unit([[1, 0]])[0], limit=3)
        assert [(hit.doc_key, hit.chunk_index) for hit in hits] == [("a", 0), ("b", 1), ("a", 1)]
        assert hits[0].score == pytest.approx(1.0)

    def test_ties_have_one_order(self):
        same = unit([[1, 0]] * 3)
        forth = nearest([("a", same), ("b", same)], unit([[1, 0]])[0], limit=4)
        back = nearest([("b", same), ("a", same)], unit([[1, 0]])[0], limit=4)
        assert forth == back
        assert [(hit.doc_key, hit.chunk_index) for hit in forth] == [("a", 0), ("a", 1), ("a", 2), ("b", 0)]

    @pytest.mark.parametrize(("documents", "limit"), [([], 5), ([("a", unit([[1, 0]]))], 0)])
    def test_nothing_from_nothing(self, documents, limit):
        assert nearest(documents, unit([[1, 0]])[0], limit=limit) == []
