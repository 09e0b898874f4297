"""What people have kept from their conversations: exported, and erased with them."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.research.noting import store
from elenchus.research.noting.models import MODELS
from elenchus.research.noting.schemas import NoteOut


async def export_notes(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """Newest first."""
    async for row in store.of_person(owner, user_id):
        yield Item({"tenant_id": owner.tenant_id, **NoteOut.of(row).model_dump(mode="json")})


async def erase_notes_of(owner: HasTenant, person: Leaver) -> None:
    """Those too that a crash has left without their conversation."""
    await store.remove_of_person(owner, person.user_id)


PART = part(
    "notes",
    models=MODELS,
    export=export_notes,
    erase_person=erase_notes_of,
    erase_tenant=store.remove_in,
)
