"""Work that ends with the client it is for."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request

from elenchus.core.departing import when_left, while_there


def request(left: asyncio.Event) -> Request:
    """Of a client that is there until the event is set."""
    told = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        if (message := next(told, None)) is not None:
            return message
        await left.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "GET", "path": "/", "headers": []}, receive)


async def test_what_is_done_in_time_is_given():
    async def work():
        return "done"

    assert await while_there(request(asyncio.Event()), work()) == "done"


async def test_what_goes_wrong_is_raised():
    async def work():
        raise KeyError("x")

    with pytest.raises(KeyError):
        await while_there(request(asyncio.Event()), work())


async def test_work_has_ended_when_the_client_has_left():
    left, ended = asyncio.Event(), False

    async def work():
        nonlocal ended
        left.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended = True

    with pytest.raises(ClientDisconnect):
        await while_there(request(left), work())
    assert ended


async def test_work_has_ended_when_the_server_stops():
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asking = asyncio.create_task(while_there(request(asyncio.Event()), work()))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ended.is_set()


async def test_leaving_is_told_once_and_only_within():
    left, told = asyncio.Event(), []
    async with when_left(request(left), lambda: told.append("left")):
        pass
    left.set()
    await asyncio.sleep(0)
    assert told == []
    async with when_left(request(left), lambda: told.append("left")):
        while not told:
            await asyncio.sleep(0)
    assert told == ["left"]
