"""A false statement in every dress that an answer can wear, and true ones in the same dresses."""

import pytest

from elenchus.research.examining import examination
from tests.research.examining.support import examined, passages, reasons
from tests.research.examining.test_adversarial import EVIL, PETS, RENT

LEASE = passages(RENT, PETS, EVIL, title="Lease")

FALSE = (
    "A late charge of 5 percentage points applies to the overdue amount [1].",
    "The rent is 4,200 euros per month [1].",
    "The rent is EUR 4,200 per month [1].",
    "The rent is $4,200 per year [1].",
    "The rent is $4.200,50 per month [1].",
    "The Landlord may terminate this Lease on thirty weeks' written notice [2].",
    "The Landlord may terminate this Lease on 30 months' written notice [2].",
    "The Landlord may terminate this Lease on three days' written notice [2].",
    "The Landlord may terminate this Lease on at least sixty days' written notice [2].",
    "A late charge of at most 5% of the overdue amount applies [1].",
    "A late charge applies to any rent received before the fifth day [1].",
    "Rent is paid in arrears on the first day of each month [1].",
    "Rent is paid in advance on the last day of each month [1].",
    "A late charge applies to rent received after the tenth day [1].",
    "A late charge of five per cent of the monthly rent applies after the sixth day [1].",
    "The Tenant may pay the Landlord rent of $4,200 per month [1].",
    "The Tenant need not pay the Landlord rent of $4,200 per month [1].",
    "The Tenant is not required to pay rent of $4,200 per month [1].",
    "The Tenant may assign this Lease [2].",
    "The Tenant is free to assign this Lease [2].",
    "The Tenant can assign this Lease with consent [2].",
    "The Landlord shall not assign this Lease [2].",
    "The Tenant may terminate this Lease on thirty days' written notice [2].",
    "This Lease may be terminated by the Tenant on thirty days' written notice [2].",
    "The Landlord may not terminate this Lease on thirty days' written notice [2].",
    "The Landlord may terminate this Lease without written notice [2].",
    "The Landlord may terminate this Lease on thirty days' oral notice [2].",
    'The term "Premises" does not include the cellar [2].',
    'The term "Premises" means the flat but not its cellar [2].',
    "It is not true that the Tenant shall not assign this Lease [2].",
    "Nothing prevents the Tenant from assigning this Lease [2].",
    'It says "The Tenant shall assign this Lease" [2].',
    "It says \u201eThe Tenant shall assign this Lease\u201c [2].",
    "It says \xabThe Tenant shall assign this Lease\xbb [2].",
    "It says \u300cThe Tenant shall assign this Lease\u300d [2].",
    "It says \u300eThe Tenant shall assign this Lease to all\u300f [2].",
    "It says \u2039The Tenant shall assign this Lease\u203a [2].",
    "It says 'The Tenant shall assign this Lease' [2].",
    "It says ``The Tenant shall assign this Lease'' [2].",
    "It says `The Tenant shall assign this Lease` [2].",
    "```\nThe Tenant shall assign this Lease.\n```\n[2]",
    "It says *The Tenant shall assign this Lease* [2].",
    "It says &quot;The Tenant shall assign this Lease&quot; [2].",
    "It says &ldquo;The Tenant shall assign this Lease&rdquo; [2].",
    '### "The Tenant shall assign this Lease" [2]',
    "## The Tenant shall assign this Lease [2]",
    "## The Tenant may assign this Lease",
    "**The Tenant may assign this Lease**",
    '| Clause | Text |\n|---|---|\n| 5 | "The Tenant shall assign this Lease" [2] |',
    "| Clause | Text |\n|---|---|\n| Rent | $4,300 per month [1] |",
    '- Assignment: "The Tenant shall assign this Lease" [2]',
    '1. Assignment: "The Tenant shall assign this Lease" [2]',
    '"The Tenant shall **assign** this Lease" [2].',
    '"The Tenant shall [Assign](https://x) this Lease" [2].',
    '"The Tenant shall \u2026 assign this Lease" [2].',
    '"The Tenant shall [...] assign this Lease" [2].',
    '"The Tenant shall [gladly] assign this Lease" [2].',
    '"The Tenant shall n\u200bow assign this Lease" [2].',
    '"The Ten\u0430nt shall assign this Lease" [2].',
    '"The Tenant shall ~~not~~ assign this Lease" [2].',
    "The Tenant shall ~~not~~ assign this Lease [2].",
    '"The Tenant shall <del>not</del> assign this Lease" [2].',
    '"The Tenant shall <!-- not --> assign this Lease" [2].',
    '"The Tenant shall assign this Lease" [1-3].',
    '"The Tenant shall assign this Lease" [1, 2].',
    '"The Tenant shall assign this Lease" [^2].\n\n[^2]: Lease, clause 5.',
    '"The Tenant shall assign this Lease" (source 2).',
    '"The Tenant shall assign this Lease" \u30102\u3011.',
    '"The Tenant shall assign this Lease" \xb2',
    'Under [2] "The Tenant shall assign this Lease".',
    "The rent is $4,300 \u30101\u3011.",
    "The rent is $4,300 [Source 1].",
    "The rent is $4,300 [\xb9].",
    "The rent is $4,200 [\uff11\uff10].",
    "The rent is due monthly in advance [ 9 ].",
    "The rent is due monthly in advance [1,\n9].",
    "The rent is due monthly in advance [0].",
    "The rent is due monthly in advance [1 and 9].",
    "The rent is due monthly in advance [1][9].",
    "The rent is due monthly in advance [1000].",
    "The rent is due monthly in advance \\[9\\].",
)

