"""All MongoDB verbs of templates and of how they fare."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from elenchus.core.ids import Id
from elenchus.core.mongo import DuplicateKeyError, HasTenant
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.workflows.models import Execution, Template, TemplateUse, use_id
from elenchus.workflows.schemas import ExecutionStatus

COUNTED_KEPT = 200  # far more than may be told a second time


async def insert(template: Template) -> bool:
    """False when the name is taken."""
    try:
        await Template.owned_by(template).insert(template)
    except DuplicateKeyError:
        return False
    return True


async def find(owner: HasTenant, template_id: Id) -> Template | None:
    return await Template.owned_by(owner).get(template_id)


async def named(owner: HasTenant, name: str) -> Template | None:
    return await Template.owned_by(owner).first({"name": name})


async def every(owner: HasTenant, *, limit: int) -> list[Template]:
    return await Template.owned_by(owner).find({}, sort=[("_id", -1)], limit=limit)


async def number(owner: HasTenant) -> int:
    return await Template.owned_by(owner).count({})


async def change(owner: HasTenant, template: Template, values: Mapping[str, Any]) -> bool:
    """A new version. False when it has another one by now."""
    as_seen = {"_id": template.id, "version": template.version}
    return await Template.owned_by(owner).update(as_seen, {"$set": {**values, "version": template.version + 1}})


async def remove(owner: HasTenant, template_id: Id) -> bool:
    return await Template.owned_by(owner).delete({"_id": template_id})


async def made_by(owner: HasTenant, user_id: Id) -> AsyncIterator[Template]:
    for template in await Template.owned_by(owner).find({"user_id": user_id}):
        yield template


# ---- how they fare


async def uses(owner: HasTenant) -> dict[Id, TemplateUse]:
    return {use.template_id: use for use in await TemplateUse.owned_by(owner).find({})}


async def use(owner: HasTenant, template_id: Id) -> TemplateUse | None:
    return await TemplateUse.owned_by(owner).get(use_id(owner.tenant_id, template_id))


async def count_begun(execution: Execution) -> None:
    if execution.started_at is None:
        await _count(execution, f"{execution.id} begun", {"begun": 1})


async def count_ended(execution: Execution) -> None:
    """Cancelled ones say nothing of the template. One that went on after it failed counts again when it ends."""
    if execution.status not in {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED}:
        return
    is_completed = execution.status is ExecutionStatus.COMPLETED
    seconds = execution.active_seconds if is_completed else 0.0
    mark = f"{execution.id} {execution.token}"
    await _count(execution, mark, {"ended": 1, "completed": int(is_completed), "seconds": seconds})


async def _count(execution: Execution, mark: str, sums: Mapping[str, float]) -> None:
    """Once, however often it is told."""
    uses_ = TemplateUse.owned_by(execution)
    id_ = use_id(execution.tenant_id, execution.template_id)
    await uses_.insert_missing([TemplateUse(id=id_, tenant_id=execution.tenant_id, template_id=execution.template_id)])
    pushed = {"counted": {"$each": [mark], "$slice": -COUNTED_KEPT}}
    await uses_.update({"_id": id_, "counted": {"$ne": mark}}, {"$inc": dict(sums), "$push": pushed})


async def forget_maker(owner: HasTenant, user_id: Id) -> None:
    await Template.owned_by(owner).update_many({"user_id": user_id}, {"$set": {"user_id": DEPLOYMENT.user_id}})


async def drop_all(owner: HasTenant) -> None:
    await Template.owned_by(owner).delete_many({})
    await TemplateUse.owned_by(owner).delete_many({})
