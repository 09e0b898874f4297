"""Which model speaks."""

from datetime import date

import pytest
from pydantic import SecretStr

from elenchus.core.llm.base import Usage
from elenchus.core.llm.factory import DEFAULT_GEMINI, UnknownModel, chat_model, full_name
from elenchus.core.llm.prices import PRICES
from elenchus.core.llm.providers import PROVIDERS
from elenchus.core.llm.usage import cost_usd, rough_tokens
from elenchus.core.settings import LlmSettings


def options(**changes) -> LlmSettings:
    return LlmSettings(_env_file=None, **{"GOOGLE_API_KEY": None, **changes})


KEYED = {"GOOGLE_API_KEY": SecretStr("k")}


class TestDefault:
    def test_without_a_key_the_built_in_model_speaks(self):
        assert chat_model(None, options()).name == "extractive"
        assert chat_model("auto", options()).name == "extractive"

    def test_with_a_google_key_it_is_gemini(self):
        assert chat_model(None, options(**KEYED)).name == DEFAULT_GEMINI == "google_genai:gemini-3.8-flash"

    def test_a_setting_names_another_one(self):
        assert full_name(None, options(model="openai:gpt-oss")) == "openai:gpt-oss"

    def test_a_question_may_always_ask_for_the_built_in_one(self):
        assert chat_model("extractive", options(**KEYED)).name == "extractive"


class TestChoice:
    @pytest.mark.parametrize(
        "name", ["gpt", "nobody:model", "openai:", "openai:a b", ":x", "google_genai:../x y", "x" * 500]
    )
    def test_a_name_that_means_nothing_is_refused_with_the_way_to_write_it(self, name):
        with pytest.raises(UnknownModel) as caught:
            chat_model(name, options(**KEYED))
        assert caught.value.status == 422
        assert "provider:model" in caught.value.detail

    def test_another_model_of_the_same_provider_may_be_asked_for(self):
        assert chat_model("google_genai:gemini-3.5-flash-lite", options(**KEYED)).name.endswith("flash-lite")
        assert chat_model("gemini-3.5-flash-lite", options(**KEYED)).name == "google_genai:gemini-3.5-flash-lite"

    def test_another_provider_may_not(self):
        with pytest.raises(UnknownModel, match="LLM_CHOICES"):
            chat_model("openai:gpt-oss", options(**KEYED))

    def test_a_list_of_choices_is_the_whole_choice(self):
        listed = options(**KEYED, choices=["google_genai:gemini-3.5-flash-lite"])
        assert chat_model("google_genai:gemini-3.5-flash-lite", listed)
        assert chat_model(None, listed).name == DEFAULT_GEMINI
        with pytest.raises(UnknownModel):
            chat_model("google_genai:gemini-3.1-pro-preview", listed)

    def test_every_provider_says_what_to_install(self):
        assert all(row.package.startswith("langchain-") and row.kind for row in PROVIDERS.values())


class TestCost:
    def test_each_kind_of_token_has_its_price(self):
        used = Usage(prompt_tokens=1_000_000, completion_tokens=100_000, cached_tokens=400_000, reasoning_tokens=50_000)
        assert cost_usd(DEFAULT_GEMINI, used, on=date(2026, 12, 31)) == pytest.approx(0.6 * 0.75 + 0.4 * 0.075 + 0.375)

    def test_a_price_changes_on_its_day(self):
        used = Usage(prompt_tokens=1_000_000, completion_tokens=0)
        assert cost_usd(DEFAULT_GEMINI, used, on=date(2026, 12, 31)) == 0.75
        assert cost_usd(DEFAULT_GEMINI, used, on=date(2027, 1, 1)) == 1.5

    def test_the_built_in_model_costs_nothing(self):
        assert cost_usd("extractive", Usage(10_000, 500), on=date(2026, 11, 20)) == 0.0

    def test_an_unknown_price_is_not_guessed(self):
        assert cost_usd("ollama:llama3", Usage(10, 5), on=date(2026, 11, 20)) is None

    def test_a_cached_token_without_a_price_of_its_own_costs_as_any_other(self):
        used = Usage(prompt_tokens=1_000_000, completion_tokens=0, cached_tokens=1_000_000)
        assert cost_usd("google_genai:gemini-3.5-flash-lite", used, on=date(2026, 11, 20)) == 0.3

    def test_prices_are_in_the_order_of_time(self):
        for rows in PRICES.values():
            assert [row.since for row in rows] == sorted(row.since for row in rows)

    def test_four_characters_are_a_token(self):
        assert [rough_tokens(text) for text in ("", "a", "four", "fours")] == [0, 1, 1, 2]
