"""Answers outlive what happens to their process: its death, a Redis that is away."""

import asyncio
import json
from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.resources import redis_client, resources
from elenchus.identity.tenants import usage
from elenchus.research import following, relaying, running, service, store, streams
from elenchus.research.models import Answer, AnswerUsage, Conversation, Message, MessageStatus
from elenchus.research.models import MessageRole as Role
from elenchus.research.placing import new_conversation
from elenchus.research.recording import staleness
from elenchus.research.tail import as_row, size_of
from tests.research.support import (
    CHAT,
    CONVERSATIONS,
    RENT,
    asked,
    first_words,
    message_in,
    streamed,
    streaming,
    to_the_end,
    told,
)
from tests.support import until

STREAM = CHAT + "/messages/{}/stream"


async def tokens_used(f) -> int:
    items = (await f.client.get("/api/v1/tenants/current/usage")).json()["items"]
    return next(item["used"] for item in items if item["name"] == "monthly_tokens")


class TestLost:
    """A draft whose process died ends as failed, with a reason and what is known of its words."""

    async def lost_draft(self, f, *, written: bool = True, month: str = "", is_dead: bool = True) -> tuple[Id, Id]:
        """What a process leaves that dies while it writes. Who prepares more than this lets it die afterwards: the
        worker's own sweep may come at any moment."""
        conversation_id, message_id = new_id(), new_id()
        draft = Message(
            id=str(message_id),
            role=Role.ASSISTANT,
            content="",
            status=MessageStatus.STREAMING,
            model="m",
            created_at="x",
        )
        talk = new_conversation(f.principal, id_=conversation_id, title="t", session_id=None, document_ids=[])
        talk.messages, talk.message_count, talk.tail_bytes = [as_row(draft)], 1, size_of(as_row(draft))
        if written:
            await store.insert(f.principal, talk)
        answer = Answer(
            id=message_id,
            tenant_id=f.principal.tenant_id,
            user_id=f.principal.user_id,
            conversation_id=conversation_id,
            user_message_id=new_id(),
            alive_until=now() if is_dead else now() + timedelta(hours=1),
            question=RENT,
            document_ids=[],
            model="m",
            temperature=0,
            require_verified=False,
            tokens_month=month,
            created_at=now(),
        )
        assert await store.insert_answer(f.principal, answer)
        return conversation_id, message_id

    @staticmethod
    async def dies(message_id: Id) -> None:
        await store.stay_alive([message_id], now())

    async def test_the_sweep_ends_it(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f, is_dead=False)
        broadcast = streams.Broadcast()
        broadcast.publish("delta", json.dumps({"text": "The rent "}))
        copying = asyncio.create_task(relaying.relay(message_id, broadcast, lambda: None))

        async def is_copied() -> bool:
            return bool(await streams.copied(message_id))

        await until(is_copied)
        copying.cancel()
        await self.dies(message_id)
        await service.abandon_lost()
        kept = await message_in(f, str(conversation_id), str(message_id))
        assert (kept["status"], kept["content"], kept["error"]["code"]) == ("failed", "The rent ", "lost")
        assert kept["error"]["retryable"] is True
        got = told((await f.client.get(STREAM.format(message_id))).text)
        assert got.names == ["delta", "error"]
        answer = await store.answer(f.principal, message_id)
        assert answer is not None
        assert answer.status == "failed"

    async def test_a_reader_does_not_wait_for_the_sweep(self, firm):
        f = await firm()
        _, message_id = await self.lost_draft(f)
        async with asyncio.timeout(5):  # the sweep comes every 10 s
            got = told((await f.client.get(STREAM.format(message_id))).text)
        assert got.names == ["error"]
        assert got["error"]["problem"]["code"] == "lost"

    async def test_one_that_lives_is_left_alone(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
        async with streaming(f) as stream:
            await first_words(stream)
            await service.abandon_lost()
            gemini.go_on.set()
            so_far = await to_the_end(stream)
        assert so_far.names[-1] == "done"

    async def test_a_row_whose_draft_was_never_written_goes(self, firm):
        f = await firm()
        _, message_id = await self.lost_draft(f, written=False)
        await service.abandon_lost()
        assert await store.answer(f.principal, message_id) is None

    @pytest.mark.parametrize("written", [True, False])
    async def test_the_tokens_held_for_it_are_given_back(self, firm, written):
        f = await firm()
        month = await usage.month(f.principal)
        _, message_id = await self.lost_draft(f, written=written, month=month, is_dead=False)
        await usage.hold_tokens(f.principal, message_id, 500, month=month)
        await self.dies(message_id)
        await service.abandon_lost()
        assert await tokens_used(f) == 0

    async def test_also_when_its_conversation_was_deleted_before(self, firm):
        f = await firm()
        month = await usage.month(f.principal)
        conversation_id, message_id = await self.lost_draft(f, month=month, is_dead=False)
        await usage.hold_tokens(f.principal, message_id, 500, month=month)
        await f.client.delete(f"{CONVERSATIONS}/{conversation_id}")
        await self.dies(message_id)
        await service.abandon_lost()
        assert await tokens_used(f) == 0
        assert await store.answer(f.principal, message_id) is None

    async def test_one_that_was_finished_before_its_row_keeps_its_end(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f, is_dead=False)
        draft = await store.message(f.principal, conversation_id, message_id)
        assert draft is not None
        final = draft.model_copy(update={"content": "all", "status": MessageStatus.COMPLETE})
        assert await store.finish_message(f.principal, conversation_id, draft, final)
        await self.dies(message_id)
        await service.abandon_lost()
        assert (await message_in(f, str(conversation_id), str(message_id)))["content"] == "all"
        answer = await store.answer(f.principal, message_id)
        assert answer is not None
        assert answer.status == "complete"

    async def test_a_writer_that_was_taken_for_dead_does_not_change_the_end(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f, is_dead=False)
        draft = await store.message(f.principal, conversation_id, message_id)
        assert draft is not None
        await self.dies(message_id)
        await service.abandon_lost()
        late = draft.model_copy(update={"content": "late", "status": MessageStatus.COMPLETE})
        assert not await store.finish_message(f.principal, conversation_id, draft, late)
        assert (await message_in(f, str(conversation_id), str(message_id)))["status"] == "failed"

    async def test_one_that_is_finished_at_that_moment_after_all_keeps_its_end(self, firm, monkeypatch):
        """Its process could say for a while that it lives to nobody; now both end it."""
        f = await firm()
        month = await usage.month(f.principal)
        conversation_id, message_id = await self.lost_draft(f, month=month, is_dead=False)
        await usage.hold_tokens(f.principal, message_id, 500, month=month)
        paid = AnswerUsage(prompt_tokens=10, completion_tokens=5, total_tokens=15, cost_usd=None)

        async def finished_meanwhile(_message_id) -> str:
            draft = await store.message(f.principal, conversation_id, message_id)
            assert draft is not None
            final = draft.model_copy(update={"content": "all", "status": MessageStatus.COMPLETE, "usage": paid})
            await store.finish_message(f.principal, conversation_id, draft, final)
            return ""

        monkeypatch.setattr(following, "_words_of", finished_meanwhile)
        await self.dies(message_id)
        await service.abandon_lost()
        got = told((await f.client.get(STREAM.format(message_id))).text)
        assert got.names == ["done"]
        await service.abandon_lost()
        answer = await store.answer(f.principal, message_id)
        assert answer is not None
        assert answer.status == "complete"
        assert await tokens_used(f) == 15

    async def test_a_deleted_conversation_ends_its_answer(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            await f.client.delete(f"{CONVERSATIONS}/{so_far['meta']['conversation_id']}")
            gemini.go_on.set()
            so_far = await to_the_end(stream)
        assert so_far["error"]["problem"]["status"] == 404
        message_id = Id(so_far["meta"]["message_id"])

        async def is_gone() -> bool:
            return await store.answer(f.principal, message_id) is None

        await until(is_gone)
        assert await tokens_used(f) > 0  # it was given, if to nobody

    async def test_one_that_was_deleted_as_soon_as_it_was_told_leaves_nothing(self, firm, monkeypatch):
        """Who reads `done` may be faster than the row."""
        f = await firm()
        is_deleted, watch = asyncio.Event(), staleness.watch

        async def late(*args) -> None:
            await is_deleted.wait()
            await watch(*args)

        monkeypatch.setattr(staleness, "watch", late)
        first = await asked(f)
        message_id = Id(first["message"]["id"])
        assert (await f.client.delete(f"{CONVERSATIONS}/{first['conversation_id']}")).status_code == 204
        is_deleted.set()

        async def is_over() -> bool:
            return running.find(message_id) is None

        await until(is_over)
        await self.dies(message_id)
        await service.abandon_lost()
        assert await Answer.owned_by(f.principal).count({}) == 0

    async def test_one_that_nobody_can_read_keeps_none_of_the_others(self, firm):
        f = await firm()
        drafts = [await self.lost_draft(f, is_dead=False) for _ in range(2)]
        (conversation_id, unreadable), (_, other) = drafts
        unknown = {"$set": {"messages.0.role": "of a newer version"}}
        assert await Conversation.owned_by(f.principal).update({"_id": conversation_id}, unknown)
        for _, message_id in drafts:
            await self.dies(message_id)
        await service.abandon_lost()
        rows = [await store.answer(f.principal, message_id) for message_id in (unreadable, other)]
        assert [row.status for row in rows if row] == ["streaming", "failed"]
        await store.drop_answer(f.principal, unreadable)


class TestWithoutRedis:
    @pytest.fixture
    def redis_away(self, resources_):
        """Nothing listens where the API's Redis was."""
        before = resources_.redis
        held = resources()
        mine, held.redis = held.redis, redis_client("redis://127.0.0.1:9")
        yield
        held.redis = mine
        assert resources_.redis is before or held is not resources_

    async def test_that_went_away_in_the_middle(self, firm, gemini, resources_):
        f = await firm()
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        held = resources()
        async with streaming(f) as stream:
            await first_words(stream)
            before, held.redis = held.redis, redis_client("redis://127.0.0.1:9")
            try:
                gemini.go_on.set()
                so_far = await to_the_end(stream)
            finally:
                held.redis = before
        assert so_far.names[-1] == "done"
        assert so_far.text == so_far["done"]["message"]["content"]

    async def test_answers_come_all_the_same(self, firm, redis_away):
        f = await firm()
        got = await streamed(f)
        assert got.names[0] == "meta"
        assert got.names[-1] == "done"
        again = told((await f.client.get(STREAM.format(got["meta"]["message_id"]))).text)
        assert again["done"] == got["done"]
        assert (await asked(f))["message"]["status"] == "complete"