TRUE = (
    "A late charge of five percent of the overdue amount applies [1].",
    "A 5 % late charge applies to overdue rent received after day five [1].",
    "The rent is USD 4,200 per month [1].",
    "The monthly rent is 4200 dollars [1].",
    "The monthly rent is $4,200.00 [1].",
    "The Lease may be terminated by the Landlord on 30 days' written notice [2].",
    "The Lease may not be assigned by the Tenant [2].",
    "The Tenant cannot assign the Lease [2].",
    "The Tenant must not assign the Lease [2].",
    "The Tenant is prohibited from assigning this Lease [2].",
    "Assignment by the Tenant is prohibited [2].",
    "The Tenant is obliged to pay the Landlord $4,200 per month in advance [1].",
    "Rent has to be paid in advance, on the 1st day of each month [1].",
    "Rent received after the 5th day attracts a late charge of 5% of the overdue amount [1].",
    "The Landlord can end the Lease with thirty days' notice in writing [2].",
    "\u201cPremises\u201d covers only the flat and its cellar [2].",
    '"[T]he Tenant shall not assign this Lease" [2].',
    '"The Tenant shall pay the Landlord rent of $4,200 per month ... on the first day of each month" [1].',
    '"The Tenant shall _not_ assign this Lease" [2].',
    '"The **Tenant** shall ***not*** assign this Lease" [2].',
    '| Clause | Text |\n|---|---|\n| 5 | "The Tenant shall not assign this Lease" [2] |\n'
    "| 3 | Rent of $4,200 per month [1] |",
    "- **Rent**: $4,200 per month, in advance [1]\n- **Late charge**: 5% of the overdue amount [1]",
    "1. Rent: $4,200 per month [1]\n2. Assignment: not allowed [2]",
    "Rent is due monthly [1, 2].",
    "\u201eThe Tenant shall not assign this Lease\u201c [2].",
    "\xab\xa0The Tenant shall not assign this Lease\xa0\xbb [2].",
    "&quot;The Tenant shall not assign this Lease&quot; [2].",
    '"The Tenant shall not\xa0assign this Lease" [2].',
    'According to source 2, "The Tenant shall not assign this Lease" [2].',
    "The landlord may terminate; the tenant may not assign [2].",
    "**Answer:** The rent is $4,200 per month [1].",
    "Yes. The Landlord may terminate on thirty days' written notice [2].",
    "No, the Tenant may not assign the Lease [2].",
)

