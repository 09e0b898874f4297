"""A job's attempts are one trace."""

from elenchus.core import tracing
from elenchus.core.ids import new_id
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Retryable
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import Subject
from elenchus.jobs.task import task
from tests.fixtures.langfuse import config

SECRET = "Maria Svensson"


@task("tracing.read", max_attempts=2)
async def read(run: Run) -> None:
    with tracing.span("reading"):
        if run.attempt == 1:
            raise Retryable(SECRET)


async def test_each_attempt_with_its_parts_and_why_it_failed(me, engine, make_due, langfuse):
    async with tracing.traced(config(langfuse.url)):
        job_id = await jobs.submit(read.name, me, subject=Subject("thing", new_id()))
        one = engine(read)
        await one.attend(job_id)
        await make_due(job_id)
        await one.attend(job_id)
        known = tracing.trace_id(job_id)
    attempts = sorted((row for row in langfuse.observations if row.name == read.name), key=lambda row: row.began)
    assert [row.facts["attempt"] for row in attempts] == ["1", "2"]
    assert [row.attributes.get("langfuse.observation.status_message") for row in attempts] == ["Retryable", None]
    assert {row.trace_id for row in langfuse.observations} == {known}
    assert [row.parent_id for row in langfuse.observations if row.name == "reading"] == [
        row.span_id for row in attempts
    ]
    assert SECRET.encode() not in langfuse.raw
