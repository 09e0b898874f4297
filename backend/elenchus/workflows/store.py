"""All MongoDB verbs of executions. Every write of a run passes the fence: its token, and the event that it follows."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import EPOCH, DuplicateKeyError, HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.workflows.models import Decision, Event, Execution, File, Part, part_id
from elenchus.workflows.schemas import OVER, ExecutionStatus, StepStatus

EVENTS_KEPT = 200
AT_ONCE = 100
_OVER = sorted(OVER)
_ID = {"_id": 1}
#: A list shows neither what was put in nor what came out.
_LISTED = {
    "definition": 0, "input_schema": 0, "output_schema": 0, "input": 0, "output": 0, "events": 0, "steps.input": 0,
    "steps.output": 0, "steps.attempts": 0,
}  # fmt: skip


async def insert(execution: Execution) -> bool:
    """False when the tenant has one of this name already."""
    try:
        await Execution.owned_by(execution).insert(execution)
    except DuplicateKeyError:
        return False
    return True


async def finish(draft: Execution) -> bool:
    """All of it is written. False when it is gone, or given up."""
    as_begun = {"_id": draft.id, "is_draft": True, "updated_at": draft.updated_at}
    return await Execution.owned_by(draft).update(as_begun, {"$set": {"is_draft": False, "updated_at": now()}})


async def give_up(draft: Execution) -> bool:
    """It is not finished any more. False when it is finished already."""
    unfinished = {"_id": draft.id, "is_draft": True}
    return await Execution.owned_by(draft).update(unfinished, {"$set": {"updated_at": EPOCH}})


async def find(owner: HasTenant, execution_id: Id) -> Execution | None:
    return await Execution.owned_by(owner).get(execution_id)


async def named(owner: HasTenant, name: str) -> Execution | None:
    """By the name that clients know, or by the id that jobs and events know."""
    executions = Execution.owned_by(owner)
    found = await executions.first({"execution_id": name})
    return found if found or not Id.is_valid(name) else await executions.get(Id(name))


async def page(owner: HasTenant, query: PageQuery, *, wanted: Mapping[str, Any]) -> list[Row]:
    whole = {**wanted, "is_draft": {"$ne": True}}
    return await Execution.owned_by(owner).newest(whole, limit=query.fetch, before=query.after, fields=_LISTED)


async def ids_of(owner: HasTenant, wanted: Mapping[str, Id]) -> AsyncIterator[Id]:
    """Newest first; they may be removed meanwhile."""
    before: Id | None = None
    while found := await Execution.owned_by(owner).newest(wanted, limit=AT_ONCE, before=before, fields=_ID):
        for each in found:
            yield each["_id"]
        before = found[-1]["_id"]


async def remove(execution: Execution) -> bool:
    """False when it is gone, or has been given a file since it was read."""
    no_more = {f"files.{len(execution.files)}": {"$exists": False}}
    return await Execution.owned_by(execution).delete({"_id": execution.id, **no_more})


async def untouched(owner: HasTenant, since: datetime, *, limit: int) -> list[Id]:
    """Those that ended before."""
    wanted = {"status": {"$in": _OVER}, "updated_at": {"$lt": since}}
    return [row["_id"] for row in await Execution.owned_by(owner).rows(wanted, fields=_ID, limit=limit)]


async def never_begun(before: datetime, *, limit: int) -> list[Execution]:
    """Of all tenants: the sweep's errand. The oldest first: more may be queued and wait for a worker."""
    waiting = {"status": ExecutionStatus.PENDING, "updated_at": {"$lt": before}}
    return await Execution.across_tenants().find(waiting, sort=[("updated_at", 1)], limit=limit)


# ---- the course of a run


async def take(owner: HasTenant, execution_id: Id, token: int) -> Execution | None:
    """For the run of this token; from here on no earlier run writes anything. None when there is nothing to do."""
    filter_ = {"_id": execution_id, "token": {"$lt": token}, "status": {"$ne": ExecutionStatus.COMPLETED}}
    executions = Execution.owned_by(owner)
    taken = await executions.update(filter_, {"$set": {"token": token, "decided_at": None, "updated_at": now()}})
    found = await executions.get(execution_id)
    is_mine = found is not None and found.token == token and found.status is not ExecutionStatus.COMPLETED
    return found if taken or is_mine else None


async def write(execution: Execution, change: Row, event: Event) -> bool:
    """The change and its event, once: false when another run has the execution, or somebody has ended it."""
    row = {**change, "seq": event.n, "updated_at": event.at}
    pushed = {"events": {"$each": [event.model_dump()], "$slice": -EVENTS_KEPT}}
    executions = Execution.owned_by(execution)
    fence = {"_id": execution.id, "token": execution.token}
    if await executions.update({**fence, "seq": event.n - 1}, {"$set": row, "$push": pushed}):
        return True
    return await executions.row({**fence, "seq": event.n, "updated_at": event.at}, fields=_ID) is not None


async def note_hold(owner: HasTenant, execution_id: Id, hold_id: Id) -> None:
    await Execution.owned_by(owner).update({"_id": execution_id}, {"$addToSet": {"holds": hold_id}})


