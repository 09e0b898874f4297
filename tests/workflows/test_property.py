"""Any definition, with any of its steps failing, stumbling, cut off, decided this way or that: the engine comes to the
end that a simple interpreter of the same definition comes to, and its events tell it."""

import itertools
import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs.errors import Fatal, LostLease, Retryable
from elenchus.jobs.models import Job
from elenchus.jobs.verdict import NEVER
from elenchus.workflows import service
from elenchus.workflows.models import Execution
from elenchus.workflows.running import attempting
from elenchus.workflows.running.desk import LegOver
from elenchus.workflows.schemas import DecisionIn, ExecutionStatus
from tests.workflows.chaos.arena import event_faults
from tests.workflows.inner import begun, engine, fresh, job_of, kind, states, table

MOST_STEPS = 8
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "20"))
MOST_LEGS = 200
#: What an attempt may come to. Of these only the second and third count.
ENDS = ("ok", "stumbles", "fails", "leg over", "away", "lost")


@dataclass(frozen=True)
class Part:
    """One step, and what becomes of each of its attempts; beyond those it succeeds."""

    name: str
    needs: tuple[str, ...]
    is_asked: bool
    when: str | None
    is_loose: bool
    tries: int
    ends: tuple[str, ...]
    decisions: tuple[bool, ...]
    reject_fails: bool

    def as_step(self) -> dict[str, Any]:
        of = [f"{{{{ steps.{name} }}}}" for name in self.needs]
        ask = {"title": "Well?", "on_reject": "fail" if self.reject_fails else "continue"}
        return {
            "name": self.name,
            "type": "approval" if self.is_asked else "act",
            "needs": [*self.needs],
            "input": ask if self.is_asked else {"of": of},
            "retry": {"max_attempts": self.tries, "first_pause_seconds": 0},
            "on_error": "continue" if self.is_loose else "fail",
            **({"when": self.when} if self.when else {}),
        }


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    found: list[Part] = []
    lost = 2  # more may take a job down for good
    for number in range(draw(st.integers(1, MOST_STEPS))):
        before = [part.name for part in found]
        needs = tuple(draw(st.lists(st.sampled_from(before), unique=True, max_size=3))) if before else ()
        conditions = [None, "{{ true }}", "{{ false }}"]
        conditions += [f"{{{{ steps.{name} is {word} }}}}" for name in needs for word in ("none", "not none")]
        ends = draw(st.lists(st.sampled_from(ENDS), max_size=4))
        while ends.count("lost") > lost:
            ends.remove("lost")
        lost -= ends.count("lost")
        found.append(
            Part(
                name=f"s{number}",
                needs=tuple(sorted(needs)),
                is_asked=draw(st.sampled_from([False, False, False, True])),
                when=draw(st.sampled_from(conditions)),
                is_loose=draw(st.booleans()),
                tries=draw(st.integers(1, 3)),
                ends=tuple(ends),
                decisions=tuple(draw(st.lists(st.booleans(), max_size=2))),
                reject_fails=draw(st.booleans()),
            )
        )
    return found


# ---- the interpreter


@dataclass
class Reference:
    """Step by step, in the order in which they stand, each to its end before the next."""

    parts: list[Part]
    states: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    _ends: dict[str, Any] = field(default_factory=dict)
    _decisions: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.states = dict.fromkeys((part.name for part in self.parts), "pending")
        self._ends = {part.name: itertools.chain(part.ends, itertools.repeat("ok")) for part in self.parts}
        self._decisions = {part.name: itertools.chain(part.decisions, itertools.repeat(True)) for part in self.parts}

    def run(self) -> str:
        """To its end. Nobody is asked once a step has failed that may not."""
        while True:
            self._do_all()
            waiting = [part for part in self.parts if self.states[part.name] == "waiting"]
            if self.failed():
                for part in waiting:
                    self.states[part.name] = "cancelled"
                return "failed"
            if not waiting:
                return "completed"
            for part in waiting:
                self._decide(part, next(self._decisions[part.name]))

    def failed(self) -> bool:
        return any(self.states[part.name] == "failed" and not part.is_loose for part in self.parts)

    def again(self) -> None:
        """Somebody runs it again."""
        for part in self.parts:
            if self.states[part.name] == "cancelled" or (self.states[part.name] == "failed" and not part.is_loose):
                self.states[part.name] = "pending"

    def _do_all(self) -> None:
        for part in self.parts:
            if self.states[part.name] == "pending" and all(map(self._is_settled, part.needs)):
                self.states[part.name] = self._done(part)

    def _is_settled(self, name: str) -> bool:
        part = next(part for part in self.parts if part.name == name)
        state = self.states[name]
        return state in {"completed", "skipped"} or (state == "failed" and part.is_loose)

    def _done(self, part: Part) -> str:
        if part.needs and all(self.states[name] == "skipped" for name in part.needs):
            return "skipped"
        if not self._is_wanted(part):
            return "skipped"
        if part.is_asked:
            return "waiting"
        failures = 0
        while failures < part.tries:
            end = next(self._ends[part.name])
            if end == "ok":
                self.outputs[part.name] = {"name": part.name, "of": [self.outputs.get(name) for name in part.needs]}
                return "completed"
            if end == "fails":
                return "failed"
            failures += end == "stumbles"
        return "failed"

    def _is_wanted(self, part: Part) -> bool:
        if part.when is None:
            return True
        words = part.when.strip("{} ").split()
        if len(words) == 1:
            return words[0] == "true"
        is_none = self.outputs.get(words[0].removeprefix("steps.")) is None
        return is_none if words[1:] == ["is", "none"] else not is_none

    def _decide(self, part: Part, approved: bool) -> None:
        if approved or not part.reject_fails:
            self.states[part.name] = "completed"
            self.outputs[part.name] = approved
        else:
            self.states[part.name] = "failed"


