"""The job: a title while the conversation has only its first question's words, then what is due of its record.

Each step asks and writes in one, so that no client's words stay in the ledger. A write insists on what was read: a
step that is done twice changes nothing the second time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from elenchus.core import tracing
from elenchus.core.errors import Refusal
from elenchus.core.llm.base import ModelFailed, Speaker, T
from elenchus.core.llm.factory import full_name
from elenchus.core.llm.providers import ProviderModel
from elenchus.core.mongo import Row
from elenchus.core.settings import settings
from elenchus.identity import service as identity
from elenchus.jobs.run import Run
from elenchus.research import prompts
from elenchus.research import store as conversations
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Summarised
from elenchus.research.remembering import service, store, summaries, titles
from elenchus.research.remembering.recalling import Said, readable, since
from elenchus.research.remembering.store import Remembered

MOST_MESSAGES = 200  # of a branch that are read
MOST_OUTPUT_TOKENS = 2_048  # a record has 600; the rest is for models that think first
MORE, END = "more", "end"


@dataclass(frozen=True, slots=True)
class Branch:
    """The one that ends with the answer, and how its conversation is remembered now."""

    kept: Remembered
    rows: Sequence[Row]
    said: Sequence[Said]


async def perform(run: Run) -> None:
    for step in service.steps():
        if await run.step(step, partial(_step, run, step)) == END:
            return


async def _step(run: Run, step: str) -> str:
    branch = await _branch(run)
    if branch is None:
        await run.log("the conversation is gone")
        return END
    try:
        return await (_titled if step == service.TITLE else _recorded)(run, branch, step)
    except ModelFailed as failed:
        if failed.retryable:
            raise
        await run.log("the language model gave nothing", reason=failed.code)
        return MORE if step == service.TITLE else END  # the next part of a record would be this one again
    except Refusal as refusal:  # the month's tokens are used up, or there is no such model any more
        await run.log("no language model may be asked", reason=refusal.slug)
        return END


async def _branch(run: Run) -> Branch | None:
    """None when the conversation or the answer is gone."""
    kept = await store.remembered(run.principal, run.subject.id)
    if kept is None:
        return None
    try:
        head = await conversations.head(run.principal, run.subject.id, last=1)
        tip = str(run.params["message_id"])
        rows = await conversations.branch(run.principal, head, tip, limit=MOST_MESSAGES)
    except ConversationNotFound:
        return None
    said = readable(rows)
    return Branch(kept, rows, said) if said else None


async def _titled(run: Run, branch: Branch, step: str) -> str:
    question = branch.said[0].turn
    answer = next((each.turn for each in branch.said if each.turn.speaker is Speaker.ASSISTANT), question)
    if not titles.is_made(branch.kept.title, question.text):
        return MORE
    form = await _asked(run, step, "title", titles.asked(question, answer), titles.TitleForm)
    title = titles.usable(form.title) if form else None
    if title is None:
        await run.log("the language model gave no title")
    elif title != branch.kept.title:
        await store.retitle(run.principal, run.subject.id, before=branch.kept.title, title=title)
    return MORE


async def _recorded(run: Run, branch: Branch, step: str) -> str:
    """A record that is of another branch is left behind."""
    left = since(branch.said, branch.rows, branch.kept.until)
    before = branch.kept.summary if left is not None else ""
    left = list(branch.said) if left is None else left
    block = _block(run, before, left) if _is_due(run, left) else []
    if not block:
        return END
    form = await _asked(run, step, "summary", summaries.asked(before, block), summaries.SummaryForm)
    summary = summaries.usable(form.record) if form else None
    if summary is None:
        await run.log("the language model gave no record")
        return END
    written = prompts.written("summary")
    made = Summarised(until=block[-1].id, model=str(run.params["model"]), prompt_version=written.version)
    is_put = await store.put_summary(
        run.principal, run.subject.id, before=branch.kept.until, summary=summary, summarised=made
    )
    return MORE if is_put else END


def _is_due(run: Run, left: Sequence[Said]) -> bool:
    count = _model(run).count_tokens
    return summaries.is_due(len(left), sum(count(each.turn.text) for each in left), room=settings().llm.prompt_tokens)


def _block(run: Run, before: str, left: Sequence[Said]) -> list[Said]:
    """What goes into the record next, as far as one call holds it."""
    count, room = _model(run).count_tokens, settings().llm.prompt_tokens
    rules = prompts.written("summary").text
    return summaries.covered(left, lambda found: count(f"{rules}\n\n{summaries.asked(before, found)}") <= room)


async def _asked(run: Run, step: str, prompt: str, text: str, form: type[T]) -> T | None:
    """Its tokens count in the tenant's month as an answer's do. None when what came back has not the form."""
    model, system, used = _model(run), prompts.written(prompt).text, 0
    asked = model.count_tokens(f"{system}\n\n{text}")
    call, month = service.call_id(run.job_id, step), str(run.params["month"])
    await identity.usage.hold_tokens(run.principal, call, asked + MOST_OUTPUT_TOKENS, month=month)
    try:
        with tracing.span(prompt):
            answer = await model.structured(system, text, form)
        used = answer.usage.total_tokens
    except ModelFailed as failed:
        used = failed.usage.total_tokens if failed.usage else 0
        raise
    except asyncio.CancelledError:
        used = asked  # a provider bills what it has read
        raise
    finally:
        await identity.usage.settle_tokens(run.principal, call, used, month=month)
    return answer.value


def _model(run: Run) -> ProviderModel:
    """Raises `Refusal` when it is not set up any more."""
    options = settings().llm
    bounded = options.model_copy(update={"max_output_tokens": min(options.max_output_tokens, MOST_OUTPUT_TOKENS)})
    return ProviderModel(full_name(str(run.params["model"]), options), bounded)
