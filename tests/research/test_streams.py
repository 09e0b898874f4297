"""An answer's events reach every reader in order, whoever is slow and whatever is away."""

import asyncio
import json
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError, RedisError

from elenchus.core.ids import new_id
from elenchus.core.resources import resources
from elenchus.research import relaying, streams
from elenchus.research.streams import Broadcast, Event, merged
from tests.support import until

pytestmark = pytest.mark.usefixtures("resources_")


def delta(text: str) -> str:
    return json.dumps({"text": text})


def said(events: list[Event]) -> str:
    return "".join(json.loads(event.data)["text"] for event in events if event.name == "delta")


async def all_of(broadcast: Broadcast, after: int = 0) -> list[Event]:
    return [event async for event in broadcast.follow(after) if event]


def full(words: str) -> Broadcast:
    broadcast = Broadcast()
    broadcast.publish("meta", "{}")
    for word in words.split():
        broadcast.publish("delta", delta(word))
    broadcast.publish("done", "{}")
    return broadcast


class TestHere:
    async def test_who_comes_late_gets_everything(self):
        events = await all_of(full("a b c"))
        assert [event.name for event in events] == ["meta", "delta", "done"]
        assert said(events) == "abc"

    async def test_who_comes_back_gets_the_rest(self):
        events = await all_of(full("a b c"), after=2)
        assert said(events) == "bc"
        assert await all_of(full("a b c"), after=5) == []
        assert await all_of(full("a b c"), after=500) == []

    async def test_a_reader_that_keeps_up_gets_each_piece(self):
        broadcast = Broadcast()
        reading = asyncio.create_task(all_of(broadcast))
        for word in "abc":
            broadcast.publish("delta", delta(word))
            await asyncio.sleep(0.01)
        broadcast.publish("done", "{}")
        assert [event.seq for event in await reading] == [1, 2, 3, 4]

    async def test_what_a_slow_reader_missed_comes_as_one(self):
        broadcast = Broadcast()
        reading = broadcast.follow()
        broadcast.publish("delta", delta("a"))
        assert await anext(reading) == Event(1, "delta", delta("a"))
        for word in "bcd":
            broadcast.publish("delta", delta(word))
        broadcast.publish("usage", "{}")
        caught_up = await anext(reading)
        assert caught_up is not None
        assert (caught_up.seq, json.loads(caught_up.data)["text"]) == (4, "bcd")
        usage = await anext(reading)
        assert usage is not None
        assert (usage.seq, usage.name) == (5, "usage")
        await reading.aclose()

    async def test_a_reader_that_leaves_disturbs_no_other(self):
        broadcast = Broadcast()
        leaving, staying = broadcast.follow(), asyncio.create_task(all_of(broadcast))
        broadcast.publish("delta", delta("a"))
        await anext(leaving)
        await leaving.aclose()
        broadcast.publish("done", "{}")
        assert [event.name for event in await staying] == ["delta", "done"]

    async def test_what_comes_at_the_moment_when_the_waiting_ends_is_not_missed(self):
        """Taken for silence it would be the end of a stream that has not told its end."""
        broadcast = Broadcast()
        asyncio.get_running_loop().call_soon(broadcast.publish, "done", "{}")
        assert await broadcast.more(0, timeout_seconds=0) == [Event(1, "done", "{}")]

    async def test_a_reader_gets_control_while_nothing_is_said(self, monkeypatch):
        monkeypatch.setattr(streams, "LOOK_SECONDS", 0.02)
        reading = Broadcast().follow()
        assert await anext(reading) is None
        await reading.aclose()

    def test_only_neighbouring_pieces_are_joined(self):
        events = [
            Event(1, "delta", delta("a")),
            Event(2, "usage", "{}"),
            Event(3, "delta", delta("é\n")),
            Event(4, "delta", delta("🙂")),
        ]
        joined = merged(events)
        assert [event.seq for event in joined] == [1, 2, 4]
        assert said(joined) == "aé\n🙂"
        assert merged([]) == []

    def test_on_the_wire(self):
        assert Event(7, "delta", delta("a\nb")).sse() == b'id: 7\nevent: delta\ndata: {"text": "a\\nb"}\n\n'


