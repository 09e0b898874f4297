"""What the end of a job or of an attempt changes in its row."""

from elenchus.core.clock import now
from elenchus.core.mongo import Row
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import SELDOM, AttemptOutcome, JobError, JobStatus, Key, StepState


def ended(status: JobStatus, error: JobError | None) -> Row:
    moment = now()
    told = error.model_dump() if error else None
    return {"status": status, "completed_at": moment, "changed_at": moment, "error": told}


def found_as(status: JobStatus) -> Row:
    """What a write of its end has beside `ended`: one that went wrong is looked for among the many that did not."""
    return {"$addToSet": {"keys": Key.status(status)}} if status in SELDOM else {}


def attempt_ended(job: Job, outcome: AttemptOutcome, error: JobError | None) -> Row:
    """The attempt's own row, and its steps that were under way: a later crash is not to be counted to them."""
    last = f"attempt_log.{len(job.attempt_log) - 1}"
    told = error.model_dump() if error else None
    left = {
        f"steps.{index}.state": StepState.PENDING
        for index, step in enumerate(job.steps)
        if step.state is StepState.RUNNING
    }
    return {f"{last}.ended_at": now(), f"{last}.outcome": outcome, f"{last}.error": told, **left}


async def key_what_went_wrong() -> int:
    """Of the jobs whose keys do not say so yet, how many do now. Reads the whole ledger."""
    keyed = 0
    for status in sorted(SELDOM):
        silent = {"status": status, "keys": {"$type": "array", "$ne": Key.status(status)}}
        keyed += await Job.across_tenants().update_many(silent, found_as(status))
    return keyed
