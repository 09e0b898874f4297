import threading
from dataclasses import dataclass

import pytest

from elenchus.library.searching.cache import ByteLRU, IndexCache
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.segment import Segment
from tests.library.searching.support import segment_of


@dataclass(frozen=True)
class Stone:
    nbytes: int


class TestByteLRU:
    def test_what_was_put_is_got(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        stone = Stone(4)
        cache.put("a", stone)
        assert cache.get("a") is stone
        assert cache.get("b") is None

    def test_the_least_recently_used_goes_first(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        for key in "abc":
            cache.put(key, Stone(3))
        cache.get("a")
        cache.put("d", Stone(3))
        assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]

    def test_it_never_holds_more_than_its_bytes(self):
        cache: ByteLRU[int, Stone] = ByteLRU(100)
        for at in range(1_000):
            cache.put(at, Stone(at % 37))
            assert cache.nbytes <= 100

    def test_one_large_value_pushes_out_several(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        for key in "abc":
            cache.put(key, Stone(3))
        cache.put("big", Stone(9))
        assert (len(cache), cache.nbytes) == (1, 9)

    def test_a_value_larger_than_the_cache_is_not_kept_and_pushes_nothing_out(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        cache.put("a", Stone(3))
        cache.put("huge", Stone(11))
        assert cache.get("huge") is None
        assert cache.get("a") == Stone(3)

    def test_putting_again_replaces_and_counts_once(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        cache.put("a", Stone(6))
        cache.put("a", Stone(7))
        assert (len(cache), cache.nbytes, cache.get("a")) == (1, 7, Stone(7))

    def test_a_value_that_outgrew_the_cache_leaves_no_old_one_behind(self):
        cache: ByteLRU[str, Stone] = ByteLRU(10)
        cache.put("a", Stone(6))
        cache.put("a", Stone(60))
        assert (cache.get("a"), cache.nbytes) == (None, 0)

    def test_threads_do_not_lose_count(self):
        cache: ByteLRU[int, Stone] = ByteLRU(50)

        def work(seed: int) -> None:
            for at in range(2_000):
                cache.put((at * seed) % 40, Stone(at % 9))
                cache.get(at % 40)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 3, 7, 11)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = [stone.nbytes for key in range(40) if (stone := cache.get(key))]
        assert cache.nbytes == sum(held) <= 50

    def test_segments_weigh_their_bytes(self):
        cache: ByteLRU[tuple[str, int], Segment] = ByteLRU(1_000_000)
        segment = segment_of("the tenant pays rent")
        cache.put(("lease", 1), segment)
        assert cache.nbytes == segment.nbytes > 0


def shelf(*keys: tuple[str, int]) -> dict[tuple[str, int], Segment]:
    return {key: segment_of(f"{key[0]} generation{key[1]}") for key in keys}


A1, A2, B1, C1 = ("a", 1), ("a", 2), ("b", 1), ("c", 1)


class TestIndexCache:
    @pytest.fixture
    def cache(self) -> IndexCache:
        return IndexCache(1_000_000)

    def test_the_first_time_everything_is_missing(self, cache):
        plan = cache.plan("firm", [A1, B1])
        assert plan.missing == (A1, B1)
        assert cache.complete(plan, shelf(A1, B1)).members == {A1, B1}

    def test_the_second_time_nothing_is(self, cache):
        index = cache.complete(cache.plan("firm", [A1, B1]), shelf(A1, B1))
        plan = cache.plan("firm", [B1, A1])
        assert plan.missing == ()
        assert cache.complete(plan, {}) is index

    def test_a_new_generation_replaces_the_old(self, cache):
        cache.complete(cache.plan("firm", [A1, B1]), shelf(A1, B1))
        plan = cache.plan("firm", [A2, B1])
        assert plan.missing == (A2,)
        assert cache.complete(plan, shelf(A2)).members == {A2, B1}

    def test_a_removed_document_is_gone(self, cache):
        cache.complete(cache.plan("firm", [A1, B1]), shelf(A1, B1))
        assert cache.complete(cache.plan("firm", [B1]), {}).members == {B1}
        assert cache.plan("firm", [B1]).base.members == {B1}

    def test_dropping_happens_once(self, cache):
        cache.complete(cache.plan("firm", [A1, B1]), shelf(A1, B1))
        first = cache.plan("firm", [B1])
        assert (first.missing, first.base.members) == ((), {B1})
        assert cache.plan("firm", [B1]).base is first.base

    def test_a_plan_without_anything_missing_is_the_index(self, cache):
        index = cache.complete(cache.plan("firm", [A1]), shelf(A1))
        plan = cache.plan("firm", [A1])
        assert plan.base is index
        assert cache.complete(plan, {}) is index

    def test_libraries_do_not_see_each_other(self, cache):
        cache.complete(cache.plan("firm", [A1]), shelf(A1))
        plan = cache.plan("other firm", [B1])
        assert plan.missing == (B1,)
        assert cache.complete(plan, shelf(B1)).members == {B1}
        assert cache.plan("firm", [A1]).missing == ()

    def test_what_is_known_as_just_this_needs_no_plan(self, cache):
        index = cache.complete(cache.plan("firm", [A1, B1]), shelf(A1, B1))
        assert cache.get("firm", frozenset([B1, A1])) is index
        assert cache.get("firm", frozenset([A1])) is None
        assert cache.get("other firm", frozenset([B1, A1])) is None

    def test_a_key_wanted_twice_is_brought_once(self, cache):
        plan = cache.plan("firm", [A1, A1])
        assert cache.complete(plan, shelf(A1)).keys == (A1,)

    def test_what_happens_between_plan_and_complete_does_not_matter(self, cache):
        cache.complete(cache.plan("firm", [A1]), shelf(A1))
        plan = cache.plan("firm", [A1, B1])
        cache.complete(cache.plan("firm", [C1]), shelf(C1))
        assert cache.complete(plan, shelf(B1)).members == {A1, B1}

    def test_the_bytes_are_bounded_and_the_answer_is_given_all_the_same(self):
        one = LibraryIndex().extended(list(shelf(A1).items())).nbytes
        cache = IndexCache(one * 2)
        for at in range(10):
            key = ("a", at)
            index = cache.complete(cache.plan(f"firm {at}", [key]), shelf(key))
            assert index.members == {key}
            assert cache.nbytes <= one * 2
        assert cache.plan("firm 9", [("a", 9)]).missing == ()
        assert cache.plan("firm 0", [("a", 0)]).missing == (("a", 0),)

    def test_a_library_too_large_to_keep_is_still_searched(self):
        cache = IndexCache(10)
        assert cache.complete(cache.plan("firm", [A1]), shelf(A1)).members == {A1}
        assert cache.nbytes == 0

    def test_an_empty_library(self, cache):
        assert cache.complete(cache.plan("firm", []), {}).keys == ()

    def test_a_segment_that_was_not_brought_is_an_error(self, cache):
        with pytest.raises(KeyError):
            cache.complete(cache.plan("firm", [A1]), {})