class TestElsewhere:
    async def test_another_process_reads_the_same_events(self):
        message_id, broadcast = new_id(), Broadcast()
        copying = asyncio.create_task(relaying.relay(message_id, broadcast, lambda: None))
        reading = asyncio.create_task(self._collect(message_id, 0))
        for name, data in [("meta", "{}"), ("delta", delta("a")), ("delta", delta("b")), ("done", "{}")]:
            broadcast.publish(name, data)
            await asyncio.sleep(0.02)
        events = await reading
        await copying
        assert (said(events), events[-1].name, events[-1].seq) == ("ab", "done", 4)
        assert said(await self._collect(message_id, 2)) == "b"

    @staticmethod
    async def _collect(message_id, after: int) -> list[Event]:
        async def yes() -> bool:
            return True

        return [event async for event in streams.follow_elsewhere(message_id, after, yes) if event]

    async def test_the_copy_is_forgotten_after_a_while(self):
        message_id = new_id()
        await relaying.relay(message_id, full("a"), lambda: None)
        ttl = await resources().redis.ttl(f"elenchus:answer:{message_id}:events")
        assert 0 < ttl <= 900

    async def test_copying_twice_changes_nothing(self):
        """A write whose answer was lost is repeated."""
        message_id, broadcast = new_id(), full("a b")
        await relaying.relay(message_id, broadcast, lambda: None)
        await relaying.relay(message_id, broadcast, lambda: None)
        events = await streams.copied(message_id)
        assert ([event.seq for event in events], said(events)) == ([1, 3, 4], "ab")

    async def test_what_was_copied_together_is_told_apart(self):
        """A reader who comes from the writing process has a part of it."""
        message_id = new_id()
        await relaying.relay(message_id, full("a b c"), lambda: None)
        assert await resources().redis.xlen(f"elenchus:answer:{message_id}:events") == 3
        for after, rest in [(0, "abc"), (1, "abc"), (2, "bc"), (3, "c"), (4, "")]:
            assert said(await self._collect(message_id, after)) == rest
            assert said(await streams.copied(message_id, after)) == rest

    async def test_a_round_whose_answer_was_lost_is_made_again_with_more(self):
        message_id = new_id()
        run = json.dumps([{"text": "a"}, {"text": "b"}])
        await resources().redis.xadd(f"elenchus:answer:{message_id}:events", {"name": "delta", "run": run}, id="3-0")
        await relaying.relay(message_id, full("a b c d"), lambda: None)
        assert said(await streams.copied(message_id)) == "abcd"
        assert said(await self._collect(message_id, 2)) == "bcd"

    async def test_an_answer_that_redis_refuses_keeps_none_of_the_others(self):
        refused, other = new_id(), new_id()
        await resources().redis.set(f"elenchus:answer:{refused}:events", "not a stream")
        await asyncio.wait_for(
            asyncio.gather(*(relaying.relay(id_, full("a"), lambda: None) for id_ in (refused, other))), 5
        )
        assert said(await streams.copied(other)) == "a"

    async def test_a_wish_to_stop_is_heard_while_nothing_is_said(self):
        message_id, broadcast, stopped = new_id(), Broadcast(), asyncio.Event()
        copying = asyncio.create_task(relaying.relay(message_id, broadcast, stopped.set))
        await streams.request_stop(message_id)
        await asyncio.wait_for(stopped.wait(), 5)
        broadcast.publish("done", "{}")
        await copying

    async def test_a_reader_stops_waiting_when_nobody_writes_any_more(self):
        async def no() -> bool:
            return False

        assert [event async for event in streams.follow_elsewhere(new_id(), 0, no)] == []


class TestWithoutRedis:
    @pytest.fixture
    def redis_away(self, monkeypatch):
        """Nothing listens where Redis was."""
        from elenchus.core.resources import redis_client

        held = resources()
        before, held.redis = held.redis, redis_client("redis://127.0.0.1:9")
        yield lambda: setattr(held, "redis", before)
        held.redis = before

    @pytest.fixture
    def tries(self, monkeypatch) -> list[Exception]:
        """What each round came to that wanted to copy something."""
        found, copy = list[Exception](), relaying._copy

        async def told(waiting: Any) -> None:
            try:
                await copy(waiting)
            except (RedisError, OSError) as error:
                found.append(error)
                raise

        monkeypatch.setattr(relaying, "_copy", told)
        monkeypatch.setattr(relaying, "RETRY_SECONDS", 0.02)
        return found

    async def test_copying_gives_up_at_the_end_and_not_before(self, redis_away, tries):
        broadcast = Broadcast()
        copying = asyncio.create_task(relaying.relay(new_id(), broadcast, lambda: None))
        broadcast.publish("delta", delta("a"))
        await until(lambda: len(tries) > 1)
        assert not copying.done()
        broadcast.publish("done", "{}")
        await asyncio.wait_for(copying, 5)

    async def test_what_was_said_meanwhile_is_copied_when_it_is_back(self, redis_away, tries):
        message_id, broadcast = new_id(), Broadcast()
        copying = asyncio.create_task(relaying.relay(message_id, broadcast, lambda: None))
        for word in "abc":
            broadcast.publish("delta", delta(word))
        await until(lambda: tries)
        redis_away()

        async def is_there() -> bool:
            return said(await streams.copied(message_id)) == "abc"

        await until(is_there)
        broadcast.publish("done", "{}")
        await copying

    async def test_nothing_else_fails(self, redis_away):
        await streams.request_stop(new_id())
        await streams.publish_end(new_id(), "error", "{}")
        assert await streams.copied(new_id()) == []


async def test_a_redis_that_is_full_keeps_nobody_from_stopping_and_ending_an_answer(monkeypatch):
    """It takes nothing more, and answers all the same."""

    async def refused(*_command, **_how):
        raise OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(resources().redis, "execute_command", refused)
    await streams.request_stop(new_id())
    await streams.publish_end(new_id(), "error", "{}")
    await streams.forget([new_id()])
