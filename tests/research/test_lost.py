"""Answers outlive what happens to their process: death, shutdown, a Redis that is away, other processes."""

import asyncio
import json
from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.resources import redis_client, resources
from elenchus.identity.tenants import usage
from elenchus.research import service, store, streams
from elenchus.research.asking import new_conversation
from elenchus.research.models import Answer, Message, MessageStatus, Role
from elenchus.research.tail import as_row, size_of
from tests.research.support import (
    CHAT,
    CONVERSATIONS,
    RENT,
    SSE,
    asked,
    blocks,
    filed,
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

    async def lost_draft(self, f, *, written: bool = True, month: str = "") -> tuple[Id, Id]:
        """What a process leaves that dies while it writes."""
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
            alive_until=now(),
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

    async def test_the_sweep_ends_it(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f)
        broadcast = streams.Broadcast()
        broadcast.publish("delta", json.dumps({"text": "The rent "}))
        copying = asyncio.create_task(streams.relay(message_id, broadcast, lambda: None))

        async def is_copied() -> bool:
            return bool(await streams.copied(message_id))

        await until(is_copied)
        copying.cancel()
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
        _, message_id = await self.lost_draft(f, written=written, month=month)
        await usage.hold_tokens(f.principal, message_id, 500, month=month)
        await service.abandon_lost()
        assert await tokens_used(f) == 0

    async def test_also_when_its_conversation_was_deleted_before(self, firm):
        f = await firm()
        month = await usage.month(f.principal)
        conversation_id, message_id = await self.lost_draft(f, month=month)
        await usage.hold_tokens(f.principal, message_id, 500, month=month)
        await f.client.delete(f"{CONVERSATIONS}/{conversation_id}")
        await service.abandon_lost()
        assert await tokens_used(f) == 0
        assert await store.answer(f.principal, message_id) is None

    async def test_one_that_was_finished_before_its_row_keeps_its_end(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f)
        draft = await store.message(f.principal, conversation_id, message_id)
        assert draft is not None
        final = draft.model_copy(update={"content": "all", "status": MessageStatus.COMPLETE})
        assert await store.finish_message(f.principal, conversation_id, draft, final)
        await service.abandon_lost()
        assert (await message_in(f, str(conversation_id), str(message_id)))["content"] == "all"
        answer = await store.answer(f.principal, message_id)
        assert answer is not None
        assert answer.status == "complete"

    async def test_a_writer_that_was_taken_for_dead_does_not_change_the_end(self, firm):
        f = await firm()
        conversation_id, message_id = await self.lost_draft(f)
        draft = await store.message(f.principal, conversation_id, message_id)
        assert draft is not None
        await service.abandon_lost()
        late = draft.model_copy(update={"content": "late", "status": MessageStatus.COMPLETE})
        assert not await store.finish_message(f.principal, conversation_id, draft, late)
        assert (await message_in(f, str(conversation_id), str(message_id)))["status"] == "failed"

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

    async def test_answers_come_all_the_same(self, firm, redis_away):
        f = await firm()
        got = await streamed(f)
        assert got.names[0] == "meta"
        assert got.names[-1] == "done"
        again = told((await f.client.get(STREAM.format(got["meta"]["message_id"]))).text)
        assert again["done"] == got["done"]
        assert (await asked(f))["message"]["status"] == "complete"


class TestDrain:
    async def test_a_stopping_process_lets_answers_finish(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            await first_words(stream)
            draining = asyncio.create_task(service.drain(10))
            await asyncio.sleep(0.05)
            gemini.go_on.set()
            so_far = await to_the_end(stream)
            await draining
        assert so_far.names[-1] == "done"

    async def test_what_is_not_done_in_time_is_failed_and_may_be_asked_again(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            await service.drain(0)
            so_far = await to_the_end(stream)
        assert so_far["error"]["problem"]["code"] == "restart"
        kept = await message_in(f, so_far["meta"]["conversation_id"], so_far["meta"]["message_id"])
        assert (kept["status"], kept["content"], kept["error"]["retryable"]) == ("failed", "The rent ", True)


class TestProcesses:
    """The same answers through another process of the deployment."""

    async def test_reading_on_and_stopping_there(self, firm, gemini, neighbour):
        f = await firm()
        await filed(f)
        other = await neighbour()
        gemini.will_say("The rent ", "is $4,200 [1]. ", "More", pause_after=2)
        async with other.client(f.client) as there, streaming(f) as stream:
            so_far = await first_words(stream)
            meta = so_far["meta"]
            url, last = (
                STREAM.format(meta["message_id"]),
                {"Last-Event-ID": str(so_far.ids[so_far.names.index("delta")])},
            )
            reading = asyncio.create_task(there.get(url, headers=last))
            stopped = await there.post(f"{CHAT}/messages/{meta['message_id']}/stop")
            got = told((await reading).text)
            assert stopped.status_code == 200, stopped.text
            assert stopped.json()["message"]["status"] == "stopped"
            assert got["done"]["message"] == stopped.json()["message"]
            assert (so_far.text + got.text).startswith("The rent is $4,200 [1]. ")
            assert got.ids[0] > int(last["Last-Event-ID"])
            assert got.names.count("done") == 1

    async def test_signs_of_life_are_given_while_it_writes(self, firm, gemini, neighbour):
        """Its lease is 3 s here; the answer takes longer and is not taken for lost."""
        f = await firm()
        other = await neighbour()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with other.client(f.client) as there:
            async with there.stream("POST", CHAT, json={"content": RENT}, headers=SSE) as response:
                stream = blocks(response)
                message_id = Id((await first_words(stream))["meta"]["message_id"])
                row = await store.answer(f.principal, message_id)
                assert row is not None

                async def has_outlived_its_first_lease() -> bool:
                    await service.abandon_lost()
                    return now() > row.alive_until + timedelta(seconds=0.5)

                await until(has_outlived_its_first_lease)
                gemini.go_on.set()
                so_far = await to_the_end(stream)
        assert so_far.names[-1] == "done"

    async def test_killed_in_the_middle(self, firm, gemini, neighbour):
        """kill -9 of the process that writes: its reader here learns of it, and the words so far are kept."""
        f = await firm()
        await filed(f)
        other = await neighbour()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with other.client(f.client) as there:
            body = {"content": RENT}
            async with there.stream("POST", CHAT, json=body, headers=SSE) as response:
                so_far = await first_words(blocks(response))
                meta = so_far["meta"]

                async def is_copied() -> bool:
                    return len(await streams.copied(Id(meta["message_id"]))) >= 3

                await until(is_copied)
                assert await tokens_used(f) > 1_000
                reading = asyncio.create_task(f.client.get(STREAM.format(meta["message_id"])))
                await other.kill()
        got = told((await reading).text)
        assert got.names[-1] == "error"
        assert got["error"]["problem"]["code"] == "lost"
        kept = await message_in(f, meta["conversation_id"], meta["message_id"])
        assert (kept["status"], kept["content"]) == ("failed", "The rent ")
        assert await tokens_used(f) == 0

    async def test_told_to_stop_it_finishes_what_it_writes(self, firm, gemini, neighbour):
        f = await firm()
        await filed(f)
        other = await neighbour()
        gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
        async with other.client(f.client) as there:
            async with there.stream("POST", CHAT, json={"content": RENT}, headers=SSE) as response:
                stream = blocks(response)
                await first_words(stream)
                other.process.terminate()
                gemini.go_on.set()
                so_far = await to_the_end(stream)
        assert so_far.names[-1] == "done"
        await asyncio.wait_for(other.process.wait(), 20)
