"""From a question to a cited answer, straight down: retrieve, compose, generate, cite, verify.

It knows neither HTTP nor the database: what happens comes out as steps, the last one always `Finished` or `Failed`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from elenchus.core import logs, problems
from elenchus.core.clock import now
from elenchus.core.errors import NotFound, Refusal
from elenchus.core.ids import Id
from elenchus.core.llm import usage as tokens
from elenchus.core.llm.base import ChatModel, ModelFailed, Prompt, Turn, Usage
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library.schemas import Passage, Retrieved
from elenchus.research import citations, prompts
from elenchus.research.models import Citation, MessageError, UsageOut, Verification

MOST_CHARACTERS = 40_000  # of an answer; a model that goes on past this is lost
log = logs.get(__name__)
T = TypeVar("T")

Retrieve = Callable[[Principal, str, Sequence[Id]], Awaitable[Retrieved]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, and about which documents; none of them means the whole library."""

    principal: Principal
    conversation_id: Id
    user_message_id: Id
    message_id: Id
    text: str
    document_ids: tuple[Id, ...]
    #: The documents are the conversation's own choice of old; one that has been deleted since is passed over.
    documents_may_be_gone: bool
    history: tuple[Turn, ...]
    model: ChatModel
    temperature: float
    require_verified: bool
    #: In which its tokens count; empty when they count in none.
    tokens_month: str = ""


class Cut(StrEnum):
    """Why generation is ended from outside."""

    STOPPED = "stopped"
    RESTART = "restart"


@dataclass(slots=True)
class Leash:
    """By which a running answer is stopped."""

    reason: Cut | None = None
    pulled: asyncio.Event = field(default_factory=asyncio.Event)

    def pull(self, reason: Cut) -> None:
        self.reason = self.reason or reason
        self.pulled.set()

    def stop(self) -> None:
        self.pull(Cut.STOPPED)


@dataclass(frozen=True, slots=True)
class Sources:
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    verification: Verification


@dataclass(frozen=True, slots=True)
class Used:
    usage: UsageOut


@dataclass(slots=True)
class Outcome:
    """All that is known of an answer when it ends."""

    text: str = ""
    passages: tuple[Passage, ...] = ()
    citations: list[Citation] = field(default_factory=list)
    verification: Verification | None = None
    usage: UsageOut | None = None
    counted: Usage | None = None
    prompt: Prompt | None = None
    cut: Cut | None = None
    began: float = field(default_factory=time.perf_counter)
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Failed:
    outcome: Outcome
    error: MessageError
    #: More about it, for the problem that the caller gets.
    fields: dict[str, object] = field(default_factory=dict)


Step = Sources | Delta | Verified | Used | Finished | Failed


async def answer(question: Question, retrieve: Retrieve, leash: Leash) -> AsyncGenerator[Step, None]:
    """Never raises: a fault of ours is a failed answer too."""
    outcome = Outcome()
    try:
        async with aclosing(_steps(question, retrieve, leash, outcome)) as steps:
            async for step in steps:
                yield step
    except ModelFailed as failed:
        yield _failed(outcome, failed.code, failed.detail, retryable=failed.retryable)
    except Refusal as refusal:
        yield _failed(outcome, refusal.slug, refusal.detail, retryable=refusal.status == 503)
    except Exception as error:
        away = problems.away(error)
        if away is None:
            log.error("an answer broke", exc_info=error)
        detail = away.detail if away else "This is our fault. Ask again; if it happens again, tell your administrator."
        yield _failed(outcome, "away" if away else "internal", detail, retryable=True)


async def _steps(question: Question, retrieve: Retrieve, leash: Leash, outcome: Outcome) -> AsyncGenerator[Step, None]:
    outcome.passages = (await _retrieved(question, retrieve)).passages
    yield Sources(outcome.passages)
    model = question.model
    outcome.prompt = prompts.compose(question.text, outcome.passages, question.history, count=model.count_tokens)
    async with aclosing(_generated(question, leash, outcome, outcome.prompt)) as deltas:
        async for delta in deltas:
            if not question.require_verified:
                yield delta
    examined = citations.examine(outcome.text, outcome.passages)
    outcome.citations, outcome.verification = examined.citations, examined.verification
    if question.require_verified:
        if examined.failing:
            yield _unverified(outcome, examined)
            return
        yield Delta(outcome.text)
    yield Verified(examined.verification)
    outcome.usage = _usage(model, outcome)
    yield Used(outcome.usage)
    outcome.latency_ms = _since(outcome)
    yield Finished(outcome) if outcome.cut is not Cut.RESTART else _restarting(outcome)


