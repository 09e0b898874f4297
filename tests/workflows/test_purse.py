"""What an execution may spend: held by each call for itself, counted once, shared with the jobs that it waits for."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import Usage
from elenchus.core.llm.usage import cost_usd
from elenchus.identity import service as identity
from elenchus.identity.tenants.models import Meter, Used
from elenchus.jobs import run as runs
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import LostLease
from elenchus.jobs.models import Job
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobError, JobStatus, Subject
from elenchus.jobs.task import task
from elenchus.library.analysing import service as analysing
from elenchus.library.analysing.errors import AnalysisNotFound
from elenchus.library.analysing.schemas import AnalysisUsage
from elenchus.workflows import service
from elenchus.workflows.errors import WaitsForJob
from elenchus.workflows.models import Spent
from elenchus.workflows.running.purse import OVER_BUDGET, release_all
from elenchus.workflows.schemas import DecisionIn, ExecutionStatus
from tests.workflows.inner import begun, fresh, kind, leg, states, step_of
from tests.workflows.inner import table as kinds_table
from tests.workflows.support import step

MODEL = "google_genai:gemini-3.8-flash"


@pytest.fixture
def me(resources_, new_principal):
    return new_principal()


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch):
    """A worker of another module must not take them: the test attends to its jobs itself."""

    async def wake(*_args, **_more):
        return True

    monkeypatch.setattr(queueing, "wake", wake)


@pytest.fixture
def table(monkeypatch):
    return lambda *more: kinds_table(monkeypatch, *more)


async def month(me):
    """Tokens that count, and those of them that are only held."""
    [row] = [row for row in await Used.owned_by(me).find({}) if row.meter is Meter.TOKENS]
    return row.used, sorted(hold.amount for hold in row.holds)


def priced(prompt, completion):
    return cost_usd(MODEL, Usage(prompt, completion), on=now().date())


def asking(*calls):
    """A kind that makes calls of so many prompt and completion tokens, each held with what it then uses."""

    async def work(desk, _given):
        spending = desk.spending(MODEL)
        for prompt, completion in calls:
            held = await spending.hold(prompt, completion)
            await spending.used(held, Spent.of_call(prompt, completion, priced(prompt, completion)))
        return len(calls)

    return kind("asking", work)


class TestCalls:
    async def test_each_settles_what_it_held_itself(self, me, table):
        seen = []

        async def work(desk, _given):
            spending = desk.spending(MODEL)
            await spending.hold(1_000, 0)
            second = await spending.hold(10, 0)
            await spending.used(second, Spent.of_call(7, 0, 0.0))
            seen.append(await month(me))
            await spending.release()

        table(kind("pair", work))
        await leg(await begun(me, step("a", "pair", input={})))
        assert seen == [(1_007, [1_000])]
        assert await month(me) == (7, [])

    async def test_one_whose_run_dies_before_it_is_settled_counts_in_the_month(self, me, table, monkeypatch):
        def at(point):
            if point == "workflow_after_spent":
                raise LostLease

        table(asking((100, 20)))
        execution = await begun(me, step("a", "asking", input={}))
        with monkeypatch.context() as dying:
            dying.setattr(runs, "at", at)
            await leg(execution)
        left = await fresh(execution)
        assert (left.steps[0].spent.total_tokens, len(left.holds)) == (120, 1)
        for _ in range(2):
            await release_all(left)
        assert await month(me) == (120, [])
        assert (await fresh(execution)).holds == []

    async def test_one_that_is_being_settled_is_not_forgotten_by_the_next(self, me, table, monkeypatch):
        real = identity.usage.settle_tokens

        async def away(owner, hold_id, used, *, month):
            if used == 120:
                raise LostLease
            await real(owner, hold_id, used, month=month)

        async def work(desk, _given):
            spending = desk.spending(MODEL)
            first, second = await spending.hold(100, 20), await spending.hold(50, 10)
            with suppress(LostLease):
                await spending.used(first, Spent.of_call(100, 20, 0.0))
            await spending.used(second, Spent.of_call(50, 10, 0.0))
            raise LostLease

        table(kind("pair", work))
        execution = await begun(me, step("a", "pair", input={}))
        with monkeypatch.context() as dying:
            dying.setattr(identity.usage, "settle_tokens", away)
            await leg(execution)
        await release_all(await fresh(execution))
        assert await month(me) == (180, [])

    async def test_one_that_is_settled_leaves_nothing_to_settle(self, me, table):
        table(asking((100, 20), (50, 10)))
        done = await leg(await begun(me, step("a", "asking", input={})))
        assert (await month(me), done.holds, len(done.steps[0].unsettled)) == ((180, []), [], 1)

    async def test_the_prompt_is_held_at_its_own_price(self, me, table):
        table(asking((100_000, 1_000)))
        cost = priced(100_000, 1_000)
        done = await leg(await begun(me, step("a", "asking", input={}), budget={"max_cost_usd": cost * 1.01}))
        assert done.status is ExecutionStatus.COMPLETED
        assert done.steps[0].spent.cost_usd == pytest.approx(cost)
        over = await leg(await begun(me, step("a", "asking", input={}), budget={"max_cost_usd": cost * 0.99}))
        assert over.error.code == OVER_BUDGET


@task("purse.awaited")
async def awaited(_run: Run) -> None: ...


@pytest.fixture
def waiting(me, table):
    """A kind that waits for a job of its own, which may use the `tokens` that it is given, and says so but once. The
    jobs that were begun."""
    begun_, reserved = [], dict[Id, Id]()

    async def work(desk, given):
        if (id_ := desk.effect_id("job")) not in reserved:
            reserved[id_] = new_id()
            desk.reserve(id_, given["tokens"], MODEL, job_id=reserved[id_])
        about = Subject("thing", new_id())
        job_id = await jobs.submit("purse.awaited", me, subject=about, job_id=reserved[id_], awaited_by=desk.job_id)
        begun_.append(job_id)
        raise WaitsForJob(job_id, "working")

    table(kind("waits", work))
    return begun_


class TestAwaitedJobs:
    ITEMS = {"items": [60, 60], "step": {"type": "waits", "input": {"tokens": "{{ item }}"}}}

    async def test_side_by_side_they_share_what_is_left(self, me, waiting):
        execution = await leg(await begun(me, step("a", "map", input=self.ITEMS), budget={"max_tokens": 100}))
        assert (execution.status, execution.error.code) == (ExecutionStatus.FAILED, OVER_BUDGET)
        assert len(waiting) == 1
        assert (await jobs.get(me, waiting[0])).status is JobStatus.CANCELLED

    async def test_its_dollars_too(self, me, waiting):
        most = priced(0, 100)
        execution = await leg(await begun(me, step("a", "map", input=self.ITEMS), budget={"max_cost_usd": most}))
        assert (execution.error.code, len(waiting)) == (OVER_BUDGET, 1)

    async def test_there_is_enough_when_there_is(self, me, waiting):
        execution = await leg(await begun(me, step("a", "map", input=self.ITEMS), budget={"max_tokens": 120}))
        assert (execution.status, len(waiting)) == (ExecutionStatus.WAITING, 2)
        assert sum(one.tokens for one in step_of(execution, "a").reserved) == 120

    async def test_a_later_leg_still_knows(self, me, waiting):
        """`b` begins beside `a`, which waits on and has not said anew what it may use."""
        ask = step("ask", "approval", input={"title": "?"})
        steps = (step("b", "waits", needs=["ask"], input={"tokens": 60}), step("a", "waits", input={"tokens": 60}), ask)
        execution = await leg(await begun(me, *steps, budget={"max_tokens": 100}))
        await service.decide(me, execution.execution_id, "ask", DecisionIn(approved=True))
        found = await leg(execution)
        assert (step_of(found, "b").error.code, step_of(found, "a").status) == (OVER_BUDGET, "waiting")

    async def test_a_run_that_dies_while_it_looks_at_them_forgets_none(self, me, waiting, monkeypatch):
        """`b` begins in the next run, before `a` has said anew what it may use."""
        ask = step("ask", "approval", input={"title": "?"})
        steps = (step("b", "waits", needs=["ask"], input={"tokens": 60}), step("a", "waits", input={"tokens": 60}), ask)
        execution = await leg(await begun(me, *steps, budget={"max_tokens": 100}))

        def at(point):
            if point == "workflow_after_begin":
                raise LostLease

        await jobs.unpark(me, execution.job_id)
        with monkeypatch.context() as dying:
            dying.setattr(runs, "at", at)
            await leg(execution)
        past = now() - timedelta(seconds=60)
        await Job.across_tenants().update({"_id": execution.job_id}, {"$set": {"due_at": past}})
        await service.decide(me, execution.execution_id, "ask", DecisionIn(approved=True))
        found = await leg(execution)
        assert (step_of(found, "b").error.code, step_of(found, "a").status) == (OVER_BUDGET, "waiting")

    @pytest.mark.parametrize("error", [None, ValueError])
    async def test_what_has_ended_may_use_nothing_more(self, me, waiting, table, error):
        async def ends(desk, _given):
            for _ in range(2):  # once, under one id
                desk.reserve(desk.effect_id("job"), 60, MODEL, job_id=new_id())
            if error:
                raise error

        table(kind("ends", ends))
        bad = step("a", "ends", on_error="continue", retry={"max_attempts": 1}, input={})
        steps = (bad, step("b", "waits", needs=["a"], input={"tokens": 60}))
        execution = await leg(await begun(me, *steps, budget={"max_tokens": 100}))
        assert states(execution) == {"a": "failed" if error else "completed", "b": "waiting"}


class TestAnalysis:
    @pytest.fixture
    def asked(self, me, monkeypatch):
        """The analyses that were begun, and what all of them come to."""
        found = SimpleNamespace(ids=list[Id](), status="failed")

        async def get(_principal, _document_id, analysis_id):
            if analysis_id not in found.ids:
                raise AnalysisNotFound(analysis_id)
            usage = AnalysisUsage(calls=2, prompt_tokens=30, completion_tokens=12, total_tokens=42, cost_usd=0.1)
            error = JobError(code="no_room", detail="It had no room.")
            return SimpleNamespace(id=analysis_id, status=found.status, error=error, usage=usage, result=None)

        async def analyze(_principal, _document_id, _asked, *, analysis_id, awaited_by, reserve):
            reserve(job_id := new_id(), 60)
            found.ids.append(analysis_id)
            about = Subject("thing", new_id())
            await jobs.submit("purse.awaited", me, subject=about, job_id=job_id, awaited_by=awaited_by)
            return SimpleNamespace(job_id=job_id)

        monkeypatch.setattr(analysing, "get_analysis", get)
        monkeypatch.setattr(analysing, "analyze", analyze)
        return found

    ONCE = step(
        "a", "document_analysis", retry={"max_attempts": 1},
        input={"document_id": str(new_id()), "analysis_type": "contract", "model": MODEL},
    )  # fmt: skip

    async def test_one_that_was_stopped_with_its_execution_is_begun_anew(self, me, asked):
        execution = await leg(await begun(me, self.ONCE))
        await service.cancel(me, execution.execution_id)
        asked.status = "cancelled"
        await service.retry(me, execution.execution_id)
        assert ((await leg(execution)).status, len(asked.ids)) == (ExecutionStatus.WAITING, 2)

    async def test_one_that_somebody_stops_while_it_is_waited_for_has_failed(self, me, asked):
        execution = await leg(await begun(me, self.ONCE))
        asked.status = "cancelled"
        await jobs.unpark(me, execution.job_id)
        assert ((await leg(execution)).status, len(asked.ids)) == (ExecutionStatus.FAILED, 1)

    async def test_a_crash_behind_its_failure_begins_no_other(self, me, asked, monkeypatch):
        def at(point):
            if point == "workflow_after_part":
                raise LostLease

        execution = await leg(await begun(me, self.ONCE, budget={"max_tokens": 110}))
        assert execution.status is ExecutionStatus.WAITING
        await jobs.unpark(me, execution.job_id)
        with monkeypatch.context() as dying:
            dying.setattr(runs, "at", at)
            await leg(execution)
        past = now() - timedelta(seconds=60)
        await Job.across_tenants().update({"_id": execution.job_id}, {"$set": {"due_at": past}})
        done = await leg(execution)
        assert (done.status, done.error.code, len(asked.ids)) == (ExecutionStatus.FAILED, "no_room", 1)
        assert (done.steps[0].spent.calls, done.steps[0].spent.total_tokens) == (2, 42)
        await service.retry(me, execution.execution_id)
        again = await leg(execution)
        assert (again.error and again.error.code, len(asked.ids)) == (None, 2)
