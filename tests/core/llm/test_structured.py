"""A form, filled in by the real client of the default provider against a server that speaks its protocol."""

import pytest
from pydantic import BaseModel

from elenchus.core.llm.base import ModelFailed, Structured, Usage
from elenchus.core.llm.factory import structured_model
from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import Reply


class Rent(BaseModel):
    amount: int
    quotes: list[str] = []


async def filled(options: LlmSettings) -> Structured[Rent]:
    model = structured_model(None, options)
    assert model
    return await model.structured("Read the lease.", "<document>Rent is 5.</document>", Rent)


async def test_it_comes_as_its_schema_with_what_it_used(gemini, gemini_options):
    gemini.will_fill(lambda _: {"amount": 5, "quotes": ["Rent is 5."]})
    answer = await filled(gemini_options)
    assert answer.value == Rent(amount=5, quotes=["Rent is 5."])
    assert answer.usage == Usage(prompt_tokens=120, completion_tokens=20, cached_tokens=20, reasoning_tokens=6)


async def test_the_provider_is_told_the_rules_the_text_and_the_schema(gemini, gemini_options):
    gemini.will_fill(lambda _: {"amount": 5})
    await filled(gemini_options)
    (request,) = gemini.requests
    assert request["systemInstruction"]["parts"][0]["text"] == "Read the lease."
    assert request["contents"][0]["parts"][0]["text"] == "<document>Rent is 5.</document>"
    assert request["generationConfig"]["responseJsonSchema"]["required"] == ["amount"]


@pytest.mark.parametrize("said", ["no json", '{"amount": "much"}', "[]", ""])
async def test_another_form_is_no_value_and_was_paid_for(gemini, gemini_options, said):
    gemini.will_fill(lambda _: Reply(pieces=(said,)))
    answer = await filled(gemini_options)
    assert (answer.value, answer.usage.total_tokens, answer.usage.is_cut) == (None, 140, False)


@pytest.mark.parametrize("said", ['{"amou', '{"amount": 5, "quotes": ["Rent is 5."', '{"amount": 5}'])
async def test_one_that_had_no_room_to_end_says_so(gemini, gemini_options, said):
    """Also where what came would pass for a form: LangChain closes what is open, and the rest would be lost unseen."""
    gemini.will_fill(lambda _: Reply(pieces=(said,), finish="MAX_TOKENS"))
    answer = await filled(gemini_options)
    assert (answer.value, answer.usage.is_cut) == (None, True)


@pytest.mark.parametrize(
    ("reply", "code", "retryable"),
    [
        (Reply(status=503), "model_away", True),
        (Reply(status=429), "model_busy", True),
        (Reply(block_reason="SAFETY"), "blocked", False),
        (Reply(pieces=("{}",), finish="SAFETY"), "blocked", False),
    ],
)
async def test_failures_are_told_apart(gemini, gemini_options, reply, code, retryable):
    gemini.will_fill(lambda _: reply)
    with pytest.raises(ModelFailed) as caught:
        await filled(gemini_options)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)


def test_the_built_in_one_fills_in_nothing():
    assert structured_model("extractive", LlmSettings(_env_file=None)) is None
