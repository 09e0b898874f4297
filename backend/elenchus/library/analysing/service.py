"""Analysing's door: ask for an analysis, look at those there are, and let them go with their document."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.llm.base import Usage
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.usage import cost_usd
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.schemas import JobOutcome, JobStatus, Subject
from elenchus.library import store as library
from elenchus.library.analysing import store
from elenchus.library.analysing.errors import AnalysisNotFound
from elenchus.library.analysing.modelled import metering, prompts
from elenchus.library.analysing.models import Analysis, AnalysisStatus, Method, Spent
from elenchus.library.analysing.schemas import (
    AnalysisIn,
    AnalysisListed,
    AnalysisOut,
    AnalysisStarted,
    AnalysisUsage,
)
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from elenchus.library.models import Failure

ANALYZE = "library.analyze"
ANALYSIS = "analysis"
AT_ONCE = 50
STOPPED = Failure(code="cancelled", detail="The analysis was stopped. Ask for it again.")
LOST = Failure(code="lost", detail="The server that was asked went away before it could begin. Ask again.")
log = logs.get(__name__)


async def analyze(
    principal: Principal,
    document_id: Id,
    asked: AnalysisIn,
    *,
    analysis_id: Id | None = None,
    awaited_by: Id | None = None,
    reserve: Callable[[Id, int], None] | None = None,
) -> AnalysisStarted:
    """Raises `DocumentHasNoText` before it was read, and `QuotaExceeded` when the tokens that the model may use at most
    are more than the month has left; and what `reserve` does, which is told its job and these tokens.

    Under an `analysis_id` of the caller's own, asking twice is asking once. The job that it is `awaited_by` is woken
    when it ends."""
    if analysis_id and (known := await store.find(principal, analysis_id)):
        if reserve:
            reserve(known.job_id, known.most_tokens)
        await _submit(principal, known, awaited_by)
        return AnalysisStarted(job_id=known.job_id, analysis_id=known.id)
    document = await _existing(principal, document_id)
    if document["generation"] is None:
        raise DocumentHasNoText(document_id)
    analysis = await _asked(principal, document, asked, analysis_id or new_id())
    if reserve:
        reserve(analysis.job_id, analysis.most_tokens)
    await store.add(principal, analysis)
    try:
        await hold(principal, analysis)
    except Refusal:
        await store.remove(principal, analysis.id)
        raise
    await _submit(principal, analysis, awaited_by)
    await audit.record(
        principal, Action.ANALYSIS_STARTED, ANALYSIS, analysis.id,
        documents=[str(document_id)], type=analysis.analysis_type, questions=len(analysis.questions),
    )  # fmt: skip
    return AnalysisStarted(job_id=analysis.job_id, analysis_id=analysis.id)


async def _submit(principal: Principal, analysis: Analysis, awaited_by: Id | None) -> None:
    about = Subject(ANALYSIS, analysis.id)
    await jobs.submit(
        ANALYZE,
        principal,
        subject=about,
        about=[analysis.document_id],
        job_id=analysis.job_id,
        awaited_by=awaited_by,
    )


async def _asked(principal: Principal, document: Row, asked: AnalysisIn, analysis_id: Id) -> Analysis:
    model = chat_model(asked.model)
    with_model = model.name != EXTRACTIVE
    moment = now()
    return Analysis(
        id=analysis_id,
        tenant_id=principal.tenant_id,
        document_id=document["_id"],
        generation=document["generation"],
        user_id=principal.user_id,
        job_id=new_id(),
        analysis_type=asked.analysis_type,
        questions=list(dict.fromkeys(asked.questions)),
        method=Method.MODEL if with_model else Method.RULES,
        model=model.name,
        prompt_version=prompts.version() if with_model else None,
        tokens_month=await identity.usage.month(principal) if with_model else "",
        most_tokens=metering.most_tokens(document["char_count"], asked.questions) if with_model else 0,
        created_at=moment,
        updated_at=moment,
    )


async def list_analyses(principal: Principal, document_id: Id, page: PageQuery) -> Page[AnalysisListed]:
    """Newest first, without their results."""
    document = await _existing(principal, document_id)
    shown = page.page(
        await store.page(principal, document_id, page),
        lambda row: AnalysisListed.model_validate(shown_fields(row, document)),
    )
    audit.note(principal, Action.DOCUMENT_READ, "document", document_id, part="analyses", number=len(shown.items))
    return shown


async def get_analysis(principal: Principal, document_id: Id, analysis_id: Id) -> AnalysisOut:
    document = await _existing(principal, document_id)
    row = await store.row(principal, document_id, analysis_id)
    if row is None:
        raise AnalysisNotFound(analysis_id)
    audit.note(principal, Action.ANALYSIS_READ, ANALYSIS, analysis_id, documents=[str(document_id)])
    return AnalysisOut.model_validate({**shown_fields(row, document), "result": row["result"]})


async def _existing(principal: Principal, document_id: Id) -> Row:
    document = await library.document(principal, document_id)
    if document is None:
        raise DocumentNotFound(document_id)
    return document


def shown_fields(row: Row, document: Row) -> Row:
    stale = row["generation"] != document["generation"]
    return {**row, "id": row["_id"], "document_title": document["title"], "stale": stale, "usage": _usage(row)}


def _usage(row: Row) -> AnalysisUsage:
    spent = Spent.model_validate(row["spent"])
    counted = Usage(spent.prompt_tokens, spent.completion_tokens, cached_tokens=spent.cached_tokens)
    return AnalysisUsage(
        calls=spent.calls,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        total_tokens=spent.total_tokens,
        cost_usd=cost_usd(row["model"], counted, on=row["created_at"].date(), calls=spent.calls),
    )


# ---- tokens


async def hold(owner: HasTenant, analysis: Analysis) -> None:
    """Safe to repeat. What was settled before, when its job ended, is held anew."""
    if analysis.tokens_month:
        await _hold(owner, analysis, analysis.id)


async def hold_more(owner: HasTenant, analysis: Analysis) -> None:
    """When its calls have used all that was held for them. Noted first, so that what is held is always found again."""
    if not analysis.tokens_month:
        return
    used = (await spent(owner, analysis)).total_tokens - analysis.tokens_settled
    if used >= analysis.most_tokens * (1 + analysis.more_holds):
        number = analysis.more_holds + 1
        await store.note_more_holds(owner, analysis.id, number)
        await _hold(owner, analysis, _further(analysis, number))


async def _hold(owner: HasTenant, analysis: Analysis, hold_id: Id) -> None:
    month = analysis.tokens_month
    await identity.usage.hold_tokens(owner, hold_id, analysis.most_tokens, month=month)


def _further(analysis: Analysis, number: int) -> Id:
    return derived_id("more tokens", analysis.id, number)


async def settle(owner: HasTenant, analysis: Analysis) -> None:
    """Count what was used, once its calls have ended. Safe to repeat."""
    month = analysis.tokens_month
    if not month:
        return
    used = (await spent(owner, analysis)).total_tokens
    await identity.usage.settle_tokens(owner, analysis.id, max(0, used - analysis.tokens_settled), month=month)
    for number in range(1, analysis.more_holds + 1):
        await identity.usage.settle_tokens(owner, _further(analysis, number), 0, month=month)
    await store.note_settled(owner, analysis.id, used)


async def spent(owner: HasTenant, analysis: Analysis) -> Spent:
    return analysis.spent.plus(await store.spent_on_parts(owner, analysis))


# ---- ends


async def ended(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    """However the job ended, its analysis says so and its tokens are counted."""
    analysis = await store.find(principal, subject.id)
    if analysis is None:
        return
    if outcome.status is not JobStatus.COMPLETED:
        error = outcome.error
        failure = Failure(code=error.code, detail=error.detail) if error else STOPPED
        cancelled = outcome.status is JobStatus.CANCELLED
        status = AnalysisStatus.CANCELLED if cancelled else AnalysisStatus.FAILED
        await store.end(principal, analysis.id, status, STOPPED if cancelled else failure)
    await settle(principal, analysis)


async def erase_of(principal: Principal, document_id: Id) -> None:
    """All analyses of a document: their work is stopped, their tokens are counted, nothing of them stays."""
    while found := await store.of_document(principal, document_id, limit=AT_ONCE):
        for analysis in found:
            await _stop(principal, analysis)
            await settle(principal, analysis)
            await store.drop_parts(principal, document_id, analysis.id)
            await store.remove(principal, analysis.id)
    await store.drop_parts(principal, document_id)


async def _stop(principal: Principal, analysis: Analysis) -> None:
    """Also one that somebody else asked for: what it is about is gone."""
    if analysis.status in {AnalysisStatus.PENDING, AnalysisStatus.RUNNING}:
        with suppress(JobIsOver, JobNotFound):
            await jobs.cancel(replace(principal, role=Role.ADMIN), analysis.job_id)


async def abandon_lost(before: datetime) -> int:
    """End those whose job was never queued, since the process died in between; nobody was told that they would come."""
    lost = await jobs.never_queued(await store.never_begun(before, limit=AT_ONCE))
    for analysis in lost:
        if await store.end(analysis, analysis.id, AnalysisStatus.FAILED, LOST, of=AnalysisStatus.PENDING):
            await settle(analysis, analysis)  # else its job has come after all
    return len(lost)
