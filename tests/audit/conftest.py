from datetime import timedelta

import pytest

from elenchus.audit import pending
from elenchus.audit import service as audit
from elenchus.core.resources import Resources


@pytest.fixture(autouse=True)
async def _database(resources_: Resources) -> None:
    """Every test here writes to it, and nothing that others have noted meanwhile."""
    await audit.drain(10)


@pytest.fixture(autouse=True)
def _past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of another day can be written as if they had been written then."""
    monkeypatch.setattr(pending, "LATE", timedelta(days=9_999))
