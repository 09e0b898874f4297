"""An execution carried on with something changed: a child that takes over what the change does not touch."""

import json
from collections.abc import Collection, Sequence

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal
from elenchus.core.tracing import trace_id
from elenchus.identity import service as identity
from elenchus.workflows import files, planning, presenting, store
from elenchus.workflows.definition import Definition
from elenchus.workflows.errors import NotYoursToWrite, StepNotFound
from elenchus.workflows.models import Execution, Spent, Step
from elenchus.workflows.running.attempting import INPUT, OUTPUT
from elenchus.workflows.running.course import INLINE_BYTES
from elenchus.workflows.running.desk import as_json
from elenchus.workflows.schemas import Budget, ContinueIn, StepStatus

APPROVAL = "approval"
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
    """With its parts and files written, so that it can be stored and begun."""
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
        steps=[],
    )
    child.steps = [await _step(parent, child_id, step, again, given) for step in parent.steps]
    kept = {step.name for step in child.steps if step.status is StepStatus.COMPLETED}
    child.files = [
        await files.copy(parent, file, derived_id("workflow file", child_id, file.id))
        for file in parent.files
        if file.step in kept
    ]
    return child


_SAME = (
    "tenant_id", "template_id", "template_name", "template_version", "title", "definition", "output_schema", "priority",
)  # fmt: skip


def _budget(parent: Execution, given: ContinueIn) -> Budget:
    """Never more than the template allows."""
    if given.budget is None:
        return parent.budget
    return given.budget.within(Definition.model_validate_json(parent.definition).budget)


async def _step(parent: Execution, child_id: Id, step: Step, again: set[str], given: ContinueIn) -> Step:
    if step.name in again:
        return Step(name=step.name, type=step.type, title=step.title)
    taken = step.model_copy(update={"spent": Spent(), "attempts": [], "wait": None, "error": None})
    source = await presenting.text_of(parent, step.name, INPUT, step.input, step.input_bytes)
    if source is not None and step.input is None:
        await store.keep_part(parent, child_id, step.name, INPUT, source)
    if step.name in given.outputs:
        text = as_json(step.name, given.outputs[step.name])
        taken = taken.model_copy(update={"status": StepStatus.COMPLETED, "progress": 1.0, "completed_at": now()})
        return await _with_output(parent, child_id, taken, text)
    given_back = await presenting.text_of(parent, step.name, OUTPUT, step.output, step.output_bytes)
    return taken if given_back is None else await _with_output(parent, child_id, taken, given_back)


async def _with_output(parent: Execution, child_id: Id, step: Step, text: str) -> Step:
    size = len(text.encode(errors="surrogatepass"))
    if size > INLINE_BYTES:
        await store.keep_part(parent, child_id, step.name, OUTPUT, text)
    return step.model_copy(update={"output": text if size <= INLINE_BYTES else None, "output_bytes": size})
