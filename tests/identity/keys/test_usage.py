"""How often a key was used is counted without a write in any request."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.identity.keys import service, store
from elenchus.identity.keys import usage as usage_module
from elenchus.identity.keys.models import ApiKey
from elenchus.identity.keys.usage import Usage
from tests.identity.keys.conftest import KEYS, SESSION, make_key, shown
from tests.support import COMMANDS, until


@pytest.fixture
async def key_id(mine) -> Id:
    return Id((await make_key(mine))["id"])


@pytest.fixture
async def usage():
    counted = Usage()
    yield counted
    if counted._timer is not None:
        counted._timer.cancel()


async def stored(key_id: Id) -> ApiKey:
    found = await ApiKey.find_one({"_id": key_id})
    assert found is not None
    return found


class TestOverHttp:
    async def test_shows_how_often_and_when_last(self, client, mine):
        key, began = await make_key(mine), now()
        for _ in range(7):
            await client.get(SESSION, headers=shown(key))
        seen = (await mine.client.get(f"{KEYS}/{key['id']}")).json()
        assert seen["usage_count"] == 7
        assert began <= (await stored(Id(key["id"]))).last_used_at <= now()
        assert (await mine.client.get(KEYS)).json()["items"][0] == seen

    async def test_a_refused_key_was_not_used(self, client, mine):
        key = await make_key(mine)
        await client.get(SESSION, headers=shown(key["key"][:-1] + "~"))
        await client.get(SESSION, headers=shown(key["key"][:-1] + ("a" if key["key"][-1] != "a" else "b")))
        assert (await mine.client.get(f"{KEYS}/{key['id']}")).json()["usage_count"] == 0

    async def test_no_request_writes(self, client, mine):
        key = shown(await make_key(mine))
        await client.get(SESSION, headers=key)
        async with usage_module._usage._writing:  # what the tests before have left is not written meanwhile
            with COMMANDS.record() as sent:
                await asyncio.gather(*(client.get(SESSION, headers=key) for _ in range(30)))
        assert "update" not in sent


class TestCounting:
    async def test_many_uses_are_one_update_a_key(self, mine, key_id, usage):
        other = Id((await make_key(mine))["id"])
        for _ in range(50):
            usage.count(key_id)
            usage.count(other)
        with COMMANDS.record() as sent:
            await usage.flush()
            await usage.flush()
        assert sent == ["update", "update"]
        assert [(await stored(id_)).usage_count for id_ in (key_id, other)] == [50, 50]

    async def test_processes_add_up_and_the_latest_use_stays(self, key_id):
        later = now()
        await asyncio.gather(
            store.add_usage(key_id, requests=2, last_used_at=later),
            store.add_usage(key_id, requests=3, last_used_at=later - timedelta(seconds=9)),
        )
        row = await stored(key_id)
        assert (row.usage_count, row.last_used_at) == (5, later)

    async def test_is_written_by_itself_after_a_while(self, key_id, usage, monkeypatch):
        monkeypatch.setattr(usage_module, "FLUSH_SECONDS", 0.05)
        usage.count(key_id)

        async def written() -> bool:
            return (await stored(key_id)).usage_count == 1

        await until(written)
        await until(lambda: usage._timer.done())  # nothing to do: no timer
        usage.count(key_id)

        async def written_again() -> bool:
            return (await stored(key_id)).usage_count == 2

        await until(written_again)

    async def test_nothing_is_lost_while_the_database_is_away(self, mine, key_id, usage, monkeypatch):
        other, add_usage, down = Id((await make_key(mine))["id"]), store.add_usage, [True]

        async def flaky(id_: Id, **more: object) -> None:
            if id_ == other and down[0]:
                usage.count(other)  # a request comes in meanwhile
                raise AutoReconnect
            await add_usage(id_, **more)

        monkeypatch.setattr(store, "add_usage", flaky)
        usage.count(key_id)
        usage.count(other)
        with pytest.raises(AutoReconnect):
            await usage.flush()
        down[0] = False
        await usage.flush()
        assert [(await stored(id_)).usage_count for id_ in (key_id, other)] == [1, 2]

    async def test_a_failed_flush_does_not_end_the_counting(self, key_id, usage, monkeypatch):
        monkeypatch.setattr(usage_module, "FLUSH_SECONDS", 0.02)
        add_usage, tries = store.add_usage, []

        async def away_at_first(id_: Id, **more: object) -> None:
            if id_ == key_id:  # the process's own counting goes on beside this one
                tries.append(id_)
                if len(tries) < 3:
                    raise AutoReconnect
            await add_usage(id_, **more)

        monkeypatch.setattr(store, "add_usage", away_at_first)
        usage.count(key_id)

        async def written() -> bool:
            return (await stored(key_id)).usage_count == 1

        await until(written)
        assert len(tries) == 3

    async def test_a_key_that_is_gone_is_no_trouble(self, usage, resources_):
        usage.count(new_id())
        await usage.flush()
        assert not usage._requests


class TestDrain:
    def test_is_part_of_stopping(self):
        assert service.drain in registry.API_DRAINS

    async def test_writes_what_was_counted(self, key_id, usage):
        usage.count(key_id)
        await usage.drain(5)
        assert (await stored(key_id)).usage_count == 1
        await until(lambda: usage._timer.done())

    async def test_ends_in_time_when_the_database_hangs(self, key_id, usage, monkeypatch):
        async def hang(id_: Id, **more: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(store, "add_usage", hang)
        usage.count(key_id)
        async with asyncio.timeout(2):
            await usage.drain(0.05)
        assert usage._requests[key_id] == 1
