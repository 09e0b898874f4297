"""One job as people see it: a course of its attempts, and never more than a browser likes to get."""

import json
from datetime import timedelta

from elenchus.core.clock import now
from elenchus.jobs import bounds, store
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Retryable
from elenchus.jobs.models import Attempt, LogLine, Step
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import AttemptOutcome, JobError, StepState
from elenchus.jobs.task import task
from tests.jobs.conftest import ended, kept, submit
from tests.jobs.door import as_

MOST_BYTES = 512 * 1024
MOST_LISTED_BYTES = 1024 * 1024


@task("showing.twice", max_attempts=3)
async def twice(run: Run) -> None:
    async def nothing() -> None: ...

    await run.step("read", nothing)
    await run.log("begun", attempt=run.attempt)
    if run.attempt == 1:
        raise Retryable("It was away.", code="away")
    await run.step("write", nothing)


class TestTimeline:
    async def test_each_attempt_with_its_steps_and_lines_in_order(self, http, me, engine, make_due):
        job_id = await submit("showing.twice", me)
        await engine(twice, worker="w1").attend(job_id)
        await make_due(job_id)
        await engine(twice, worker="w2").attend(job_id)
        first, second = (await http.get(f"/jobs/{job_id}", headers=as_(me))).json()["timeline"]
        assert (first["attempt"]["worker"], first["attempt"]["outcome"]) == ("w1", "error")
        assert first["attempt"]["error"]["code"] == "away"
        assert [step["name"] for step in first["steps"]] == ["read"]
        assert [line["fields"] for line in first["logs"]] == [{"attempt": 1}]
        assert (second["attempt"]["worker"], second["attempt"]["outcome"]) == ("w2", "completed")
        assert [step["name"] for step in second["steps"]] == ["write"]
        assert [line["fields"] for line in second["logs"]] == [{"attempt": 2}]
        assert first["attempt"]["ended_at"] <= second["attempt"]["started_at"]

    async def test_what_is_older_than_the_attempts_that_are_kept_comes_first(self, http, me):
        moment = now()
        attempt = Attempt(number=25, worker="w", started_at=moment, ended_at=moment, outcome=AttemptOutcome.CRASHED)
        early = moment - timedelta(minutes=5)
        [job_id] = await kept(
            ended(
                me,
                attempt_log=[attempt],
                attempts=25,
                steps=[Step(name="old", state=StepState.DONE, started_at=early)],
                logs=[LogLine(at=moment, sentence="new"), LogLine(at=early, sentence="old")],
            )
        )
        old, new = (await http.get(f"/jobs/{job_id}", headers=as_(me))).json()["timeline"]
        assert (old["attempt"], [step["name"] for step in old["steps"]]) == (None, ["old"])
        assert [line["sentence"] for line in old["logs"]] == ["old"]
        assert (new["attempt"]["number"], [line["sentence"] for line in new["logs"]]) == (25, ["new"])

    async def test_one_that_waits_has_none(self, http, me):
        job_id = await submit("showing.twice", me)
        assert (await http.get(f"/jobs/{job_id}", headers=as_(me))).json()["timeline"] == []


class TestBounds:
    async def test_the_largest_job_is_a_moderate_answer(self, http, me):
        moment, long = now(), "x" * 100_000
        error = JobError(code="error", detail=long)
        step = Step(name="s" * 100, state=StepState.DONE, started_at=moment, result=json.dumps(long[:3000]))
        line = LogLine(at=moment, sentence="x" * 500, fields={f"name {n}": long[:2000] for n in range(30)})
        [job_id] = await kept(
            ended(
                me,
                stage=long,
                error=error,
                params={"text": long},
                steps=[step.model_copy(update={"name": f"step {n}"}) for n in range(1000)],
                attempt_log=[Attempt(number=n, worker="w", started_at=moment, error=error) for n in range(20)],
                logs=[line] * store.LOGS_KEPT,
                attempts=1200,
            )
        )
        answer = await http.get(f"/jobs/{job_id}", headers=as_(me))
        job = answer.json()
        assert len(answer.content) < 4 * MOST_BYTES
        assert (len(job["steps"]), job["step_count"], job["steps"][-1]["name"]) == (200, 1000, "step 999")
        assert (len(job["logs"]), job["log_count"], job["attempts"]) == (100, 100, 1200)
        listed = await http.get("/jobs", headers=as_(me))
        assert len(listed.content) < 5_000

    async def test_a_full_page_of_the_longest_rows(self, http, me):
        long = "x" * 100_000
        await kept(*(ended(me, stage=long, error=JobError(code="error", detail=long)) for _ in range(200)))
        answer = await http.get("/jobs", params={"limit": 200}, headers=as_(me))
        assert len(answer.json()["items"]) == 200
        assert len(answer.content) < MOST_LISTED_BYTES

    async def test_lines_are_kept_short(self, me, engine, stored):
        @task(f"showing.lines {me.user_id}")
        async def lines(run: Run) -> None:
            fields = {f"f{n}": "y" * 5000 for n in range(30)}
            await run.log("x" * 5000, **fields)
            await run.log(
                "kept", number=3, ratio=0.5, flag=True, some=[1, 2], huge=10**9999, far=[10**20], deep=[["z"] * 999]
            )
            await run.progress(0.5, "s" * 5000)

        job_id = await submit(lines.name, me)
        await engine(lines).attend(job_id)
        row = await stored(job_id)
        first, second = row.logs
        assert len(first.sentence) == 500
        assert len(first.fields) == bounds.MOST_FIELDS
        assert {len(str(value)) for value in first.fields.values()} == {bounds.VALUE_CHARACTERS}
        assert second.fields["some"] == [1, 2]
        assert (second.fields["number"], second.fields["ratio"], second.fields["flag"]) == (3, 0.5, True)
        assert isinstance(second.fields["huge"], str)
        assert second.fields["far"] == f"[{10**20}]"
        assert len(str(second.fields["deep"])) == bounds.VALUE_CHARACTERS
        assert len(row.stage) == bounds.STAGE_CHARACTERS

    async def test_nobody_sees_what_it_was_given_or_what_its_steps_gave(self, http, me):
        step = Step(name="read", state=StepState.DONE, started_at=now(), result='"secret result"')
        [job_id] = await kept(ended(me, params={"text": "secret parameter"}, steps=[step]))
        for path in (f"/jobs/{job_id}", "/jobs"):
            assert "secret" not in (await http.get(path, headers=as_(me))).text
        assert (await jobs.get(me, ended(me, id=job_id).id)).step_count == 1