async def _retrieved(question: Question, retrieve: Retrieve) -> Retrieved:
    """A chosen document that is gone leaves the choice smaller; it never widens to the whole library."""
    wanted = list(question.document_ids)
    while True:
        try:
            return await retrieve(question.principal, question.text, wanted)
        except NotFound as missing:
            left = [id_ for id_ in wanted if str(id_) != missing.fields.get("document_id")]
            if not question.documents_may_be_gone or len(left) == len(wanted):
                raise
            wanted = left
            if not wanted:
                return Retrieved((), "none")


async def _generated(question: Question, leash: Leash, outcome: Outcome, prompt: Prompt) -> AsyncGenerator[Delta, None]:
    """What a failure leaves of the text is in `outcome`."""
    pieces: list[str] = []
    length = 0
    stream = question.model.stream(prompt, temperature=question.temperature)
    heard = until_pulled(stream, leash, timeout_seconds=settings().llm.timeout_seconds)
    try:
        async with aclosing(stream), aclosing(heard):
            async for piece in heard:
                if isinstance(piece, Usage):
                    outcome.counted = piece
                elif (length := length + len(piece.text)) > MOST_CHARACTERS:
                    break
                else:
                    pieces.append(piece.text)
                    yield Delta(piece.text)
        outcome.cut = leash.reason
    finally:
        outcome.text = "".join(pieces)


async def until_pulled(stream: AsyncIterator[T], leash: Leash, *, timeout_seconds: float) -> AsyncGenerator[T, None]:
    """The stream's items until it ends or the leash is pulled; a stalled one is left at once.

    Raises `ModelFailed` when nothing comes for longer than the timeout.
    """
    pulled = asyncio.ensure_future(leash.pulled.wait())
    step: asyncio.Future[T] | None = None
    try:
        while not leash.pulled.is_set():
            step = asyncio.ensure_future(_next(stream))
            await asyncio.wait({step, pulled}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                if not leash.pulled.is_set():
                    raise ModelFailed("model_slow", "The language model fell silent. Ask again.", retryable=True)
                return
            try:
                item = step.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        pulled.cancel()
        if step and not step.done():
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)


async def _next(stream: AsyncIterator[T]) -> T:
    return await anext(stream)


def _usage(model: ChatModel, outcome: Outcome) -> UsageOut:
    """The model's own count; when it was stopped before it could say, ours."""
    counted = outcome.counted
    if counted is None:
        asked = outcome.prompt.text() if outcome.prompt else ""
        counted = Usage(model.count_tokens(asked), model.count_tokens(outcome.text), is_estimate=True)
        outcome.counted = counted
    return UsageOut(
        prompt_tokens=counted.prompt_tokens,
        completion_tokens=counted.completion_tokens,
        total_tokens=counted.total_tokens,
        cost_usd=tokens.cost_usd(model.name, counted, on=now().date()),
    )


def _since(outcome: Outcome) -> int:
    return round((time.perf_counter() - outcome.began) * 1000)


def _failed(outcome: Outcome, code: str, detail: str, *, retryable: bool, **fields: object) -> Failed:
    outcome.latency_ms = _since(outcome)
    return Failed(outcome, MessageError(code=code, detail=detail, retryable=retryable), fields)


def _unverified(outcome: Outcome, examined: citations.Examined) -> Failed:
    """Who demands a verified answer gets what failed, and none of the answer."""
    outcome.text = ""
    outcome.citations = []
    failing = [{"text": claim.text, "citations": list(claim.numbers)} for claim in examined.failing]
    detail = "Some statements cite a source that was not given; `failing` lists them. Ask again, or in other words."
    return _failed(outcome, "unverified", detail, retryable=False, failing=failing)


def _restarting(outcome: Outcome) -> Failed:
    detail = "The server was restarted while it wrote this answer. Ask again."
    return _failed(outcome, "restart", detail, retryable=True)
