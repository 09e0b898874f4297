"""What analysing keeps of people and tenants. An analysis belongs to the firm, as its document does: a person's go with
them as a list of what they asked, and stay when the person goes."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal, Role
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.library.analysing import service, store
from elenchus.library.analysing.models import MODELS

AT_ONCE = 100
_SHOWN = "document_id job_id analysis_type questions method model status created_at completed_at".split()


async def export_analyses(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """What was asked of which document; what it says is the document's."""
    before: Id | None = None
    while found := await store.begun_by(owner, user_id, limit=AT_ONCE, before=before):
        for row in found:
            before = row["_id"]
            yield Item({"id": before, "tenant_id": owner.tenant_id, **{name: row[name] for name in _SHOWN}})


async def keep_analyses(_owner: HasTenant, _person: Leaver) -> None:
    """They belong to the firm; who asked for them is a bare id."""


async def erase_analyses(owner: HasTenant) -> None:
    eraser = Principal(owner.tenant_id, DEPLOYMENT.user_id, Role.OWNER)
    while found := await store.documents_analysed(owner, limit=AT_ONCE):
        for document_id in found:
            await service.erase_of(eraser, document_id)


PART = part(
    "analyses",
    models=tuple(MODELS),
    export=export_analyses,
    erase_person=keep_analyses,
    erase_tenant=erase_analyses,
)
