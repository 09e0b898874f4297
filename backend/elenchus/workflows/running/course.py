"""One leg of an execution: all steps that can be done are, side by side where they do not need each other. It ends when
the execution does, or when all that is left waits for something."""

import asyncio
import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import JsonValue

from elenchus.core.clock import now
from elenchus.core.settings import settings
from elenchus.jobs import run as runs
from elenchus.jobs.errors import Fatal, Parked
from elenchus.jobs.run import Run
from elenchus.workflows import forms, planning
from elenchus.workflows.definition import Definition, StepDef
from elenchus.workflows.models import OUTPUT, Execution, Step, inline
from elenchus.workflows.running import attempting
from elenchus.workflows.running.desk import LegOver, as_json, evaluated
from elenchus.workflows.running.purse import OVER_BUDGET, Purse
from elenchus.workflows.running.record import Record
from elenchus.workflows.schemas import ExecutionStatus, StepStatus

STEPS_AT_ONCE = 4
LEG_SHARE = 0.5  # of the longest attempt of a job, after which a leg begins nothing more
JOB_SHARE = 0.9  # of the same, after which a step is cut off: its own end is judged by its own rules, the job's is not
FRESH_SECONDS = 60.0  # a step that takes most of it begins in a leg that is no older
EARLY = timedelta(seconds=0.1)  # a job may be taken up so much before its time
INSIST_SECONDS = 1.0  # between two cancellations: the database's driver swallows some


