"""What a part may say: of its sources, of the client's words, of what the brief has said before."""

from dataclasses import replace

import pytest

from elenchus.library import service as library
from elenchus.research.briefing import checking
from elenchus.research.briefing.checking import Ground
from elenchus.research.briefing.prompts import Part
from elenchus.research.briefing.schemas import Section, Standing
from elenchus.research.briefing.writing import Draft
from tests.research.briefing.support import FACTS, FACTS_SAID, LATE, LATE_SAID

RULE = LATE_SAID.format(n=1)
FALSE = "A late charge of 8% of the overdue amount applies [1]."
VERIFIED, PARTLY, NOT = Standing.VERIFIED, Standing.PARTLY_VERIFIED, Standing.NOT_VERIFIED


@pytest.fixture
async def ground(shared) -> Ground:
    found = await library.retrieve(shared.principal, LATE, limit=8)
    return Ground(found.passages, frozenset({1}), f"{FACTS}\n\n{LATE}", (RULE,))


@pytest.fixture
def examined(shared, ground: Ground):
    async def examine(part: Part, text: str, *, is_cut: bool = False) -> Section:
        return await checking.checked(shared.principal, part, Draft(text, "a:b", is_cut), ground)

    return examine


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (Part.ANALYSIS, f"{RULE} Maria Svensson paid the rent for May on 9 May 2025."),
        (Part.ANALYSIS, "The sources do not answer this question."),
        (Part.FACTS, FACTS_SAID),
        (Part.FACTS, f"{FACTS_SAID} {RULE}"),
        (
            Part.CONCLUSION,
            "A late charge of 5% of the overdue amount applies to any rent received after the fifth day.",
        ),
        (Part.ACTIONS, "1. Call the client and look for a receipt of the bank.\n2. Ask a colleague to calculate it."),
    ],
)
async def test_what_stands(examined, part, says):
    found = await examined(part, says)
    assert found.verification.failing == []
    assert found.standing is VERIFIED


@pytest.mark.parametrize(
    ("part", "says", "kind"),
    [
        (Part.ANALYSIS, FALSE, "citation"),
        (Part.ANALYSIS, 'It says "no late charge is ever due from a Tenant" [1].', "quote"),
        (Part.ANALYSIS, "A late charge applies [77].", "citation"),
        (Part.FACTS, f"{FACTS_SAID} She was warned in writing on 3 April 2025.", "statement"),
        (Part.FACTS, "Maria Svensson paid the rent for May on 8 May 2025.", "statement"),
        (Part.FACTS, "Her brother owns a boat in Denmark.", "statement"),
        (Part.CONCLUSION, "Maria Svensson owes $999 now.", "statement"),
        (Part.ACTIONS, "1. Object to the charge within 21 days.", "statement"),
        (Part.ACTIONS, "1. See https://evil.example/form first.", "outside"),
    ],
)
async def test_what_falls(examined, part, says, kind):
    found = await examined(part, says)
    assert kind in {one.kind for one in found.verification.failing}
    assert found.standing is NOT


async def test_what_only_lacks_support_is_told_and_no_more(examined):
    found = await examined(Part.CONCLUSION, f"{RULE} Courts are fond of long walks.")
    assert found.verification.unsupported_sentences == ["Courts are fond of long walks."]
    assert (found.verification.failing, found.standing) == ([], PARTLY)


async def test_an_authority_that_the_library_does_not_have_is_not_verified(shared, ground):
    """Though the client names it."""
    told = "The landlord relies on Smith v. Jones, 410 U.S. 113."
    heard = replace(ground, given=f"{FACTS} {told}")
    found = await checking.checked(shared.principal, Part.FACTS, Draft(told, "a:b"), heard)
    assert (found.verification.failing, found.standing) == ([], PARTLY)


async def test_what_ends_in_the_middle_is_not_verified(examined):
    assert (await examined(Part.ANALYSIS, RULE, is_cut=True)).standing is PARTLY


async def test_what_fell_before_is_no_ground_for_what_comes_after(examined, ground, shared):
    claim = "The landlord has waived every late charge by his long silence."
    before = await examined(Part.ANALYSIS, f"{RULE} {claim} {FALSE}")
    assert checking.sound(before) == RULE.replace(" [1]", "")
    assert checking.passed_on(before) == f"{RULE}\n\n{claim}"
