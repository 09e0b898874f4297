"""One part of a brief from the model, whole, with what the call was and what it used."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from elenchus.core.clock import now
from elenchus.core.llm import usage as tokens
from elenchus.core.llm.base import ChatModel, ModelFailed, Prompt, StandIn, Usage, Wasted
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.written import digest
from elenchus.research.answering import MOST_CHARACTERS
from elenchus.research.briefing.models import Call
from elenchus.research.briefing.prompts import Part, rules

InVain = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Draft:
    """Not examined yet. `written_by` as in a section."""

    text: str
    written_by: str
    is_cut: bool = False

    @property
    def is_extracted(self) -> bool:
        return self.written_by == EXTRACTIVE


@dataclass(slots=True)
class _Heard:
    """`in_vain` is what models used that were left for another."""

    model: str
    pieces: list[str] = field(default_factory=list)
    usage: Usage | None = None
    in_vain: int = 0
    is_endless: bool = False

    @property
    def text(self) -> str:
        return "".join(self.pieces)


async def written(
    model: ChatModel, part: Part, prompt: Prompt, *, temperature: float | None, in_vain: InVain
) -> tuple[Draft, Call]:
    """`in_vain` is told of tokens that left nothing behind. Raises `ModelFailed`.
    Cancelled, it leaves the model at once; a provider bills what it had read and written by then."""
    began, heard = time.perf_counter(), _Heard(model.name)
    try:
        await _listen(heard, model, prompt, temperature)
    except ModelFailed as failed:
        heard.in_vain += failed.usage.total_tokens if failed.usage else 0
        raise
    except asyncio.CancelledError:
        if heard.model != EXTRACTIVE:
            heard.in_vain += _used(model, prompt, heard).total_tokens
        raise
    finally:
        if heard.in_vain:
            await in_vain(heard.in_vain)
    usage = _used(model, prompt, heard)
    return Draft(heard.text.strip(), heard.model, usage.is_cut), _call(part, prompt, heard, usage, began)


async def _listen(heard: _Heard, model: ChatModel, prompt: Prompt, temperature: float | None) -> None:
    length = 0
    async with aclosing(model.stream(prompt, temperature=temperature)) as stream:
        async for piece in stream:
            if isinstance(piece, Usage):
                heard.usage = piece
            elif isinstance(piece, StandIn):
                heard.model = piece.model
            elif isinstance(piece, Wasted):
                heard.in_vain += piece.usage.total_tokens
            elif (length := length + len(piece.text)) > MOST_CHARACTERS:  # it is lost
                heard.is_endless = True
                break
            else:
                heard.pieces.append(piece.text)


def _used(model: ChatModel, prompt: Prompt, heard: _Heard) -> Usage:
    """As it said, or our own count of one that was left before it could say."""
    if heard.usage:
        return heard.usage
    asked, said = model.count_tokens(prompt.text()), model.count_tokens(heard.text)
    return Usage(asked, said, is_estimate=True, is_cut=heard.is_endless)


def _call(part: Part, prompt: Prompt, heard: _Heard, usage: Usage, began: float) -> Call:
    return Call(
        model=heard.model,
        prompt_version=rules(part).version,
        rules_sha256=rules(part).sha256,
        prompt_sha256=digest(prompt.text()),
        text_sha256=digest(heard.text),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cached_tokens=usage.cached_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        is_estimate=usage.is_estimate,
        is_cut=usage.is_cut,
        cost_usd=tokens.cost_usd(heard.model, usage, on=now().date()),
        took_ms=round((time.perf_counter() - began) * 1000),
    )
