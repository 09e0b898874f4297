"""The parts of the rooms that lie below: the ledger's jobs, and whatever is plain rows with a tenant."""

from collections.abc import AsyncIterator, Sequence

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, TenantOwned
from elenchus.identity.people import store
from elenchus.identity.people.parts import Item, Leaver, Part, part
from elenchus.identity.recovery import service as recovery
from elenchus.jobs import privacy as jobs


def plain_part(
    name: str,
    model: type[TenantOwned],
    *,
    shown: Sequence[str] = (),
    made_by: str | None = None,
    address: str | None = None,
) -> Part:
    """`made_by` and `address` name the fields that hold a person's id and e-mail key, `shown` what an export tells of
    what they made."""

    async def export(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
        for row in await store.rows(model, owner, {made_by: user_id}) if made_by else ():
            shown_fields = {field: row[field] for field in shown}
            yield Item({"id": row["_id"], "tenant_id": owner.tenant_id, **shown_fields})

    async def erase_person(owner: HasTenant, person: Leaver) -> None:
        if made_by:
            await store.remove_rows(model, owner, {made_by: person.user_id})
        if address:
            await store.remove_rows(model, owner, {address: person.email_key})

    async def erase_tenant(owner: HasTenant) -> None:
        await store.remove_rows(model, owner, {})

    return part(name, models=(model,), export=export, erase_person=erase_person, erase_tenant=erase_tenant)


async def _export_jobs(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    async for job in jobs.begun_by(owner, user_id):
        yield Item({"tenant_id": owner.tenant_id, **job.model_dump()})


async def _erase_jobs(owner: HasTenant, person: Leaver) -> None:
    await jobs.erase_begun_by(owner, person.user_id)
    await jobs.erase_about(owner, recovery.addressee(person.email_key))


JOBS = part("jobs", models=jobs.MODELS[:1], export=_export_jobs, erase_person=_erase_jobs, erase_tenant=jobs.erase_in)
