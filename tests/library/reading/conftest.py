from collections.abc import AsyncIterator

import pytest

from elenchus.library.reading.sandbox import Reader


@pytest.fixture(scope="package")
async def reader() -> AsyncIterator[Reader]:
    reader = Reader()
    reader.warm()
    yield reader
    await reader.close()
