"""Questions over a WebSocket, from the handshake to the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn
from starlette.websockets import WebSocket

from elenchus.core import ratelimit
from elenchus.core.http import MOST_MESSAGE_BYTES, WEBSOCKETS, BoundedHttp
from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.core.stopping import lifespan_state
from elenchus.identity import principals
from elenchus.identity import store as people
from elenchus.main import create_app
from elenchus.research.prompts import NO_SOURCES
from elenchus.research.sockets import session
from tests.conftest import free_port
from tests.research.sockets.support import Talk, ask, closed, heard, say, to_the_end, until_words
from tests.research.support import SSE, asked, filed, message_in, shown, told
from tests.support import Firm, until


class TestAnswers:
    async def test_the_events_are_those_of_the_stream(self, talk: Talk, f: Firm, id_: str, gemini):
        await filed(f)
        gemini.will_say("The rent ", "is $4,200 [1].")
        async with talk(f.access_token) as socket:
            assert socket.subprotocol == "bearer"
            await ask(socket)
            events = await to_the_end(socket)
        over_sse = await f.client.get(f"/api/v1/chat/messages/{events[0]['message_id']}/stream", headers=SSE)
        same = told(over_sse.text)
        assert list(dict.fromkeys(each["type"] for each in events)) == list(dict.fromkeys(same.names))
        assert "".join(each["text"] for each in events if each["type"] == "delta") == same.text
        by_type = {each.pop("type"): each for each in events}
        assert by_type["sources"]["sources"] == same["sources"]
        assert {name: by_type["meta"][name] for name in same["meta"]} == same["meta"]
        assert by_type["done"] == {"id": same.ids[-1], **same["done"]}
        assert by_type["done"]["message"] == await message_in(f, id_, by_type["meta"]["message_id"])

    async def test_one_after_the_other_in_one_conversation(self, talk: Talk, f: Firm, id_: str, gemini):
        gemini.will_say("One.")
        gemini.will_say("Two.")
        async with talk(f.access_token) as socket:
            await ask(socket, "First?")
            await ask(socket, "Second?")
            await to_the_end(socket)
            await to_the_end(socket)
        kept = await shown(f, id_)
        assert [row["content"] for row in kept["messages"]] == [
            "First?",
            f"{NO_SOURCES}\n\nOne.",
            "Second?",
            f"{NO_SOURCES}\n\nTwo.",
        ]

    async def test_who_leaves_loses_nothing(self, talk: Talk, f: Firm, id_: str, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with talk(f.access_token) as socket:
            await ask(socket)
            while (event := await heard(socket))["type"] != "delta":
                pass
        gemini.go_on.set()

        async def complete() -> bool:
            return (await shown(f, id_))["messages"][-1]["status"] == "complete"

        await until(complete)
        assert event["text"].endswith("The rent ")


class TestStopping:
    async def test_the_model_is_left_and_the_words_so_far_are_the_answer(self, talk: Talk, f: Firm, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with talk(f.access_token) as socket:
            await ask(socket)
            await until_words(socket)
            await say(socket, type="stop")
            end = (await to_the_end(socket))[-1]
            await until(lambda: gemini.open_streams == 0)
            assert (end["type"], end["message"]["status"]) == ("done", "stopped")
            assert end["message"]["content"].endswith("The rent ")
            await say(socket, type="stop")  # too late, or too early, for anything
            await ask(socket)
            gemini.go_on.set()
            assert (await to_the_end(socket))[-1]["message"]["status"] == "complete"

    async def test_it_is_found_behind_a_further_question(self, talk: Talk, f: Firm, gemini):
        gemini.will_say("One ", "and more.", pause_after=1)
        gemini.will_say("Two.")
        async with talk(f.access_token) as socket:
            await ask(socket, "First?")
            await until_words(socket)
            await ask(socket, "Second?")
            await say(socket, type="stop")
            assert (await to_the_end(socket))[-1]["message"]["status"] == "stopped"
            assert (await to_the_end(socket))[-1]["message"]["content"].endswith("Two.")

    async def test_but_not_behind_more_than_is_read_ahead(self, talk: Talk, f: Firm, id_: str, gemini, monkeypatch):
        """What comes then waits in the sender's buffers, so that nobody fills ours."""
        monkeypatch.setattr(session, "MOST_AHEAD", 1)
        gemini.will_say("One ", "and more.", pause_after=1)
        gemini.will_say("Two.")
        async with talk(f.access_token) as socket:
            await ask(socket, "First?")
            await until_words(socket)
            await ask(socket, "Second?")
            await say(socket, type="stop")
            await (await socket.ping())
            assert (await shown(f, id_))["messages"][-1]["status"] == "streaming"
            gemini.go_on.set()
            first = (await to_the_end(socket))[-1]["message"]
            assert (first["status"], first["content"]) == ("complete", f"{NO_SOURCES}\n\nOne and more.")
            assert (await to_the_end(socket))[-1]["type"] == "done"

    async def test_who_may_ask_no_longer_may_not_stop(self, talk: Talk, f: Firm, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with talk(f.access_token) as socket:
            await ask(socket)
            await until_words(socket)
            viewer = [{"tenant_id": f.principal.tenant_id, "tenant_name": "x", "role": Role.VIEWER}]
            await people.change_user(f.principal.user_id, {"memberships": viewer})
            principals.forget_user(f.principal.user_id)
            await say(socket, type="stop")
            assert (await heard(socket))["problem"]["status"] == 403
            gemini.go_on.set()
            assert (await to_the_end(socket))[-1]["message"]["status"] == "complete"


class TestComingBack:
    async def test_the_rest_of_an_answer_on_another_socket(self, talk: Talk, f: Firm, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with talk(f.access_token) as socket:
            await ask(socket)
            before = await until_words(socket)
        async with talk(f.access_token) as socket:
            await say(socket, type="follow", message_id=before[0]["message_id"], after=before[-1]["id"])
            gemini.go_on.set()
            after = await to_the_end(socket)
        assert after[0]["id"] > before[-1]["id"]
        told = [each["text"] for each in before + after if each["type"] == "delta"]
        assert "".join(told) == after[-1]["message"]["content"]

    async def test_only_of_this_conversation_and_of_ones_own(self, talk: Talk, f: Firm, firm):
        other = await firm()
        foreign = [(await asked(each))["message"]["id"] for each in (f, other)]
        async with talk(f.access_token) as socket:
            for message_id in (*foreign, str(new_id())):
                await say(socket, type="follow", message_id=message_id)
                assert (await heard(socket))["problem"]["status"] == 404

    async def test_a_question_sent_again_is_the_same_question(self, talk: Talk, f: Firm, id_: str):
        """Who lost the socket does not know whether it came through."""
        told = []
        for _ in range(2):
            async with talk(f.access_token) as socket:
                await ask(socket, idempotency_key="k1")
                told.append((await to_the_end(socket))[-1]["message"])
        assert told[0] == told[1]
        assert (await shown(f, id_))["message_count"] == 2


class TestBounds:
    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ("{", 400),
            ("[" * 100, 400),
            ('{"type":"dance"}', 422),
            ('{"type":"message"}', 422),
            ('{"type":"message","content":"x","more":1}', 422),
            ('{"type":"message","content":"x","idempotency_key":"a b"}', 422),
            ('{"type":"stop","message_id":1}', 422),
            ('{"type":"follow","message_id":"x"}', 422),
            ('{"type":"follow","message_id":"aaaaaaaaaaaaaaaaaaaaaaaa","after":-1}', 422),
            (json.dumps({"type": "message", "content": "x" * 32_001}), 422),
            (json.dumps({"type": "message", "content": "x", "conversation_id": "a" * 24}), 422),
            (json.dumps({"type": "message", "content": "x", "document_ids": ["a" * 24]}), 404),
        ],
    )
    async def test_a_bad_message_is_refused_and_the_next_one_is_not(self, talk: Talk, f: Firm, said: str, status: int):
        async with talk(f.access_token) as socket:
            await socket.send(said)
            assert (await heard(socket))["problem"]["status"] == status
            await ask(socket)
            assert (await to_the_end(socket))[-1]["type"] == "done"

    async def test_a_message_that_is_too_long(self, talk: Talk, f: Firm):
        async with talk(f.access_token) as socket:
            await socket.send("x" * (MOST_MESSAGE_BYTES + 1))
            assert (await closed(socket))[1] == 1009

    async def test_bytes(self, talk: Talk, f: Firm):
        async with talk(f.access_token) as socket:
            await socket.send(b"{}")
            assert (await closed(socket))[1] == 1003

    async def test_a_question_counts_as_a_request_and_so_does_junk(self, talk: Talk, f: Firm, change_settings):
        change_settings("tier_free", requests_per_minute=4)
        change_settings("tier_pro", requests_per_minute=4)
        change_settings("tier_enterprise", requests_per_minute=4)
        principals.forget_user(f.principal.user_id)
        async with talk(f.access_token) as socket:
            statuses = []
            for said in ("{",) * 4:
                await socket.send(said)
                statuses.append((await heard(socket))["problem"]["status"])
        assert statuses == [400, 400, 400, 429]

    async def test_strangers_are_counted_by_address(self, talk: Talk, change_settings, monkeypatch):
        nobody = new_id()
        change_settings("limits", anonymous_per_minute=1)
        monkeypatch.setattr(ratelimit, "network_of", lambda _address: str(nobody))
        async with talk() as first, talk() as second:
            assert (await closed(second))[1] == 1013
            await first.close()