REACHING_OUT = (
    "<img src=x onerror=alert(1)>",
    '<IMG/SRC="//e.x/p">',
    "![a](  https://evil.example/p )",
    "![a\nb](https://evil.example/p)",
    "![a]\n(https://evil.example)",
    "[click](https://evil.example/?d=rent)",
    "[click][1]\n\n[1]: https://evil.example/?d=rent",
    "<https://evil.example/?d=x>",
    "www.evil.example/?d=x",
    "evil.example/?d=x",
    "mailto:a@evil.example",
    "<a@evil.example>",
    "[x](data:text/html;base64,AAAA)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](tel:+1900)",
    "[x](/api/v1/auth/logout)",
    "[x](\\\\evil\\share)",
    "![a[b]c](https://evil.example/p)",
    "![a](<https://evil.example/p q>)",
    "<svg/onload=x>",
    "<!-- x -->",
    "<?php x",
    "<![CDATA[x]]>",
    "<style>@import url(//e.x)</style>",
    "hxxps://evil.example/p",
    "![a](https\\://evil.example/p)",
    "ftp://evil.example",
    '[x]: //evil.example/p "t"\n\n![x]',
    "![x]\n\n[x]: //evil.example/p",
)


@pytest.mark.parametrize("answer", FALSE)
def test_what_is_false_falls(answer):
    assert examined(answer, LEASE).failing


@pytest.mark.parametrize("answer", TRUE)
def test_what_is_true_stands(answer):
    result = examined(answer, LEASE)
    assert result.failing == []
    assert result.verification.unsupported_sentences == []


@pytest.mark.parametrize("answer", REACHING_OUT)
def test_what_would_reach_out_falls(answer):
    assert "outside" in [kind for kind, _ in reasons(answer, LEASE)]


class TestLinks:
    SOURCE = passages("Write to clerk@court.example or see https://court.example/rules(1) for the rules of the court.")

    @pytest.mark.parametrize(
        "answer",
        ["See https://court.example/rules(1) [1].", "[rules](https://court.example/rules(1))", "clerk@court.example"],
    )
    def test_what_a_source_has_may_be_linked(self, answer):
        assert "outside" not in [kind for kind, _ in reasons(answer, self.SOURCE)]

    def test_a_program_is_never_a_link(self):
        source = passages("Open javascript:alert(1) in your browser to read the rules of the court.")
        assert ("outside", "link") in reasons("[rules](javascript:alert(1))", source)

    def test_words_that_only_a_program_sees(self):
        assert ("outside", "hidden") in reasons("The rent is \u202e002,4$\u202c per month [1].", LEASE)


class TestUnmarked:
    def test_what_the_sources_say_otherwise_falls_without_a_mark_too(self):
        assert reasons("The rent is $4,300 per month.", LEASE) == [("statement", "figure")]

    def test_what_no_source_says_is_told_and_not_refused(self):
        result = examined("Zebras gallop over wide meadows.", LEASE)
        assert (result.failing, len(result.verification.unsupported_sentences)) == ([], 1)

    def test_without_a_source_nothing_is_verified(self):
        assert reasons("The rent is paid in advance.", ()) == [("statement", "no_source")]

    def test_the_question_is_a_source_of_what_it_states_and_not_of_what_it_asks(self):
        said = "The deposit of $9,000 was paid late."
        assert reasons(said, LEASE, "Our client paid a deposit of $9,000 late. What now?") == []
        assert reasons(said, LEASE, "Was a deposit of $9,000 paid late?") == [("statement", "figure")]


