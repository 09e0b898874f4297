"""What a superuser sees of how this process stands."""

import asyncio

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.tracing import traced
from elenchus.identity import principals
from elenchus.identity.models import User
from tests.core.test_tracing import a_turn
from tests.fixtures.langfuse import config

DETAILED = "/api/v1/health/detailed"


@pytest.fixture
async def superuser(firm):
    f = await firm()
    await User.find_one({"_id": Id(f.user["id"])}).update({"$set": {"is_superuser": True}})
    principals.forget_user(f.principal.user_id)
    return f


async def shown(f):
    answered = await f.client.get(DETAILED)
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_a_model_that_is_not_set_up_hides_nothing_else(superuser, change_settings):
    change_settings("llm", model="nobody:model")
    seen = await shown(superuser)
    assert seen["components"]["mongodb"]["status"] == "ok"
    assert (seen["ai"]["model"], seen["ai"]["wait_seconds"]) == ("nobody:model", 0)
    assert "LLM_MODEL" in seen["ai"]["problem"]


async def test_only_for_superusers(firm):
    assert (await (await firm()).client.get(DETAILED)).status_code == 403


async def test_without_keys_and_failures(superuser):
    seen = await shown(superuser)
    assert {name: row["status"] for name, row in seen["components"].items()} == {"mongodb": "ok", "redis": "ok"}
    assert seen["ai"] == {"model": "extractive", "wait_seconds": 0, "problem": None}
    assert seen["langfuse"] == {"status": "off", "last": "", "sends_text": False}
    assert seen["breakers"] == {}


async def test_a_provider_that_is_left_alone(superuser, gemini, change_settings):
    change_settings("llm", breaker_failures=1, breaker_seconds=40)
    gemini.will_say(status=503)
    await superuser.client.post("/api/v1/chat", json={"content": "What is the rent?"})
    seen = await shown(superuser)
    assert seen["ai"]["model"] == "google_genai:gemini-3.8-flash"
    assert 30 < seen["ai"]["wait_seconds"] == seen["breakers"]["google_genai"] <= 40


@pytest.mark.parametrize(("status", "told"), [(200, ("ok", "ok")), (401, ("away", "401"))])
async def test_langfuse_by_how_it_took_the_last_traces(superuser, langfuse, status, told):
    langfuse.status = status
    async with traced(config(langfuse.url, send_text=True)) as tracer:
        assert (await shown(superuser))["langfuse"]["status"] == "unknown"
        a_turn(superuser.principal, new_id())
        await asyncio.to_thread(tracer._client.flush)
        seen = (await shown(superuser))["langfuse"]
    assert ((seen["status"], seen["last"]), seen["sends_text"]) == (told, True)
