"""Traces of what models are asked and of what jobs do, for an operator's Langfuse. Without its keys: nothing at all.

`trace` opens one for a turn or a job, `span` a part of it wherever that happens below. Both take names, numbers and
ids; a client's text goes only through `asked` and `answered`, which withhold it unless the operator wants it sent.
Nothing here waits for a network, and nothing here raises: tracing is not worth an answer.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.llm.base import ModelFailed, Usage
from elenchus.core.settings import LangfuseSettings

if TYPE_CHECKING:  # who is signed in is found in resources, which trace
    from elenchus.core.principal import Principal

Fact = str | int | float | bool
TRACE_BYTES = 16  # of an id, as OpenTelemetry has it
FLUSH_SECONDS = 3.0  # at the end of a process, for what has not been sent yet
log = logs.get(__name__)


class Kind(StrEnum):
    """As Langfuse names them."""

    SPAN = "span"
    RETRIEVER = "retriever"
    GENERATION = "generation"
    EMBEDDING = "embedding"
    EVALUATOR = "evaluator"


@dataclass(frozen=True, slots=True)
class About:
    """What a trace belongs to: opaque ids and our own names, never a client's words."""

    trace_id: str
    name: str
    user_id: str
    tenant_id: str
    session_id: str | None = None


class Observation:
    """A part of a trace while it lasts; this one is of no trace and keeps nothing."""

    __slots__ = ()

    @property
    def id(self) -> str | None:
        return None

    @property
    def trace_id(self) -> str | None:
        """Of a whole trace, as is the next."""
        return None

    @property
    def generation_id(self) -> str | None:
        """Of the model's call that was begun last."""
        return None

    def child(self, _name: str, _kind: Kind) -> "Observation":
        return self

    def asked(self, text: str) -> None:
        """What went in, in a client's words."""

    def answered(self, text: str) -> None:
        """What came out, in words that may be a client's."""

    def facts(self, **facts: Fact) -> None:
        """Numbers, ids and words of our own."""

    def called(self, model: str, *, temperature: float | None) -> None:
        """Without a temperature the model has its own."""

    def first_word(self) -> None:
        """The model has begun to speak, now."""

    def used(self, usage: Usage, *, cost_usd: float | None) -> None: ...

    def failed(self, code: str) -> None:
        """A code or the name of an exception; never its text, which may repeat a client's."""

    def end(self) -> None: ...


class Tracer:
    """What a process without keys traces with."""

    is_on = False
    sends_text = False

    @property
    def last(self) -> str:
        """How the last sending ended: `ok`, an HTTP status, the name of an error; empty before the first."""
        return ""

    def keeps(self, _trace_id: str) -> bool:
        """Whether it is of the share that is traced."""
        return False

    def begin(self, _about: About) -> Observation:
        return _NOTHING

    def score(self, trace_id: str, name: str, value: float, *, comment: str | None = None) -> None:
        """A person's judgement of a trace; another of the same name replaces it."""

    async def close(self, within_seconds: float) -> None: ...


_NOTHING = Observation()
_OFF = Tracer()
_tracer: Tracer = _OFF
_current: ContextVar[Observation] = ContextVar("observation", default=_NOTHING)


def tracer() -> Tracer:
    return _tracer


@asynccontextmanager
async def traced(config: LangfuseSettings) -> AsyncIterator[Tracer]:
    """This process traces from here on, if there are keys. What is left is sent at the end, within a deadline."""
    global _tracer
    if _tracer.is_on or not config.is_on:
        yield _tracer
        return
    mine = _tracer = _opened(config)
    try:
        yield mine
    finally:
        _tracer = _OFF
        await mine.close(FLUSH_SECONDS)


def _opened(config: LangfuseSettings) -> Tracer:
    """A variable that the client or OpenTelemetry reads and cannot make sense of ends the traces, not the process."""
    try:
        from elenchus.core.langfusing import LangfuseTracer  # 40 MB and half a second, only for who has keys

        host = urlsplit(config.base_url).hostname
        mine = LangfuseTracer(config)
    except Exception as error:  # noqa: BLE001 - the border to a library that must not cost an answer
        log.error("nothing is traced: Langfuse's client does not start", error=type(error).__name__)
        return _OFF
    log.info("tracing to Langfuse", host=host, sends_text=config.send_text)
    return mine


def trace_id(seed: Id) -> str | None:
    """Known before anything is traced, the same whenever it is asked for; None when it is not traced."""
    known = _trace_id(seed)
    return known if _tracer.keeps(known) else None


def here() -> dict[str, str | None]:
    """The ids of the trace that this task is in, under the names that a message has for them."""
    root = _current.get()
    return {"trace_id": root.trace_id, "span_id": root.id, "generation_id": root.generation_id}


def _trace_id(seed: Id) -> str:
    return hashlib.sha256(str(seed).encode()).hexdigest()[: TRACE_BYTES * 2]


@contextmanager
def trace(name: str, seed: Id, principal: "Principal", session_id: Id | None = None) -> Iterator[Observation]:
    """What happens within, in this task and in those that it starts, belongs to the trace `trace_id(seed)`."""
    session = str(session_id) if session_id else None
    about = About(_trace_id(seed), name, str(principal.user_id), str(principal.tenant_id), session)
    root = _tracer.begin(about) if _tracer.keeps(about.trace_id) else _NOTHING
    token = _current.set(root)
    try:
        with _ending(root):
            yield root
    finally:
        _current.reset(token)


@contextmanager
def span(name: str, kind: Kind = Kind.SPAN) -> Iterator[Observation]:
    """A part of the trace that this task is in, if it is in one. May stand around a `yield`."""
    with _ending(_current.get().child(name, kind)) as part:
        yield part


@contextmanager
def _ending(observed: Observation) -> Iterator[Observation]:
    try:
        yield observed
    except (GeneratorExit, asyncio.CancelledError):  # nobody wanted the rest: no fault
        observed.facts(cut_off=True)
        raise
    except BaseException as error:
        observed.failed(error.code if isinstance(error, ModelFailed) else type(error).__name__)
        raise
    finally:
        observed.end()
