"""How a LangChain chat model speaks to us. Importing this loads LangChain; only `providers` does, when one speaks."""

import asyncio
import codecs
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from langchain_core import exceptions
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage

from elenchus.core import logs
from elenchus.core.llm.base import ModelFailed, Prompt, Speaker, Structured, TextDelta, Usage, V
from elenchus.core.llm.forms import Form
from elenchus.core.llm.persistence import told_wait
from elenchus.core.llm.usage import rough_tokens

log = logs.get(__name__)
R = TypeVar("R")

_REFUSALS = frozenset(
    "SAFETY PROHIBITED_CONTENT BLOCKLIST SPII RECITATION LANGUAGE IMAGE_SAFETY content_filter refusal".split()
)
_CUTS = frozenset("MAX_TOKENS length max_tokens".split())
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (exceptions.ModelRateLimitError, "model_busy", "The language model takes no more questions right now."),
    (exceptions.ContextOverflowError, "too_long", "The question and its sources are too long for this language model."),
    (exceptions.ModelAuthenticationError, "model_key", "The language model refuses this server's key."),
    (exceptions.ModelPermissionDeniedError, "model_key", "This server's key does not allow this language model."),
    (exceptions.ModelNotFoundError, "model_unknown", "The provider does not know this language model."),
    (exceptions.ModelInvalidRequestError, "model_rejected", "The language model could not take this request."),
    (exceptions.ModelTimeoutError, "model_slow", "The language model did not answer in time."),
    (httpx.ConnectTimeout, "model_away", "The language model's provider does not answer."),
    (httpx.PoolTimeout, "model_away", "The language model's provider does not answer."),
    (httpx.TimeoutException, "model_slow", "The language model did not answer in time."),
    (exceptions.ModelError, "model_away", "The language model's provider does not answer."),
    (httpx.TransportError, "model_away", "The language model's provider does not answer."),
    (TimeoutError, "model_slow", "The language model did not answer in time."),
    (OSError, "model_away", "The language model's provider does not answer."),
    (Exception, "model_wrong", "The language model's provider sent something that nobody can read."),
)


async def stream(
    chat: BaseChatModel,
    prompt: Prompt,
    *,
    temperature: float | None,
    silence_seconds: float,
    marks_cache: bool = False,
) -> AsyncGenerator[TextDelta | Usage, None]:
    """Bytes that trickle in without ever making a chunk are a silence too."""
    heard, whole = _Heard(prompt.text()), _Whole()
    sampling: dict[str, Any] = {} if temperature is None else {"temperature": temperature}
    chunks = chat.astream(messages(prompt, marks_cache=marks_cache), **sampling)
    try:
        while (chunk := await _within(silence_seconds, anext(chunks, None))) is not None:
            heard.add(chunk)
            if words := whole.words(str(chunk.text)):
                yield TextDelta(words)
    except Exception as error:  # the border to a provider: each has errors of its own
        raise _failed(error, heard) from error
    finally:
        await _closed(chunks)
    if words := whole.words("", is_last=True):
        yield TextDelta(words)
    yield heard.usage()


class _Whole:
    """Words with nothing in them that UTF-8 cannot spell: a provider may cut between the halves of a surrogate pair."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-16-le")("replace")

    def words(self, text: str, *, is_last: bool = False) -> str:
        return self._decoder.decode(text.encode("utf-16-le", "surrogatepass"), is_last)


async def _within(seconds: float, asked: Awaitable[R]) -> R:
    async with asyncio.timeout(seconds):
        return await asked


async def _closed(chunks: AsyncIterator[BaseMessage]) -> None:
    """LangChain calls its generator an iterator."""
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()


async def structured(
    chat: BaseChatModel, system: str, text: str, form: Form[V], *, method: dict[str, str], silence_seconds: float
) -> Structured[V]:
    """`method` is how this provider is told the schema; empty: as its package sees fit. It says nothing before it has
    the whole form, so the silence is the whole call's."""
    filling: Any = chat.with_structured_output(form.told, include_raw=True, **method)
    heard = _Heard(f"{system}\n\n{text}")
    try:
        answer = await _within(silence_seconds, filling.ainvoke([("system", system), ("human", text)]))
    except Exception as error:  # the border to a provider: each has errors of its own
        raise _failed(error, heard) from error
    heard.add(answer["raw"])
    heard.require_unblocked()
    # a JSON that was cut is closed by LangChain and may even fit
    value = None if heard.is_cut else form.read(answer["parsed"])
    if value is None:
        log.warning("language model gave another form", form=form.name, finish=heard.finish)
    return Structured(value, heard.counted())


