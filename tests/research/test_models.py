"""What who asks sees when the model of the deployment is away."""

import pytest

from elenchus.core.clock import now
from elenchus.core.llm.base import Usage
from elenchus.core.llm.factory import DEFAULT_GEMINI
from elenchus.core.llm.usage import cost_usd
from tests.fixtures.gemini import price_today
from tests.research.support import CHAT, CONVERSATIONS, RENT, asked, filed, streamed

LITE = "google_genai:gemini-3.5-flash-lite"


async def tokens_used(f) -> int:
    """Of this month's."""
    items = (await f.client.get("/api/v1/tenants/current/usage")).json()["items"]
    return next(item["used"] for item in items if item["name"] == "monthly_tokens")


class TestChoosing:
    async def test_a_model_that_is_not_listed_is_refused_before_anything_is_stored(self, firm, gemini):
        f = await firm()
        refused = await f.client.post(CHAT, json={"content": RENT, "model": LITE})
        assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", "model"])
        assert (await f.client.get(CONVERSATIONS)).json()["items"] == gemini.requests == []

    async def test_a_temperature_out_of_range_is_refused_before_anything_is_stored(self, firm, gemini, change_settings):
        change_settings("llm", model="gemini-3.5-flash", temperature_max=0.5)
        f = await firm()
        refused = await f.client.post(CHAT, json={"content": RENT, "temperature": 0.6})
        assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", "temperature"])
        assert (await f.client.get(CONVERSATIONS)).json()["items"] == gemini.requests == []

    async def test_a_listed_model_answers(self, firm, gemini, change_settings):
        change_settings("llm", choices=[LITE])
        f = await firm()
        assert (await asked(f, model=LITE, temperature=1.3))["message"]["model"] == LITE


class TestFailing:
    async def test_a_line_that_is_cut_in_the_middle_leaves_the_words_and_says_that_asking_again_may_help(
        self, firm, gemini
    ):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 [1]. ", "never said", pause_after=1, breaks=True)
        got = await streamed(f)
        assert got.names[-1] == "error"
        assert got.text == "The rent is $4,200 [1]. "
        assert got["error"]["problem"]["status"] == 503
        kept = await f.client.get(f"{CONVERSATIONS}/{got['meta']['conversation_id']}")
        message = kept.json()["messages"][-1]
        assert (message["status"], message["content"]) == ("failed", "The rent is $4,200 [1]. ")
        assert (message["error"]["code"], message["error"]["retryable"]) == ("model_away", True)
        assert message["usage"]["is_estimate"]
        assert message["usage"]["completion_tokens"] == 6
        assert await tokens_used(f) == message["usage"]["total_tokens"]
        gemini.reset()
        gemini.will_say("The rent is $4,200 [1].")
        again = await f.client.post(f"{CHAT}/messages/{message['id']}/regenerate", json={})
        assert again.json()["message"]["status"] == "complete"

    async def test_an_answer_that_the_filter_held_back_was_paid_for(self, firm, gemini):
        f = await firm()
        gemini.will_say(finish="SAFETY")
        got = await streamed(f)
        assert got["error"]["problem"]["code"] == "blocked"
        assert await tokens_used(f) == 140

    async def test_a_refusal_costs_nothing(self, firm, gemini):
        f = await firm()
        gemini.will_say(status=503)
        await f.client.post(CHAT, json={"content": RENT})
        assert await tokens_used(f) == 0


class TestResting:
    async def test_who_asks_hears_at_once_when_to_come_back_and_nothing_is_stored(self, firm, gemini, change_settings):
        f = await firm()
        change_settings("llm", breaker_failures=1, breaker_seconds=45)
        gemini.will_say(status=503)
        first = await f.client.post(CHAT, json={"content": RENT})
        assert (first.status_code, first.json()["code"]) == (503, "model_away")
        again = await f.client.post(CHAT, json={"content": RENT})
        assert again.status_code == 503
        assert again.json()["code"] == "model_resting"
        assert 40 <= int(again.headers["Retry-After"]) <= 45
        assert len(gemini.requests) == 1
        kept = await f.client.get(CONVERSATIONS)
        assert len(kept.json()["items"]) == 1

    async def test_an_answer_that_is_there_is_still_given(self, firm, gemini, change_settings):
        f = await firm()
        change_settings("llm", breaker_failures=1)
        headers = {"Idempotency-Key": "once"}
        gemini.will_say("The rent is $4,200.")
        gemini.will_say(status=503)
        answered = await f.client.post(CHAT, json={"content": RENT}, headers=headers)
        await f.client.post(CHAT, json={"content": RENT})
        again = await f.client.post(CHAT, json={"content": RENT}, headers=headers)
        assert again.status_code == 200
        assert again.json()["message"]["id"] == answered.json()["message"]["id"]

    async def test_the_providers_own_wait_is_passed_on(self, firm, gemini):
        f = await firm()
        gemini.will_say(status=429, retry_delay="33s")
        refused = await f.client.post(CHAT, json={"content": RENT})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "33")


class TestStandIn:
    async def test_the_answer_carries_the_name_and_the_price_of_who_gave_it(self, firm, gemini, change_settings):
        f = await firm()
        await filed(f)
        change_settings("llm", fallbacks=[LITE])
        gemini.will_say_as("gemini-3.8-flash", status=503)
        gemini.will_say_as("gemini-3.5-flash-lite", "The rent is $4,200 per month [1].")
        got = await streamed(f)
        assert got["done"]["message"]["model"] == LITE
        assert got["usage"]["cost_usd"] == pytest.approx(price_today(LITE))

    async def test_the_built_in_one_answers_from_the_documents(self, firm, gemini, change_settings):
        f = await firm()
        await filed(f)
        change_settings("llm", fallbacks=["extractive"])
        gemini.will_say(status=503)
        message = (await asked(f))["message"]
        assert (message["model"], message["usage"]["cost_usd"]) == ("extractive", 0.0)
        assert "$4,200" in message["content"]
        assert await tokens_used(f) == 0

    async def test_what_a_silent_model_was_sent_counts_beside_its_stand_in_s_answer(
        self, firm, gemini, change_settings
    ):
        f = await firm()
        change_settings("llm", fallbacks=[LITE], timeout_seconds=0.6)
        gemini.will_say_as("gemini-3.8-flash", "late", pause_after=0)
        gemini.will_say_as("gemini-3.5-flash-lite", "The rent is $4,200 per month.")
        used = (await asked(f))["message"]["usage"]
        wasted = used["prompt_tokens"] - 120
        assert wasted > 100
        assert (used["completion_tokens"], used["is_estimate"]) == (20, True)
        lost = cost_usd(DEFAULT_GEMINI, Usage(wasted, 0), on=now().date()) or 0
        assert lost > 0
        assert used["cost_usd"] == pytest.approx(price_today(LITE) + lost)
        assert await tokens_used(f) == used["total_tokens"]
