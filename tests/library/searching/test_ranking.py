import random
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.ranking import RELATED_WEIGHT, Hit, search
from elenchus.library.searching.terms import terms
from elenchus.library.searching.thesaurus import related
from tests.library.searching.support import bm25, index_of, segment_of

CONTRACT = [
    "This Supply Agreement is made between Cedar Mills and Marlow Bakery.",
    "Term. The agreement runs for three years.",
    "Assignment. Neither party may assign its rights without written consent.",
    "Governing law. The laws of Ontario govern.",
    "Fees. Marlow pays a royalty of 4.2 % of net sales.",
]


def places(hits: list[Hit]) -> list[tuple[object, int]]:
    return [(hit.doc_key, hit.chunk_index) for hit in hits]


def best(query: str, chunks: list[str] = CONTRACT) -> int | None:
    hits = search(query, index_of(a=chunks), limit=1, scope="documents")
    return hits[0].chunk_index if hits else None


class TestOneDocument:
    @pytest.mark.parametrize(
        ("query", "chunk"),
        [
            ("Is consent required to assign?", 2),
            ("Which laws govern?", 3),
            ("4.2", 4),
            ("How long is the term in years?", 1),
            ("Is revenue shared?", 4),  # only a relative of the word is there
            ("ASSIGNED", 2),
        ],
    )
    def test_the_clause_that_answers(self, query, chunk):
        assert best(query) == chunk

    @pytest.mark.parametrize("query", ["", "   ", "xylophone", "what is the", "§§ —", "\u0000", "🏛️"])
    def test_nothing_to_find_finds_nothing(self, query):
        assert search(query, index_of(a=CONTRACT), limit=5, scope="documents") == []
        assert search(query, index_of(a=CONTRACT, b=CONTRACT), limit=5, scope="library") == []

    def test_unknown_words_do_not_disturb(self):
        assert best("xylophone zebra assign") == 2

    def test_the_limit(self):
        index = index_of(a=["rent due"] * 30)
        assert len(search("rent", index, limit=7, scope="documents")) == 7
        assert len(search("rent", index, limit=100, scope="documents")) == 30
        assert search("rent", index, limit=0, scope="documents") == []

    def test_chunks_without_any_word_of_the_query_are_no_hits(self):
        hits = search("rent", index_of(a=["rent", "fees", "notice"]), limit=10, scope="documents")
        assert places(hits) == [("a", 0)]

    def test_scores_fall(self):
        scores = [
            hit.score for hit in search("the party agreement laws", index_of(a=CONTRACT), limit=5, scope="documents")
        ]
        assert scores == sorted(scores, reverse=True)
        assert all(score > 0 for score in scores)

    def test_other_scripts(self):
        assert best("аренды", ["Договор поставки", "Договор аренды"]) == 1

    def test_no_documents_no_chunks(self):
        assert search("rent", LibraryIndex(), limit=5, scope="library") == []
        assert search("rent", index_of(a=[], b=[""]), limit=5, scope="library") == []


class TestWithin:
    index = index_of(a=["rent rent rent"], b=["rent is due", "fees"], c=["rent"])

    @pytest.mark.parametrize("scope", ["documents", "library"])
    def test_only_the_chosen_documents(self, scope):
        assert places(search("rent", self.index, limit=9, scope=scope, within=["b"])) == [("b", 0)]

    def test_none_chosen_none_searched(self):
        assert search("rent", self.index, limit=9, scope="documents", within=[]) == []

    def test_unknown_documents_are_ignored(self):
        assert places(search("rent", self.index, limit=9, scope="documents", within=["zz", "c"])) == [("c", 0)]


