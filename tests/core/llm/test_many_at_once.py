"""Many answers at the same time: none waits for another one's end."""

import asyncio
from contextlib import aclosing

import httpx

from elenchus.core.llm.base import Prompt, Speaker, Turn
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.providers import ProviderModel
from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import GeminiStub
from tests.support import until

PROMPT = Prompt("Answer.", (Turn(Speaker.USER, "Why?"),), "Why?", ())


async def test_each_question_is_sent_at_once(gemini: GeminiStub, gemini_options: LlmSettings, monkeypatch):
    """However many connections httpx opens when nobody tells it; 100 would be many for a test, so here it is one."""
    monkeypatch.setitem(httpx.AsyncClient.__init__.__kwdefaults__, "limits", httpx.Limits(max_connections=1))
    opened, open_one = [], ProviderModel._open
    monkeypatch.setattr(ProviderModel, "_open", lambda model: opened.append(model) or open_one(model))
    gemini.will_say("One ", "moment.", pause_after=1)
    model = chat_model(None, gemini_options.model_copy(update={"timeout_seconds": 17.0}))  # a client of its own

    async def whole() -> None:
        async with aclosing(model.stream(PROMPT, temperature=0)) as pieces:
            async for _ in pieces:
                pass

    asking = asyncio.gather(*(whole() for _ in range(3)))
    await until(lambda: gemini.open_streams == 3)
    gemini.go_on.set()
    await asking
    assert len(opened) == 1  # each costs as much as a hundred questions