@asynccontextmanager
async def a_server(settings_: Any, **options: Any) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """One that this test may stop; its resources are the tests' own."""
    app = create_app(settings_)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
        yield lifespan_state()

    app.router.lifespan_context = lifespan
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http=BoundedHttp, log_config=None, timeout_graceful_shutdown=600, **WEBSOCKETS | options
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{port}", server
    server.should_exit = True
    await asyncio.wait_for(serving, 20)


class TestSignsOfLife:
    async def test_who_answers_them_stays_and_who_is_gone_is_let_go(self, talk: Talk, f: Firm, id_: str, settings_):
        async with a_server(settings_, ws_ping_interval=0.05, ws_ping_timeout=0.2) as (url, _):
            async with talk(f.access_token, url=url) as socket, mute_socket(f.access_token, url, id_) as line:
                sent = await asyncio.wait_for(line.read(), 20)  # until the server ends it
                await ask(socket)
                assert (await to_the_end(socket))[-1]["type"] == "done"
        assert PING in sent


PING = b"\x89\x04"  # the frame's head; four random bytes follow


@asynccontextmanager
async def mute_socket(token: str, url: str, id_: str) -> AsyncIterator[asyncio.StreamReader]:
    """A WebSocket whose other side says nothing after the handshake, as one without a network does."""
    host = url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(
        f"GET /api/v1/chat/ws/{id_} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: bearer, {token}\r\n\r\n".encode()
    )
    yield reader
    writer.close()


