import struct
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elenchus.library.searching import segment as module
from elenchus.library.searching.segment import (
    IN_HEAD,
    IN_NAME,
    CorruptSegment,
    Segment,
    pack,
    parts,
    term_ids,
)
from elenchus.library.searching.terms import name_terms, terms

LEASE = ["The tenant pays rent. Rent is due monthly.", "", "The landlord insures the premises — fully."]
PACKED = pack(LEASE, name="Lease.pdf", head_text="Lease between Alder and Birch")
HEADER = struct.Struct("<8sIIIIII")
COUNTS = dict(zip(("chunks", "terms", "postings", "identity", "text"), range(2, 7), strict=True))


def frequencies(segment: Segment) -> dict[tuple[int, int], int]:
    """(term id, chunk) → how often, read off the arrays."""
    return {
        (int(term), int(segment.chunks[at])): int(segment.frequencies[at])
        for number, term in enumerate(segment.vocabulary)
        for at in range(segment.starts[number], segment.starts[number + 1])
    }


def expected(chunks: list[str]) -> dict[tuple[int, int], int]:
    counted = [(at, term, times) for at, chunk in enumerate(chunks) for term, times in Counter(terms(chunk)).items()]
    return {(int(term_ids([term])[0]), at): min(times, 255) for at, term, times in counted}


def sealed(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def with_header(packed: bytes, **changes: int) -> bytes:
    fields = list(HEADER.unpack_from(packed))
    for name, value in changes.items():
        fields[COUNTS[name]] = value
    return sealed(HEADER.pack(*fields) + packed[HEADER.size : -4])


class TestRoundTrip:
    def test_what_was_said_where_and_how_often(self):
        assert frequencies(Segment.load(PACKED)) == expected(LEASE)

    def test_lengths_count_every_word(self):
        assert Segment.load(PACKED).lengths.tolist() == [len(terms(chunk)) for chunk in LEASE]

    def test_the_identity_knows_name_from_opening(self):
        segment = Segment.load(PACKED)
        flags = dict(zip(segment.identity.tolist(), segment.identity_flags.tolist(), strict=True))
        assert [flags[int(term_ids(terms(word))[0])] for word in ("pdf", "alder", "lease")] == [
            IN_NAME,
            IN_HEAD,
            IN_NAME | IN_HEAD,
        ]

    def test_parts_join_to_the_same_bytes(self, monkeypatch):
        monkeypatch.setattr(module, "PART_BYTES", 100)
        pieces = parts(PACKED)
        assert max(map(len, pieces)) == 100
        assert b"".join(pieces) == PACKED

    def test_a_part_fits_a_database_document(self):
        assert module.PART_BYTES <= 8 * 1024 * 1024

    def test_a_memoryview_is_read_in_place(self):
        segment = Segment.load(memoryview(PACKED))
        assert not segment.vocabulary.flags.owndata
        assert len(PACKED) <= segment.nbytes <= 2 * len(PACKED)

    def test_the_same_text_gives_the_same_bytes(self):
        assert pack(iter(LEASE), name="Lease.pdf", head_text="Lease between Alder and Birch") == PACKED

    def test_a_document_without_chunks(self):
        segment = Segment.load(pack([], name="", head_text=""))
        assert (segment.chunk_count, segment.top_terms(5), frequencies(segment)) == (0, [], {})

    def test_chunks_without_words(self):
        segment = Segment.load(pack(["—", ""], name="scan.pdf", head_text=""))
        assert (segment.chunk_count, segment.top_terms(5)) == (2, [])

    def test_a_word_said_a_thousand_times_saturates(self):
        segment = Segment.load(pack(["void " * 1_000], name="", head_text=""))
        assert segment.frequencies.tolist() == [255]
        assert segment.lengths.tolist() == [1_000]

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=40), st.text(max_size=40))
    def test_any_text_comes_back(self, chunks, name, head):
        segment = Segment.load(pack(chunks, name=name, head_text=head))
        assert frequencies(segment) == expected(chunks)
        assert segment.chunk_count == len(chunks)
        assert set(segment.identity.tolist()) == set(term_ids([*name_terms(name), *terms(head)]).tolist())
        assert dict(segment.top_terms(1_000)) == {
            term: sum(min(Counter(terms(chunk))[term], 255) for chunk in chunks)
            for term in {term for chunk in chunks for term in terms(chunk)}
        }


class TestTopTerms:
    def test_most_frequent_first_ties_by_alphabet(self):
        assert Segment.load(PACKED).top_terms(3) == [("rent", 2), ("due", 1), ("fulli", 1)]