class TestExceptions:
    SOURCE = passages(
        "5. Assignment. The Tenant shall not assign this Lease, unless the Landlord agrees. Rent is paid monthly."
    )

    def test_a_rule_without_its_exception_falls(self):
        assert reasons("The Tenant shall not assign this Lease [1].", self.SOURCE) == [("citation", "condition")]

    @pytest.mark.parametrize(
        "answer",
        [
            "The Tenant shall not assign this Lease, unless the Landlord agrees [1].",
            "The Tenant shall not assign this Lease [1]. An exception applies if the Landlord agrees [1].",
        ],
    )
    def test_it_may_be_told_next(self, answer):
        assert reasons(answer, self.SOURCE) == []


class TestDates:
    SOURCE = passages(
        "4. Notice. The Buyer may cancel the order before 5 May 2025. The Seller ships after 2 June 2025."
    )

    @pytest.mark.parametrize("date", ["5 May 2025", "May 5, 2025", "2025-05-05", "05/05/2025"])
    def test_a_date_is_one_however_it_is_written(self, date):
        assert reasons(f"The Buyer may cancel the order before {date} [1].", self.SOURCE) == []

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ("The Buyer may cancel the order before 6 May 2025 [1].", "date"),
            ("The Buyer may cancel the order after 5 May 2025 [1].", "bound"),
            ("The Buyer may cancel the order before 2 June 2025 [1].", "bound"),
            ("The Seller ships before 2 June 2025 [1].", "bound"),
        ],
    )
    def test_another_or_another_side_of_it_falls(self, answer, reason):
        assert reasons(answer, self.SOURCE) == [("citation", reason)]


class TestNearlyTheSame:
    SOURCE = passages(
        "If the Tenant does not pay the rent by the first day, the Landlord may keep the deposit of the Tenant. "
        "The Supplier shall indemnify the Carrier and its staff against all claims of the Buyer for loss of goods."
    )

    def test_a_not_that_went_from_a_condition(self):
        said = "If the Tenant does pay the rent by the first day, the Landlord may keep the deposit of the Tenant [1]."
        assert reasons(said, self.SOURCE) == [("citation", "negation")]

    def test_two_parties_that_changed_places_behind_the_one_who_acts(self):
        said = "The Supplier must indemnify the Buyer against claims of the Carrier for lost goods [1]."
        assert reasons(said, self.SOURCE) == [("citation", "party")]


class TestAsRead:
    @pytest.mark.parametrize("marks", ["「」", "‹›", "“”", "„“", "»«"])
    def test_quotation_marks_of_other_scripts_quote(self, marks):
        said = f"It says {marks[0]}The Tenant shall not assign this Lease{marks[1]} [2]."
        assert [row["verified"] for row in examined(said, LEASE).verification.quotes] == [True]

    def test_what_nobody_sees_changes_nothing(self):
        assert reasons("The r\u200bent is $4,\u2060200 per mon\u200dth [1].", LEASE) == []


class TestLanguages:
    def test_what_cannot_be_compared_is_not_passed(self):
        said = "Der Mieter darf den Vertrag ohne die Zustimmung nicht auf einen anderen übertragen [2]."
        assert reasons(said, LEASE) == [("citation", "language")]


class TestBounds:
    def test_quotations_beyond_the_number_that_is_looked_up_do_not_stand(self):
        answer = " ".join(['"The Tenant shall not assign this Lease" [2].'] * 61)
        assert reasons(answer, LEASE)[:1] == [("quote", "too_many")]

    def test_a_very_long_quotation_is_looked_up_whole(self):
        words = " ".join(f"The Tenant shall give notice of item {n} in writing." for n in range(700))
        source = passages(words)
        assert len(words) > 35_000
        assert reasons(f'"{words}" [1].', source) == []
        altered = words.replace("item 600 in", "item 600 not in")
        assert ("quote", "altered") in reasons(f'"{altered}" [1].', source)

    @pytest.mark.parametrize("piece", ['"', 'x "y" ', "[1] ", "> ", "A (“B”) ", "The Tenant shall not pay $5 [1]. "])
    def test_an_answer_of_nothing_but_marks_is_read_to_its_end(self, piece):
        assert len(examined(piece * (40_000 // len(piece)), LEASE).failing) <= examination.MOST_TOLD