class TestTheServerStops:
    async def test_an_idle_socket_ends_in_order(self, talk: Talk, f: Firm, settings_):
        async with a_server(settings_) as (url, server), talk(f.access_token, url=url) as socket:
            await ask(socket)
            await to_the_end(socket)
            server.should_exit = True
            assert await closed(socket) == ([], 1012)

    async def test_one_that_is_being_told_an_answer_hears_its_end(self, talk: Talk, f: Firm, settings_, gemini):
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with a_server(settings_) as (url, server), talk(f.access_token, url=url) as socket:
            await ask(socket)
            while (await heard(socket))["type"] != "delta":
                pass
            server.should_exit = True
            await until(lambda: not server.servers[0].is_serving())
            gemini.go_on.set()
            events, code = await closed(socket)
        assert (events[-1]["type"], code) == ("done", 1012)


async def test_what_comes_while_a_reader_is_slow_comes_together(talk: Talk, f: Firm, id_: str, gemini, monkeypatch):
    """Nothing is queued for it."""
    pieces = ["word "] * 50
    gemini.will_say(*pieces)
    may_leave, send = asyncio.Event(), WebSocket.send_text

    async def slowly(socket: WebSocket, text: str) -> None:
        if '"type":"delta"' in text:
            await may_leave.wait()
        await send(socket, text)

    async def complete() -> bool:
        return (await shown(f, id_))["messages"][-1]["status"] == "complete"

    monkeypatch.setattr(WebSocket, "send_text", slowly)
    async with talk(f.access_token) as socket:
        await ask(socket)
        await heard(socket)
        await until(complete)
        may_leave.set()
        deltas = [each["text"] for each in await to_the_end(socket) if each["type"] == "delta"]
    assert "".join(deltas).endswith("".join(pieces))
    assert len(deltas) <= 2