class TestOrder:
    def test_ties_go_by_document_and_chunk(self):
        index = LibraryIndex()
        for key in ("c", "a", "b"):
            index = index.extended([(key, segment_of("rent", "rent"))])
        assert places(search("rent", index, limit=5, scope="library")) == [
            ("a", 0), ("a", 1), ("b", 0), ("b", 1), ("c", 0),
        ]  # fmt: skip

    def test_history_does_not_show(self):
        rng = random.Random(3)
        words = [f"word{chr(97 + at)}" for at in range(20)]
        documents = {f"d{at}": [" ".join(rng.choices(words, k=12)) for _ in range(5)] for at in range(30)}
        at_once = index_of(**documents)
        grown = LibraryIndex()
        for key in sorted(documents, reverse=True):
            grown = grown.extended([(key, segment_of(*documents[key])), (f"{key} old", segment_of(*documents[key]))])
            grown = grown.without([f"{key} old"])
        for _ in range(20):
            query = " ".join(rng.choices(words, k=3))
            assert search(query, grown, limit=10, scope="library") == search(query, at_once, limit=10, scope="library")

    def test_another_process_finds_the_same(self):
        program = (
            "from tests.library.searching.test_ranking import *\n"
            "print(search('assign consent laws', index_of(a=CONTRACT, b=CONTRACT[::-1]), limit=9, scope='library'))"
        )
        outputs = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={"PYTHONHASHSEED": seed, "PYTHONPATH": "backend:."},
                capture_output=True, text=True, check=True,
            ).stdout
            for seed in ("1", "2")
        }  # fmt: skip
        assert len(outputs) == 1
        assert "Hit(" in outputs.pop()


class TestReference:
    @settings(max_examples=100, deadline=None)
    @given(st.data())
    def test_it_is_bm25(self, data):
        words = [f"word{chr(97 + at)}" for at in range(12)]
        chunk = st.lists(st.sampled_from(words), max_size=150).map(" ".join)
        documents = data.draw(st.lists(st.lists(chunk, max_size=6), min_size=1, max_size=4))
        query = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=6).map(" ".join))
        index = index_of(**{f"d{at}": chunks for at, chunks in enumerate(documents)})
        keys = [(f"d{at}", number) for at, chunks in enumerate(documents) for number in range(len(chunks))]
        expected = bm25(Counter(terms(query)), [chunk for chunks in documents for chunk in chunks])
        hits = search(query, index, limit=100, scope="documents")
        found = {(hit.doc_key, hit.chunk_index): hit.score for hit in hits}
        weight = Counter(terms(query)).total()
        for key, score in zip(keys, expected, strict=True):
            assert found.get(key, 0.0) == pytest.approx(score, abs=0.02 * weight)
        assert found.keys() == {key for key, score in zip(keys, expected, strict=True) if score > 0}

    def test_relatives_count_less_than_the_word(self):
        chunks = ["royalty", "profit", "notice", "rent"]
        asked = Counter(terms("royalty"))
        weighed = asked | dict.fromkeys(related(asked), RELATED_WEIGHT)
        scores = {
            hit.chunk_index: hit.score for hit in search("royalty", index_of(a=chunks), limit=9, scope="documents")
        }
        expected = bm25(Counter(weighed), chunks)
        assert scores == {0: pytest.approx(expected[0], abs=0.02), 1: pytest.approx(expected[1], abs=0.02)}
        assert scores[1] < scores[0]


def contract(first: str, second: str) -> list[str]:
    return [
        f"SUPPLY AGREEMENT between {first} and {second}.",
        f"Assignment: {first} may not assign without consent.",
        f"Governing law: {first} and {second} submit to the laws of Ontario.",
        f"Signed by {first}, {second}, {first} and {second}.",
    ]


PARTIES = {
    f"contract {at:02}": pair
    for at, pair in enumerate(
        zip(
            "Alder Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ivy Juniper Katsura Larch".split(),
            "Marlow Norton Oakham Penrith Quorn Ripley Selby Thirsk Ulver Wells Yarm Zennor".split(),
            strict=True,
        )
    )
}
LIBRARY = LibraryIndex().extended(
    [(key, segment_of(*contract(*pair), name=f"{key}.pdf", head=contract(*pair)[0])) for key, pair in PARTIES.items()]
)