# ---- the engine


@dataclass
class Play:
    """The definition carried out by the engine, in this process."""

    parts: list[Part]
    execution: Execution
    me: Principal
    _decisions: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._decisions = {part.name: itertools.chain(part.decisions, itertools.repeat(True)) for part in self.parts}

    async def run(self) -> Execution:
        mine = engine()
        for _ in range(MOST_LEGS):
            job = await job_of(self.execution)
            if not job.open:
                return await fresh(self.execution)
            if job.due_at == NEVER:
                await self._decide()
            elif job.due_at > now():  # as if its time, or that of a lease, had come
                past = now() - timedelta(seconds=1)
                await Job.across_tenants().update({"_id": job.id}, {"$set": {"due_at": past}})
            await mine.attend(job.id)
        raise AssertionError("it never ends")

    async def _decide(self) -> None:
        """All that are asked for."""
        for step in (await fresh(self.execution)).steps:
            if step.status == "waiting":
                approved = next(self._decisions[step.name])
                given = DecisionIn(approved=approved)
                await service.decide(self.me, self.execution.execution_id, step.name, given)


def act(ends: dict[str, Any]) -> Any:
    async def work(desk: Any, given: Any) -> Any:
        match next(ends[desk.step]):
            case "stumbles":
                raise Retryable
            case "fails":
                raise Fatal("told", "As it was told to.")
            case "leg over":
                raise LegOver
            case "away":
                raise AutoReconnect("away")
            case "lost":
                raise LostLease
        return {"name": desk.step, "of": given["of"]}

    return kind("act", work)


@pytest.fixture
def calm(resources_, monkeypatch):
    """No pause is waited for, and no worker of another module takes anything."""

    async def wake(*_args: Any, **_more: Any) -> bool:
        return True

    monkeypatch.setattr(queueing, "wake", wake)
    monkeypatch.setattr(attempting, "AWAY_PAUSE_SECONDS", 0.0)
    return monkeypatch


def seen(execution: Execution, reference: Reference) -> dict[str, Any]:
    """Of an approval what was decided: the rest of it is not the interpreter's to know."""
    asked = {part.name for part in reference.parts if part.is_asked}
    found = {step.name: json.loads(step.output) for step in execution.steps if step.output is not None}
    return {name: value["approved"] if name in asked else _plain(value, asked) for name, value in found.items()}


def _plain(value: Any, asked: set[str]) -> Any:
    if isinstance(value, dict) and "approved" in value:
        return value["approved"]
    if isinstance(value, dict):
        return {key: _plain(one, asked) for key, one in value.items()}
    return [_plain(one, asked) for one in value] if isinstance(value, list) else value


async def check(execution: Execution, reference: Reference, expected: str) -> None:
    assert execution.status.value == expected
    assert states(execution) == reference.states
    assert seen(execution, reference) == reference.outputs
    assert await event_faults(execution) == []
    assert (execution.holds, execution.decided_at) == ([], None)


@given(chosen=parts(), again=st.booleans())
@examples(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
async def test_it_comes_to_the_end_that_the_interpreter_comes_to(calm, chosen, again):
    me, reference = Principal(new_id(), new_id(), Role.OWNER), Reference(chosen)
    ends = {part.name: itertools.chain(part.ends, itertools.repeat("ok")) for part in chosen}
    with calm.context() as patched:
        table(patched, act(ends))
        play = Play(chosen, await begun(me, *(part.as_step() for part in chosen)), me)
        expected = reference.run()
        await check(await play.run(), reference, expected)
        if again and expected == "failed":
            await service.retry(me, play.execution.execution_id)
            reference.again()
            expected = reference.run()
            done = await play.run()
            await check(done, reference, expected)
            assert done.status in {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED}
