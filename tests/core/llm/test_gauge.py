"""What a text is estimated at, once its model has been heard."""

import pytest

from elenchus.core.llm import gauge
from elenchus.core.llm.base import Usage
from elenchus.core.llm.usage import rough_tokens

MODEL = "google_genai:gemini-3.8-flash"
PROMPT = "The Tenant shall pay rent in advance. " * 100


@pytest.fixture(autouse=True)
def _unheard() -> None:
    gauge.forget()


def counted(factor: float) -> Usage:
    return Usage(round(rough_tokens(PROMPT) * factor), 10)


class TestGauge:
    def test_an_unheard_model_is_taken_for_one_that_counts_many(self):
        assert gauge.count(MODEL, "x" * 300) == 100

    def test_what_it_counted_more_counts_at_once(self):
        gauge.heard(MODEL, PROMPT, counted(1.5))
        assert gauge.count(MODEL, PROMPT) == pytest.approx(counted(1.5).prompt_tokens, abs=1)

    def test_what_it_counted_less_counts_by_and_by(self):
        before = gauge.count(MODEL, PROMPT)
        gauge.heard(MODEL, PROMPT, counted(0.9))
        assert counted(0.9).prompt_tokens < gauge.count(MODEL, PROMPT) < before
        for _ in range(30):
            gauge.heard(MODEL, PROMPT, counted(0.9))
        assert gauge.count(MODEL, PROMPT) == pytest.approx(counted(0.9).prompt_tokens, rel=0.01)

    def test_nonsense_is_bounded(self):
        for factor in (1_000, *[0.01] * 60):
            gauge.heard(MODEL, PROMPT, counted(factor))
            assert gauge.LEAST <= gauge.count(MODEL, PROMPT) / rough_tokens(PROMPT) <= gauge.MOST + 0.01

    def test_our_own_count_and_short_prompts_say_nothing(self):
        gauge.heard(MODEL, PROMPT, Usage(9_999, 1, is_estimate=True))
        gauge.heard(MODEL, "Hello", Usage(400, 1))
        gauge.heard(MODEL, PROMPT, Usage(0, 1))
        assert gauge.count(MODEL, "x" * 300) == 100

    def test_each_model_has_its_own(self):
        gauge.heard(MODEL, PROMPT, counted(2))
        assert gauge.count("openai:gpt", "x" * 300) == 100

    def test_no_more_are_remembered_than_are_used(self):
        for number in range(gauge.MODELS + 50):
            gauge.heard(f"openai:{number}", PROMPT, counted(2))
        assert len(gauge._ratios) == gauge.MODELS


class TestRough:
    @pytest.mark.parametrize(
        ("text", "tokens"), [("word" * 10, 10), ("契約" * 10, 15), ("договор" * 10, 35), ("\ud800", 1)], ids=ascii
    )
    def test_other_scripts_have_more_tokens_in_each_letter(self, text, tokens):
        assert rough_tokens(text) == tokens
