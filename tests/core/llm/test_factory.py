"""Which model speaks."""

from datetime import date

import pytest
from pydantic import SecretStr

from elenchus.core.llm.base import Usage
from elenchus.core.llm.factory import DEFAULT_GEMINI, UnknownModel, chat_model, full_name, offered
from elenchus.core.llm.prices import PRICES
from elenchus.core.llm.providers import PROVIDERS, ModelNotReady, Provider
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

    def test_without_a_list_only_the_deployments_own_may_be_asked_for(self):
        assert chat_model(DEFAULT_GEMINI, options(**KEYED)).name == DEFAULT_GEMINI
        with pytest.raises(UnknownModel, match="LLM_CHOICES"):
            chat_model("google_genai:gemini-3.5-flash-lite", options(**KEYED))

    def test_the_list_may_name_all_models_of_a_provider(self):
        listed = options(**KEYED, choices=["google_genai:*"])
        assert chat_model("google_genai:gemini-3.5-flash-lite", listed).name.endswith("flash-lite")
        with pytest.raises(UnknownModel):
            chat_model("openai:gpt-oss", listed)

    def test_a_listed_name_may_be_short(self):
        listed = options(**KEYED, choices=["gemini-3.5-flash-lite"])
        assert chat_model("google_genai:gemini-3.5-flash-lite", listed)
        assert offered(listed) == [DEFAULT_GEMINI, "google_genai:gemini-3.5-flash-lite", "extractive"]
        assert chat_model("gemini-3.5-flash-lite", listed).name == "google_genai:gemini-3.5-flash-lite"

    def test_another_provider_may_not(self):
        with pytest.raises(UnknownModel, match="LLM_CHOICES"):
            chat_model("openai:gpt-oss", options(**KEYED))

    def test_a_list_of_choices_is_the_whole_choice(self):
        listed = options(**KEYED, choices=["google_genai:gemini-3.5-flash-lite"])
        assert chat_model("google_genai:gemini-3.5-flash-lite", listed)
        assert chat_model(None, listed).name == DEFAULT_GEMINI
        with pytest.raises(UnknownModel):
            chat_model("google_genai:gemini-3.1-pro-preview", listed)

    @pytest.mark.parametrize(
        "name", ["gemini-3.8-flash?alt=sse", "gemini-a/../b", "google_genai:a..b", "google_genai:a&b", "gemini-3.8\n"]
    )
    def test_a_name_that_no_address_may_have_is_no_outage_of_the_provider(self, name):
        with pytest.raises(UnknownModel):
            chat_model(name, options(**KEYED, choices=["google_genai:*"]))

    @pytest.mark.parametrize(
        ("setting", "wrong"), [("LLM_MODEL", {"model": "gpt"}), ("LLM_CHOICES", {"choices": ["nobody:model"]})]
    )
    def test_a_wrong_setting_is_not_the_fault_of_who_asks(self, setting, wrong):
        with pytest.raises(ModelNotReady, match=setting) as caught:
            chat_model(None, options(**KEYED, **wrong))
        assert caught.value.status == 503

    @pytest.mark.parametrize("lacking", ["ollama:without-its-package", DEFAULT_GEMINI])
    def test_a_stand_in_that_is_not_set_up_is_done_without(self, lacking, monkeypatch):
        monkeypatch.setitem(PROVIDERS, "openai", Provider("json", "", ""))
        monkeypatch.setitem(PROVIDERS, "ollama", Provider("nowhere", "", "langchain-ollama"))
        assert chat_model(None, options(model="openai:gpt-oss", fallbacks=[lacking])).name == "openai:gpt-oss"

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
        assert cost_usd("google_genai:gemini-embedding-001", used, on=date(2026, 11, 20)) == 0.15

    def test_a_price_that_was_another_before_it_was_read_is_not_known_for_then(self):
        used = Usage(prompt_tokens=1_000_000, completion_tokens=0)
        days = (date(2026, 8, 12), date(2026, 11, 20), date(2027, 1, 1))
        assert [cost_usd("google_genai:gemini-3.6-flash", used, on=day) for day in days] == [None, 0.75, 1.5]

    @pytest.mark.parametrize(("prompt", "dollars"), [(200_000, 0.4 + 0.012), (200_001, 0.800004 + 0.018)])
    def test_a_long_prompt_makes_the_whole_call_dearer(self, prompt, dollars):
        used = Usage(prompt_tokens=prompt, completion_tokens=1_000)
        assert cost_usd("google_genai:gemini-3.1-pro-preview", used, on=date(2026, 11, 20)) == pytest.approx(dollars)

    def test_many_short_prompts_are_no_long_one(self):
        used = Usage(prompt_tokens=1_000_000, completion_tokens=0)
        assert cost_usd("google_genai:gemini-3.1-pro-preview", used, on=date(2026, 11, 20), calls=20) == 2.0

    def test_prices_are_in_the_order_of_time(self):
        for rows in PRICES.values():
            assert [row.since for row in rows] == sorted(row.since for row in rows)

    @pytest.mark.parametrize("model", sorted(PRICES.keys() - {"extractive"}))
    def test_every_price_says_where_and_when_it_was_read_and_whose_page_that_is(self, model):
        own_pages = {"google_genai": "https://ai.google.dev/"}
        own = own_pages[model.partition(":")[0]]
        for price in PRICES[model]:
            assert price.source
            is_own = price.source.url.startswith(own)
            assert is_own if price.source.quotes is None else not is_own and price.source.quotes.startswith(own)
            assert date(2026, 1, 1) <= price.source.read_on <= date.today()

    def test_four_characters_are_a_token(self):
        assert [rough_tokens(text) for text in ("", "a", "four", "fours")] == [0, 1, 1, 2]
