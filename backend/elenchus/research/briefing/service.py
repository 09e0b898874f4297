"""The briefs' door: ask for one, look at those there are, let them go."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.sampling import temperature_of
from elenchus.core.mongo import HasTenant
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import settings
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.schemas import JobError, JobOutcome, JobStatus, Subject
from elenchus.library import service as library
from elenchus.research.briefing import fitting, metering, store
from elenchus.research.briefing.errors import BriefNotFound
from elenchus.research.briefing.models import UNDER_WAY, Brief, BriefStatus
from elenchus.research.briefing.schemas import BriefIn, BriefListed, BriefOut, BriefStarted
from elenchus.research.metering import month
from elenchus.research.placing import title_of

WRITE = "research.brief"
BRIEF = "brief"
AT_ONCE = 50
STOPPED = JobError(code="cancelled", detail="The brief was stopped. Ask for it again.")
LOST = JobError(code="lost", detail="The server that was asked went away before it could begin. Ask again.")


async def begin(principal: Principal, asked: BriefIn) -> BriefStarted:
    """Raises `BriefTooLong`, `DocumentNotFound`, `DocumentHasNoText`, and `QuotaExceeded` when the tokens that the
    model may use at most are more than the month has left."""
    brief = await _asked(principal, asked)
    await library.require_read(principal, brief.document_ids)
    await store.add(principal, brief)
    try:
        await metering.hold(principal, brief)
    except Refusal:
        await store.remove(principal, brief.id)
        raise
    subject = Subject(BRIEF, brief.id)
    await jobs.submit(WRITE, principal, subject=subject, about=brief.document_ids, job_id=brief.job_id)
    await audit.record(
        principal, Action.BRIEF_STARTED, BRIEF, brief.id,
        documents=[str(id_) for id_ in brief.document_ids], issues=len(brief.legal_issues),
    )  # fmt: skip
    return BriefStarted(job_id=brief.job_id, brief_id=brief.id)


async def _asked(principal: Principal, asked: BriefIn) -> Brief:
    model = chat_model(asked.model)
    fitting.require_fitting(model, asked.case_facts, asked.legal_issues)
    tokens_month, moment = await month(principal, model), now()
    return Brief(
        id=new_id(),
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        job_id=new_id(),
        title=asked.title or title_of(asked.legal_issues[0]),
        case_facts=asked.case_facts,
        legal_issues=asked.legal_issues,
        document_ids=list(dict.fromkeys(asked.document_ids)),
        model=model.name,
        temperature=temperature_of(model.name, None, settings().llm),
        require_verified=asked.require_verified,
        tokens_month=tokens_month,
        most_tokens=metering.most_tokens(model, asked.case_facts, asked.legal_issues) if tokens_month else 0,
        created_at=moment,
        updated_at=moment,
    )


async def page(principal: Principal, query: PageQuery) -> Page[BriefListed]:
    return query.page(await store.page(principal, query), BriefListed.of)


async def get(principal: Principal, brief_id: Id) -> BriefOut:
    row = await store.row(principal, brief_id)
    if row is None:
        raise BriefNotFound(brief_id)
    cited = [str(id_) for id_ in row["cited_document_ids"]]
    audit.note(principal, Action.BRIEF_READ, BRIEF, brief_id, documents=[*cited])
    return BriefOut.of(row)


async def delete(principal: Principal, brief_id: Id) -> None:
    """Its work is stopped and its tokens are counted; nothing of it stays."""
    if await store.row(principal, brief_id) is None:
        raise BriefNotFound(brief_id)
    await erase(principal, brief_id)
    await audit.record(principal, Action.BRIEF_DELETED, BRIEF, brief_id)


# ---- ends


async def ended(principal: Principal, subject: Subject, outcome: JobOutcome) -> None:
    """However the job ended, its brief says so and its tokens are counted."""
    if outcome.status is not JobStatus.COMPLETED:
        error = outcome.error or STOPPED
        cancelled = outcome.status is JobStatus.CANCELLED
        status = BriefStatus.CANCELLED if cancelled else BriefStatus.FAILED
        await store.end(principal, subject.id, status, STOPPED if cancelled else error)
    brief = await store.find(principal, subject.id)
    if brief:
        await metering.settle(principal, brief)


async def erase(owner: HasTenant, brief_id: Id) -> None:
    """Safe to repeat. What its job would still add goes with the brief; calls that end later count by themselves."""
    if brief := await store.find(owner, brief_id):
        await _stop(owner, brief)
        await store.end(owner, brief_id, BriefStatus.CANCELLED, STOPPED)
        await metering.settle(owner, await store.find(owner, brief_id) or brief)
        await store.remove(owner, brief_id)
    await store.drop_parts(owner, brief_id)


async def erase_all(owner: HasTenant, wanted: Mapping[str, Id]) -> None:
    async for brief_id in store.ids_of(owner, wanted):
        await erase(owner, brief_id)


async def _stop(owner: HasTenant, brief: Brief) -> None:
    if brief.status in UNDER_WAY:
        with suppress(JobIsOver, JobNotFound):
            await jobs.cancel(replace(_housekeeper(owner), user_id=brief.user_id), brief.job_id)


def _housekeeper(owner: HasTenant) -> Principal:
    return Principal(owner.tenant_id, DEPLOYMENT.user_id, Role.OWNER)


async def forget_untouched(owner: HasTenant, since: datetime) -> int:
    """Of those that nothing has happened to since then, some; how many. Call it until there are none."""
    found = await store.untouched(owner, since, limit=AT_ONCE)
    for brief_id in found:
        await erase(owner, brief_id)
    return len(found)


async def abandon_lost(before: datetime) -> int:
    """End those whose job was never queued, since the process died in between; nobody was told that they would come."""
    lost = await jobs.never_queued(await store.never_begun(before, limit=AT_ONCE))
    for brief in lost:
        if await store.end(brief, brief.id, BriefStatus.FAILED, LOST, of=BriefStatus.PENDING):  # else it has come
            await metering.settle(brief, brief)
    return len(lost)
