"""The door of executions: begin one, look at those there are, steer them, let them go."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import tracing
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import JobIsOver, JobNotFound
from elenchus.jobs.schemas import JobDetail, JobOutcome, JobStatus, Subject
from elenchus.library import service as library
from elenchus.workflows import erasing, forking, forms, presenting, store
from elenchus.workflows.catalogue import service as catalogue
from elenchus.workflows.catalogue.values import Known
from elenchus.workflows.errors import (
    BadInput,
    ExecutionIdTaken,
    ExecutionIsOver,
    ExecutionIsUnderWay,
    ExecutionNotFailed,
    ExecutionNotFound,
    FileNotFound,
    NothingToDecide,
    NotYoursToDecide,
    StepNotFound,
    TemplateInactive,
)
from elenchus.workflows.models import Decision, Execution, File, Step
from elenchus.workflows.running import performing
from elenchus.workflows.schemas import (
    Budget,
    ContinueIn,
    DecisionIn,
    ExecuteIn,
    ExecutionListed,
    ExecutionOut,
    ExecutionStatus,
    StepStatus,
    StepValueOut,
)

RUN = "workflows.run"
EXECUTION = "execution"


async def execute(principal: Principal, asked: ExecuteIn, *, schedule_id: Id | None = None) -> ExecutionOut:
    """Raises `TemplateNotFound`, `TemplateInactive`, `BadInput`, `DocumentNotFound`, `ExecutionIdTaken`."""
    template = await catalogue.wanted(principal, asked.template_id, asked.template_name)
    if not template.is_active:
        raise TemplateInactive(template.name)
    value = await checked_input(principal, template.input_schema, asked.input_data)
    execution = await _made(principal, template, value, asked, schedule_id)
    return await begin(principal, execution)


async def checked_input(
    principal: Principal, form: dict[str, Any], given: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """With the form's defaults; the documents that it names are the tenant's own. Raises `BadInput`."""
    value, faults = await asyncio.to_thread(_filled, form, dict(given))
    if faults:
        raise BadInput([{**fault, "loc": ["body", "input_data", *fault["loc"]]} for fault in faults])
    await library.require_read(principal, _documents(form, value))
    return value


def _filled(schema: dict[str, Any], given: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], list[dict[str, Any]]]:
    """With its defaults, and what is wrong with it. Blocks, for up to a second."""
    value = forms.with_defaults(schema, given)
    assert isinstance(value, dict)  # as whatever is given
    return value, forms.faults(schema, value)


def _documents(schema: dict[str, Any], value: dict[str, JsonValue]) -> list[Id]:
    return sorted(Id(found) for found in forms.document_ids(schema, value))


async def _made(
    principal: Principal, template: Known, value: dict[str, JsonValue], asked: ExecuteIn, schedule_id: Id | None
) -> Execution:
    budget, id_, job_id, moment = asked.budget or Budget(), new_id(), new_id(), now()
    return Execution(
        id=id_,
        execution_id=asked.execution_id or str(id_),
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        role=principal.role,
        job_id=job_id,
        template_id=template.id,
        template_name=template.name,
        template_version=template.version,
        title=template.title,
        definition=template.definition.model_dump_json(),
        input_schema=json.dumps(template.input_schema),
        output_schema=json.dumps(template.output_schema) if template.output_schema else None,
        input=json.dumps(value),
        steps=[Step(name=step.name, type=step.type, title=step.title) for step in template.definition.steps],
        document_ids=_documents(template.input_schema, value),
        budget=budget.within(template.definition.budget),
        priority=asked.priority,
        tokens_month=await identity.usage.month(principal),
        schedule_id=schedule_id,
        trace_id=tracing.trace_id(job_id),
        created_at=moment,
        updated_at=moment,
    )


async def begin(principal: Principal, execution: Execution) -> ExecutionOut:
    """Stored first, then its job: from then on it reaches an end whatever fails."""
    if not await store.insert(execution):
        known = await store.named(principal, execution.execution_id)
        if known is None or not _is_same(known, execution):
            raise ExecutionIdTaken(execution.execution_id)
        await submit(known)
        return await presenting.whole(known)
    return await _begun(principal, execution)


async def _begun(principal: Principal, execution: Execution) -> ExecutionOut:
    await submit(execution)
    await audit.record(
        principal, Action.EXECUTION_STARTED, EXECUTION, execution.id,
        template=execution.template_name, version=execution.template_version,
        documents=[str(id_) for id_ in execution.document_ids],
    )  # fmt: skip
    return await presenting.whole(execution)


def _is_same(known: Execution, asked: Execution) -> bool:
    names = ("tenant_id", "user_id", "template_id", "input", "schedule_id", "parent_id")
    return all(getattr(known, name) == getattr(asked, name) for name in names)


async def submit(execution: Execution) -> None:
    starter = Principal(execution.tenant_id, execution.user_id, execution.role)
    about = Subject(EXECUTION, execution.id)
    await jobs.submit(RUN, starter, subject=about, job_id=execution.job_id, priority=execution.priority)


# ---- looking


async def found(principal: Principal, execution_id: str) -> Execution:
    """One's own, or for an administrator any of the tenant's."""
    execution = await store.named(principal, execution_id)
    if execution is None or execution.is_draft or not _may_see(principal, execution):
        raise ExecutionNotFound(execution_id)
    return execution


def _may_see(principal: Principal, execution: Execution) -> bool:
    return execution.user_id == principal.user_id or principal.role.covers(Role.ADMIN)


async def page(
    principal: Principal, query: PageQuery, *, status: ExecutionStatus | None, template_id: Id | None
) -> Page[ExecutionListed]:
    wanted: dict[str, Any] = {"status": status, "template_id": template_id}
    wanted["user_id"] = None if principal.role.covers(Role.ADMIN) else principal.user_id
    rows = await store.page(principal, query, wanted={name: v for name, v in wanted.items() if v is not None})
    return query.page(rows, presenting.listed)


async def get(principal: Principal, execution_id: str) -> ExecutionOut:
    execution = await found(principal, execution_id)
    audit.note(
        principal, Action.EXECUTION_READ, EXECUTION, execution.id,
        documents=[str(id_) for id_ in execution.document_ids],
    )  # fmt: skip
    return await presenting.whole(execution)


async def step_values(principal: Principal, execution_id: str, name: str) -> StepValueOut:
    execution = await found(principal, execution_id)
    _, step = _step(execution, name)
    audit.note(principal, Action.EXECUTION_READ, EXECUTION, execution.id, step=name)
    return await presenting.values(execution, step)


async def result_file(principal: Principal, execution_id: str, file_id: Id) -> File:
    """Its bytes are `files.read`'s. Raises `FileNotFound`."""
    execution = await found(principal, execution_id)
    file = next((one for one in execution.files if one.id == file_id), None)
    if file is None or not file.is_there:
        raise FileNotFound(file_id)
    await audit.record(principal, Action.EXECUTION_EXPORTED, EXECUTION, execution.id, file=str(file_id))
    return file


