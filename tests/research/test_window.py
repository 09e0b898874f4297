"""What a model is sent stays within its window, in the tokens that the model itself counts."""

import pytest
from pydantic import ValidationError

from elenchus.core.llm.usage import rough_tokens
from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import Reply
from tests.research.remembering.support import contents, questions
from tests.research.support import CHAT, CONVERSATIONS, asked, filed

CONTEXT, OUTPUT = 6_000, 1_000
LONG = "Clause {}. " + "The Tenant shall pay rent in advance on the first day of each month. " * 30


def counting(factor: float):
    """A model that counts so many times what we would estimate, and says much."""

    def answer(body) -> Reply:
        text = "\n\n".join([body["systemInstruction"]["parts"][0]["text"], *contents(body)])
        asked = round(rough_tokens(text) * factor)
        usage = {"promptTokenCount": asked, "candidatesTokenCount": 200, "totalTokenCount": asked + 200}
        return Reply(pieces=("An answer. " * 80,), usage=usage)

    return answer


@pytest.fixture(autouse=True)
def _narrow(gemini, change_settings) -> None:
    change_settings("llm", context_tokens=CONTEXT, max_output_tokens=OUTPUT)


def test_an_answer_may_take_half_of_the_window_at_most():
    assert LlmSettings(_env_file=None, context_tokens=8_192, max_output_tokens=4_096).prompt_tokens == 4_096
    with pytest.raises(ValidationError, match="LLM_CONTEXT_TOKENS"):
        LlmSettings(_env_file=None, context_tokens=8_192, max_output_tokens=4_097)


class TestWindow:
    @pytest.mark.parametrize("factor", [1.0, 1.5])
    async def test_it_is_kept_in_reported_tokens(self, firm, gemini, factor):
        f = await firm()
        await filed(f, "\n\n".join(LONG.format(n) for n in range(8)))
        gemini.will_answer(counting(factor))
        talk, reported = None, []
        for number in range(8):
            within = {"conversation_id": talk} if talk else {}
            answer = await asked(f, f"When is the rent of clause {number} due?", **within)
            talk = answer["conversation_id"]
            reported.append(answer["usage"]["prompt_tokens"])
        assert max(reported[1:]) <= CONTEXT - OUTPUT, reported
        assert max(reported[1:]) > 0.6 * (CONTEXT - OUTPUT), "and it is used"

    async def test_sources_that_did_not_fit_are_not_told_as_given(self, firm, gemini, change_settings):
        change_settings("llm", context_tokens=2_400, max_output_tokens=500)
        f = await firm()
        await filed(f, "\n\n".join(LONG.format(n) for n in range(8)))
        answer = await asked(f, "When is the rent due?")
        sent = contents(questions(gemini)[-1])[-1]
        made = (await f.client.get(f"{CHAT}/messages/{answer['message']['id']}/record")).json()
        assert sent.count("<source n=") == len(made["sources"]) >= 1
        assert made["sources_left_out"] >= 1

    async def test_a_question_that_is_too_long_is_refused_before_anything_is_told(self, firm, gemini):
        f = await firm()
        talk = (await asked(f))["conversation_id"]
        told = len(gemini.requests)
        refused = await f.client.post(CHAT, json={"content": "x" * 24_000, "conversation_id": talk})
        assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", "content"])
        assert refused.headers["content-type"] == "application/problem+json"
        streamed = await f.client.post(CHAT, json={"content": "x" * 24_000}, headers={"Accept": "text/event-stream"})
        assert streamed.status_code == 422
        assert len(gemini.requests) == told
        conversations = (await f.client.get(CONVERSATIONS)).json()["items"]
        assert [row["message_count"] for row in conversations] == [2]
