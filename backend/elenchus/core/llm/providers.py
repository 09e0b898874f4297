"""LangChain's chat models by name. Nothing of LangChain or a provider is loaded before one of its models speaks."""

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, overload
from weakref import WeakKeyDictionary

import httpx
from pydantic import BaseModel, SecretStr

from elenchus.core.errors import Unavailable
from elenchus.core.llm import breaker, calling, gauge, sampling
from elenchus.core.llm.base import Json, Prompt, Structured, T, TextDelta, Usage
from elenchus.core.llm.bounded import bounded
from elenchus.core.llm.forms import form_of
from elenchus.core.llm.hearing import Asking
from elenchus.core.settings import LlmSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class ModelNotReady(Unavailable):
    title = "The language model is not set up"


@dataclass(frozen=True, slots=True)
class Provider:
    module: str
    kind: str
    package: str  # what to install
    schema_method: str = ""  # how it is told the form of its answer, where its package has a worse default
    marks_cache: bool = False  # it remembers the beginning of a prompt when told to; the others do by themselves or not


KEPT_CONNECTIONS = 100  # open between calls
GOOGLE = "google_genai"
PROVIDERS: dict[str, Provider] = {
    GOOGLE: Provider(
        "langchain_google_genai", "ChatGoogleGenerativeAI", "langchain-google-genai", schema_method="json_schema"
    ),
    "anthropic": Provider("langchain_anthropic", "ChatAnthropic", "langchain-anthropic", marks_cache=True),
    "azure_openai": Provider("langchain_openai", "AzureChatOpenAI", "langchain-openai"),
    "bedrock": Provider("langchain_aws", "ChatBedrockConverse", "langchain-aws"),
    "cohere": Provider("langchain_cohere", "ChatCohere", "langchain-cohere"),
    "deepseek": Provider("langchain_deepseek", "ChatDeepSeek", "langchain-deepseek"),
    "google_vertexai": Provider("langchain_google_vertexai", "ChatVertexAI", "langchain-google-vertexai"),
    "groq": Provider("langchain_groq", "ChatGroq", "langchain-groq"),
    "mistralai": Provider("langchain_mistralai", "ChatMistralAI", "langchain-mistralai"),
    "ollama": Provider("langchain_ollama", "ChatOllama", "langchain-ollama"),
    "openai": Provider("langchain_openai", "ChatOpenAI", "langchain-openai"),
    "xai": Provider("langchain_xai", "ChatXAI", "langchain-xai"),
}

