"""How a LangChain chat model speaks to us. Importing this loads LangChain; only `providers` does, when one speaks."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
from langchain_core import exceptions
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage

from elenchus.core import logs
from elenchus.core.llm.base import ModelFailed, Prompt, Speaker, Structured, T, TextDelta, Usage
from elenchus.core.llm.usage import rough_tokens, tokens_of

log = logs.get(__name__)

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
    (httpx.TimeoutException, "model_slow", "The language model did not answer in time."),
    (exceptions.ModelError, "model_away", "The language model's provider does not answer."),
    (httpx.TransportError, "model_away", "The language model's provider does not answer."),
)


async def stream(chat: BaseChatModel, prompt: Prompt, *, temperature: float) -> AsyncGenerator[TextDelta | Usage, None]:
    heard = _Heard()
    try:
        async for chunk in chat.astream(_messages(prompt), temperature=temperature):
            heard.add(chunk)
            if chunk.text:
                yield TextDelta(str(chunk.text))
    except (exceptions.ModelError, httpx.TransportError) as error:
        raise _failed(error) from error
    yield heard.usage(prompt.text())


async def structured(
    chat: BaseChatModel, system: str, text: str, schema: type[T], *, method: dict[str, str]
) -> Structured[T]:
    """`method` is how this provider is told the schema; empty: as its package sees fit."""
    filling: Any = chat.with_structured_output(schema, include_raw=True, **method)
    try:
        answer = await filling.ainvoke([("system", system), ("human", text)])
    except (exceptions.ModelError, httpx.TransportError) as error:
        raise _failed(error) from error
    heard = _Heard()
    heard.add(answer["raw"])
    heard.require_unblocked()
    value = answer["parsed"]
    if heard.is_cut or not isinstance(value, schema):  # a JSON that was cut is closed by LangChain and may even fit
        log.warning("language model gave another form", form=schema.__name__, finish=heard.finish)
        value = None
    return Structured(value, heard.counted_for(f"{system}\n\n{text}"))


def _messages(prompt: Prompt) -> list[tuple[str, str]]:
    roles = {Speaker.USER: "human", Speaker.ASSISTANT: "ai"}
    return [("system", prompt.system), *((roles[turn.speaker], turn.text) for turn in prompt.turns)]


def _failed(error: exceptions.ModelError | httpx.TransportError) -> ModelFailed:
    code, detail = next((code, detail) for kind, code, detail in _FAILURES if isinstance(error, kind))
    retryable = True if isinstance(error, httpx.TransportError) else bool(error.is_retryable)
    log.warning("language model failed", reason=code, error=type(error).__name__)
    return ModelFailed(code, f"{detail} {'Ask again shortly.' if retryable else ''}".strip(), retryable=retryable)


@dataclass(slots=True)
class _Heard:
    """What the chunks said besides their words."""

    text_length: int = 0
    counted: UsageMetadata | None = None
    finish: str = ""
    blocked: str = ""

    def add(self, chunk: BaseMessage) -> None:
        self.text_length += len(chunk.text)
        if isinstance(chunk, AIMessage) and chunk.usage_metadata:
            self.counted = add_usage(self.counted, chunk.usage_metadata)
        said = chunk.response_metadata
        self.finish = str(said.get("finish_reason") or said.get("stop_reason") or self.finish)
        self.blocked = str((said.get("prompt_feedback") or {}).get("block_reason") or self.blocked)

    def require_unblocked(self) -> None:
        """Providers raise nothing when their filter holds an answer back or it has no words: here it is an outcome."""
        if self.blocked or self.finish in _REFUSALS:
            raise ModelFailed("blocked", _BLOCKED, retryable=False)

    @property
    def is_cut(self) -> bool:
        return self.finish in _CUTS

    def usage(self, asked: str) -> Usage:
        self.require_unblocked()
        if not self.text_length and self.is_cut:
            raise ModelFailed("no_room", "The language model used up LLM_MAX_OUTPUT_TOKENS unheard.", retryable=False)
        if not self.text_length:
            raise ModelFailed("empty", "The language model gave no words. Ask again shortly.", retryable=True)
        return self.counted_for(asked)

    def counted_for(self, asked: str) -> Usage:
        if self.counted is None:
            return Usage(rough_tokens(asked), tokens_of(self.text_length), is_estimate=True, is_cut=self.is_cut)
        return Usage(
            prompt_tokens=self.counted["input_tokens"],
            completion_tokens=self.counted["output_tokens"],
            cached_tokens=(self.counted.get("input_token_details") or {}).get("cache_read") or 0,
            reasoning_tokens=(self.counted.get("output_token_details") or {}).get("reasoning") or 0,
            is_cut=self.is_cut,
        )


_BLOCKED = (
    "The language model's safety filter held the answer back. Put the question another way, or use another model."
)
