"""Briefs whose asker died before their job was queued."""

from collections.abc import Sequence

from elenchus.core.clock import now
from elenchus.jobs import service as jobs
from elenchus.jobs.models import Job, SubjectRef
from elenchus.research.briefing import metering, service, store, tasks
from elenchus.research.briefing.models import Brief, BriefStatus
from tests.research.briefing.support import a_brief, tokens_used
from tests.support import Firm


async def left_behind(f: Firm) -> Brief:
    """Long ago, with tokens that it holds."""
    brief = a_brief(
        f.principal, status=BriefStatus.PENDING, updated_at=now() - 2 * tasks.UNBEGUN_AFTER,
        tokens_month=f"{now():%Y-%m}", most_tokens=500,
    )  # fmt: skip
    await store.add(f.principal, brief)
    await metering.hold(f.principal, brief)
    return brief


async def status_of(f: Firm, brief: Brief) -> BriefStatus:
    found = await store.find(f.principal, brief.id)
    assert found
    return found.status


async def test_it_ends_and_holds_nothing(firm):
    f = await firm()
    brief = await left_behind(f)
    await tasks.sweep(now())
    found = await store.find(f.principal, brief.id)
    assert found
    assert (found.status, found.error) == (BriefStatus.FAILED, service.LOST)
    assert await tokens_used(f) == 0


async def test_but_not_one_whose_job_waits_in_the_ledger(firm):
    f = await firm()
    brief = await left_behind(f)
    job = Job(
        id=brief.job_id, tenant_id=brief.tenant_id, user_id=brief.user_id, role=f.principal.role,
        type=service.WRITE, queue="another", subject=SubjectRef(type=service.BRIEF, id=brief.id),
        max_attempts=1, due_at=now(), queued_at=now(),
    )  # fmt: skip
    await Job.owned_by(f.principal).insert(job)
    await tasks.sweep(now())
    assert (await status_of(f, brief), await tokens_used(f)) == (BriefStatus.PENDING, 500)


async def test_nor_one_whose_job_begins_at_that_moment(firm, monkeypatch):
    f = await firm()
    brief, look = await left_behind(f), jobs.never_queued

    async def late(waiting: Sequence[Brief]) -> list[Brief]:
        found = await look(waiting)
        await Brief.owned_by(f.principal).update({"_id": brief.id}, {"$set": {"status": BriefStatus.RUNNING}})
        return found

    monkeypatch.setattr(jobs, "never_queued", late)
    await tasks.sweep(now())
    assert (await status_of(f, brief), await tokens_used(f)) == (BriefStatus.RUNNING, 500)
