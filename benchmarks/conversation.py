"""Conversations: opening one against a bare handler on the same raw document; appending to a short and a long one."""

import asyncio
import os
import secrets
from contextlib import AsyncExitStack
from functools import partial

import httpx
from pydantic import SecretStr

from benchmarks.harness import bare_server, elenchus, load, p50, report, signed_in, timed, verdict
from benchmarks.samples import sentences
from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources
from elenchus.core.settings import MongoSettings, RedisSettings, Settings
from elenchus.research import store
from elenchus.research.models import Conversation, Message
from elenchus.research.models import Role as Speaker

REQUESTS = 3_000
ROUNDS = 5
APPENDS = 200
LONG = 10_000


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
        await appending(principal)


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


async def appending(principal: Principal) -> None:
    """In turns, so that a drift of the machine or of the store meets both alike."""
    long = await a_conversation(principal, messages=LONG)
    short = await a_conversation(principal, messages=10)
    took_short: list[float] = []
    took_long: list[float] = []
    for turn in range(APPENDS):
        if turn % 20 == 19:  # short again: it has grown by 40 messages
            short = await a_conversation(principal, messages=10)
        took_short += await timed(partial(append, principal, short, seed=turn), times=1)
        took_long += await timed(partial(append, principal, long, seed=turn), times=1)
    mean_short, mean_long = sum(took_short) / len(took_short), sum(took_long) / len(took_long)
    verdict(
        f"append at {LONG} messages over append at 10", p50(took_long) / p50(took_short), at_most=1.15,
        p50_ms=p50(took_long), mean_ratio=mean_long / mean_short,
    )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
