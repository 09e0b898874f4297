"""A Redis that takes connections and never says a word holds nobody up."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from elenchus.core.resources import redis_client


@pytest.fixture
async def mute() -> AsyncIterator[str]:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


async def test_a_new_connection_to_a_mute_one_is_given_up(mute):
    """The two seconds are the promise itself."""
    redis = redis_client(mute)
    began = time.monotonic()
    with pytest.raises(RedisTimeoutError):
        async with asyncio.timeout(5):
            await redis.get("anything")
    assert time.monotonic() - began < 3
    await redis.aclose()
