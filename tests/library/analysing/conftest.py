from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from pydantic import SecretStr

from elenchus.core import settings as settings_module
from elenchus.core.settings import Settings, settings, use
from tests.fixtures.gemini import GeminiStub, gemini_stub


@pytest.fixture(scope="session")
async def gemini_server() -> AsyncIterator[GeminiStub]:
    async with gemini_stub() as stub:
        yield stub


@pytest.fixture
def options(settings_: Settings) -> Iterator[Callable[..., None]]:
    """Other settings of a group until the test ends."""
    before = settings()

    def change(group: str, **values: object) -> None:
        changed = getattr(settings(), group).model_copy(update=values)
        use(settings().model_copy(update={group: changed}))

    yield change
    settings_module.use(before)


@pytest.fixture
def gemini(gemini_server: GeminiStub, options: Callable[..., None]) -> GeminiStub:
    """The deployment has a Google key, and Google is the stub."""
    gemini_server.reset()
    options("embedding", model="none")
    options("llm", google_api_key=SecretStr("k"), google_base_url=gemini_server.url, max_attempts=1, timeout_seconds=5)
    return gemini_server