async def drop_holds(owner: HasTenant, execution_id: Id, hold_ids: Sequence[Id]) -> None:
    await Execution.owned_by(owner).update({"_id": execution_id}, {"$pull": {"holds": {"$in": [*hold_ids]}}})


async def name_file(owner: HasTenant, execution_id: Id, file: File) -> None:
    """Before its bytes are kept, unless it has some."""
    named = file.model_copy(update={"is_there": False}).model_dump()
    without = {"_id": execution_id, "files.id": {"$ne": file.id}}
    await Execution.owned_by(owner).update(without, {"$push": {"files": named}})


async def add_file(owner: HasTenant, execution_id: Id, file: File) -> None:
    """Once, however often, and as it is now."""
    executions = Execution.owned_by(owner)
    without = {"_id": execution_id, "files.id": {"$ne": file.id}}
    if not await executions.update(without, {"$push": {"files": file.model_dump()}}):
        await executions.update({"_id": execution_id, "files.id": file.id}, {"$set": {"files.$": file.model_dump()}})


# ---- what people decide


async def decide(owner: HasTenant, execution_id: Id, index: int, decision: Decision, *, since: datetime) -> bool:
    """False when the step does not wait for it any more, as it does `since` then. A run writes no decision, but for
    taking one away that it has seen: so none is lost to what it writes meanwhile."""
    step = f"steps.{index}"
    waiting: Row = {f"{step}.status": StepStatus.WAITING, f"{step}.wait.kind": "approval", f"{step}.wait.since": since}
    # not `decision: None`: null behind a number in a path also matches what has one
    waiting[f"{step}.decision.at"] = {"$exists": False}
    filter_ = {"_id": execution_id, "status": {"$nin": _OVER}, **waiting}
    change = {f"{step}.decision": decision.model_dump(), "decided_at": decision.at}
    return await Execution.owned_by(owner).update(filter_, {"$set": change})


async def decision(owner: HasTenant, execution_id: Id, index: int) -> Decision | None:
    row = await Execution.owned_by(owner).row({"_id": execution_id}, fields={"steps.decision": 1})
    found = row and row["steps"][index].get("decision")
    return Decision.model_validate(found) if found else None


async def left_decided(before: datetime, *, limit: int) -> list[Execution]:
    """Of all tenants: whose decision no run has taken up."""
    wanted = {"decided_at": {"$gte": EPOCH, "$lt": before}}
    return await Execution.across_tenants().find(wanted, sort=[("decided_at", 1)], limit=limit)


async def forget_decided(execution: Execution) -> None:
    as_read = {"_id": execution.id, "decided_at": execution.decided_at}
    await Execution.owned_by(execution).update(as_read, {"$set": {"decided_at": None}})


async def change(execution: Execution, change: Row, event: Event) -> bool:
    """From outside of a run. False when something has happened since it was read, or a run has taken it."""
    row = {**change, "seq": event.n, "updated_at": event.at}
    pushed = {"events": {"$each": [event.model_dump()], "$slice": -EVENTS_KEPT}}
    filter_ = {"_id": execution.id, "token": execution.token, "seq": event.n - 1, "status": execution.status}
    return await Execution.owned_by(execution).update(filter_, {"$set": row, "$push": pushed})


# ---- what the steps gave


async def keep_part(owner: HasTenant, execution_id: Id, step: str, name: str, value: str) -> bool:
    """The first that is written stays: false when there is one."""
    part = Part(
        id=part_id(execution_id, step, name),
        tenant_id=owner.tenant_id,
        execution_id=execution_id,
        step=step,
        name=name,
        value=value,
    )
    return await Part.owned_by(owner).insert_missing([part]) == 1


async def part(owner: HasTenant, execution_id: Id, step: str, name: str) -> str | None:
    row = await Part.owned_by(owner).row({"_id": part_id(execution_id, step, name)}, fields={"value": 1})
    return None if row is None else str(row["value"])


async def parts(owner: HasTenant, execution_id: Id, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Of steps and names, those that are there."""
    wanted = {"_id": {"$in": [part_id(execution_id, *name) for name in names]}}
    rows = await Part.owned_by(owner).rows(wanted, fields={"step": 1, "name": 1, "value": 1}) if names else []
    return {(row["step"], row["name"]): row["value"] for row in rows}


async def drop_parts(owner: HasTenant, execution_id: Id) -> int:
    return await Part.owned_by(owner).delete_many({"execution_id": execution_id})


async def drop_all_parts(owner: HasTenant) -> int:
    return await Part.owned_by(owner).delete_many({})


# ---- what a watcher asks


async def told(owner: HasTenant, execution_id: Id) -> Row | None:
    fields = {"seq": 1, "status": 1, "events": 1}
    return await Execution.owned_by(owner).row({"_id": execution_id}, fields=fields)


async def place(owner: HasTenant, execution_id: Id) -> int | None:
    """The number of the last event."""
    row = await Execution.owned_by(owner).row({"_id": execution_id}, fields={"seq": 1})
    return None if row is None else int(row["seq"])
