"""Executions without HTTP: begun by the room's own verbs, run by an engine that does only what the test tells it to."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.core.resources import resources
from elenchus.identity import service as identity
from elenchus.jobs.engine import Engine
from elenchus.jobs.models import Job
from elenchus.jobs.task import Task
from elenchus.workflows import service, store
from elenchus.workflows.definition import Definition
from elenchus.workflows.kinds.base import Desk, Given, Kind
from elenchus.workflows.models import Execution, Step
from elenchus.workflows.tasks import run_execution


async def made(principal: Principal, *steps: Mapping[str, Any], **more: Any) -> Execution:
    """Not stored yet."""
    raw = {"steps": [*steps], **{name: more.pop(name) for name in ("output", "budget") if name in more}}
    definition, moment, id_ = Definition.model_validate(raw), now(), new_id()
    fields = {
        "id": id_, "execution_id": str(id_), "tenant_id": principal.tenant_id, "user_id": principal.user_id,
        "role": principal.role, "job_id": new_id(), "template_id": new_id(), "template_name": "test",
        "template_version": 1, "title": "A test", "definition": definition.model_dump_json(),
        "input": json.dumps(more.pop("input", {})),
        "steps": [Step(name=step.name, type=step.type) for step in definition.steps],
        "tokens_month": await identity.usage.month(principal), "created_at": moment, "updated_at": moment,
        "budget": definition.budget or {},
    }  # fmt: skip
    return Execution(**fields | more)


async def begun(principal: Principal, *steps: Mapping[str, Any], **more: Any) -> Execution:
    execution = await made(principal, *steps, **more)
    await service.begin(principal, execution)
    return execution


async def fresh(execution: Execution) -> Execution:
    found = await store.find(execution, execution.id)
    assert found is not None
    return found


async def job_of(execution: Execution) -> Job:
    job = await Job.across_tenants().get((await fresh(execution)).job_id)
    assert job is not None
    return job


def engine(*tasks: Task, **changes: Any) -> Engine:
    settings = resources().settings.jobs.model_copy(update=changes)
    return Engine([run_execution, *tasks], settings, worker=f"w-{new_id()}")


async def leg(execution: Execution, by: Engine | None = None) -> Execution:
    """What its job needs now, if that is anything."""
    await (by or engine()).attend((await fresh(execution)).job_id)
    return await fresh(execution)


def kind(name: str, work: Callable[[Desk, Mapping[str, JsonValue]], Awaitable[JsonValue]], **more: Any) -> Kind[Any]:
    """Of this test alone; it takes whatever it is given."""

    class Anything(Given, extra="allow"):
        pass

    async def run(desk: Desk, given: Anything) -> JsonValue:
        return await work(desk, given.model_extra or {})

    return Kind(name, Anything, run, **more)


def table(monkeypatch: Any, *more: Kind[Any]) -> None:
    """These kinds too, until the test ends."""
    from elenchus.workflows import kinds

    monkeypatch.setattr(kinds, "TABLE", {**kinds.TABLE, **{one.name: one for one in more}})
    monkeypatch.setattr(kinds, "INNER", kinds.INNER | {one.name for one in more})


def states(execution: Execution) -> dict[str, str]:
    return {step.name: step.status.value for step in execution.steps}


def step_of(execution: Execution, name: str) -> Step:
    return next(step for step in execution.steps if step.name == name)


def outputs(execution: Execution, names: Iterable[str]) -> dict[str, Any]:
    return {name: json.loads(step_of(execution, name).output or "null") for name in names}


async def remove_job(job_id: Id) -> None:
    """As `age_out` does in the end."""
    await Job.across_tenants().delete({"_id": job_id})
