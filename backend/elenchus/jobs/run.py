"""What a task is given: who it works for, what about, and its steps."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping

import pymongo
from pydantic import JsonValue
from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.principal import Principal
from elenchus.jobs import store
from elenchus.jobs.errors import StepMisused
from elenchus.jobs.lease import Lease
from elenchus.jobs.models import Job, LogLine, Step
from elenchus.jobs.schemas import StepState, Subject

RESULT_BYTES = 256 * 1024  # one step's result; what is bigger belongs into the room's own collection
ALL_RESULTS_BYTES = 4 * 1024 * 1024  # MongoDB's document limit is 16 MB, and every write of the run rewrites the row
MOST_STEPS = 1000
SENTENCE_CHARACTERS = 500
PROGRESS_SECONDS = 0.5  # between two writes of progress within one stage
SHOWN_WITHIN_SECONDS = 2.0  # what is only shown does not hold the work up for longer
log = logs.get(__name__)


def at(_point: str) -> None:
    """A named place where a crash does the most harm. The chaos test replaces this and kills the process there."""


class Run:
    """One attempt at one job. Everything it writes is fenced: after a takeover it raises and changes nothing."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self._job = job
        self._lease = lease
        self._starting = asyncio.Lock()
        self._under_way: set[str] = set()
        self._shown: tuple[str, float] = ("", 0.0)
        self.job_id: Id = job.id
        self.principal: Principal = job.principal
        self.subject: Subject = job.about
        self.params: Mapping[str, JsonValue] = job.params
        self.attempt: int = job.attempts
        self.token: int = job.token
        self.worker: str = job.worker or ""

    async def step(self, name: str, work: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        """The result of this step: stored by an earlier attempt, or the work's, which is stored before this returns.

        After a crash the work begins again, so what it changes must bear repetition (see `effect_id`). A name stands
        for one step of the job. Raises Cancelled or LostLease when the run must end.
        """
        self._lease.check()
        if (done := self._done(name)) is not None:
            return json.loads(done)  # type: ignore[no-any-return]  # we wrote it, and it was JSON
        if name in self._under_way:
            raise StepMisused(f"The step {name!r} is under way already.")
        self._under_way.add(name)
        try:
            index = await self._start(name)
            at("in_step")
            result = _as_json(name, await work())
            at("after_work")
            await self._finish(index, result)
            at("after_step")
        finally:
            self._under_way.discard(name)
        return json.loads(result)  # type: ignore[no-any-return]  # not the work's own: alike now and after a crash

    def _done(self, name: str) -> str | None:
        return next((s.result for s in self._job.steps if s.name == name and s.state is StepState.DONE), None)

    async def _start(self, name: str) -> int:
        """Written before the work begins, so that a crash inside is counted to this step."""
        async with self._starting:  # places are given in order, also to steps that run side by side
            index, crashes = self._place(name)
            step = Step(name=name, started_at=now(), crashes=crashes)
            await self._lease.write(lambda: store.put_step(self._job, index, step))
            self._job.steps[index : index + 1] = [step]
            return index

    def _place(self, name: str) -> tuple[int, int]:
        steps = self._job.steps
        for index, step in enumerate(steps):
            if step.name == name:
                return index, step.crashes
        if len(steps) >= MOST_STEPS:
            raise StepMisused(f"A job has at most {MOST_STEPS} steps.")
        return len(steps), 0

    async def _finish(self, index: int, result: str) -> None:
        if len(result) + sum(len(step.result or "") for step in self._job.steps) > ALL_RESULTS_BYTES:
            raise StepMisused(f"The results of all steps are more than {ALL_RESULTS_BYTES} bytes.")
        done = {"state": StepState.DONE, "completed_at": now(), "result": result}
        step = self._job.steps[index].model_copy(update=done)
        await self._lease.write(lambda: store.put_step(self._job, index, step))
        self._job.steps[index] = step

    async def progress(self, fraction: float, stage: str) -> None:
        """For people who watch: written at most twice a second within one stage, and not at all while the database is
        away. Raises LostLease."""
        told_stage, told_at = self._shown
        if stage == told_stage and time.monotonic() - told_at < PROGRESS_SECONDS:
            return
        self._shown = (stage, time.monotonic())
        bounded = min(max(fraction, 0.0), 1.0)
        await self._show(lambda: store.set_progress(self._job, bounded, stage))

    async def log(self, sentence: str, **fields: JsonValue) -> None:
        """A line that the job's readers see; the last 100 are kept. Never a client's text."""
        log.info(sentence, **fields)
        line = LogLine(at=now(), sentence=sentence[:SENTENCE_CHARACTERS], fields=fields)
        await self._show(lambda: store.add_log(self._job, line))

    async def _show(self, write: Callable[[], Awaitable[bool]]) -> None:
        self._lease.check_held()
        try:
            with pymongo.timeout(SHOWN_WITHIN_SECONDS):
                written = await write()
        except PyMongoError as error:  # the work matters more than the telling of it
            log.warning("progress was not written", error=type(error).__name__)
            return
        if not written:
            raise self._lease.lose()

    async def write(self, attempt: Callable[[], Awaitable[bool]]) -> None:
        """One write of the room's own, waited for while the database is away. The room fences it by `token`: false
        from it means that another run has taken over. Raises LostLease."""
        await self._lease.write(attempt)

    async def checkpoint(self) -> None:
        """Raises Cancelled or LostLease when the run must end. Costs nothing, and lets the heartbeat run."""
        await asyncio.sleep(0)
        self._lease.check()

    async def fenced(self) -> bool:
        """Whether the job is still this run's, asked of the database: for the last moment before an outside effect."""
        return not self._lease.lost and self._lease.left > 0 and await store.holds(self._job)

    def effect_id(self, step: str, *parts: object) -> Id:
        """The same in every attempt: an effect done twice meets itself."""
        return derived_id(self.job_id, step, *parts)


def _as_json(name: str, result: JsonValue) -> str:
    try:
        text = json.dumps(result, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise StepMisused(f"The result of the step {name!r} is no JSON.") from error
    if len(text) > RESULT_BYTES:
        raise StepMisused(f"The result of the step {name!r} is {len(text)} bytes; at most {RESULT_BYTES} are kept.")
    return text
