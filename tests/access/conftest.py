from collections.abc import AsyncIterator

import pytest

from tests.access.world import World, build
from tests.conftest import sign_up


@pytest.fixture(scope="module")
async def world(live: str, worker: None) -> AsyncIterator[World]:
    """For what is refused, which changes nothing."""
    made = await build(live, sign_up)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def changing_world(live: str, worker: None) -> AsyncIterator[World]:
    """For what gets through and leaves the rest as it is."""
    made = await build(live, sign_up, everybody=False)
    yield made
    await made.close()


@pytest.fixture
async def own_world(live: str, worker: None) -> AsyncIterator[World]:
    """For what gets through and ends something."""
    made = await build(live, sign_up, everybody=False)
    yield made
    await made.close()
