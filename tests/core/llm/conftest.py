import pytest
from pydantic import SecretStr

from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import GeminiStub


@pytest.fixture
def gemini(gemini_alone: GeminiStub) -> GeminiStub:
    return gemini_alone


@pytest.fixture
def gemini_options(gemini: GeminiStub) -> LlmSettings:
    """Settings under which `auto` is Gemini, spoken by the stub."""
    return LlmSettings(
        _env_file=None,
        GOOGLE_API_KEY=SecretStr("a-key-for-the-stub"),
        GOOGLE_GEMINI_BASE_URL=gemini.url,
        timeout_seconds=5,
        max_attempts=1,
    )