def _step(execution: Execution, name: str) -> tuple[int, Step]:
    for index, step in enumerate(execution.steps):
        if step.name == name:
            return index, step
    raise StepNotFound(name)


# ---- steering


async def cancel(principal: Principal, execution_id: str) -> ExecutionOut:
    """One that waits ends at once, one that works as soon as its worker hears of it."""
    execution = await found(principal, execution_id)
    if execution.status.is_over:
        raise ExecutionIsOver(execution_id, execution.status)
    as_admin = replace(principal, role=Role.ADMIN)  # who may see it may stop it
    try:
        job = await _cancelled(as_admin, execution)
    except JobIsOver as error:
        current = await found(principal, execution_id)
        raise ExecutionIsOver(execution_id, current.status) from error
    if job.status is JobStatus.CANCELLED:
        await _end_now(principal, execution)
    await audit.record(principal, Action.EXECUTION_CANCELLED, EXECUTION, execution.id)
    return await presenting.whole(await found(principal, execution_id))


async def _end_now(principal: Principal, execution: Execution) -> None:
    outcome = JobOutcome(execution.job_id, RUN, JobStatus.CANCELLED, None, {})
    await performing.ended(principal, Subject(EXECUTION, execution.id), outcome)


async def _cancelled(principal: Principal, execution: Execution) -> JobDetail:
    """A job that is not there yet may be on its way, and is made so that it meets its cancellation."""
    try:
        return await jobs.cancel(principal, execution.job_id)
    except JobNotFound:
        await submit(execution)
        return await jobs.cancel(principal, execution.job_id)


