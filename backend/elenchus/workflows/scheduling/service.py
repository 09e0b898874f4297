"""The schedules' door, and what happens at a tick.

The execution of a tick has an id that follows from schedule and moment. It is begun before the tick is noted, so that a
crash between the two begins it once all the same.
"""

import json
from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.identity import service as identity
from elenchus.workflows import service as executions
from elenchus.workflows import store as executions_store
from elenchus.workflows.catalogue import service as catalogue
from elenchus.workflows.scheduling import cron, store
from elenchus.workflows.scheduling.errors import ScheduleNotFound, TooManySchedules
from elenchus.workflows.scheduling.models import ScheduleTick, WorkflowSchedule
from elenchus.workflows.scheduling.schemas import (
    Missed,
    Overlap,
    ScheduleChange,
    ScheduleIn,
    ScheduleOut,
    TickOutcome,
)
from elenchus.workflows.schemas import ExecuteIn

SCHEDULE = "schedule"
DUE_AT_ONCE = 100
LATE = timedelta(minutes=2)  # a tick that nobody was there for; the clock is looked at more often
GONE = "Whoever made this schedule may not begin executions any more. Change it to make it yours."
log = logs.get(__name__)


async def create(principal: Principal, given: ScheduleIn) -> ScheduleOut:
    """Raises `TooManySchedules`, `TemplateNotFound`, `BadInput`."""
    if await store.number(principal) >= store.MOST:
        raise TooManySchedules(store.MOST)
    template = await catalogue.wanted(principal, given.template_id, None)
    await executions.checked_input(principal, template.input_schema, given.input_data)
    moment = now()
    schedule = WorkflowSchedule(
        id=new_id(),
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        role=principal.role,
        input=json.dumps(given.input_data),
        next_run_at=cron.following(given.cron, given.timezone, moment),
        since=moment,
        created_at=moment,
        updated_at=moment,
        **given.model_dump(exclude={"input_data"}),
    )
    await store.add(schedule)
    await audit.record(principal, Action.SCHEDULE_CREATED, SCHEDULE, schedule.id, template=template.name)
    return _out(schedule)


async def list_schedules(principal: Principal, query: PageQuery) -> Page[ScheduleOut]:
    """One's own, or for an administrator the tenant's; newest first."""
    user_id = None if principal.role.covers(Role.ADMIN) else principal.user_id
    rows = await store.page(principal, query, user_id=user_id)
    return query.page(rows, lambda row: _out(WorkflowSchedule.model_validate(row)))


async def get(principal: Principal, schedule_id: Id) -> ScheduleOut:
    return _out(await _found(principal, schedule_id))


async def change(principal: Principal, schedule_id: Id, given: ScheduleChange) -> ScheduleOut:
    """Whoever changes it answers for it from here on."""
    schedule = await _found(principal, schedule_id)
    values = {name: value for name, value in given.model_dump(exclude_unset=True).items() if value is not None}
    if given.input_data is not None:
        template = await catalogue.wanted(principal, schedule.template_id, None)
        await executions.checked_input(principal, template.input_schema, given.input_data)
        values["input"] = json.dumps(values.pop("input_data"))
    moment = now()
    after = schedule.model_copy(update=values)
    values["next_run_at"] = cron.following(after.cron, after.timezone, moment)
    owner = {"user_id": principal.user_id, "role": principal.role, "since": moment, "updated_at": moment}
    await store.change(principal, schedule_id, {**values, **owner})
    await audit.record(principal, Action.SCHEDULE_CHANGED, SCHEDULE, schedule_id, fields=[*sorted(values)])
    return _out(await _found(principal, schedule_id))


async def delete(principal: Principal, schedule_id: Id) -> None:
    """Executions that it has begun go on."""
    await _found(principal, schedule_id)
    await store.remove(principal, schedule_id)
    await audit.record(principal, Action.SCHEDULE_DELETED, SCHEDULE, schedule_id)


async def _found(principal: Principal, schedule_id: Id) -> WorkflowSchedule:
    schedule = await store.find(principal, schedule_id)
    if schedule is None:
        raise ScheduleNotFound(schedule_id)
    if schedule.user_id != principal.user_id and not principal.role.covers(Role.ADMIN):
        raise ScheduleNotFound(schedule_id)
    return schedule


# ---- the clock


async def tick(_due_at: datetime) -> None:
    """Begin what is due, over all tenants. One schedule's trouble is not the others'."""
    for schedule in await store.due(now(), limit=DUE_AT_ONCE):
        try:
            await _tick(schedule)
        except Exception:  # the worker border: it is due still, and tried again with the next look
            log.exception("a schedule could not tick", schedule_id=str(schedule.id))
            await store.push_back(schedule)


async def _tick(schedule: WorkflowSchedule) -> None:
    assert schedule.next_run_at is not None
    last, missed = cron.passed(schedule.cron, schedule.timezone, schedule.next_run_at, now())
    found = await _happened(schedule, last, missed)
    following = cron.following(schedule.cron, schedule.timezone, last)
    begun = {"last_execution_id": found.execution_id} if found.execution_id else {}
    if await store.ticked(schedule, found, {"next_run_at": following, **begun}):
        log.info("a schedule has ticked", schedule_id=str(schedule.id), outcome=found.outcome, missed=missed)


async def _happened(schedule: WorkflowSchedule, due_at: datetime, missed: int) -> ScheduleTick:
    note = ScheduleTick(due_at=due_at, at=now(), outcome=TickOutcome.SKIPPED, missed=missed)
    if schedule.missed is Missed.SKIP and now() - due_at > LATE:
        return note.model_copy(update={"reason": "No worker was there when it was due."})
    if schedule.overlap is Overlap.SKIP and await _is_under_way(schedule):
        return note.model_copy(update={"reason": "The execution of the tick before is still under way."})
    if not await _may_begin(schedule):
        return note.model_copy(update={"outcome": TickOutcome.FAILED, "reason": GONE})
    try:
        execution_id = await _begun(schedule, due_at)
    except Refusal as refusal:
        if refusal.status >= 500:
            raise
        return note.model_copy(update={"outcome": TickOutcome.FAILED, "reason": refusal.detail})
    why = "It was late: no worker was there when it was due." if missed or now() - due_at > LATE else None
    return note.model_copy(update={"outcome": TickOutcome.STARTED, "execution_id": execution_id, "reason": why})


async def _is_under_way(schedule: WorkflowSchedule) -> bool:
    if schedule.last_execution_id is None:
        return False
    before = await executions_store.named(schedule, schedule.last_execution_id)
    return before is not None and not before.status.is_over


async def _may_begin(schedule: WorkflowSchedule) -> bool:
    return await identity.may_act(schedule.user_id, schedule.tenant_id, since=schedule.since, role=Role.MEMBER)


async def _begun(schedule: WorkflowSchedule, due_at: datetime) -> str:
    owner = Principal(schedule.tenant_id, schedule.user_id, schedule.role)
    execution_id = str(derived_id("workflow tick", schedule.id, due_at.isoformat()))
    asked = ExecuteIn(
        template_id=schedule.template_id,
        input_data=json.loads(schedule.input),
        execution_id=execution_id,
        priority=schedule.priority,
        budget=schedule.budget,
    )
    await executions.execute(owner, asked, schedule_id=schedule.id)
    return execution_id


def _out(schedule: WorkflowSchedule) -> ScheduleOut:
    kept = schedule.model_dump(include=set(ScheduleOut.model_fields))
    kept["next_run_at"] = schedule.next_run_at if schedule.is_active else None
    return ScheduleOut(**kept, input_data=json.loads(schedule.input), created_by=schedule.user_id)
