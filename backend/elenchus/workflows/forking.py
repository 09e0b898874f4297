"""An execution carried on with something changed: a child that takes over what the change does not touch."""

import json
from collections.abc import Collection, Sequence

from elenchus.core.clock import now
from elenchus.core.errors import Unavailable
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal
from elenchus.core.tracing import trace_id
from elenchus.identity import service as identity
from elenchus.jobs import run as runs
from elenchus.workflows import files, planning, store
from elenchus.workflows.definition import Definition
from elenchus.workflows.errors import NotYoursToWrite, StepNotFound
from elenchus.workflows.models import APPROVAL, INPUT, OUTPUT, Execution, File, Spent, Step, inline
from elenchus.workflows.running.desk import as_json
from elenchus.workflows.schemas import Budget, ContinueIn, StepStatus

_TAKEN_OVER = frozenset({StepStatus.COMPLETED, StepStatus.SKIPPED})


def to_do(execution: Execution, given: ContinueIn) -> set[str]:
    """The steps that are done anew. Raises `StepNotFound`, and `NotYoursToWrite` for what only a person decides."""
    definition = Definition.model_validate_json(execution.definition)
    names = set(definition.names)
    for name in [*given.outputs, *([given.from_step] if given.from_step else [])]:
        if name not in names:
            raise StepNotFound(name)
    if any(definition.step(name).type == APPROVAL for name in given.outputs):
        raise NotYoursToWrite
    if given.input_data is not None and given.from_step is None:
        return names - given.outputs.keys()
    changed = {*given.outputs, *([given.from_step] if given.from_step else [])}
    unfinished = {step.name for step in execution.steps if step.status not in _TAKEN_OVER}
    behind = _behind(definition, changed | unfinished)
    return (behind | unfinished | ({given.from_step} if given.from_step else set())) - given.outputs.keys()


def _behind(definition: Definition, names: Collection[str]) -> set[str]:
    """What needs one of them, directly or through others."""
    before = planning.ancestors(definition)
    return {name for name in definition.names if not before[name].isdisjoint(names)}


async def child_of(
    principal: Principal, parent: Execution, given: ContinueIn, value: object, documents: Sequence[Id] | None
) -> Execution:
    """A draft, to be stored before it is filled: nothing that is written for it is without an owner."""
    again, child_id, job_id, moment = to_do(parent, given), new_id(), new_id(), now()
    fields = {
        "id": child_id,
        "execution_id": str(child_id),
        "user_id": principal.user_id,
        "role": principal.role,
        "job_id": job_id,
        "parent_id": parent.execution_id,
        "schedule_id": None,
        "input": json.dumps(value),
        "document_ids": parent.document_ids if documents is None else documents,
        "budget": _budget(parent, given),
        "tokens_month": await identity.usage.month(principal),
        "trace_id": trace_id(job_id),
        "created_at": moment,
        "updated_at": moment,
    }
    child = Execution(
        **{name: getattr(parent, name) for name in _SAME},
        **fields,
        steps=[_step(step, again, given) for step in parent.steps],
        is_draft=True,
    )
    kept = {step.name for step in child.steps if step.status is StepStatus.COMPLETED}
    files_kept = [file for file in parent.files if file.step in kept and file.is_there]
    child.files = [file.model_copy(update={"id": _copy_id(child_id, file)}) for file in files_kept]
    return child


def _copy_id(child_id: Id, file: File) -> Id:
    return derived_id("workflow file", child_id, file.id)


async def fill(parent: Execution, child: Execution, given: ContinueIn) -> None:
    """With the parts and files of what it takes over; it can be begun then. Raises `Unavailable` when it was taken for
    dead meanwhile."""
    for step in child.steps:
        if step.input is None and step.input_bytes:
            await _inherit(parent, child, step.name, INPUT)
        if step.output is None and step.output_bytes:
            if step.name in given.outputs:
                text = as_json(step.name, given.outputs[step.name])
                await store.keep_part(child, child.id, step.name, OUTPUT, text)
            else:
                await _inherit(parent, child, step.name, OUTPUT)
    mine = {file.id for file in child.files}
    for file in parent.files:
        if (copy_id := _copy_id(child.id, file)) in mine:
            await files.copy(parent, file.id, copy_id)
    runs.at("workflow_after_filled")
    if not await store.finish(child):
        await files.delete_all(child)
        await store.drop_parts(child, child.id)
        raise Unavailable("It took too long to take over what is there already.")


async def _inherit(parent: Execution, child: Execution, step: str, name: str) -> None:
    text = await store.part(parent, parent.id, step, name)
    if text is not None:
        await store.keep_part(child, child.id, step, name, text)


_SAME = (
    "tenant_id", "template_id", "template_name", "template_version", "title", "definition", "input_schema",
    "output_schema", "priority",
)  # fmt: skip


def _budget(parent: Execution, given: ContinueIn) -> Budget:
    """Never more than the template allows."""
    if given.budget is None:
        return parent.budget
    return given.budget.within(Definition.model_validate_json(parent.definition).budget)


def _step(step: Step, again: set[str], given: ContinueIn) -> Step:
    if step.name in again:
        return Step(name=step.name, type=step.type, title=step.title)
    nothing = {"spent": Spent(), "unsettled": {}, "attempts": [], "wait": None, "error": None}
    taken = step.model_copy(update=nothing)
    if step.name not in given.outputs:
        return taken
    output, size = inline(as_json(step.name, given.outputs[step.name]))
    written = {"status": StepStatus.COMPLETED, "progress": 1.0, "completed_at": now()}
    return taken.model_copy(update={**written, "output": output, "output_bytes": size})