class Course:
    def __init__(self, run: Run, execution: Execution, outputs: dict[str, JsonValue]) -> None:
        self.record = Record(run, execution)
        self.purse = Purse(self.record)
        self.definition = Definition.model_validate_json(execution.definition)
        self.steps = {step.name: (index, step) for index, step in enumerate(self.definition.steps)}
        self.outputs = outputs
        self.input: JsonValue = json.loads(execution.input)
        self._began = time.monotonic()
        self.leg_ends = self._began + LEG_SHARE * settings().jobs.timeout_seconds
        self._job_ends = self._began + JOB_SHARE * settings().jobs.timeout_seconds
        self._active_before = execution.active_seconds
        self._is_leg_over = False
        #: Whose job may have ended since the last leg.
        self._look_at = {step.name for step in execution.steps if step.wait and step.wait.kind == "job"}

    @property
    def execution(self) -> Execution:
        return self.record.execution

    @property
    def active_seconds(self) -> float:
        return self._active_before + time.monotonic() - self._began

    def seconds_for(self, most: float) -> float:
        """How long a step may take that begins now. Raises `LegOver` when the next leg has more time for it."""
        left = self._job_ends - time.monotonic()
        if most > left and time.monotonic() - self._began > FRESH_SECONDS:
            raise LegOver
        return min(most, left)

    def statuses(self) -> dict[str, StepStatus]:
        return {step.name: step.status for step in self.execution.steps}

    def scope(self) -> dict[str, JsonValue]:
        return {
            "input": self.input,
            "steps": {**dict.fromkeys(self.steps), **self.outputs},
            "today": self.execution.created_at.date().isoformat(),
            "execution": {"id": self.execution.execution_id},
        }

    # ---- the leg

    async def carry_on(self) -> None:
        """Raises `Parked` when there is something to wait for, and `Fatal` when it has failed."""
        try:
            async with asyncio.timeout(self._seconds_left()) as limit:
                await self._work()
        except TimeoutError:
            if not limit.expired():
                raise
            most = self.execution.budget.max_seconds
            over = Fatal(OVER_BUDGET, f"It has worked for longer than its budget of {most:g} s.")
            await self._fail_all(over)
            if StepStatus.PENDING in self.statuses().values():  # also where all that was cut off may fail
                raise over from None
        await self._end_or_park()

    def _seconds_left(self) -> float | None:
        most = self.execution.budget.max_seconds
        return None if most is None else max(0.0, most - self.active_seconds)

    async def _work(self) -> None:
        under_way: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                await self._settle_skipped()
                for step in self._ready(set(under_way.values()), room=STEPS_AT_ONCE - len(under_way)):
                    under_way[asyncio.create_task(self._do(step))] = step.name
                if not under_way:
                    return
                seconds = self._seconds_until_due(room=STEPS_AT_ONCE - len(under_way))
                done, _ = await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del under_way[task]
                    task.result()
        finally:
            await _ended(under_way)

    def _ready(self, busy: set[str], *, room: int) -> list[StepDef]:
        if self._is_leg_over:
            return []
        resumed = [step.name for step in self.execution.steps if self._goes_on(step)]
        names = [*resumed, *planning.ready(self.definition, self.statuses())]
        found = [self.steps[name][1] for name in names if name not in busy][:room]
        self._look_at -= {step.name for step in found}
        return found

    def _goes_on(self, step: Step) -> bool:
        """Its waiting is over: it is decided or due, or a job that it waited for may have ended."""
        if step.status is not StepStatus.WAITING or step.wait is None:
            return False
        early = EARLY if step.wait.kind == "time" else timedelta(0)
        is_due = step.wait.until is not None and step.wait.until <= now() + early
        return is_due or step.decision is not None or step.name in self._look_at

    def _seconds_until_due(self, *, room: int) -> float | None:
        """None: what is due cannot begin before something ends."""
        if self._is_leg_over or not room:
            return None
        due = _earliest([step for step in self.execution.steps if step.status is StepStatus.WAITING])
        return None if due is None else max(0.05, (due - now()).total_seconds())

    async def _settle_skipped(self) -> None:
        while names := planning.skipped(self.definition, self.statuses()):
            changed = {}
            for name in names:
                index, _ = self.steps[name]
                changed[index] = self.record.step(index).model_copy(update=_SKIPPED | {"completed_at": now()})
                self.outputs[name] = None
            await self.record.change(changed)

    async def _do(self, step: StepDef) -> None:
        try:
            await attempting.attempt(self, step)
        except LegOver:
            self._is_leg_over = True

    # ---- its end

    async def _fail_all(self, error: Fatal) -> None:
        changed = {
            index: step.model_copy(
                update={
                    "status": StepStatus.FAILED,
                    "error": attempting.shown(error),
                    "completed_at": now(),
                    "wait": step.wait if step.wait and step.wait.job_id else None,  # whoever ends it stops that job
                }
            )
            for index, step in enumerate(self.execution.steps)
            if step.status in {StepStatus.RUNNING, StepStatus.WAITING}
        }
        if not changed:
            pending = (i for i, step in enumerate(self.execution.steps) if step.status is StepStatus.PENDING)
            index = next(pending, None)
            if index is None:  # the last of them has ended with the time
                return
            update = {"status": StepStatus.FAILED, "error": attempting.shown(error), "completed_at": now()}
            changed = {index: self.record.step(index).model_copy(update=update)}
        await self.record.change(changed, active_seconds=self.active_seconds)

    async def _end_or_park(self) -> None:
        waiting = [step for step in self.execution.steps if step.status is StepStatus.WAITING]
        if self._is_leg_over:
            await self._park("goes on in a moment", now())
        failed = planning.failed_step(self.definition, self.statuses())
        if waiting and (failed is None or any(step.wait and step.wait.kind != "approval" for step in waiting)):
            await self._park(_stage(waiting), _earliest(waiting))
        if failed is not None:  # nobody is asked to decide what can come to nothing
            await self._failed(failed)
        await self._completed()

    async def _park(self, stage: str, until: datetime | None) -> None:
        is_waiting = until is None or until > now()
        status = ExecutionStatus.WAITING if is_waiting else ExecutionStatus.RUNNING
        runs.at("workflow_before_park")
        await self.record.change(status=status, active_seconds=self.active_seconds)
        runs.at("workflow_after_park")
        raise Parked(stage, until=until)

    async def _failed(self, name: str) -> None:
        """Its status changes with the end of its job: whoever sees it failed can run it again."""
        index, _ = self.steps[name]
        error = self.record.step(index).error or attempting.UNKNOWN
        await self.record.change(error=error, error_step=name, active_seconds=self.active_seconds)
        raise Fatal(error.code, error.detail)

    async def _completed(self) -> None:
        text, size = await self._output()
        runs.at("workflow_before_completed")
        await self.record.change(
            status=ExecutionStatus.COMPLETED,
            output=text,
            output_bytes=size,
            error=None,
            error_step=None,
            completed_at=now(),
            active_seconds=self.active_seconds,
        )
        runs.at("workflow_after_completed")

    async def _output(self) -> tuple[str | None, int]:
        """Raises `Fatal` when it does not fit the form that the template promises."""
        value: JsonValue = self.outputs.get(self.definition.steps[-1].name)
        if self.definition.output is not None:
            value = await evaluated(self.definition.output, self.scope(), "output")
        promised = json.loads(self.execution.output_schema or "{}")
        if faults := await asyncio.to_thread(forms.faults, promised, value):
            raise Fatal("output_form", f"The output has another form than the template promises: {faults[0]['msg']}")
        return await self.kept_text(OUTPUT, "", as_json(OUTPUT, value))

    async def kept_text(self, name: str, step: str, text: str) -> tuple[str | None, int]:
        """As it stands in the execution: None when it is too big for it and stands in a part of this name."""
        shown, size = inline(text)
        if shown is None:
            await self.record.keep_part(step, name, text)
        return shown, size


_SKIPPED = {"status": StepStatus.SKIPPED, "wait": None, "error": None}


def _earliest(waiting: list[Step]) -> datetime | None:
    moments = [step.wait.until for step in waiting if step.wait and step.wait.until]
    return min(moments, default=None)


def _stage(waiting: list[Step]) -> str:
    step = waiting[0]
    kinds = {"approval": "waits for a decision", "job": "waits for another job", "time": "waits for its next try"}
    return f"{step.name} {kinds[step.wait.kind] if step.wait else 'waits'}"


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """None is left behind, however often it must be told, and also when who waits for it is told to end."""
    interrupted = False
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=INSIST_SECONDS)
        except asyncio.CancelledError:
            interrupted = True
    await asyncio.gather(*tasks, return_exceptions=True)  # what they came to nobody asks for
    if interrupted:
        raise asyncio.CancelledError
