"""People's executions and templates: exported with all that they say, and erased with who began or made them."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.workflows import erasing, presenting, store
from elenchus.workflows.catalogue import store as catalogue
from elenchus.workflows.models import Execution, Part, Template, TemplateUse


async def export_executions(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """Newest first."""
    async for execution_id in store.ids_of(owner, {"user_id": user_id}):
        if execution := await store.find(owner, execution_id):
            shown = await presenting.whole(execution)
            yield Item({"tenant_id": owner.tenant_id, **shown.model_dump(mode="json")})


async def erase_executions_of(owner: HasTenant, person: Leaver) -> None:
    await erasing.erase_all(owner, {"user_id": person.user_id})


async def erase_executions_in(owner: HasTenant) -> None:
    """With whatever a crash has left without its execution."""
    await erasing.erase_all(owner, {})
    await store.drop_all_parts(owner)


async def export_templates(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    async for template in catalogue.made_by(owner, user_id):
        yield Item(template.model_dump(mode="json"))


async def keep_templates_of(owner: HasTenant, person: Leaver) -> None:
    """They are the firm's, and go on working; who made them is taken off."""
    await catalogue.forget_maker(owner, person.user_id)


async def erase_templates_in(owner: HasTenant) -> None:
    await catalogue.drop_all(owner)


PARTS = (
    part(
        "executions",
        models=(Execution, Part),
        export=export_executions,
        erase_person=erase_executions_of,
        erase_tenant=erase_executions_in,
    ),
    part(
        "templates",
        models=(Template, TemplateUse),
        export=export_templates,
        erase_person=keep_templates_of,
        erase_tenant=erase_templates_in,
    ),
)
