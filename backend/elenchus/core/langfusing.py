"""Traces sent to Langfuse. Only `tracing` imports this, and only when there are keys.

Langfuse's client sends from threads of its own, out of bounded queues: what a slow or dead server does not take is
dropped. It gets a tracer provider of its own, so that it exports our spans and no other library's. Of the variables
that it reads by itself those that would print or upload what people write are overruled.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from langfuse import Langfuse, propagate_attributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased
from opentelemetry.trace import NoOpTracer

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.langfuse_sending import Sender, spans
from elenchus.core.llm.base import Usage
from elenchus.core.settings import LangfuseSettings
from elenchus.core.tracing import About, Fact, Kind, Observation, Tracer

MOST_CHARACTERS = 20_000  # of one text; 2,048 spans wait at most, so 40 MB of each kind
F = TypeVar("F", bound=Callable[..., None])
log = logs.get(__name__)


def harmless(method: F) -> F:
    """A fault of the client's is logged and goes no further."""

    @wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            method(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the border to a library that must not cost an answer
            log.warning("a trace is incomplete", error=type(error).__name__, call=method.__name__)

    return cast(F, guarded)


class TracingDisabled(RuntimeError):
    """By OTEL_SDK_DISABLED: no span would be one, so none may be promised."""


class LangfuseTracer(Tracer):
    is_on = True

    def __init__(self, config: LangfuseSettings) -> None:
        self.sends_text = config.send_text
        self._sampler = TraceIdRatioBased(config.sample_rate)
        self._provider = TracerProvider(
            sampler=self._sampler,
            resource=Resource({"service.name": "elenchus"}),
            shutdown_on_exit=False,  # `close` does it, and does not wait for ever
        )
        if isinstance(self._provider.get_tracer(__name__), NoOpTracer):
            raise TracingDisabled
        self._sender = Sender(config)
        self._client = Langfuse(
            public_key=config.public_key,
            secret_key=config.secret_key.get_secret_value() if config.secret_key else None,
            base_url=config.base_url.rstrip("/"),
            timeout=config.timeout_seconds,
            sample_rate=config.sample_rate,
            tracer_provider=self._provider,
            span_exporter=self._sender,
        )
        logging.getLogger("langfuse").setLevel(logging.WARNING)  # also under LANGFUSE_DEBUG
        # else a file that stands in a text in base64 is cut out and uploaded to wherever the server says
        cast(Any, self._client)._resources._media_manager._enabled = False  # noqa: SLF001

    def keeps(self, trace_id: str) -> bool:
        return self._sampler.should_sample(None, int(trace_id, 16), "").decision is not Decision.DROP

    @property
    def last(self) -> str:
        return self._sender.last

    def begin(self, about: About) -> Observation:
        try:
            root = _started(self._client, about, about.name, Kind.SPAN, trace_context={"trace_id": about.trace_id})
            return _Root(root, about, send_text=self.sends_text)
        except Exception as error:  # noqa: BLE001 - as `harmless`
            log.warning("a turn is not traced", error=type(error).__name__)
            return Observation()

    @harmless
    def score(self, trace_id: str, name: str, value: float, *, comment: str | None = None) -> None:
        self._client.create_score(
            trace_id=trace_id,
            name=name,
            value=value,
            score_id=f"{trace_id}-{name}",
            comment=_shown(comment, send_text=self.sends_text) if comment else None,
        )

    async def close(self, within_seconds: float) -> None:
        """The client's own flush has no deadline: it gets a thread that the process does not wait for."""
        flushing = threading.Thread(target=self._shut_down, name="langfuse-farewell", daemon=True)
        flushing.start()
        await asyncio.to_thread(flushing.join, within_seconds)
        if flushing.is_alive():
            log.warning("the last traces were not sent", waited_seconds=within_seconds)

    @harmless
    def _shut_down(self) -> None:
        self._client.shutdown()
        self._provider.shutdown()


class _Part(Observation):
    """An observation of Langfuse's. What is told is kept until the end, and masked before it is kept."""

    __slots__ = ("_about", "_first_word", "_metadata", "_observed", "_send_text", "_told")

    def __init__(self, observed: Any, about: About, *, send_text: bool) -> None:
        self._observed, self._about, self._send_text = observed, about, send_text
        self._told: dict[str, Any] = {}
        self._metadata: dict[str, Fact] = {}
        self._first_word: datetime | None = None

    def child(self, name: str, kind: Kind) -> Observation:
        try:
            return _Part(_started(self._observed, self._about, name, kind), self._about, send_text=self._send_text)
        except Exception as error:  # noqa: BLE001 - as `harmless`
            log.warning("a part of a turn is not traced", error=type(error).__name__)
            return Observation()

    @property
    def id(self) -> str | None:
        return str(self._observed.id)

    def asked(self, text: str) -> None:
        self._told["input"] = _shown(text, send_text=self._send_text)

    def answered(self, text: str) -> None:
        self._told["output"] = _shown(text, send_text=self._send_text)

    def facts(self, **facts: Fact) -> None:
        self._metadata.update(facts)

    def called(self, model: str, *, temperature: float | None) -> None:
        self._told["model"] = model
        if temperature is not None:
            self._told["model_parameters"] = {"temperature": temperature}

    def first_word(self) -> None:
        self._first_word = self._first_word or now()

    def used(self, usage: Usage, *, cost_usd: float | None) -> None:
        """Langfuse adds the kinds up, so none contains another."""
        self._told["usage_details"] = {
            "input": usage.prompt_tokens - usage.cached_tokens,
            "input_cache_read": usage.cached_tokens,
            "output": usage.completion_tokens - usage.reasoning_tokens,
            "output_reasoning": usage.reasoning_tokens,
            "total": usage.total_tokens,
        }
        if usage.is_estimate:
            self._metadata["usage_is_estimate"] = True
        if cost_usd is not None:
            self._told["cost_details"] = {"total": cost_usd}

    def failed(self, code: str) -> None:
        self._told.update(level="ERROR", status_message=code)

    @harmless
    def end(self) -> None:
        if self._first_word:
            self._told["completion_start_time"] = self._first_word
        if self._metadata:
            self._told["metadata"] = self._metadata
        try:
            self._observed.update(**self._told)
        finally:
            self._observed.end()
            spans.labels("made").inc()


class _Root(_Part):
    """The whole of a trace; it knows the generation that was begun last, which gave the answer."""

    __slots__ = ("_generation",)

    def __init__(self, observed: Any, about: About, *, send_text: bool) -> None:
        super().__init__(observed, about, send_text=send_text)
        self._generation: str | None = None

    @property
    def trace_id(self) -> str | None:
        return self._about.trace_id

    @property
    def generation_id(self) -> str | None:
        return self._generation

    def child(self, name: str, kind: Kind) -> Observation:
        part = super().child(name, kind)
        if kind is Kind.GENERATION:
            self._generation = part.id
        return part


def _shown(text: str, *, send_text: bool) -> str:
    return text[:MOST_CHARACTERS] if send_text else f"[withheld: {len(text)} characters]"


def _started(parent: Any, about: About, name: str, kind: Kind, **more: Any) -> Any:
    """`parent` is the client or one of its observations; its types want a literal for each kind."""
    with propagate_attributes(
        user_id=about.user_id,
        session_id=about.session_id,
        trace_name=about.name,
        metadata={"tenant_id": about.tenant_id},
    ):
        return parent.start_observation(name=name, as_type=kind.value, **more)