def messages(prompt: Prompt, *, marks_cache: bool = False) -> list[tuple[str, str | list[str | dict[str, Any]]]]:
    """The last turn has the sources and is new each time; what comes before it was sent with the last question too, to
    the letter. With `marks_cache` the provider is told where the rules end and where the conversation so far does."""
    roles = {Speaker.USER: "human", Speaker.ASSISTANT: "ai"}
    told = [("system", prompt.system), *((roles[turn.speaker], turn.text) for turn in prompt.turns)]
    marked = {0, len(told) - 2} if marks_cache else set()
    return [(role, _marked(text) if place in marked else text) for place, (role, text) in enumerate(told)]


def _marked(text: str) -> list[str | dict[str, Any]]:
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]


def _failed(error: Exception, heard: "_Heard") -> ModelFailed:
    code, detail = next((code, detail) for kind, code, detail in _FAILURES if isinstance(error, kind))
    retryable = bool(error.is_retryable) if isinstance(error, exceptions.ModelError) else True
    log.warning("language model failed", reason=code, error=type(error).__name__)
    told = f"{detail} {'Ask again shortly.' if retryable else ''}".strip()
    return ModelFailed(
        code,
        told,
        retryable=retryable,
        retry_after_seconds=told_wait(error) if retryable else None,
        had_begun=heard.has_begun,
        usage=heard.counted() if heard.has_begun or code == "model_slow" else None,
    )


@dataclass(slots=True)
class _Heard:
    """What the chunks said besides their words, of an answer to `asked`."""

    asked: str
    text: list[str] = field(default_factory=list)
    told: UsageMetadata | None = None
    finish: str = ""
    blocked: str = ""

    def add(self, chunk: BaseMessage) -> None:
        self.text.append(str(chunk.text))
        if isinstance(chunk, AIMessage) and chunk.usage_metadata:
            self.told = add_usage(self.told, chunk.usage_metadata)
        said = chunk.response_metadata
        self.finish = str(said.get("finish_reason") or said.get("stop_reason") or self.finish)
        self.blocked = str((said.get("prompt_feedback") or {}).get("block_reason") or self.blocked)

    @property
    def has_begun(self) -> bool:
        return bool(self.text)

    @property
    def is_cut(self) -> bool:
        return self.finish in _CUTS

    def require_unblocked(self) -> None:
        """Providers raise nothing when their filter holds an answer back or it has no words: here it is an outcome."""
        if self.blocked or self.finish in _REFUSALS:
            raise self._useless("blocked", _BLOCKED, retryable=False)

    def usage(self) -> Usage:
        """Of an answer that is one."""
        self.require_unblocked()
        if not any(self.text) and self.is_cut:
            raise self._useless("no_room", _NO_ROOM, retryable=False)
        if not any(self.text):
            raise self._useless("empty", _EMPTY, retryable=True)
        return self.counted()

    def _useless(self, code: str, detail: str, *, retryable: bool) -> ModelFailed:
        """It was paid for all the same."""
        return ModelFailed(code, detail, retryable=retryable, had_begun=True, usage=self.counted())

    def counted(self) -> Usage:
        """The provider's count, or our own of what it was sent and has said."""
        if self.told is None:
            said = rough_tokens("".join(self.text))
            return Usage(rough_tokens(self.asked), said, is_estimate=True, is_cut=self.is_cut)
        return Usage(
            prompt_tokens=self.told["input_tokens"],
            completion_tokens=self.told["output_tokens"],
            cached_tokens=(self.told.get("input_token_details") or {}).get("cache_read") or 0,
            reasoning_tokens=(self.told.get("output_token_details") or {}).get("reasoning") or 0,
            is_cut=self.is_cut,
        )


_NO_ROOM = "The language model used up LLM_MAX_OUTPUT_TOKENS unheard."
_EMPTY = "The language model gave no words. Ask again shortly."
_BLOCKED = (
    "The language model's safety filter held the answer back. Put the question another way, or use another model."
)
