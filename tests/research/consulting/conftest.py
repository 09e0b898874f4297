import pytest

from elenchus.core.principal import Principal
from tests.research.consulting.support import Caller
from tests.research.support import filed
from tests.support import Firm


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture(scope="module")
async def shared(shared_firm: Firm, worker: None) -> Firm:
    """A firm with the lease on its shelf, for all tests of a module that only ask."""
    await filed(shared_firm)
    return shared_firm


@pytest.fixture
def asker(shared: Firm) -> Principal:
    return shared.principal
