"""From a question to a cited answer, straight down: retrieve, compose, generate, cite, verify.

It knows neither HTTP nor the database: what happens comes out as steps, the last one always `Finished` or `Failed`.
"""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from math import ceil

from elenchus.core import logs, problems, tracing
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id
from elenchus.core.llm.base import ChatModel, ModelFailed, Prompt, StandIn, Usage, Wasted
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.core.tracing import Kind
from elenchus.library.schemas import Passage, Retrieved
from elenchus.research import accounts, prompts
from elenchus.research.choosing import Retrieve, found_in_what_is_left
from elenchus.research.examining import service as examining
from elenchus.research.examining.examination import Examined
from elenchus.research.leash import Cut, Leash, until_pulled
from elenchus.research.models import AnswerUsage, Citation, MessageError, Verification
from elenchus.research.prompts import Composed, History

MOST_CHARACTERS = 40_000  # of an answer; a model that goes on past this is lost
log = logs.get(__name__)

Examine = Callable[[Principal, str, Sequence[Passage], str], Awaitable[Examined]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked, of whom, and about which documents; none of them means the whole library."""

    principal: Principal
    text: str
    document_ids: tuple[Id, ...]
    #: The documents are the conversation's own choice of old; one that has been deleted since is passed over.
    documents_may_be_gone: bool
    history: History
    model: ChatModel
    #: None: the model has its own.
    temperature: float | None
    require_verified: bool
    #: How to answer, in the words of whoever asks; below our rules.
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Inquiry):
    """One of a conversation."""

    conversation_id: Id
    user_message_id: Id
    message_id: Id
    #: In which its tokens count; empty when they count in none.
    tokens_month: str = ""


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
    usage: AnswerUsage


@dataclass(slots=True)
class Outcome:
    """All that is known of an answer when it ends."""

    text: str = ""
    model: str = ""  # that stood in for the one that was asked
    passages: tuple[Passage, ...] = ()
    citations: list[Citation] = field(default_factory=list)
    verification: Verification | None = None
    usage: AnswerUsage | None = None
    counted: Usage | None = None
    wasted: list[Wasted] = field(default_factory=list)
    composed: Composed | None = None
    cut: Cut | None = None
    is_asked: bool = False  # the model was sent its prompt
    is_endless: bool = False  # it went on past `MOST_CHARACTERS`, and was left
    began: float = field(default_factory=time.perf_counter)
    latency_ms: int = 0
    retrieval_mode: str = ""
    left_out: int = 0  # passages that were found and did not fit
    #: When each part of the way was done, counted from `began`.
    timings_ms: dict[str, int] = field(default_factory=dict)

    @property
    def prompt(self) -> Prompt | None:
        return self.composed.prompt if self.composed else None

    @property
    def is_cut(self) -> bool:
        """Its last words are missing."""
        return self.is_endless or bool(self.counted and self.counted.is_cut)

    def reached(self, place: str) -> None:
        self.timings_ms.setdefault(place, _since(self))


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
Steps = AsyncGenerator[Step, None]


async def answer(question: Inquiry, retrieve: Retrieve, leash: Leash, examine: Examine = examining.examine) -> Steps:
    """Never raises: a fault of ours is a failed answer too."""
    outcome = Outcome()
    try:
        async with aclosing(steps(question, retrieve, leash, outcome, examine)) as taken:
            async for step in taken:
                yield step
    except ModelFailed as failed:
        wait = {} if failed.retry_after_seconds is None else {"retry_after_seconds": ceil(failed.retry_after_seconds)}
        outcome.counted = failed.usage
        yield _broken(question, outcome, failed.code, failed.detail, retryable=failed.retryable, **wait)
    except Refusal as refusal:
        yield _broken(question, outcome, refusal.slug, refusal.detail, retryable=refusal.status == 503)
    except Exception as error:
        away = problems.away(error)
        if away is None:
            log.error("an answer broke", exc_info=error)
        detail = away.detail if away else "This is our fault. Ask again; if it happens again, tell your administrator."
        yield _broken(question, outcome, "away" if away else "internal", detail, retryable=True)


async def steps(
    question: Inquiry, retrieve: Retrieve, leash: Leash, outcome: Outcome, examine: Examine = examining.examine
) -> Steps:
    """Raises what goes wrong; `outcome` has what it came to by then. Before the model is asked come its `Sources`."""
    with tracing.span("retrieval", Kind.RETRIEVER) as retrieval:
        found = await _retrieved(question, retrieve)
        retrieval.facts(passages=len(found.passages), mode=str(found.mode_used))
    composed = _composed(question, found.passages)
    outcome.composed, outcome.passages, outcome.retrieval_mode = composed, composed.passages, str(found.mode_used)
    outcome.left_out = len(found.passages) - len(composed.passages)
    outcome.reached("sources")
    yield Sources(outcome.passages)
    documents = examining.Ahead(question.principal, outcome.passages)
    async with aclosing(_generated(question, leash, outcome, composed.prompt)) as deltas:
        async for delta in deltas:
            documents.hear(delta.text)
            if not question.require_verified:
                yield delta
    outcome.reached("generated")
    outcome.usage = accounts.usage_of(question.model, outcome)
    with tracing.span("verification", Kind.EVALUATOR) as verification:
        examined = await examine(question.principal, outcome.text, outcome.passages, question.text)
        verification.facts(failing=len(examined.failing))
    outcome.reached("verified")
    outcome.citations, outcome.verification = examined.citations, examined.verification
    if question.require_verified:
        if examined.failing:
            yield _unverified(outcome, examined)
            return
        yield Delta(outcome.text)
    yield Verified(examined.verification)
    if outcome.usage:
        yield Used(outcome.usage)
    outcome.latency_ms = _since(outcome)
    yield Finished(outcome) if outcome.cut is not Cut.RESTART else _restarting(outcome)


def require_fitting(question: Inquiry) -> int:
    """How many tokens it leaves for what is told beside it. Raises `QuestionTooLong`, while it can still be refused."""
    count, room = question.model.count_tokens, settings().llm.prompt_tokens
    return room - prompts.require_fitting(question.text, count=count, room=room, instructions=question.instructions)


def _composed(question: Inquiry, passages: Sequence[Passage]) -> Composed:
    count, room = question.model.count_tokens, settings().llm.prompt_tokens
    told = question.text, passages, question.history
    return prompts.compose(*told, count=count, room=room, instructions=question.instructions)


async def _retrieved(question: Inquiry, retrieve: Retrieve) -> Retrieved:
    about = question.principal, question.text, question.document_ids
    if not question.documents_may_be_gone:
        return await retrieve(*about)
    found, _ = await found_in_what_is_left(retrieve, *about)
    return found or Retrieved((), "none")


async def _generated(question: Inquiry, leash: Leash, outcome: Outcome, prompt: Prompt) -> AsyncGenerator[Delta, None]:
    """What a failure leaves of the text is in `outcome`."""
    pieces: list[str] = []
    length = 0
    outcome.is_asked = leash.reason is None
    stream = question.model.stream(prompt, temperature=question.temperature)
    heard = until_pulled(stream, leash, timeout_seconds=settings().llm.patience_seconds)
    try:
        async with aclosing(stream), aclosing(heard):
            async for piece in heard:
                if isinstance(piece, Usage):
                    outcome.counted = piece
                elif isinstance(piece, StandIn):
                    outcome.model = piece.model
                elif isinstance(piece, Wasted):
                    outcome.wasted.append(piece)
                elif (length := length + len(piece.text)) > MOST_CHARACTERS:
                    outcome.is_endless = True
                    break
                else:
                    outcome.reached("first_delta")
                    pieces.append(piece.text if pieces else _opening(question, outcome) + piece.text)
                    yield Delta(pieces[-1])
        outcome.cut = leash.reason
    finally:
        outcome.text = "".join(pieces)


def _opening(question: Inquiry, outcome: Outcome) -> str:
    """A model that had nothing to read still writes. That its words come from no document is not left to it to say."""
    is_written = (outcome.model or question.model.name) != EXTRACTIVE
    return f"{prompts.NO_SOURCES}\n\n" if is_written and not outcome.passages else ""


def _since(outcome: Outcome) -> int:
    return round((time.perf_counter() - outcome.began) * 1000)


def _broken(
    question: Inquiry, outcome: Outcome, code: str, detail: str, *, retryable: bool, **fields: object
) -> Failed:
    """What it used counts all the same."""
    outcome.usage = outcome.usage or accounts.usage_of(question.model, outcome)
    return _failed(outcome, code, detail, retryable=retryable, **fields)


def _failed(outcome: Outcome, code: str, detail: str, *, retryable: bool, **fields: object) -> Failed:
    outcome.latency_ms = _since(outcome)
    return Failed(outcome, MessageError(code=code, detail=detail, retryable=retryable), fields)


def _unverified(outcome: Outcome, examined: Examined) -> Failed:
    """Who demands a verified answer gets what failed, and none of the answer."""
    outcome.text, outcome.citations = "", []
    detail = "Some of it does not stand in the given sources; `failing` lists it. Ask again, or in other words."
    return _failed(
        outcome, "unverified", detail, retryable=False, failing=[one.model_dump() for one in examined.failing]
    )


def _restarting(outcome: Outcome) -> Failed:
    detail = "The server was restarted while it wrote this answer. Ask again."
    return _failed(outcome, "restart", detail, retryable=True)