class TestCorrupt:
    @pytest.mark.parametrize("packed", [b"", b"ELENCHUS", b"x" * 500, PACKED[1:], b"\0" * len(PACKED)])
    def test_other_bytes(self, packed):
        with pytest.raises(CorruptSegment):
            Segment.load(packed)

    @given(st.integers(0, len(PACKED) - 1))
    def test_truncated_anywhere(self, length):
        with pytest.raises(CorruptSegment):
            Segment.load(PACKED[:length])

    @given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
    def test_any_byte_changed(self, at, change):
        damaged = bytearray(PACKED)
        damaged[at] ^= change
        with pytest.raises(CorruptSegment):
            Segment.load(bytes(damaged))

    def test_bytes_behind_the_end(self):
        with pytest.raises(CorruptSegment, match="promises"):
            Segment.load(sealed(PACKED[:-4] + b"\0\0\0\0"))

    def test_another_version(self):
        later = sealed(PACKED[:8] + (2).to_bytes(4, "little") + PACKED[12:-4])
        with pytest.raises(CorruptSegment, match="version 2"):
            Segment.load(later)

    @pytest.mark.parametrize("field", COUNTS)
    @pytest.mark.parametrize("value", [1, 2**16 - 1])
    def test_a_header_that_lies(self, field, value):
        with pytest.raises(CorruptSegment):
            Segment.load(with_header(PACKED, **{field: value}))

    def test_a_header_that_asks_for_all_memory_is_refused_before_any_is_taken(self):
        with pytest.raises(CorruptSegment, match="at least"):
            Segment.load(with_header(PACKED, postings=2**32 - 1))


ARRAYS = ("vocabulary", "identity", "starts", "chunks", "lengths", "word_ends", "frequencies", "identity_flags")


def rewritten(packed: bytes, name: str, at: int, value: int) -> bytes:
    """The same segment with one number changed and the checksum made to fit."""
    segment = Segment.load(packed)
    arrays = {each: getattr(segment, each).copy() for each in ARRAYS}
    arrays["words"] = np.frombuffer(segment.words, np.uint8).copy()
    arrays[name][at] = value
    return sealed(packed[: HEADER.size] + b"".join(each.tobytes() for each in arrays.values()))


class TestContradictions:
    """A valid checksum over numbers that cannot be: a faulty writer, not a faulty disk."""

    def test_the_harness_changes_nothing_by_itself(self):
        assert rewritten(PACKED, "starts", 0, 0) == PACKED

    @pytest.mark.parametrize(
        ("name", "at", "value"),
        [
            ("vocabulary", 0, 2**64 - 1),
            ("vocabulary", 1, 0),
            ("identity", 1, 0),
            ("starts", 0, 1),
            ("starts", 1, 2**32 - 1),
            ("starts", 2, 0),
            ("starts", -1, 2**32 - 1),
            ("chunks", 0, 3),
            ("chunks", -1, 2**32 - 1),
            ("frequencies", 0, 0),
            ("identity_flags", 0, 0),
            ("identity_flags", 0, 4),
            ("word_ends", -1, 2**32 - 1),
            ("word_ends", 0, 2**31),
            ("words", 0, 0xFF),
        ],
    )
    def test_is_refused(self, name, at, value):
        with pytest.raises(CorruptSegment, match="contradict"):
            Segment.load(rewritten(PACKED, name, at, value))

    def test_postings_that_belong_to_no_term(self):
        packed = pack(["rent", "rent"], name="", head_text="")
        assert Segment.load(packed).starts.tolist() == [0, 2]
        with pytest.raises(CorruptSegment, match="contradict"):
            Segment.load(rewritten(packed, "starts", 0, 1))

    def test_a_term_twice_in_one_chunk(self):
        twice = pack(["rent", "rent"], name="", head_text="")
        at = HEADER.size + 8 + 8  # behind one vocabulary entry and two starts
        broken = bytearray(twice[:-4])
        broken[at : at + 8] = struct.pack("<II", 1, 1)
        with pytest.raises(CorruptSegment, match="contradict"):
            Segment.load(sealed(bytes(broken)))

    @pytest.mark.parametrize("end", [1, 3])
    def test_words_cut_inside_a_character(self, end):
        packed = pack(["б ж"], name="", head_text="")
        assert Segment.load(packed).word_ends.tolist() == [2, 4]
        with pytest.raises(CorruptSegment, match="contradict"):
            Segment.load(rewritten(packed, "word_ends", 0, end))


class TestIds:
    def test_they_are_the_same_in_every_process_and_release(self):
        assert term_ids(["rent", "договор"]).tolist() == [16463765868153440117, 3201451132677364461]

    def test_none_of_nothing(self):
        assert term_ids([]).tolist() == []
