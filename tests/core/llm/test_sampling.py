"""Which temperature a model is sent, with the real client against a server that speaks its protocol."""

import pytest
from pydantic import ValidationError

from elenchus.core.llm.base import Prompt, Speaker, Turn
from elenchus.core.llm.factory import chat_model, structured_model
from elenchus.core.llm.sampling import TemperatureOutOfRange, listens, sent, temperature_of
from elenchus.core.settings import LlmSettings
from tests.core.llm.test_structured import Rent

PROMPT = Prompt("Answer.", (Turn(Speaker.USER, "When is rent due?"),), "When is rent due?", ())
LISTENS = "google_genai:gemini-3.5-flash"


def options(**changes) -> LlmSettings:
    return LlmSettings(_env_file=None, **changes)


async def asked(settings: LlmSettings, **how) -> None:
    async for _ in chat_model(None, settings).stream(PROMPT, **how):
        pass


class TestWhoListens:
    @pytest.mark.parametrize(
        "model",
        [
            "gemini-2.5-pro",
            "gemini-3-flash-preview",
            "gemini-3.1-flash-lite",
            "gemini-3.1-pro-preview",
            "gemini-3.5-flash",
        ],
    )
    def test_gemini_up_to_3_5(self, model):
        assert listens(f"google_genai:{model}")

    @pytest.mark.parametrize(
        "model", ["gemini-3.5-flash-lite", "gemini-3.6-flash", "gemini-3.7-flash", "gemini-3.8-flash", "gemini-4-pro"]
    )
    def test_but_none_after_it(self, model):
        assert not listens(f"google_genai:{model}")
        assert not listens(f"google_vertexai:{model}")

    @pytest.mark.parametrize(
        ("model", "does"),
        [
            ("openai:gpt-4.1", True),
            ("openai:gpt-5-chat-latest", True),
            ("openai:gpt-5-mini", False),
            ("openai:o3", False),
            ("ollama:llama3", True),
            ("extractive", False),
        ],
    )
    def test_others(self, model, does):
        assert listens(model) is does


class TestRange:
    @pytest.mark.parametrize("wanted", [0.0, 0.5, 1.0])
    def test_a_wish_within_it_is_granted(self, wanted):
        assert temperature_of(LISTENS, wanted, options(temperature_max=1)) == wanted

    @pytest.mark.parametrize(("model", "wanted"), [(LISTENS, 1.3), (LISTENS, 0.1), ("anthropic:claude", 1.1)])
    def test_a_wish_beyond_it_is_refused_with_what_may_be_wished(self, model, wanted):
        with pytest.raises(TemperatureOutOfRange, match=r"0\.2 to 1(\.2)? here") as caught:
            temperature_of(model, wanted, options(temperature_min=0.2, temperature_max=1.2))
        assert caught.value.status == 422

    def test_without_one_it_is_the_deployments_or_as_much_as_the_model_takes(self):
        warm = options(temperature=1.4)
        assert (temperature_of(LISTENS, None, warm), temperature_of("anthropic:claude", None, warm)) == (1.4, 1.0)

    def test_a_deployment_cannot_break_its_own_range(self):
        with pytest.raises(ValidationError, match="LLM_TEMPERATURE_MAX"):
            options(temperature=0.5, temperature_max=0.4)

    def test_a_stand_in_gets_no_more_than_it_takes(self):
        assert sent("anthropic:claude", 1.8, options()) == 1.0

    def test_one_that_does_not_listen_has_none(self):
        assert temperature_of("google_genai:gemini-3.8-flash", 0.7, options()) is None


class TestOverTheWire:
    async def test_who_listens_is_sent_it(self, gemini, gemini_options):
        await asked(gemini_options.model_copy(update={"model": LISTENS}), temperature=0.35)
        assert gemini.requests[0]["generationConfig"]["temperature"] == 0.35

    async def test_without_a_wish_the_deployments(self, gemini, gemini_options):
        await asked(gemini_options.model_copy(update={"model": LISTENS, "temperature": 0.11}))
        assert gemini.requests[0]["generationConfig"]["temperature"] == 0.11

    @pytest.mark.parametrize("model", ["gemini-3.8-flash", "gemini-3.5-flash-lite"])
    async def test_who_does_not_is_sent_none_and_nobody_is_warned(self, gemini, gemini_options, model, recwarn):
        settings = gemini_options.model_copy(update={"model": model})
        await asked(settings, temperature=0.35)
        filling = structured_model(None, settings)
        assert filling
        gemini.will_fill(lambda _: {"amount": 5})
        await filling.structured("Read.", "Rent is 5.", Rent)
        assert all("temperature" not in row["generationConfig"] for row in gemini.requests)
        assert not [row for row in recwarn if "sampling" in str(row.message)]
