import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.gemini import GeminiStub, Reply
from tests.research.briefing.support import (
    ACTIONS_SAID,
    FACTS_SAID,
    LATE,
    LATE_SAID,
    PETS_SAID,
    issue_of,
    number_of,
    part_of,
    said,
)
from tests.research.support import filed
from tests.support import Firm

Words = str | Reply
Say = Callable[..., None]


def _said_truly(body: dict[str, Any]) -> str:
    """What a careful model would write of the lease."""
    part = part_of(body)
    if part == "facts":
        return FACTS_SAID
    if part == "analysis":
        says, words = (LATE_SAID, "late charge of 5%") if issue_of(body) == LATE else (PETS_SAID, "No pets may be")
        return says.format(n=number_of(body, words))
    found = re.search(r"fifth day \[(\d+)\]", said(body))
    says = LATE_SAID if part == "conclusion" else ACTIONS_SAID
    return says.format(n=found[1]) if found else "The sources do not answer this question."


@pytest.fixture
def lawyerly(gemini: GeminiStub) -> Say:
    """The model writes a true brief of the lease, but for the parts that a test names otherwise."""

    def say(**instead: Words | Callable[[dict[str, Any]], Words]) -> None:
        def answer(body: dict[str, Any]) -> Reply:
            other = instead.get(part_of(body))
            words = other(body) if callable(other) else other or _said_truly(body)
            return words if isinstance(words, Reply) else Reply(pieces=(words,))

        gemini.will_answer(answer)

    say()
    return say


@pytest.fixture(scope="module")
async def shared(shared_firm: Firm, worker: None) -> Firm:
    """A firm with the lease on its shelf, for all tests of a module that only add briefs to it."""
    await filed(shared_firm)
    return shared_firm
