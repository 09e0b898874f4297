"""The templates' door: which there are, and a tenant's own."""

import asyncio
import json
from typing import Any

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.workflows import checking, forms, kinds
from elenchus.workflows.catalogue import shipped, store
from elenchus.workflows.catalogue.values import Known
from elenchus.workflows.definition import Definition
from elenchus.workflows.errors import (
    BadTemplate,
    NameTaken,
    NotYourTemplate,
    TemplateChanged,
    TemplateIsPublic,
    TemplateNotFound,
    TooManyTemplates,
)
from elenchus.workflows.models import Template, TemplateUse
from elenchus.workflows.schemas import CategoryOut, TemplateChange, TemplateIn, TemplateOut

TEMPLATE = "template"
MOST_OWN = 500
#: As they stand in a list.
CATEGORIES = {
    "contracts": "Contracts",
    "due-diligence": "Due diligence",
    "litigation": "Litigation",
    "research": "Research",
    "compliance": "Compliance",
    "other": "Other",
}


async def list_templates(
    principal: Principal, query: PageQuery, *, category: str | None, is_active: bool | None
) -> Page[TemplateOut]:
    """A tenant's own first, newest first; then those that everybody has, by title."""
    uses = await store.uses(principal)
    found = [known for known in await _all(principal) if category in (None, known.category)]
    shown = [known for known in found if is_active in (None, known.is_active)]
    ids = [known.id for known in shown]
    first = ids.index(query.after) + 1 if query.after in ids else 0
    rows = [{"_id": known.id, "known": known} for known in shown[first : first + query.fetch]]
    return query.page(rows, lambda row: _out(row["known"], uses.get(row["_id"])))


async def _all(principal: Principal) -> list[Known]:
    own = [Known.of(row) for row in await store.every(principal, limit=MOST_OWN)]
    return [*own, *sorted(shipped.templates().values(), key=lambda known: known.title)]


async def categories(principal: Principal) -> Page[CategoryOut]:
    """Those that have templates in use."""
    used = [known.category for known in await _all(principal) if known.is_active]
    names = [*CATEGORIES, *sorted(set(used) - CATEGORIES.keys())]
    found = [_category(name, used.count(name)) for name in names if name in used]
    return Page(items=found, next_cursor=None)


def _category(name: str, templates: int) -> CategoryOut:
    title = CATEGORIES.get(name, name.replace("-", " ").capitalize())
    return CategoryOut(name=name, title=title, templates=templates)


async def get(principal: Principal, template_id: Id) -> TemplateOut:
    known = await wanted(principal, template_id, None)
    return _out(known, await store.use(principal, template_id))


async def wanted(principal: Principal, template_id: Id | None, name: str | None) -> Known:
    """By id, or by name, where a tenant's own comes before what everybody has. Raises `TemplateNotFound`."""
    public = shipped.templates()
    if template_id is not None:
        row = await store.find(principal, template_id)
        found = Known.of(row) if row else public.get(template_id)
    else:
        row = await store.named(principal, name or "")
        found = Known.of(row) if row else next((one for one in public.values() if one.name == name), None)
    if found is None or (template_id is not None and name is not None and found.name != name):
        raise TemplateNotFound(template_id or name)
    return found


async def create(principal: Principal, given: TemplateIn) -> TemplateOut:
    if await store.number(principal) >= MOST_OWN:
        raise TooManyTemplates(MOST_OWN)
    definition = await asyncio.to_thread(_checked, given.definition, given.input_schema, given.output_schema)
    moment = now()
    row = Template(
        id=new_id(),
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        **given.model_dump(
            include={"name", "title", "description", "category", "icon", "is_active", "estimated_duration"}
        ),
        **_texts(definition, given.input_schema, given.output_schema),
        created_at=moment,
        updated_at=moment,
    )
    if not await store.insert(row):
        raise NameTaken(given.name)
    await audit.record(principal, Action.TEMPLATE_CREATED, TEMPLATE, row.id, name=row.name)
    return _out(Known.of(row), None)


async def change(
    principal: Principal, template_id: Id, given: TemplateChange, *, version: int | None = None
) -> TemplateOut:
    """A new version; executions that are under way go on with theirs. With a `version`, only of that one."""
    row = await _own(principal, template_id)
    if version is not None and row.version != version:
        raise TemplateChanged
    values = given.model_dump(exclude_unset=True)
    schema = values.pop("input_schema", None) or json.loads(row.input_schema)
    output = json.loads(row.output_schema) if row.output_schema else None
    output = values.pop("output_schema", output)
    raw = values.pop("definition", None) or json.loads(row.definition)
    definition = await asyncio.to_thread(_checked, raw, schema, output)
    kept = {name: value for name, value in values.items() if value is not None or name == "estimated_duration"}
    changed = {**kept, **_texts(definition, schema, output), "updated_at": now()}
    if not await store.change(principal, row, changed):
        raise TemplateChanged
    await audit.record(
        principal, Action.TEMPLATE_CHANGED, TEMPLATE, template_id, fields=[*sorted(given.model_fields_set)]
    )
    return await get(principal, template_id)


async def delete(principal: Principal, template_id: Id) -> None:
    """Executions of it stay, and go on."""
    row = await _own(principal, template_id)
    await store.remove(principal, row.id)
    await audit.record(principal, Action.TEMPLATE_DELETED, TEMPLATE, template_id, name=row.name)


async def _own(principal: Principal, template_id: Id) -> Template:
    """A member changes what they have made, an administrator all of the tenant's."""
    if template_id in shipped.templates():
        raise TemplateIsPublic
    row = await store.find(principal, template_id)
    if row is None:
        raise TemplateNotFound(template_id)
    if row.user_id != principal.user_id and not principal.role.covers(Role.ADMIN):
        raise NotYourTemplate
    return row


def _checked(definition: Any, input_schema: dict[str, Any], output_schema: dict[str, Any] | None) -> Definition:
    """Raises `BadTemplate` with all that is wrong, and in which step. Blocks, for up to a second."""
    inputs = {name: kind.given for name, kind in kinds.TABLE.items()}
    faults = [
        {**fault, "loc": ["definition", *fault["loc"]]}
        for fault in checking.faults(definition, kinds=inputs, inner=kinds.INNER)
    ]
    for name, schema in (("input_schema", input_schema), ("output_schema", output_schema)):
        if schema is not None:
            faults += [{**fault, "loc": [name, *fault["loc"]]} for fault in forms.check_schema(schema)]
    if faults:
        raise BadTemplate([{**fault, "loc": ["body", *fault["loc"]]} for fault in faults])
    return Definition.model_validate(definition)


def _texts(
    definition: Definition, input_schema: dict[str, Any], output_schema: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "definition": definition.model_dump_json(),
        "input_schema": json.dumps(input_schema),
        "output_schema": json.dumps(output_schema) if output_schema else None,
    }


def _out(known: Known, use: TemplateUse | None) -> TemplateOut:
    fields = {name: getattr(known, name) for name in TemplateOut.model_fields if name in Known.__dataclass_fields__}
    ended, completed = (use.ended, use.completed) if use else (0, 0)
    return TemplateOut(
        **{**fields, "definition": known.definition.model_dump(mode="json", exclude_none=True)},
        usage_count=use.begun if use else 0,
        success_rate=round(completed / ended, 4) if ended else None,
        avg_duration=round(use.seconds / completed, 3) if use and completed else None,
    )