class TestLibrary:
    def test_the_named_contract_and_its_clause_not_its_signatures(self):
        hits = search(
            "May it be assigned, the supply agreement between Cedar and Oakham?", LIBRARY, limit=8, scope="library"
        )
        assert places(hits)[0] == ("contract 02", 1)
        assert {hit.doc_key for hit in hits} == {"contract 02"}

    def test_the_same_words_in_scope_documents_are_plain_words(self):
        hits = search(
            "May it be assigned, the supply agreement between Cedar and Oakham?", LIBRARY, limit=8, scope="documents"
        )
        assert len({hit.doc_key for hit in hits}) > 1

    def test_a_name_alone_finds_the_document(self):
        hits = search("the Dogwood agreement", LIBRARY, limit=8, scope="library")
        assert {hit.doc_key for hit in hits} == {"contract 03"}

    def test_two_named_contracts_take_turns(self):
        hits = search("Compare the governing law of the Elm and the Fir agreement", LIBRARY, limit=4, scope="library")
        assert Counter(hit.doc_key for hit in hits) == {"contract 04": 2, "contract 05": 2}
        assert set(places(hits)[:2]) == {("contract 04", 2), ("contract 05", 2)}

    def test_without_a_name_every_contract_is_asked(self):
        hits = search("Which laws govern?", LIBRARY, limit=12, scope="library")
        assert {hit.doc_key for hit in hits} == set(PARTIES)
        assert {hit.chunk_index for hit in hits} == {2}

    def test_names_are_resolved_among_the_allowed_only(self):
        hits = search(
            "laws of the Elm agreement", LIBRARY, limit=4, scope="library", within=["contract 05", "contract 06"]
        )
        assert {hit.doc_key for hit in hits} == {"contract 05", "contract 06"}

    def test_an_only_document_needs_no_name(self):
        only = LibraryIndex().extended([("a", segment_of(*contract("Elm", "Quorn"), name="Elm", head="Elm and Quorn"))])
        assert places(search("may Elm assign", only, limit=1, scope="library")) == [("a", 1)]

    def test_in_an_only_document_no_word_is_a_name(self):
        chunks = ["The Royalty Rate is five percent.", "Elm shall pay taxes."]
        only = LibraryIndex().extended([("a", segment_of(*chunks, head="Royalty Rate schedule"))])
        assert places(search("What Royalty Rate to pay?", only, limit=1, scope="library")) == [("a", 0)]

    def test_relatives_of_the_name_are_not_asked_about(self):
        lease = segment_of("Lease of Alder.", "The tenant pays rent.", "Fees are due.", name="Alder lease")
        index = LibraryIndex().extended([("a", lease), ("b", segment_of("Fees of Birch.", name="Birch sale"))])
        hits = search("Fees in the Alder lease?", index, limit=9, scope="library")
        assert places(hits) == [("a", 2), ("a", 0)]
        assert hits[1].score < 0.2 * hits[0].score

    def test_the_name_does_not_come_back_as_a_relative_of_the_question(self):
        licence = segment_of("Alder license license.", "A sublicense is void.", name="Alder license agreement")
        index = LibraryIndex().extended([("a", licence), ("b", segment_of("Birch license.", name="Birch license"))])
        hits = search("the Alder license agreement: void sublicense", index, limit=9, scope="library")
        assert places(hits) == [("a", 1), ("a", 0)]
        assert hits[1].score < 0.2 * hits[0].score


class TestImport:
    @pytest.mark.parametrize("module", ["searching", "searching.terms", "searching.thesaurus"])
    def test_words_alone_do_not_bring_numpy(self, module):
        program = f"import sys, elenchus.library.{module}; assert 'numpy' not in sys.modules"
        subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": "backend"}, check=True)
