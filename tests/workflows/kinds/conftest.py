import pytest

from tests.outbox.conftest import hooks, mails
from tests.research.support import filed
from tests.support import Firm

__all__ = ["hooks", "mails"]


@pytest.fixture(scope="module")
async def lease(shared: Firm) -> str:
    return await filed(shared)
