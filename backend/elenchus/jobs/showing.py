"""One job as people see it: its attempts, what each of them did, and how long everything took."""

from collections.abc import Sequence
from datetime import datetime

from elenchus.jobs import bounds
from elenchus.jobs.models import Job, LogLine, Step
from elenchus.jobs.schemas import AttemptOut, JobDetail, JobOut, JobStepOut, LogOut, SubjectOut, TimelineEntry, Timings


def detail(job: Job) -> JobDetail:
    steps = [_step(step) for step in job.steps[-bounds.STEPS_SHOWN :]]
    logs = [_line(line) for line in job.logs]
    return JobDetail(
        **job.model_dump(include=set(JobOut.model_fields) - {"subject"}),
        subject=SubjectOut(type=job.subject.type, id=job.subject.id),
        request_id=job.request_id,
        attempt_log=[AttemptOut(**attempt.model_dump()) for attempt in job.attempt_log],
        steps=steps,
        step_count=len(job.steps),
        logs=logs,
        log_count=len(logs),
        timeline=_timeline(job, steps, logs),
        timings=_timings(job),
    )


def _step(step: Step) -> JobStepOut:
    return JobStepOut(**step.model_dump(exclude={"result"}))


def _line(line: LogLine) -> LogOut:
    return LogOut(at=line.at, sentence=line.sentence, fields=bounds.fields(line.fields))


def _timeline(job: Job, steps: Sequence[JobStepOut], logs: Sequence[LogOut]) -> list[TimelineEntry]:
    """A step belongs to the attempt that has begun it last."""
    attempts = [AttemptOut(**attempt.model_dump()) for attempt in job.attempt_log]
    entries = [TimelineEntry(attempt=None, steps=[], logs=[])]
    entries += [TimelineEntry(attempt=attempt, steps=[], logs=[]) for attempt in attempts]
    begun = [attempt.started_at for attempt in attempts]
    for step in sorted(steps, key=lambda step: step.started_at):
        entries[_at(begun, step.started_at)].steps.append(step)
    for line in sorted(logs, key=lambda line: line.at):
        entries[_at(begun, line.at)].logs.append(line)
    return entries if entries[0].steps or entries[0].logs else entries[1:]


def _at(begun: Sequence[datetime], moment: datetime) -> int:
    return sum(began <= moment for began in begun)


def _timings(job: Job) -> Timings:
    def seconds(earlier: datetime | None, later: datetime | None) -> float | None:
        return None if earlier is None or later is None else round((later - earlier).total_seconds(), 3)

    return Timings(
        waited_seconds=seconds(job.queued_at, job.started_at),
        ran_seconds=seconds(job.started_at, job.completed_at),
        total_seconds=seconds(job.queued_at, job.completed_at),
    )
