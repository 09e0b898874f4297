"""What a comparison says of two clauses, and how it cuts and pairs them."""

import pytest

from elenchus.library.comparing.schemas import Status
from tests.library.comparing.support import changed, compared, told

RENT = "4. Rent. The Tenant shall pay the rent of $4,200 within thirty (30) days of each invoice, but not in cash."
TERM = "5. Term. This Lease begins on March 1, 2026 and ends on February 28, 2031, unless the Landlord ends it earlier."
PETS = "6. Pets. No animals may be kept in the Premises without the prior written consent of the Landlord."
NOTICE = (
    "7. Notices. Every notice under this Lease is given in writing and sent by courier to the address stated above."
)
LAW = "8. Governing Law. This Lease is governed by the laws of Marlow, and its courts alone have jurisdiction over it."
LEASE = (RENT, TERM, PETS, NOTICE, LAW)


def text(*clauses: str) -> str:
    return "\n\n".join(clauses)


class TestDifferences:
    @pytest.mark.parametrize(
        ("new", "wanted"),
        [
            (RENT.replace("4,200", "4,300"), [("number", "4,200", "4,300")]),
            (RENT.replace("thirty (30)", "sixty (60)"), [("number", "thirty", "sixty"), ("number", "30", "60")]),
            (RENT.replace("but not in", "but in"), [("negation", "not", "")]),
            (RENT.replace("shall pay", "may pay"), [("modal", "shall", "may")]),
            (RENT.replace("The Tenant", "The Landlord"), [("party", "Tenant", "Landlord")]),
            (RENT.replace("invoice", "delivery"), [("changed", "invoice", "delivery")]),
            (RENT.replace("each invoice", "each itemized invoice"), [("added", "", "itemized")]),
            (RENT.replace("within thirty (30) days of each invoice, ", ""),
             [("number", "within thirty (30) days of each invoice,", "")]),
            (RENT.replace("Tenant", "tenant"), [("case", "Tenant", "tenant")]),
            (RENT.replace("invoice, but", "invoice but"), [("punctuation", ",", "")]),
            (RENT.replace("shall pay", "shall not pay"), [("negation", "", "not")]),
        ],
    )  # fmt: skip
    def test_it_is_told_what_differs_and_of_which_kind(self, new, wanted):
        assert told(text(*LEASE), text(new, *LEASE[1:])) == wanted

    @pytest.mark.parametrize(
        ("old", "new", "wanted"),
        [
            ("March 1, 2026", "April 1, 2026", [("date", "March", "April")]),
            ("February 28, 2031", "February 15, 2031", [("date", "28", "15")]),
            ("2031", "2032", [("date", "2031", "2032")]),
            ("March 1, 2026", "2026-03-01", None),
        ],
    )
    def test_a_date_is_no_mere_number(self, old, new, wanted):
        got = told(text(*LEASE), text(RENT, TERM.replace(old, new), *LEASE[2:]))
        assert {kind for kind, _, _ in got} == {"date"}
        assert wanted is None or got == wanted

    def test_a_number_in_words_is_the_number(self):
        assert told(text(*LEASE), text(RENT.replace("thirty (30) days", "30 days"), *LEASE[1:])) == [
            ("missing", "thirty (", ""),
            ("punctuation", ")", ""),
        ]

    def test_a_number_in_brackets_at_a_line_s_beginning_is_no_item(self):
        old, new = RENT.replace("thirty (30)", "thirty\n(30)"), RENT.replace("thirty (30)", "thirty\n(31)")
        assert told(text(old, *LEASE[1:]), text(new, *LEASE[1:])) == [("number", "30", "31")]

    def test_an_item_that_bears_another_letter_is_no_change(self):
        old = "9. Duties. The Tenant shall:\n(a) keep the keys;\n(b) air the rooms; and\n(c) sweep the stairs."
        new = "9. Duties. The Tenant shall:\n(a) keep the keys; and\n(b) sweep the stairs."
        [row] = changed(text(*LEASE, old), text(*LEASE, new))
        assert row.is_renumbered
        assert not [each for each in row.differences if each.kind in {"changed", "number"}]

    def test_a_sentence_more_is_one_difference_from_its_first_word(self):
        more = " The Landlord may not refuse a payment that is late by fewer than three days."
        assert told(text(*LEASE), text(RENT + more, *LEASE[1:])) == [("added", "", more.strip())]

    def test_so_is_one_between_sentences_that_begin_alike(self):
        old = "9. Pay. The Tenant pays the fee on each Monday. The Landlord counts the money before the evening bell."
        more = "The Guarantor keeps a copy."
        new = old.replace("The Landlord", f"{more} The Landlord")
        assert told(text(*LEASE, old), text(*LEASE, new)) == [("added", "", more)]

    def test_a_prefix_that_turns_a_word_is_a_negation(self):
        assert told(text(*LEASE, "9. Use. Any lawful use of the Premises is permitted to the Tenant at all times."),
                    text(*LEASE, "9. Use. Any unlawful use of the Premises is permitted to the Tenant at all times."),
                    ) == [("negation", "lawful", "unlawful")]  # fmt: skip

    @pytest.mark.parametrize(
        ("old", "new", "kind"),
        [
            ("Der Mieter darf die Räume nicht untervermieten, es sei denn, der Vermieter stimmt dem vorher zu.",
             "Der Mieter darf die Räume untervermieten, es sei denn, der Vermieter stimmt dem vorher zu.", "negation"),
            ("Le locataire doit payer le loyer au début de chaque mois au domicile du bailleur sans retard.",
             "Le locataire peut payer le loyer au début de chaque mois au domicile du bailleur sans retard.", "modal"),
            ("El arrendatario no puede ceder el contrato a un tercero después de la firma de este documento.",
             "El arrendatario puede ceder el contrato a un tercero después de la firma de este documento.", "negation"),
        ],
    )  # fmt: skip
    def test_other_languages_have_their_words_for_it(self, old, new, kind):
        [(got, _, _)] = told(old, new)
        assert got == kind

    def test_parties_are_those_that_the_text_introduces(self):
        head = 'This Deed is made between Ada Works Ltd ("the Grantor") and Boole Mills Inc ("the Keeper").'
        body = "1. Keys. The Grantor keeps the keys of the mill and answers for every one of them that is lost."
        assert told(text(head, body), text(head, body.replace("Grantor keeps", "Keeper keeps"))) == [
            ("party", "Grantor", "Keeper")
        ]

    def test_a_word_that_a_scanner_read_wrong_is_told_and_is_no_change(self):
        said = (
            "The tenant pays for thirteen months. Those months, and months more, are counted from the given day.",
            "It has related duties, related keys and related rooms, delivered once, delivered whole or delivered so.",
        )
        scanned = (
            said[0].replace("thirteen months", "thirteen rnonths"),
            said[1].replace("related", "re1ated", 1).replace("delivered", "de1ivered", 1),
        )
        got = compared(text(*scanned), text(*said))
        assert {row.status for row in got.rows} == {Status.SAME}
        assert [(each.kind, each.left, each.right) for row in got.rows for each in row.differences] == [
            ("misread", "rnonths", "months"),
            ("misread", "re1ated", "related"),
            ("misread", "de1ivered", "delivered"),
        ]