async def retry(principal: Principal, execution_id: str) -> ExecutionOut:
    """From the step that it failed in; what was completed is not done again."""
    execution = await found(principal, execution_id)
    if execution.status not in {ExecutionStatus.FAILED, ExecutionStatus.CANCELLED}:
        raise ExecutionNotFailed(execution_id, execution.status)
    try:
        await jobs.retry(replace(principal, role=Role.ADMIN), execution.job_id)
        await performing.told_again(execution)
    except JobNotFound:  # the ledger forgets what ended long ago
        job_id = new_id()
        anew = {"job_id": job_id, "token": 0, "trace_id": tracing.trace_id(job_id)}
        if again := await performing.told_again(execution, **anew):
            await submit(again)
    await audit.record(principal, Action.EXECUTION_RETRIED, EXECUTION, execution.id, step=execution.error_step)
    return await presenting.whole(await found(principal, execution_id))


async def carry_on(principal: Principal, execution_id: str, given: ContinueIn) -> ExecutionOut:
    """A child that takes over what is not changed. Raises `ExecutionIsUnderWay`, `StepNotFound`, `BadInput`."""
    parent = await found(principal, execution_id)
    if not parent.status.is_over:
        raise ExecutionIsUnderWay(execution_id)
    value: dict[str, JsonValue] = json.loads(parent.input)
    documents: list[Id] | None = None
    if given.input_data is not None:
        kept = parent.input_schema
        form = json.loads(kept) if kept else (await catalogue.wanted(principal, parent.template_id, None)).input_schema
        value = await checked_input(principal, form, given.input_data)
        documents = _documents(form, value)
    child = await forking.child_of(principal, parent, given, value, documents)
    await store.insert(child)
    await forking.fill(parent, child, given)
    return await _begun(principal, child)


async def delete(principal: Principal, execution_id: str) -> None:
    execution = await found(principal, execution_id)
    if not execution.status.is_over:
        raise ExecutionIsUnderWay(execution_id)
    await erasing.erase(principal, execution.id)
    await audit.record(principal, Action.EXECUTION_DELETED, EXECUTION, execution.id)


async def decide(principal: Principal, execution_id: str, name: str, given: DecisionIn) -> ExecutionOut:
    execution = await found(principal, execution_id)
    index, step = _step(execution, name)
    if step.status is not StepStatus.WAITING or step.wait is None or step.wait.kind != "approval":
        raise NothingToDecide(name)
    if step.wait.four_eyes and principal.user_id == execution.user_id:
        raise NotYoursToDecide
    decision = Decision(approved=given.approved, comment=given.comment, user_id=principal.user_id, at=now())
    is_late = step.wait.until is not None and step.wait.until <= decision.at
    if is_late or not await store.decide(principal, execution.id, index, decision, since=step.wait.since):
        raise NothingToDecide(name)
    await jobs.unpark(principal, execution.job_id)
    await audit.record(principal, Action.STEP_DECIDED, EXECUTION, execution.id, step=name, approved=given.approved)
    return await presenting.whole(await found(principal, execution_id))
