from collections.abc import Callable
from typing import Any

import pytest

from elenchus.core.settings import Settings
from tests.fixtures.gemini import GeminiStub, Reply


class Secretary:
    """The model, when it names or records a conversation. `titles` and `records` are what it was given to read."""

    def __init__(self, gemini: GeminiStub) -> None:
        self.gemini = gemini
        self.title: str | Reply = "Rent of the Maine lease"
        self.record: str | Reply = "The lawyer asked about the rent."
        self.titles: list[str] = []
        self.records: list[str] = []
        self.rules: list[str] = []

    def fill(self, body: dict[str, Any]) -> dict[str, Any] | Reply:
        self.rules.append(body["systemInstruction"]["parts"][0]["text"])
        told = body["contents"][0]["parts"][0]["text"]
        is_title = "title" in body["generationConfig"]["responseJsonSchema"]["properties"]
        (self.titles if is_title else self.records).append(told)
        said = self.title if is_title else self.record
        return said if isinstance(said, Reply) else {"title" if is_title else "record": said}


@pytest.fixture
def secretary(gemini: GeminiStub, change_settings: Callable[..., Settings]) -> Secretary:
    """The deployment remembers by the model that answers, and it is the stub."""
    change_settings("research", memory_model="same")
    one = Secretary(gemini)
    gemini.will_fill(one.fill)
    return one
