import numpy as np
import pytest

from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.resolving import NAME_WEIGHT, Name, Naming, asked, rarity
from elenchus.library.searching.segment import IN_HEAD, IN_NAME, term_ids
from elenchus.library.searching.terms import terms
from tests.library.searching.support import segment_of

BODY = ["Either party may terminate this agreement upon thirty days notice.", "Liability is limited to the fees paid."]
OPENINGS = {
    "alder": ("scan-0001.pdf", "This Promotion Agreement is made by and between Alder Golf, Inc. and Rowan Quill."),
    "birch": ("BirchLease2019.pdf", "LEASE between Birch Estates LLC as landlord and Marlow Bakery as tenant."),
    "cedar": (
        "Supply agreement Cedar.docx",
        "Supply agreement: Cedar Mills supplies timber to Marlow Bakery, the buyer.",
    ),
    "dogwood": ("dogwood.pdf", "Consulting agreement of Dogwood Partners with Fenwick Harbour."),
}


def library(filler: int = 30) -> LibraryIndex:
    """Four documents with names among others that share their vocabulary but not their parties."""
    named = [(key, segment_of(head, *BODY, name=name, head=head)) for key, (name, head) in OPENINGS.items()]
    others = [
        (
            f"other{at}",
            segment_of(f"Agreement between {word} and others.", *BODY, name=f"{word}.pdf", head=f"Between {word}"),
        )
        for at, word in enumerate(f"company{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(filler))
    ]
    return LibraryIndex().extended(named + others)


INDEX = library()


def resolved(query: str, index: LibraryIndex = INDEX, within: set[str] | None = None) -> list[set[object]]:
    allowed = np.array([within is None or key in within for key in index.keys])
    return [
        {index.keys[number] for number in group}
        for group in Naming.of(query, index, allowed).groups(index.alphabetical)
    ]


class TestNamed:
    @pytest.mark.parametrize(
        ("query", "document"),
        [
            ("Can either side terminate the agreement with Rowan Quill?", "alder"),
            (
                "Consider the Promotion Agreement between ALDER GOLF, INC. and ROWAN QUILL; may it be terminated?",
                "alder",
            ),
            ("what does the alder golf contract say about liability", "alder"),
            ("liability in the alder agreement", "alder"),
            ("birch lease: notice period?", "birch"),
            ("Is there a cap in BirchLease2019.pdf?", "birch"),
            ("dogwood termination", "dogwood"),
            ("Marlow's supply agreement: who is liable?", "cedar"),
            ("the Marlow lease: who is liable?", "birch"),
        ],
    )
    def test_by_title_party_or_file_name(self, query, document):
        assert resolved(query) == [{document}]

    def test_all_documents_of_one_party_are_meant(self):
        assert resolved("What did Marlow agree to?") == [{"birch", "cedar"}]

    def test_the_kind_of_contract_tells_apart_what_a_party_signed(self):
        others = [(f"other{at}", segment_of("x", name=f"{'sale' if at % 4 else 'lease'} {at}.pdf")) for at in range(40)]
        marlow = [
            ("birch", segment_of("x", head="Lease between Birch and Marlow")),
            ("cedar", segment_of("y", head="Supply agreement between Cedar and Marlow")),
        ]
        index = LibraryIndex().extended(others + marlow)
        assert resolved("who signed the Marlow lease?", index) == [{"birch"}]
        assert resolved("what did Marlow sign?", index) == [{"birch", "cedar"}]

    def test_equal_names_come_in_the_order_of_their_keys(self):
        documents = [(key, segment_of("x", name=f"{key} lease")) for key in ("alder", "birch", "cedar", "dogwood")]
        query = "Compare the Dogwood, the Birch and the Cedar lease"
        expected = [{"birch"}, {"cedar"}, {"dogwood"}]
        assert resolved(query, LibraryIndex().extended(documents)) == expected
        assert resolved(query, LibraryIndex().extended(documents[::-1])) == expected

    def test_several_names_are_several_groups(self):
        assert sorted(
            map(sorted, resolved("Compare notice in the Alder Golf and the Dogwood Partners contracts."))
        ) == [
            ["alder"],
            ["dogwood"],
        ]

    @pytest.mark.parametrize(
        "query",
        [
            "Can a party terminate without cause?",
            "what may the buyer do",
            "the buyer under this agreement",
            "Which agreements limit liability to the fees paid?",
            "Does the contract mention Zephyr Holdings?",
            "WHAT MAY THE BUYER DO",
            "Buyer and assignment",
            "what of the buyer; agreement terms",
            "agreement",
            "2019",
        ],
    )
    def test_a_question_to_the_whole_library_names_nothing(self, query):
        assert resolved(query) == []

    def test_two_common_words_of_one_opening_name_it(self):
        assert resolved("the buyer and its timber") == [{"cedar"}]

    def test_only_what_is_allowed_is_named(self):
        assert resolved("the alder golf contract", within={"birch", "cedar"}) == []

    def test_a_word_that_every_document_says_is_no_name(self):
        crowd = [(f"d{at}", segment_of("Acme pays.", name="Acme", head=f"Acme and company{at}")) for at in range(30)]
        assert resolved("the Acme contract", LibraryIndex().extended(crowd)) == []

    def test_a_chapter_number_is_no_name(self):
        index = LibraryIndex().extended([("a", segment_of("x", name="EX-10.1.pdf")), ("b", segment_of("y", name="b"))])
        assert resolved("What does Section 10.1 say?", index) == []


class TestAsked:
    name = Name(
        words=frozenset(terms("promotion agreement alder golf license insurance fund inc")),
        rare=frozenset(terms("alder golf")),
        called=frozenset(terms("alder golf insurance fund")),
    )

    def weights(self, query: str) -> dict[str, float]:
        return asked(terms(query), self.name)

    def test_the_name_weighs_next_to_nothing_and_the_question_all(self):
        weights = self.weights("the promotion agreement of Alder Golf: can it be assigned?")
        assert weights == {
            "promot": NAME_WEIGHT,
            "agreement": NAME_WEIGHT,
            "alder": NAME_WEIGHT,
            "golf": NAME_WEIGHT,
            "assign": 1,
        }

    @pytest.mark.parametrize(
        "query",
        [
            "Does the Alder Golf contract grant a license?",
            "Alder Golf license fees",
            "Is a license granted by Alder Golf?",
            "Which license did Alder Golf grant?",
            "license",
        ],
    )
    def test_a_word_of_the_title_beside_the_name_is_asked_about(self, query):
        assert self.weights(query)["licens"] == 1

    @pytest.mark.parametrize(
        "query", ["the Alder Golf license agreement: fees?", "the license agreement of Alder Golf"]
    )
    def test_the_kind_of_contract_belongs_to_the_name_on_either_side(self, query):
        assert self.weights(query)["licens"] == NAME_WEIGHT

    @pytest.mark.parametrize("tail", ["Inc.", "Insurance Fund"])
    def test_the_name_ends_with_its_last_word(self, tail):
        weights = self.weights(f"Alder Golf {tail} fees")
        assert [word for word, weight in weights.items() if weight == 1] == ["fee"]

    def test_a_word_said_in_the_name_and_again_in_the_question(self):
        assert self.weights("license agreement Alder Golf: is a license granted?")["licens"] == 1 + NAME_WEIGHT

    def test_repeats_add_up(self):
        assert self.weights("notice, notice, notice") == {"notic": 3}

    def test_nothing_asked(self):
        assert asked([], self.name) == {}

    def test_nothing_named(self):
        assert asked(terms("the Alder agreement"), Name()) == {"alder": 1, "agreement": 1}


class TestRarity:
    def test_the_rarer_the_heavier_and_never_negative(self):
        weights = rarity(np.array([1, 2, 10, 100]), 100)
        assert np.all(np.diff(weights) < 0)
        assert np.all(weights > 0)

    def test_what_is_nowhere_weighs_nothing(self):
        assert rarity(np.array([0]), 100).tolist() == [0]


class TestEvidence:
    def test_where_a_term_stands_is_kept_per_document(self):
        at, documents, flags = INDEX.named(term_ids(terms("marlow cedar")))
        seen = {
            (int(term), INDEX.keys[document]): int(flag)
            for term, document, flag in zip(at, documents, flags, strict=True)
        }
        assert seen == {(0, "birch"): IN_HEAD, (0, "cedar"): IN_HEAD, (1, "cedar"): IN_HEAD | IN_NAME}
