"""A brief whose parts have more to read than their model's window holds."""

from collections.abc import Callable

import pytest

from elenchus.core.llm import gauge
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.usage import rough_tokens
from elenchus.core.settings import Settings, settings
from elenchus.library.schemas import Passage
from elenchus.research.briefing import fitting, prompts
from tests.research.briefing.support import FACTS, LATE, briefed, part_of, said
from tests.research.support import LEASE, filed
from tests.research.test_prompts import passage

ISSUES = [LATE, "May pets be kept?"]
MODEL = "google_genai:gemini-3.8-flash"


@pytest.fixture
def _small(gemini, change_settings: Callable[..., Settings]) -> None:
    """About 1,000 tokens beside the rules."""
    change_settings("llm", context_tokens=2_500, max_output_tokens=500)


def tokens(prompt) -> int:
    return gauge.count(MODEL, prompt.system) + gauge.count(MODEL, prompt.turns[0].text)


def passages(number: int) -> dict[int, Passage]:
    """The later ones answer better; their numbers are in no order."""
    return {(7 * n) % 31: passage("late charge " * 60, score=n) for n in range(1, number + 1)}


@pytest.mark.usefixtures("_small")
class TestGiven:
    def test_the_best_that_there_is_room_for_in_their_order(self):
        sources = passages(9)
        kept = fitting.given(chat_model(None), prompts.of_facts(FACTS, {}), sources)
        assert 1 < len(kept) < 9
        assert list(kept) == list(sources)[-len(kept) :]
        assert tokens(prompts.of_facts(FACTS, kept)) <= settings().llm.prompt_tokens

    def test_one_even_if_it_seems_too_long(self):
        bare = prompts.of_facts("The rent. " * 2_000, {})
        assert len(fitting.given(chat_model(None), bare, passages(3))) == 1
        assert fitting.given(chat_model(None), bare, {}) == {}

    def test_the_built_in_model_has_no_window(self):
        assert len(fitting.given(chat_model("extractive"), prompts.of_facts(FACTS, {}), passages(30))) == 30


@pytest.mark.usefixtures("_small")
class TestTold:
    def test_what_fits_is_told_whole(self):
        analyses = ["A late charge applies [1].", "No pets [2]."]
        assert fitting.told(chat_model(None), prompts.of_conclusion(ISSUES, ["", ""]), analyses) == analyses

    def test_of_what_does_not_the_beginning_of_each(self):
        long = "\n\n".join(f"{n}. A late charge applies [1]." for n in range(400))
        told = fitting.told(chat_model(None), prompts.of_conclusion(ISSUES, ["", ""]), [long, long])
        assert told[0] == told[1]
        assert long.startswith(told[0] + "\n\n")
        whole = tokens(prompts.of_conclusion(ISSUES, told))
        assert 0.7 * settings().llm.prompt_tokens < whole <= settings().llm.prompt_tokens


async def test_no_part_is_sent_more_than_the_window_holds(firm, gemini, lawyerly, change_settings):
    f = await firm()
    for number in range(8):
        await filed(
            f, f"{LEASE}\n\n" + f"Late rent of house {number} is a charge on the tenant. " * 20, f"{number}.txt"
        )
    change_settings("research", sources_per_answer=32)
    options = change_settings("llm", context_tokens=2_048, max_output_tokens=200).llm
    lawyerly(analysis=lambda body: "".join(f"Late rent is a charge on the tenant [{n}]. " for n in numbers(body)))
    found = await briefed(f, legal_issues=[LATE])
    assert found["status"] == "completed"
    [analysis] = [body for body in gemini.requests if part_of(body) == "analysis"]
    sources, notes = found["result"]["sources"], found["result"]["notes"]
    assert numbers(analysis) == [str(each["n"]) for each in sources]
    assert 0 < len(sources) < 32
    assert any("had no room beside the facts" in note for note in notes)
    for body in gemini.requests:
        text = body["systemInstruction"]["parts"][0]["text"] + said(body)
        assert rough_tokens(text) <= options.prompt_tokens, part_of(body)


def numbers(body) -> list[str]:
    return [part.partition('"')[0] for part in said(body).split('<source n="')[1:]]
