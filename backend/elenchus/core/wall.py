"""What may never be asked of MongoDB on behalf of a tenant; `core.mongo` asks here before it sends anything."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn


class UnscopedAccess(RuntimeError):
    """Our own fault: code tried to reach tenant-owned data without saying for whom."""


class WrongTenant(RuntimeError):
    """Our own fault: a document of one tenant was about to be written on behalf of another."""


#: Beanie's verbs that know no tenant; a test looks for ones that a newer Beanie brings.
CLASS_VERBS = (
    "find find_one find_many find_all get all count aggregate distinct bulk_writer insert_one insert_many replace_many "
    "update_all delete_all inspect_collection avg max min sum"
).split()
INSTANCE_VERBS = (
    "insert create save save_changes replace update set inc current_date delete sync fetch_link fetch_all_links "
    "validate_self"
).split()

#: Stages that see nothing but the documents handed to them. Lists of what is allowed: what is new is refused.
_STAGES = frozenset(
    "$match $project $group $sort $limit $skip $unwind $set $addFields $unset $count $sortByCount $bucket "
    "$setWindowFields $replaceRoot $replaceWith".split()
)
_OPERATORS = frozenset("$set $unset $inc $push $pull $addToSet $min $max $currentDate".split())
_PIPELINE_OPERATORS = frozenset(("$set", "$unset"))


def closed(verb: str) -> Any:
    """What stands in the place of a verb that knows no tenant."""

    def refuse(*_args: object, **_kwargs: object) -> NoReturn:
        raise UnscopedAccess(f"`{verb}` knows no tenant; use `Model.owned_by(principal)`.")

    refuse.closes_beanie = True  # type: ignore[attr-defined]  # a test looks for verbs that are still open
    return refuse


def check_stage(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stage that reads or writes elsewhere would step over the wall."""
    for name in stage:
        if name not in _STAGES:
            raise UnscopedAccess(f"`{name}` may reach past the tenant's own documents.")
    return stage


def search_stage(stage: Mapping[str, Any], tenant_id: object) -> Mapping[str, Any]:
    """A search over all tenants' documents would rank everybody's and keep few of this one's."""
    [(name, asked)] = stage.items()
    if name == "$search" and "compound" in asked:
        own = {"equals": {"path": "tenant_id", "value": tenant_id}}
        compound = {**asked["compound"], "filter": [own, *asked["compound"].get("filter", ())]}
        return {name: {**asked, "compound": compound}}
    if name == "$vectorSearch":
        return {name: {**asked, "filter": {**asked.get("filter", {}), "tenant_id": tenant_id}}}
    raise UnscopedAccess(f"`{name}` has no filter that a tenant could stand in.")


def check_change(change: Any) -> Any:
    """No update moves a document to another tenant or takes its tenant away."""
    is_pipeline = not isinstance(change, Mapping)
    allowed = _PIPELINE_OPERATORS if is_pipeline else _OPERATORS
    for stage in change if is_pipeline else [change]:
        for operator, fields in stage.items():
            if operator not in allowed or any(map(_is_tenant, _paths(fields))):
                raise WrongTenant(f"`{operator}` could change whose document it is.")
    return change


def _paths(fields: Any) -> Iterator[str]:
    yield from [fields] if isinstance(fields, str) else fields


def _is_tenant(path: str) -> bool:
    return path == "tenant_id" or path.startswith("tenant_id.")
