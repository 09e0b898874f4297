"""Conversations: opening one against a bare handler on the same raw document; appending, opening and paging back at 10,
1,000 and 10,000 messages, in turns; the biggest document that is stored."""

import asyncio
import os
import secrets
from contextlib import AsyncExitStack
from functools import partial

import bson
import httpx
from pydantic import SecretStr

from benchmarks.harness import RawClient, bare_server, elenchus, load, p50, report, signed_in, timed, verdict
from benchmarks.samples import sentences
from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources
from elenchus.core.settings import MongoSettings, RedisSettings, Settings
from elenchus.research import store
from elenchus.research.models import Conversation, ConversationPage, Message
from elenchus.research.models import Role as Speaker

REQUESTS = 3_000
ROUNDS = 5
TURNS = 200
LENGTHS = (10, 1_000, 10_000)
PAGE = 50
RENEWED = 20  # turns after which the shortest one is made anew: each has added two messages
LONGEST_QUESTION, LONG_ANSWER = 32_000, 150_000  # characters
MOST_BYTES = 1_000_000


def exchange(seed: int) -> list[Message]:
    """A question and an answer of some 900 characters."""
    question, *answer = sentences(8, seed)
    at = now().isoformat()
    return [
        Message(id=secrets.token_hex(12), role=Speaker.USER, content=question, created_at=at),
        Message(id=secrets.token_hex(12), role=Speaker.ASSISTANT, content=" ".join(answer), created_at=at),
    ]


async def a_conversation(principal: Principal, *, messages: int) -> Id:
    moment = now()
    conversation = Conversation(
        id=new_id(), tenant_id=principal.tenant_id, user_id=principal.user_id, title="Bench", created_at=moment,
        updated_at=moment,
    )  # fmt: skip
    await store.insert(principal, conversation)
    for number in range(messages // 2):
        await append(principal, conversation.id, seed=number)
    return conversation.id


async def append(principal: Principal, conversation_id: Id, *, seed: int) -> None:
    """As a question does it: look at the head, then add."""
    head = await store.head(principal, conversation_id, last=6)
    await store.append(principal, head, exchange(seed))


async def main() -> None:
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(elenchus())
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=started.url))
        token = await signed_in(http)
        me = (await http.get("/api/v1/auth/session")).json()
        principal = Principal(Id(me["tenant_id"]), Id(me["user_id"]), Role.OWNER)
        mongo = MongoSettings(url=SecretStr(started.endpoints.mongodb_url))
        redis = RedisSettings(url=SecretStr(started.endpoints.redis_url))
        held = open_resources(Settings(mongo=mongo, redis=redis), registry.MODELS, timeout_seconds=10)
        await (await stack.enter_async_context(held)).bind_models()

        opened = await a_conversation(principal, messages=60)
        os.environ |= {"BENCH_MONGODB_URL": started.endpoints.mongodb_url, "BENCH_CONVERSATION": str(opened)}
        bare_url, _ = await stack.enter_async_context(bare_server("reading"))
        await opening(started.url, bare_url, token, opened)
        await at_any_length(started.url, token, principal)
        await biggest(principal)


async def opening(url: str, bare_url: str, token: str, conversation_id: Id) -> None:
    path = f"/api/v1/chat/conversations/{conversation_id}"
    ratios = []
    for _ in range(ROUNDS + 1):
        ours = await load(url, path, token, requests=REQUESTS)
        bare = await load(bare_url, "/conversation", token, requests=REQUESTS)
        ratios.append(bare / ours)
    kept = sorted(ratios[1:])
    value = kept[len(kept) // 2]
    report(
        "open a conversation, throughput over a bare handler on the raw document", value=value, at_least=0.6,
        met=value >= 0.6, ours_per_second=REQUESTS / ours, bare_per_second=REQUESTS / bare,
        ratios=[round(r, 3) for r in kept],
    )  # fmt: skip


class Talk:
    """One conversation under measurement; each turn adds to it, opens it and pages back in it."""

    def __init__(self, url: str, token: str, principal: Principal, *, messages: int) -> None:
        self.url, self.token, self.principal, self.messages = url, token, principal, messages
        self.took: dict[str, list[float]] = {"append": [], "open": [], "page back": [], "page in the middle": []}

    async def begin(self) -> None:
        self.id = await a_conversation(self.principal, messages=self.messages)
        self.newest = await self._at(self.messages - PAGE)
        self.middle = await self._at(self.messages // 2)

    async def _at(self, number: int) -> str:
        """The id of the message that a client names to get those before it; the last one's where there are few."""
        before = None
        left = self.messages - max(number, 0)
        while left > 0:
            found = await store.messages_before(self.principal, self.id, before, limit=min(left, 200))
            assert found is not None
            before, left = found[0][-1]["id"], left - len(found[0])
        return str(before)

    async def turn(self, number: int) -> None:
        path = f"/api/v1/chat/conversations/{self.id}"
        back = f"{path}/messages?limit={PAGE}&before="
        works = {"open": path, "page back": back + self.newest, "page in the middle": back + self.middle}
        self.took["append"] += await timed(partial(append, self.principal, self.id, seed=number), times=1)
        for name, place in works.items():
            async with RawClient(self.url, place, self.token) as client:
                self.took[name] += await timed(client.get, times=1)


async def at_any_length(url: str, token: str, principal: Principal) -> None:
    """In turns, so that a drift of the machine or of the store meets all alike."""
    talks = [Talk(url, token, principal, messages=length) for length in LENGTHS]
    for talk in talks:
        await talk.begin()
    for number in range(TURNS):
        if number % RENEWED == RENEWED - 1:
            await talks[0].begin()
        for talk in talks:
            await talk.turn(number)
    for name in talks[0].took:
        short, middle, long = (p50(talk.took[name]) for talk in talks)
        took = {f"p50_ms_at_{length}": value for length, value in zip(LENGTHS, (short, middle, long), strict=True)}
        verdict(f"{name} at 10,000 messages over 1,000", long / middle, at_most=1.15, **took)
        report(f"{name} at 10,000 messages over 10", value=long / short)


async def biggest(principal: Principal) -> None:
    """Of all that was stored here, and of a conversation of the longest questions and very long answers."""
    fat = await a_conversation(principal, messages=0)
    at = now().isoformat()
    for _ in range(60):
        said = ((Speaker.USER, "q" * LONGEST_QUESTION), (Speaker.ASSISTANT, "a" * LONG_ANSWER))
        rows = [Message(id=secrets.token_hex(12), role=role, content=text, created_at=at) for role, text in said]
        await store.append(principal, await store.head(principal, fat, last=6), rows)
    for kind in (Conversation, ConversationPage):
        sizes = [len(bson.encode(row)) for row in await kind.owned_by(principal).rows({})]
        verdict(f"biggest {kind.__name__}, bytes", max(sizes), at_most=MOST_BYTES, documents=len(sizes))


if __name__ == "__main__":
    asyncio.run(main())
