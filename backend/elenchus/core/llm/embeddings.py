"""Models that turn texts into vectors by their meaning: by name, by setting, or none at all without a key.

Nothing of LangChain or a provider is loaded before one of its models is asked.
"""

import asyncio
import importlib
import importlib.util
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from elenchus.core import tracing
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.persistence import failure_of, persistently
from elenchus.core.llm.providers import GOOGLE, ModelNotReady, Provider
from elenchus.core.settings import Settings, settings
from elenchus.core.tracing import Kind

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

AUTO, NONE = "auto", "none"
DEFAULT_GEMINI = f"{GOOGLE}:gemini-embedding-001"
GEMINI_DIMENSIONS = 768  # of the 3,072 it can give; Google measures 0.2 points less for a quarter of the memory

PROVIDERS: dict[str, Provider] = {
    GOOGLE: Provider("langchain_google_genai", "GoogleGenerativeAIEmbeddings", "langchain-google-genai"),
    "azure_openai": Provider("langchain_openai", "AzureOpenAIEmbeddings", "langchain-openai"),
    "bedrock": Provider("langchain_aws", "BedrockEmbeddings", "langchain-aws"),
    "cohere": Provider("langchain_cohere", "CohereEmbeddings", "langchain-cohere"),
    "google_vertexai": Provider("langchain_google_vertexai", "VertexAIEmbeddings", "langchain-google-vertexai"),
    "huggingface": Provider("langchain_huggingface", "HuggingFaceEmbeddings", "langchain-huggingface"),
    "mistralai": Provider("langchain_mistralai", "MistralAIEmbeddings", "langchain-mistralai"),
    "ollama": Provider("langchain_ollama", "OllamaEmbeddings", "langchain-ollama"),
    "openai": Provider("langchain_openai", "OpenAIEmbeddings", "langchain-openai"),
}
_NAME = re.compile(r"([a-z0-9_]+):([\w.:/@+-]{1,120})", re.ASCII)

T = TypeVar("T")
Vector = list[float]

#: A provider's asynchronous client belongs to the loop that it first spoke in.
_opened: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], "Embeddings"]]
_opened = WeakKeyDictionary()


class EmbeddingModel(Protocol):
    @property
    def name(self) -> str:
        """`provider:model`."""

    async def embed(self, passages: Sequence[str]) -> list[Vector]:
        """One for each. Asks again while that may help. Raises `ModelFailed` or `ModelNotReady`."""

    async def embed_question(self, question: str) -> Vector:
        """Once, and not for long: somebody waits. Raises `ModelFailed` or `ModelNotReady`."""


def embedding_model(options: Settings | None = None) -> EmbeddingModel | None:
    """This deployment's, or None when it has none. Raises `ModelNotReady` for one that it names and cannot use."""
    options = options or settings()
    chosen = options.embedding.model
    if chosen == AUTO:
        chosen = DEFAULT_GEMINI if options.llm.google_api_key else NONE
    if chosen == NONE:
        return None
    return _ProviderEmbeddings(f"{GOOGLE}:{chosen}" if chosen.startswith("gemini-") else chosen, options)


class _ProviderEmbeddings:
    """A model of one of the `PROVIDERS`; making it is cheap, its package is loaded when it is first asked."""

    def __init__(self, name: str, options: Settings) -> None:
        parts = _NAME.fullmatch(name)
        if not parts or parts[1] not in PROVIDERS:
            known = ", ".join(PROVIDERS)
            raise ModelNotReady(f"EMBEDDING_MODEL is `provider:model`, with one of {known}, or `{NONE}`.")
        self._name, self._provider, self._model = name, PROVIDERS[parts[1]], parts[2]
        self._is_google = parts[1] == GOOGLE
        self._options = options
        if not _is_installed(self._provider.module):
            raise ModelNotReady(f"The model {name} needs another package here: pip install {self._provider.package}")
        if self._is_google and options.llm.google_api_key is None:
            raise ModelNotReady(f"The model {name} needs a GOOGLE_API_KEY on this server.")

    @property
    def name(self) -> str:
        return self._name

    async def embed(self, passages: Sequence[str]) -> list[Vector]:
        embeddings, texts = await self._embeddings(), list(passages)
        options = self._options.embedding
        asked = _bounded(lambda: embeddings.aembed_documents(texts), seconds=options.timeout_seconds)
        with self._traced(texts):
            vectors = await persistently(asked, attempts=options.max_attempts)
        if len(vectors) != len(texts):
            raise ModelFailed("model_wrong", "The embedding model gave another number of vectors.", retryable=False)
        return vectors

    async def embed_question(self, question: str) -> Vector:
        embeddings = await self._embeddings()
        seconds = self._options.embedding.question_timeout_seconds
        with self._traced([question]):
            return await _bounded(lambda: embeddings.aembed_query(question), seconds=seconds)()

    @contextmanager
    def _traced(self, texts: Sequence[str]) -> Iterator[None]:
        """Providers tell no tokens of these; how long the texts are is what there is to tell."""
        with tracing.span("embedding", Kind.EMBEDDING) as part:
            part.called(self._name, temperature=None)
            part.facts(texts=len(texts), characters=sum(map(len, texts)))
            yield

    async def _embeddings(self) -> "Embeddings":
        known = _opened.setdefault(asyncio.get_running_loop(), {})
        key = (self._name, repr((self._options.llm, self._options.embedding)))  # which shows no secret
        if key not in known:
            known[key] = await asyncio.to_thread(self._open)  # 1 s of importing would hold up every other request
        return known[key]

    def _open(self) -> "Embeddings":
        try:
            return self._made()
        except Exception as error:  # the border to a provider: a key, an address or a package of its own is missing
            detail = f"The model {self._name} could not be set up; see EMBEDDING_* in .env.example."
            raise ModelNotReady(detail) from error

    def _made(self) -> "Embeddings":
        kind = getattr(importlib.import_module(self._provider.module), self._provider.kind)
        taken = {name for field, info in kind.model_fields.items() for name in (field, info.alias)}
        called = next(name for name in ("model", "model_name", "model_id") if name in taken)
        wanted = {name: value for name, value in self._wanted().items() if name in taken} | {called: self._model}
        embeddings: Embeddings = kind(**wanted)
        return embeddings

    def _wanted(self) -> dict[str, Any]:
        """Under every name that providers use; each class takes those it has."""
        llm, options = self._options.llm, self._options.embedding
        key = llm.google_api_key if self._is_google else options.api_key
        dimensions = options.dimensions or (GEMINI_DIMENSIONS if self._is_google else None)
        wanted = {
            "dimensions": dimensions,
            "output_dimensionality": dimensions,
            "api_key": key.get_secret_value() if key else None,
            "base_url": llm.google_base_url if self._is_google else options.base_url,
            "max_retries": 1,  # `persistently` repeats, and counts
            "client_args": {"follow_redirects": False} if self._is_google else None,  # nor with the key elsewhere
        }
        return {name: value for name, value in wanted.items() if value is not None}


@cache
def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _bounded(ask: Callable[[], Coroutine[Any, Any, T]], *, seconds: float) -> Callable[[], Coroutine[Any, Any, T]]:
    """The same, ending in time and raising nothing but `ModelFailed`."""

    async def asked() -> T:
        try:
            async with asyncio.timeout(seconds):
                return await ask()
        except Exception as error:  # the border to a provider: each has errors of its own
            raise failure_of(error) from error

    return asked
