"""Whether those are still looked after to whom something is open, whatever happens to the looking."""

import asyncio
from collections.abc import Collection

import pytest
from pymongo.errors import AutoReconnect

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.identity import service as identity
from elenchus.identity import store, watching
from tests.support import until

LOGOUT = "/api/v1/auth/logout"


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)


@pytest.mark.parametrize("trouble", [AutoReconnect("away"), ValueError("no such role")])
async def test_trouble_ends_nobody_and_not_the_looking(firm, monkeypatch, trouble: Exception):
    f = await firm()
    principal = await identity.resolve(f.access_token)
    troubles, standings, looks = [trouble] * 3, store.standings, 0

    async def troubled(session_ids: Collection[Id]) -> dict[Id, Principal]:
        nonlocal looks
        looks += 1
        if troubles:
            raise troubles.pop()
        return await standings(session_ids)

    monkeypatch.setattr(store, "standings", troubled)
    with identity.watched(f.access_token, principal) as watch:
        await until(lambda: looks > 4)
        assert not watch.ended.is_set()
        assert (await f.client.post(LOGOUT)).status_code == 204
        await asyncio.wait_for(watch.ended.wait(), 10)


async def test_one_that_cannot_be_read_lets_nobody_else_go_on(firm, monkeypatch):
    f, other = await firm(), await firm()
    mine, theirs = [await identity.resolve(each.access_token) for each in (f, other)]
    standings = store.standings

    async def troubled(session_ids: Collection[Id]) -> dict[Id, Principal]:
        if theirs.session_id in session_ids:
            raise ValueError("no such role")
        return await standings(session_ids)

    monkeypatch.setattr(store, "standings", troubled)
    monkeypatch.setattr(watching, "AT_ONCE", 1)
    with identity.watched(other.access_token, theirs) as there, identity.watched(f.access_token, mine) as watch:
        assert (await f.client.post(LOGOUT)).status_code == 204
        await asyncio.wait_for(watch.ended.wait(), 10)
        assert not there.ended.is_set()
