"""People's briefs: exported with all that they say, and erased with who asked for them."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.research.briefing import service, store
from elenchus.research.briefing.models import MODELS
from elenchus.research.briefing.schemas import BriefOut


async def export_briefs(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """Newest first."""
    async for brief_id in store.ids_of(owner, {"user_id": user_id}):
        if row := await store.row_of(owner, brief_id):
            yield Item({"tenant_id": owner.tenant_id, **BriefOut.of(row).model_dump(mode="json")})


async def erase_briefs_of(owner: HasTenant, person: Leaver) -> None:
    await service.erase_all(owner, {"user_id": person.user_id})


async def erase_briefs_in(owner: HasTenant) -> None:
    """With whatever a crash has left without its brief."""
    await service.erase_all(owner, {})
    await store.drop_all_parts(owner)


PART = part(
    "briefs",
    models=MODELS,
    export=export_briefs,
    erase_person=erase_briefs_of,
    erase_tenant=erase_briefs_in,
)