MOST_OPEN = 32  # clients: names may come from requests
#: A provider's asynchronous client belongs to the loop that it first spoke in.
_opened: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], "BaseChatModel"]]
_opened = WeakKeyDictionary()
_opening: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class ProviderModel:
    """A model of one of the `PROVIDERS`; making it is cheap, its package is loaded when it first speaks."""

    def __init__(self, name: str, options: LlmSettings) -> None:
        self._name = name
        self._provider = PROVIDERS[name.partition(":")[0]]
        self._options = options
        if importlib.util.find_spec(self._provider.module) is None:
            raise ModelNotReady(f"The model {name} needs another package here: pip install {self._provider.package}")
        if name.startswith(GOOGLE) and options.google_api_key is None:
            raise ModelNotReady(f"The model {name} needs a GOOGLE_API_KEY on this server.")

    @property
    def name(self) -> str:
        return self._name

    def wait_seconds(self) -> int:
        return breaker.wait_seconds(self._name)

    def count_tokens(self, text: str) -> int:
        return gauge.count(self._name, text)

    async def stream(
        self, prompt: Prompt, *, temperature: float | None = None
    ) -> AsyncGenerator[TextDelta | Usage, None]:
        chat = await self._chat()
        from elenchus.core.llm import langchain  # loads LangChain

        asking = Asking(self._name, prompt.text(), sampling.sent(self._name, temperature, self._options))
        silence = self._options.timeout_seconds
        ask = partial(
            langchain.stream,
            chat,
            prompt,
            temperature=asking.temperature,
            silence_seconds=silence,
            marks_cache=self._provider.marks_cache,
        )
        async with aclosing(calling.streamed(asking, ask, self._options)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    gauge.heard(self._name, asking.text, piece)
                yield piece

    @overload
    async def structured(self, system: str, text: str, schema: type[T]) -> Structured[T]: ...

    @overload
    async def structured(self, system: str, text: str, schema: Json) -> Structured[Json]: ...

    async def structured(self, system: str, text: str, schema: type[BaseModel] | Json) -> Structured[Any]:
        chat = await self._chat()
        from elenchus.core.llm import langchain  # loads LangChain

        method = {"method": self._provider.schema_method} if self._provider.schema_method else {}
        silence, form = self._options.timeout_seconds, form_of(schema)
        ask = partial(langchain.structured, chat, system, text, form, method=method, silence_seconds=silence)
        asking = Asking(self._name, f"{system}\n\n{text}", sampling.sent(self._name, None, self._options))
        return await calling.asked(asking, ask, self._options)

    async def _chat(self) -> "BaseChatModel":
        loop = asyncio.get_running_loop()
        known = _opened.setdefault(loop, {})
        key = (self._name, repr(self._options))  # which shows no secret
        if key not in known:
            async with _opening.setdefault(loop, asyncio.Lock()):  # all that wait for the first one shall have the same
                if key not in known:
                    chat = await asyncio.to_thread(self._open)  # 1 s of importing would hold up every other request
                    if len(known) >= MOST_OPEN:
                        del known[next(iter(known))]  # who speaks with it keeps it until then
                    known[key] = chat
        return known[key]

    def _open(self) -> "BaseChatModel":
        import langsmith  # comes with LangChain

        langsmith.configure(enabled=False)  # a variable of its own would send it every prompt, as it is
        kind = getattr(importlib.import_module(self._provider.module), self._provider.kind)
        taken = {name for field, info in kind.model_fields.items() for name in (field, info.alias)}
        wanted = {name: value for name, value in self._wanted().items() if name in taken}
        try:
            chat: BaseChatModel = kind(**wanted)
        except ValueError as error:  # pydantic's too: a key or an address is missing
            raise ModelNotReady(f"The model {self._name} could not be set up; see LLM_* in .env.example.") from error
        return chat

    def _wanted(self) -> dict[str, Any]:
        """Under every name that providers use; each class takes those it has."""
        options = self._options
        is_google = self._name.startswith(GOOGLE)
        key: SecretStr | None = options.google_api_key if is_google else options.api_key
        url = options.google_base_url if is_google else options.base_url
        wanted = {
            "model": self._name.partition(":")[2],
            "temperature": sampling.sent(self._name, None, options),
            "timeout": options.timeout_seconds,
            "max_retries": 0,  # `calling` repeats, and counts
            "max_tokens": options.max_output_tokens,
            "num_predict": options.max_output_tokens,
            "api_key": key.get_secret_value() if key else None,
            "base_url": url,
            "client_args": _googles_client() if is_google else None,
        }
        return {name: value for name, value in wanted.items() if value is not None}


def _googles_client() -> dict[str, Any]:
    """As it comes it follows a redirect, with the key, to whatever host it names."""
    hooks = {"request": [_without_deadline], "response": [bounded]}
    return {"follow_redirects": False, "limits": _unbounded(), "event_hooks": hooks}


async def _without_deadline(request: httpx.Request) -> None:
    """Google's client tells the server to end the whole answer by when it may only not be silent for."""
    request.headers.pop("X-Server-Timeout", None)


def _unbounded() -> httpx.Limits:
    """httpx lets 100 calls speak at once, and the next one's question wait unsent for one of them to end. How many
    answers there may be is the rooms' to say."""
    return httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS)