class TestLayout:
    def test_other_lines_quotation_marks_and_hyphens_are_the_same(self):
        left = '1. Scope. The "Services" are the non-exclusive works that the Supplier performs for its Client.'
        right = "1. Scope.  The “Services” are the non-\nexclusive works that the Sup-\nplier performs\nfor its Client."
        assert not changed(text(left, *LEASE), text(right, *LEASE))

    def test_so_is_a_clause_that_runs_over_a_page_with_its_headers(self):
        def page(number: int, body: str) -> str:
            return f"LEASE OF THORN HOUSE\n\n{body}\n\n- {number} -"

        cut = RENT.index("thirty")
        pages = [page(1, RENT[:cut]), page(2, text(RENT[cut:], TERM)), page(3, text(PETS, NOTICE)), page(4, LAW)]
        rows = compared("\f".join(pages), text(*LEASE)).rows
        assert {row.status for row in rows} <= {
            Status.SAME,
            Status.REMOVED,
        }  # the header of the first page may be a title
        rent = next(row for row in rows if row.right and "Rent" in row.right.text)
        assert (rent.left.page_start, rent.left.page_end) == (1, 2)

    def test_a_text_that_has_lost_its_lines_is_cut_where_the_other_is(self):
        assert not changed(text(*LEASE), " ".join(LEASE))

    def test_a_passage_that_ends_one_paragraph_may_begin_the_next(self):
        first, passage, last = RENT[9:], PETS[9:], LAW[18:]
        assert not changed(text(f"{first} {passage}", last), text(first, f"{passage} {last}"))

    def test_layout_beside_a_change_is_not_told(self):
        old = "1. Scope. The non-exclusive works of the Supplier are done within 30 days after the order of the Client."
        new = old.replace("non-exclusive", "non-\nexclusive").replace("30", "60")
        assert told(text(old, *LEASE), text(new, *LEASE)) == [("number", "30", "60")]

    def test_the_text_of_a_clause_is_where_it_says(self):
        left, right = text(*LEASE), "\f".join((text(RENT, TERM), text(NOTICE, PETS, LAW)))
        for row in compared(left, right).rows:
            for side, whole in ((row.left, left), (row.right, right)):
                assert side is None or side.text == whole[side.start_char : side.end_char]
                assert side is None or side.page_start == 1 + whole.count("\f", 0, side.start_char)


