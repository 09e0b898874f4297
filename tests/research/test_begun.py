"""A process that dies or stalls while it begins an answer: nothing is half there, nothing stays held, nothing is done
twice."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.research import asking, metering, running, service, store
from elenchus.research.models import Answer
from tests.fixtures.gemini import Reply
from tests.research.support import CHAT, asked, shown

GEMINI = "google_genai:gemini-3.8-flash"


class Dead(Exception):
    """No refusal: the request ends where the process would."""


async def tokens_used(f) -> int:
    items = (await f.client.get("/api/v1/tenants/current/usage")).json()["items"]
    return next(item["used"] for item in items if item["name"] == "monthly_tokens")


async def sweep(f) -> None:
    """Once its leases are over."""
    rows = await Answer.owned_by(f.principal).rows({"status": "streaming"}, fields={"_id": 1})
    await store.stay_alive([row["_id"] for row in rows], now() - timedelta(seconds=1))
    await service.abandon_lost()


def dies(patched, where: str, *, after: bool) -> None:
    module, name = {"hold": (metering, "hold"), "write": (asking, "_write")}[where]
    works = getattr(module, name)

    async def until_it_dies(*args):
        if after:
            await works(*args)
        raise Dead

    patched.setattr(module, name, until_it_dies)


@pytest.fixture
async def talk(firm, gemini):
    gemini.will_fill(lambda _: Reply(status=400))
    gemini.will_say("Said [1].")
    f = await firm()
    first = await asked(f, "What is the rent?", model=GEMINI)
    return f, first, f"{CHAT}/messages/{first['message']['id']}/regenerate"


KEY = {"Idempotency-Key": "k"}
BODIES = {"again": {}, "in other words": {"content": "What is the deposit?"}}


@pytest.mark.parametrize("body", BODIES)
class TestDead:
    @pytest.mark.parametrize(("where", "after"), [("hold", False), ("hold", True), ("write", False)])
    async def test_before_the_draft_stands_it_is_as_if_nobody_had_asked(self, talk, monkeypatch, body, where, after):
        f, first, url = talk
        spent, before = await tokens_used(f), await shown(f, first["conversation_id"])
        with monkeypatch.context() as patched:
            dies(patched, where, after=after)
            assert (await f.client.post(url, json=BODIES[body], headers=KEY)).status_code == 500
        await sweep(f)
        assert await tokens_used(f) == spent
        assert await shown(f, first["conversation_id"]) == before
        assert await Answer.owned_by(f.principal).count({}) == 1
        once_more = await f.client.post(url, json=BODIES[body], headers=KEY)
        assert once_more.status_code == 200, once_more.text
        assert await tokens_used(f) == 2 * spent
        count = (await shown(f, first["conversation_id"]))["message_count"]
        assert count == before["message_count"] + (2 if BODIES[body] else 1)

    async def test_with_the_draft_it_fails_with_a_reason(self, talk, monkeypatch, body):
        f, first, url = talk
        spent = await tokens_used(f)
        with monkeypatch.context() as patched:
            dies(patched, "write", after=True)
            assert (await f.client.post(url, json=BODIES[body], headers=KEY)).status_code == 500
        await sweep(f)
        messages = (await shown(f, first["conversation_id"]))["messages"]
        assert (messages[-1]["status"], messages[-1]["error"]["code"]) == ("failed", "lost")
        assert len(messages) == (4 if BODIES[body] else 3)
        assert await tokens_used(f) == spent
        told_again = await f.client.post(url, json=BODIES[body], headers=KEY)
        assert (told_again.status_code, told_again.json()["code"]) == (503, "lost")
        assert len((await shown(f, first["conversation_id"]))["messages"]) == len(messages)
        assert (await f.client.post(url, json=BODIES[body])).status_code == 200


@pytest.mark.parametrize("is_swept", [True, False])
async def test_one_that_stalls_until_its_lease_is_over_is_alive_again_and_counts(talk, monkeypatch, is_swept):
    """Once the sweep has taken its row its draft would else be one for ever, and hold everything after it in the tail;
    before that the sweep would end what is being written."""
    f, _, url = talk
    spent = await tokens_used(f)
    writes, alive_until, leases = asking._write, running.alive_until, [now() - timedelta(seconds=1)]

    async def late(*args):
        if is_swept:
            await service.abandon_lost()
            assert await Answer.owned_by(f.principal).count({}) == 1
        await writes(*args)

    monkeypatch.setattr(running, "alive_until", lambda: leases.pop() if leases else alive_until())
    monkeypatch.setattr(asking, "_write", late)
    answered = await f.client.post(url)
    assert answered.status_code == 200, answered.text
    row = await store.answer(f.principal, Id(answered.json()["message"]["id"]))
    assert row is not None
    assert row.alive_until > now()
    assert await tokens_used(f) == 2 * spent
