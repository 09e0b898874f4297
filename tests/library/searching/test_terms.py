import threading
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.searching import terms as module
from elenchus.library.searching.terms import matches, name_terms, terms


def found(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in matches(text, terms(query))]


class TestTerms:
    def test_words_are_folded_and_stemmed(self):
        assert terms("Terminated TERMINATING termination") == ["termin"] * 3

    def test_order_and_repeats_are_kept(self):
        assert terms("rent, deposit, rent") == ["rent", "deposit", "rent"]

    def test_small_words_say_nothing(self):
        assert terms("Does the tenant have to be there, and why?") == ["tenant"]

    @pytest.mark.parametrize("word", ["not", "no", "without", "shall", "must", "except", "unless"])
    def test_words_that_turn_a_clause_are_kept(self, word):
        assert len(terms(word)) == 1

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Section 4.2 applies", "4.2"),
            ("clause 12.3.1(b)", "12.3.1"),
            ("$1,250,000.50", "1250000.50"),
            ("1,000 shares", "1000"),
            ("3,5 Prozent", "3,5"),
            ("in 1996.", "1996"),
        ],
    )
    def test_a_number_is_one_term(self, text, expected):
        assert expected in terms(text)

    def test_a_point_that_ends_the_sentence_is_no_part_of_the_number(self):
        assert terms("see 4.2.") == ["see", "4.2"]

    def test_hyphens_divide_so_that_30_day_is_found_by_30_days(self):
        assert terms("a 30-day notice") == terms("30 days' notice")

    def test_letters_and_digits_may_be_one_word(self):
        assert terms("the 4th 3M lease") == ["4th", "3m", "leas"]

    @pytest.mark.parametrize("apostrophe", ["'", "’"])
    def test_possessives_are_their_owner(self, apostrophe):
        assert terms(f"the tenant{apostrophe}s") == ["tenant"]

    def test_both_apostrophes_are_one(self):
        assert terms("O’Brien") == terms("O'Brien")

    def test_compatibility_forms_are_the_plain_letters(self):
        assert terms("ﬁnal ＬＥＡＳＥ № ²") == terms("final lease No 2")

    def test_composed_and_decomposed_accents_are_one(self):
        assert terms("résumé") == terms(unicodedata.normalize("NFD", "résumé")) != terms("resume")

    def test_soft_hyphens_and_joiners_are_not_there(self):
        assert terms("termi\u00adnation no\u2060tice") == terms("termination notice")

    def test_other_scripts_are_words_too(self):
        assert terms("Договор аренды, 契約") == ["договор", "аренды", "契約"]

    @pytest.mark.parametrize("text", ["", " \n\t", "— * §§ …", "\u00ad", "_____"])
    def test_nothing_is_no_terms(self, text):
        assert terms(text) == []

    def test_an_endless_word_becomes_small_pieces(self):
        assert max(map(len, terms("x" * 1_000_000))) <= 64

    @given(st.text())
    def test_words_do_not_influence_each_other(self, text):
        assert terms(text) == [term for word in text.split() for term in terms(word)]

    @given(st.text(), st.text())
    def test_case_does_not_matter(self, left, right):
        assert terms(f"{left} LEASE {right}") == terms(f"{left} lease {right}")


class TestDividedWords:
    @pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u00ad"])
    @pytest.mark.parametrize("end", ["\n", " \n  ", "\f", "\n\f"])
    def test_a_word_that_a_line_divides_is_found_whole(self, hyphen, end):
        text = f"upon termi{hyphen}{end}nation of it"
        assert set(terms("termination")) <= set(terms(text))
        assert [text[a:b] for a, b in matches(text, terms("terminations"))] == [f"termi{hyphen}{end}nation"]

    def test_its_parts_are_found_too_since_the_hyphen_may_be_its_own(self):
        text = "a non-\nexclusive licence"
        assert set(terms("non exclusive nonexclusive")) <= set(terms(text))
        assert [text[a:b] for a, b in matches(text, terms("exclusive"))] == ["exclusive"]
        assert [text[a:b] for a, b in matches(text, terms("exclusive nonexclusive"))] == ["non-\nexclusive"]

    @pytest.mark.parametrize("text", ["5-\n6 months", "the rent -\nor costs", "well-known", "end-\n- next"])
    def test_other_hyphens_join_nothing(self, text):
        assert len(terms(text)) == len(terms(text.replace("-", " ")))


