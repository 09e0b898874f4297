import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elenchus.library.searching.block import merged
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.segment import Segment, term_ids
from elenchus.library.searching.terms import terms
from tests.library.searching.support import index_of, segment_of

WORDS = "alder birch cedar dogwood elm fir ginkgo hazel".split()
libraries = st.lists(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=4), min_size=1, max_size=8
)


def picture(index: LibraryIndex) -> dict[str, object]:
    """All an index can tell, by key instead of by number, so that two histories can be compared."""
    ids = term_ids(terms(" ".join(WORDS)))
    scores = index.scores(ids, np.linspace(1, 2, len(ids), dtype=np.float32))
    at, documents, flags = index.named(ids)
    return {
        "rows": index.row_frequencies(ids).tolist(),
        "documents": index.document_frequencies(ids).tolist(),
        "named": sorted(
            zip(at.tolist(), [index.keys[document] for document in documents], flags.tolist(), strict=True)
        ),
        "scores": {
            key: scores[index.offsets[number] : index.offsets[number + 1]].tolist()
            for number, key in enumerate(index.keys)
        },
    }


def segments_of(library: Sequence[Sequence[str]]) -> list[tuple[str, Segment]]:
    return [
        (f"d{at}", segment_of(*chunks, name=WORDS[at % 8], head=" ".join(chunks))) for at, chunks in enumerate(library)
    ]


class TestCounts:
    index = index_of(a=["fir fir", "elm", "fir elm"], b=["fir"], c=["cedar"])
    ids = term_ids(["fir", "elm", "cedar", "oak"])

    def test_chunks_with_a_word(self):
        assert self.index.row_frequencies(self.ids).tolist() == [3, 2, 1, 0]

    def test_documents_with_a_word(self):
        assert self.index.document_frequencies(self.ids).tolist() == [2, 1, 1, 0]

    def test_a_word_that_is_only_in_the_name_counts_as_one_document(self):
        index = LibraryIndex().extended([("a", segment_of("fir", name="oak"))])
        assert index.document_frequencies(self.ids).tolist() == [1, 0, 0, 1]

    def test_rows_of_documents(self):
        assert self.index.rows_of(np.array([0, 2])).tolist() == [0, 1, 2, 4]
        assert self.index.rows_of(np.array([], np.int64)).tolist() == []

    def test_a_word_lost_in_an_endless_chunk_still_weighs_something(self):
        index = index_of(a=["elm " * 50_000 + "fir"])
        assert index.scores(term_ids(["fir"]), np.ones(1, np.float32))[0] > 0

    def test_an_empty_index_answers_too(self):
        empty = LibraryIndex()
        assert empty.row_count == 0
        assert empty.row_frequencies(self.ids).tolist() == [0, 0, 0, 0]
        assert [each.tolist() for each in empty.named(self.ids)] == [[], [], []]
        assert empty.scores(self.ids, np.ones(4, np.float32)).tolist() == []

    def test_documents_without_words_take_part(self):
        index = index_of(a=[], b=["", "—"], c=["fir"])
        assert index.row_count == 3
        assert index.row_frequencies(self.ids).tolist() == [1, 0, 0, 0]


class TestHistory:
    """However an index came about, it says the same: two processes must agree."""

    @settings(max_examples=60, deadline=None)
    @given(libraries)
    def test_one_by_one_or_all_at_once(self, library):
        segments = segments_of(library)
        grown = LibraryIndex()
        for each in segments:
            grown = grown.extended([each])
        assert picture(grown) == picture(LibraryIndex().extended(segments))

    @settings(max_examples=60, deadline=None)
    @given(libraries, st.sets(st.integers(0, 7)), st.integers(0, 8))
    def test_what_was_dropped_was_never_there(self, library, gone, cut):
        segments = segments_of(library)
        dropped = {f"d{at}" for at in gone}
        full = LibraryIndex().extended(segments[:cut]).extended(segments[cut:])
        kept = [each for each in segments if each[0] not in dropped]
        assert picture(full.without(dropped)) == picture(LibraryIndex().extended(kept))

    def test_growing_leaves_the_old_index_as_it_was(self):
        old = index_of(a=["fir"])
        before = picture(old)
        old.extended([("b", segment_of("fir elm"))])
        old.without(["a"])
        assert picture(old) == before

    def test_unknown_keys_are_not_missed(self):
        index = index_of(a=["fir"])
        assert picture(index.without(["z"])) == picture(index)

    def test_everything_may_go(self):
        assert index_of(a=["fir"], b=["elm"]).without(["a", "b"]).keys == ()

    def test_a_document_twice_is_refused(self):
        with pytest.raises(ValueError, match="only once"):
            index_of(a=["fir"]).extended([("a", segment_of("fir"))])


class TestBlocks:
    def test_few_blocks_however_many_documents_came(self):
        index = LibraryIndex()
        for at in range(200):
            index = index.extended([(f"d{at}", segment_of("fir elm", "cedar"))])
        assert len(index.keys) == 200
        assert len(index.blocks) <= 9  # log2(200) + 1

    def test_a_newcomer_leaves_the_big_block_alone(self):
        index = index_of(**{f"d{at}": ["fir elm cedar hazel"] * 5 for at in range(20)})
        assert index.extended([("new", segment_of("fir"))]).blocks[0] is index.blocks[0]

    def test_dropping_touches_only_its_block(self):
        index = index_of(**{f"d{at}": ["fir elm cedar hazel"] * 5 for at in range(20)})
        grown = index.extended([("new", segment_of("fir"))])
        assert grown.without(["new"]).blocks == index.blocks

    def test_merging_keeps_each_terms_rows_in_order(self):
        rng = random.Random(5)
        library = [[" ".join(rng.choices(WORDS, k=5)) for _ in range(3)] for _ in range(9)]
        index = LibraryIndex().extended(segments_of(library))
        block = merged(index.blocks)
        for first, last in zip(block.starts[:-1], block.starts[1:], strict=True):
            assert np.all(np.diff(block.rows[first:last]) > 0)


class TestSize:
    def test_the_size_is_told(self):
        small, large = index_of(a=["fir"]), index_of(a=["fir"], b=["elm cedar hazel"] * 50)
        assert 0 < small.nbytes < large.nbytes

    def test_a_posting_costs_five_bytes(self):
        one = index_of(a=["fir"] * 1_000).nbytes
        assert index_of(a=["fir"] * 2_000).nbytes - one == 5_000


class TestExactly:
    def test_it_knows_what_it_holds(self):
        index = index_of(a=["rent"], b=["notice"])
        keys = frozenset("ab")
        assert index.holds_exactly(keys)
        assert index.holds_exactly(keys)
        assert index.holds_exactly(frozenset(["b", "a"]))

    @pytest.mark.parametrize("keys", [frozenset("a"), frozenset("abc"), frozenset("ac"), frozenset(), ("a", "b")])
    def test_and_what_it_does_not(self, keys):
        assert not index_of(a=["rent"], b=["notice"]).holds_exactly(keys)
