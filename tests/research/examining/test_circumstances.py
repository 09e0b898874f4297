"""When, on what condition and with whose consent; who acts beside a figure; permissions that are none."""

import pytest

from elenchus.research.examining.statements import Kind, statements
from tests.research.examining.support import examined, passages, reasons

GIVEN = passages(
    "The Tenant is not entitled to keep animals. The Tenant may sublet the flat with the Landlord's written approval. "
    "The Landlord may inspect the flat during the term. The lease is prolonged by a year unless either party objects. "
    "The Landlord may lock the garage if the Tenant fails to pay the garage rent. "
    "For each day of delay the Tenant shall pay the Landlord €20. The Tenant shall repaint the flat by 31 May 2026. "
    "The house council has five members. The Landlord may choose two members and the Tenants may choose three members. "
    "Garbage fees pass to the Landlord on handover. The deposit is limited to three months' rent."
)


def reason(answer: str) -> list[str]:
    return [why for _, why in reasons(answer, GIVEN)]


class TestOtherwise:
    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ("The Tenant is entitled to keep animals [1].", "negation"),
            ("The Tenant is not permitted to sublet the flat with the Landlord's written approval [1].", "negation"),
            ("The Tenant may sublet the flat with the Council's written approval [1].", "party"),
            ("The Tenant may sublet the flat [1].", "condition"),
            ("The Landlord may inspect the flat after the term [1].", "bound"),
            ("The lease is prolonged by a year if either party objects [1].", "negation"),
            ("The Landlord may lock the garage if the Tenant pays the garage rent [1].", "negation"),
            ("For each week of delay the Tenant shall pay the Landlord €20 [1].", "figure"),
            ("The Tenant shall repaint the flat after 31 May 2026 [1].", "bound"),
            ("The Landlord may choose five members [1].", "figure"),
            ("The Tenants may choose two members [1].", "party"),
            ("Garbage fees pass to the Tenant on handover [1].", "party"),
            ("The deposit is unlimited [1].", "opposite"),
        ],
    )
    def test_it_falls_for_what_it_is(self, answer, why):
        assert reason(answer) == [why]

    @pytest.mark.parametrize(
        "answer",
        [
            "The Tenant has no right to keep animals [1].",
            "The Tenant is not permitted to keep animals [1].",
            "No. The Tenant is not entitled to keep animals [1].",
            "Subletting the flat requires the written approval of the Landlord [1].",
            "The lease is not prolonged if either party objects [1].",
            "If the Tenant does not pay the garage rent, the Landlord may lock the garage [1].",
            "The Tenant must repaint the flat no later than 31 May 2026 [1].",
            "The Tenant, not the Landlord, shall repaint the flat by 31 May 2026 [1].",
            "Three members may be chosen by the Tenants [1].",
        ],
    )
    def test_other_words_for_the_same_stand(self, answer):
        assert reason(answer) == []


class TestForms:
    def test_the_mark_at_the_end_of_a_block_is_no_part_of_what_is_quoted(self):
        assert reason("> The Landlord may inspect the flat during the term. [1]") == []
        assert reason("> The Landlord may inspect the flat after the term. [1]") == ["altered", "quote"]

    def test_each_row_of_a_table_stands_for_itself(self):
        table = "| What | Rule |\n|---|---|\n| Delay | {} for each day [1] |\n| Fees | pass to the Landlord [1] |"
        assert reason(table.format("€20")) == []
        assert reason(table.format("€30")) == ["figure"]

    def test_the_head_of_a_table_may_not_say_anything(self):
        [head, *_] = statements("| The Tenant may keep animals | Rule |\n|---|---|\n| a | b |")
        assert head.kind is Kind.CLAIM
        assert examined("| The Tenant may keep animals | Rule |\n|---|---|\n", GIVEN).failing
