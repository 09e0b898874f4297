"""The same answers through another process of the deployment, and what becomes of them when that one ends."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx
from websockets.asyncio.client import connect

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.research import service, store, streams
from elenchus.research.prompts import NO_SOURCES
from tests.fixtures.langfuse import langfuse_stub
from tests.research.sockets.support import ask, closed, until_words
from tests.research.support import (
    CHAT,
    RENT,
    SSE,
    blocks,
    conversation,
    filed,
    first_words,
    message_in,
    shown,
    streaming,
    to_the_end,
    told,
)
from tests.research.test_lost import STREAM, tokens_used
from tests.support import until


class TestProcesses:
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
            await until(lambda: gemini.open_streams == 0)
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
        """On every wire; and it ends, though the server that it sends its traces to says nothing."""
        f = await firm()
        await filed(f)
        async with langfuse_stub() as langfuse:
            langfuse.is_mute = True
            other = await neighbour(LANGFUSE_PUBLIC_KEY="pk", LANGFUSE_SECRET_KEY="sk", LANGFUSE_BASE_URL=langfuse.url)
            gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
            async with asked_twice(f, other) as (stream, socket, _):
                other.process.terminate()
                await until(is_refusing(other))
                gemini.go_on.set()
                so_far = await to_the_end(stream)
                events, code = await closed(socket)
            assert so_far.names[-1] == "done"
            assert (events[-1]["type"], code) == ("done", 1012)
            await asyncio.wait_for(other.process.wait(), 20)
            assert langfuse.paths

    async def test_what_it_cannot_finish_fails_and_may_be_asked_again(self, firm, gemini, neighbour):
        """Its readers are cut off when the grace is over; they come back to another process and learn why."""
        f = await firm()
        other = await neighbour(SHUTDOWN_GRACE_SECONDS="1")
        gemini.will_say("The rent ", "is", pause_after=1)
        async with asked_twice(f, other) as (stream, socket, so_far):
            other.process.terminate()
            _, code = await closed(socket)
            with suppress(httpx.TransportError):
                so_far = await to_the_end(stream)
        await asyncio.wait_for(other.process.wait(), 20)
        assert code == 1012
        assert "done" not in so_far.names
        last = {"Last-Event-ID": str(so_far.ids[-1])}
        got = told((await f.client.get(STREAM.format(so_far["meta"]["message_id"]), headers=last)).text)
        assert (got.names[-1], got["error"]["problem"]["code"]) == ("error", "restart")
        kept = await shown(f, so_far["meta"]["conversation_id"])
        assert (kept["messages"][-1]["status"], kept["messages"][-1]["error"]["retryable"]) == ("failed", True)


@asynccontextmanager
async def asked_twice(f, other):
    """A question over the stream and one over a socket, of both of which the first words have come."""
    talk = await conversation(f)
    path = f"{other.url.replace('http', 'ws', 1)}{CHAT}/ws/{talk['id']}"
    async with other.client(f.client) as there, connect(path, subprotocols=["bearer", f.access_token]) as socket:
        await ask(socket)
        await until_words(socket)
        async with there.stream("POST", CHAT, json={"content": RENT}, headers=SSE) as response:
            stream = blocks(response)
            yield stream, socket, await first_words(stream)


def is_refusing(other):
    """It takes no new connections."""

    async def refused() -> bool:
        async with other.client(httpx.AsyncClient()) as http:
            try:
                await http.get("/health")
            except httpx.TransportError:
                return True
            return False

    return refused


class TestDrain:
    async def test_a_stopping_process_lets_answers_finish(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            await first_words(stream)
            draining = asyncio.create_task(service.drain(10))
            await asyncio.sleep(0)  # which takes it as far as its waiting
            assert not draining.done()
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
        assert (kept["status"], kept["content"], kept["error"]["retryable"]) == (
            "failed",
            f"{NO_SOURCES}\n\nThe rent ",
            True,
        )