class TestNameTerms:
    def test_a_file_name_divides_at_humps_underscores_and_points(self):
        assert {"acm", "leas", "2019", "pdf"} <= set(name_terms("AcmeLease_2019.pdf"))

    def test_a_hump_inside_a_brand_still_counts_whole(self):
        assert {"linkedin", "link"} <= set(name_terms("LinkedIn agreement"))


class TestMemory:
    def test_the_memo_is_bounded(self, monkeypatch):
        monkeypatch.setattr(module, "MEMO_TOKENS", 100)
        stems = module._Stems()
        for number in range(1_000):
            assert stems[f"word{number}"] == f"word{number}"
        assert len(stems) <= 100

    def test_threads_stem_alike(self, monkeypatch):
        monkeypatch.setattr(module, "MEMO_TOKENS", 50)  # so that every thread stems, all the time
        monkeypatch.setattr(module, "_stems", module._Stems())
        words = [
            stem + end for stem in ("terminat", "obligat", "assign", "limit") for end in ("ion", "ions", "ing", "ed")
        ]
        text = " ".join(f"{word}{number}s {word}" for number in range(40) for word in words)
        expected = terms(text)
        answers: list[list[str]] = []
        threads = [threading.Thread(target=lambda: answers.append(terms(text))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [expected] * 8

    def test_a_long_document_takes_well_under_a_second(self):
        text = "The Tenant shall pay 4.2 % interest on each late payment; notice is given under Section 12.3. " * 6_300
        begin = time.perf_counter()
        terms(text)
        assert time.perf_counter() - begin < 0.6  # 0.05 s on two idle cores; a stem per word would take 0.2 more


class TestMatches:
    def test_every_form_of_the_word_is_marked(self):
        text = "Termination: either party may terminate. Terminated!"
        assert found(text, "terminating") == ["Termination", "terminate", "Terminated"]

    def test_nothing_asked_nothing_marked(self):
        assert matches("any text", []) == []
        assert found("any text", "unheard") == []

    def test_offsets_are_code_points_behind_emoji(self):
        text = "🏛️⚖️ The 👩🏽‍⚖️ judge’s lease"
        assert found(text, "judge lease") == ["judge’s", "lease"]

    def test_a_ligature_is_marked_whole(self):
        assert found("the ﬁnal oﬃce", "final office") == ["ﬁnal", "oﬃce"]

    def test_combining_characters_belong_to_their_letter(self):
        text = unicodedata.normalize("NFD", "« résumé » and café")
        assert found(text, "résumé café") == [unicodedata.normalize("NFD", word) for word in ("résumé", "café")]

    def test_a_word_that_grows_when_folded(self):
        assert found("in der Straße, STRASSE", "strasse") == ["Straße", "STRASSE"]

    def test_a_soft_hyphen_inside_is_marked_with_the_word(self):
        assert found("x (termi\u00adnation) x", "terminate") == ["termi\u00adnation"]

    def test_part_of_a_hyphenated_word(self):
        assert found("a 30–day, non‑exclusive licence", "day exclusive") == ["day", "exclusive"]

    def test_letters_that_only_combine_across_clusters_mark_the_word(self):
        text = "x \u1112\u1161\u11ab x"  # 한 as three separate letters
        assert found(text, "한") == ["\u1112\u1161\u11ab"]

    @given(st.text())
    def test_spans_are_ordered_inside_the_text_and_not_empty(self, text):
        spans = matches(text, terms(text))
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)

    @given(st.text(alphabet=st.characters(codec="latin-1")))
    def test_every_term_of_the_text_is_marked(self, text):
        assert len(matches(text, terms(text))) == len(terms(text))

    @given(st.text())
    def test_something_is_marked_when_there_is_a_term(self, text):
        assert bool(matches(text, terms(text))) == bool(terms(text))
