"""People's schedules: exported, and erased with who made them."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.workflows.scheduling import store
from elenchus.workflows.scheduling.models import MODELS


async def export(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    for schedule in await store.made_by(owner, user_id):
        yield Item(schedule.model_dump(mode="json"))


async def erase_of(owner: HasTenant, person: Leaver) -> None:
    await store.remove_of(owner, {"user_id": person.user_id})


async def erase_in(owner: HasTenant) -> None:
    await store.remove_of(owner, {})


PART = part("schedules", models=MODELS, export=export, erase_person=erase_of, erase_tenant=erase_in)