class TestPairs:
    def test_one_that_is_gone_and_one_that_is_new(self):
        without = text(RENT, TERM, NOTICE, LAW)
        [gone], [new] = changed(text(*LEASE), without), changed(without, text(*LEASE))
        assert (gone.status, gone.left.text, gone.right) == (Status.REMOVED, PETS, None)
        assert (new.status, new.left, new.right.text) == (Status.ADDED, None, PETS)

    def test_one_that_moved_is_one_row_and_the_others_stay(self):
        [row] = changed(text(*LEASE), text(LAW, RENT, TERM, PETS, NOTICE))
        assert (row.status, row.left.text, row.right.text, row.differences) == (Status.MOVED, LAW, LAW, [])

    def test_one_that_moved_and_changed_says_both(self):
        got = compared(text(*LEASE), text(LAW.replace("Marlow", "Elwin"), RENT, TERM, PETS, NOTICE))
        [row] = [row for row in got.rows if row.status is not Status.SAME]
        assert (row.status, [each.kind for each in row.differences]) == (Status.MOVED, ["changed"])
        assert (got.summary.moved, got.summary.moved_and_changed, got.summary.changed) == (1, 1, 0)

    def test_another_number_alone_is_no_change(self):
        without = [
            RENT,
            *(clause.replace(f"{n}.", f"{n - 1}.", 1) for n, clause in zip((6, 7, 8), LEASE[2:], strict=True)),
        ]
        rows = compared(text(*LEASE), text(*without)).rows
        assert [row.status for row in rows] == [Status.SAME, Status.REMOVED, *[Status.SAME] * 3]
        assert [row.is_renumbered for row in rows] == [False, False, True, True, True]

    def test_a_reference_to_another_clause_is_one(self):
        new = NOTICE.replace("under this Lease", "under Section 9")
        assert told(text(*LEASE[:3], NOTICE.replace("under this Lease", "under Section 4"), LAW),
                    text(*LEASE[:3], new, LAW)) == [("number", "4", "9")]  # fmt: skip

    def test_one_that_is_written_anew_under_its_heading_is_changed_and_not_two(self):
        new = "7. Notices. Messages reach a party when its mailbox has them; paper and phone calls count for nothing."
        [row] = changed(text(*LEASE), text(RENT, TERM, PETS, new, LAW))
        assert row.status is Status.CHANGED

    def test_two_texts_that_have_nothing_in_common_have_no_pairs(self):
        other = (
            "1. Drones. Whoever flies kites over the reservoir repaints its railings in green before noon on Fridays.",
            "2. Lamps. Lamps, cables and padded cases return together with the blue notebook of the projectionist.",
        )
        summary = compared(text(*LEASE), text(*other)).summary
        assert (summary.same, summary.changed, summary.moved) == (0, 0, 0)
        assert (summary.removed, summary.added) == (5, 2)

    def test_a_line_that_a_long_text_happens_to_hold_is_not_that_text(self):
        line = "Confidential treatment was asked of the registry for all words in brackets on these pages."
        words = " ".join(f"word{n}" for n in range(200))
        rows = changed(text(RENT, line, LAW), text(RENT, f"{words} {line} {words}", LAW))
        assert {row.status for row in rows} == {Status.REMOVED, Status.ADDED}

    def test_clauses_that_say_the_same_twice_keep_their_order(self):
        twice = text(RENT, PETS, TERM, PETS, LAW)
        assert not changed(twice, twice)
        assert [row.status for row in changed(twice, text(RENT, PETS, TERM, LAW))] == [Status.REMOVED]

    @pytest.mark.parametrize(("left", "right"), [("a", "b"), ("   ", "x"), ("\f\f", "\f"), ("4.", "5."), ("😀", "😀")])
    def test_there_is_no_text_that_it_cannot_take(self, left, right):
        compared(left, right)


class TestTopics:
    def test_only_clauses_about_one_of_them_are_told(self):
        got = compared(text(*LEASE), text(RENT.replace("4,200", "4,300"), *LEASE[1:]), "pet", "paying rents")
        assert [row.left.text.split(".")[1].strip() for row in got.rows] == ["Rent", "Pets"]
        assert (got.summary.changed, got.summary.same, got.summary.left) == (1, 1, 2)

    def test_a_topic_of_which_nothing_is_said_leaves_none(self):
        assert compared(text(*LEASE), text(*LEASE), "indemnity").rows == []
