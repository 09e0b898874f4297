"""One ranking out of several: places count, scores do not."""

from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.searching.fusing import fused
from elenchus.library.searching.ranking import Hit


def ranking(*names: str, score: float = 1.0) -> list[Hit]:
    return [Hit(name, 0, score) for name in names]


def order(hits: list[Hit]) -> list[object]:
    return [hit.doc_key for hit in hits]


class TestFused:
    def test_what_both_find_comes_before_what_one_finds_first(self):
        assert order(fused([ranking("a", "both"), ranking("b", "both")], limit=3)) == ["both", "a", "b"]

    def test_scores_of_different_kinds_never_meet(self):
        words, meaning = ranking("a", "b", score=900.0), ranking("b", "a", "c", score=0.1)
        assert order(fused([words, meaning], limit=3)) == ["a", "b", "c"]

    def test_one_ranking_keeps_its_order(self):
        assert order(fused([ranking("c", "a", "b"), []], limit=9)) == ["c", "a", "b"]

    def test_passages_of_one_document_are_different(self):
        hits = fused([[Hit("a", 0, 1.0), Hit("a", 1, 0.5)], [Hit("a", 1, 1.0)]], limit=9)
        assert [hit.chunk_index for hit in hits] == [1, 0]

    @given(st.lists(st.permutations(list("abcdef")), max_size=4), st.integers(0, 8))
    def test_each_once_best_first_and_no_more_than_asked_for(self, orders, limit):
        hits = fused([ranking(*names) for names in orders], limit=limit)
        assert len(hits) == min(limit, 6 if orders else 0) == len(set(order(hits)))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
