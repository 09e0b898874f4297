from elenchus.library.searching.terms import terms
from elenchus.library.searching.thesaurus import related


class TestRelated:
    def test_a_revenue_share_is_a_royalty(self):
        assert set(terms("royalty")) <= related(terms("Is there a revenue share?"))

    def test_it_works_both_ways(self):
        assert set(terms("revenue")) <= related(terms("royalties"))

    def test_the_words_of_the_question_are_not_their_own_relatives(self):
        asked = terms("breach default")
        assert related(asked).isdisjoint(asked)
        assert related(asked)

    def test_a_word_of_two_families_has_both(self):
        assert set(terms("cancel dismiss")) <= related(terms("terminate"))

    def test_unknown_words_have_no_relatives(self):
        assert related(["xylophon"]) == frozenset()
        assert related([]) == frozenset()
