"""LangChain's chat models by name. Nothing of LangChain or a provider is loaded before one of its models speaks."""

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pydantic import SecretStr

from elenchus.core.errors import Unavailable
from elenchus.core.llm.base import Prompt, Structured, T, TextDelta, Usage
from elenchus.core.llm.usage import rough_tokens
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


GOOGLE = "google_genai"
PROVIDERS: dict[str, Provider] = {
    GOOGLE: Provider(
        "langchain_google_genai", "ChatGoogleGenerativeAI", "langchain-google-genai", schema_method="json_schema"
    ),
    "anthropic": Provider("langchain_anthropic", "ChatAnthropic", "langchain-anthropic"),
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

#: A provider's asynchronous client belongs to the loop that it first spoke in.
_opened: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], "BaseChatModel"]]
_opened = WeakKeyDictionary()


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

    def count_tokens(self, text: str) -> int:
        return rough_tokens(text)

    async def stream(self, prompt: Prompt, *, temperature: float) -> AsyncGenerator[TextDelta | Usage, None]:
        chat = await self._chat()
        from elenchus.core.llm import langchain  # loads LangChain

        async for piece in langchain.stream(chat, prompt, temperature=temperature):
            yield piece

    async def structured(self, system: str, text: str, schema: type[T]) -> Structured[T]:
        chat = await self._chat()
        from elenchus.core.llm import langchain  # loads LangChain

        method = {"method": self._provider.schema_method} if self._provider.schema_method else {}
        return await langchain.structured(chat, system, text, schema, method=method)

    async def _chat(self) -> "BaseChatModel":
        known = _opened.setdefault(asyncio.get_running_loop(), {})
        key = (self._name, repr(self._options))  # which shows no secret
        if key not in known:
            known[key] = await asyncio.to_thread(self._open)  # 1 s of importing would hold up every other request
        return known[key]

    def _open(self) -> "BaseChatModel":
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
            "temperature": options.temperature,
            "timeout": options.timeout_seconds,
            "max_retries": options.max_attempts,
            "max_tokens": options.max_output_tokens,
            "num_predict": options.max_output_tokens,
            "api_key": key.get_secret_value() if key else None,
            "base_url": url,
        }
        return {name: value for name, value in wanted.items() if value is not None}
