import pytest

from tests.support import Firm


@pytest.fixture(scope="module")
async def shared(shared_firm: Firm, worker: None) -> Firm:
    """A firm with a worker, for all tests of a module that do not mind each other's executions."""
    return shared_firm
