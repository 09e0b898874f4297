from collections.abc import AsyncIterator

import pytest

from tests.access.operations import Operation
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
async def own_world(request: pytest.FixtureRequest, live: str, worker: None) -> AsyncIterator[World]:
    """For what gets through and ends something: with what the test's operation names, or else with everything."""
    named = None
    if "operation" in request.fixturenames and not ends_all(operation := request.getfixturevalue("operation")):
        named = frozenset(operation.parameters)
    made = await build(live, sign_up, everybody=False, named=named)
    yield made
    await made.close()


def ends_all(operation: Operation) -> bool:
    """A firm or somebody of it, with what is theirs."""
    return operation.id == "delete_tenant" or "user_id" in operation.parameters
