"""What the library keeps of people and tenants. Documents are their firm's: a person's go with them as a list, and stay
when the person goes."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal, Role
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.library import ingestion
from elenchus.library.models import MODELS, Batch, Document, Shelf
from elenchus.library.schemas import DocumentOut

AT_ONCE = 100


async def export_documents(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """What is known of each, without its text."""
    rows, before = Document.owned_by(owner), None
    while found := await rows.newest({"uploaded_by": user_id}, limit=AT_ONCE, before=before):
        for row in found:
            yield Item({"tenant_id": owner.tenant_id, **DocumentOut.of(row).model_dump()})
        before = found[-1]["_id"]


async def keep_documents(_owner: HasTenant, _person: Leaver) -> None:
    """They belong to the firm; who uploaded them is a bare id."""


async def erase_documents(owner: HasTenant) -> None:
    """Files, pages, passages and their index, also of documents under legal hold: giving the firm up lets them go."""
    eraser = Principal(owner.tenant_id, DEPLOYMENT.user_id, Role.OWNER)
    for model, field in ((Document, "_id"), (Batch, "document_id")):
        rows = model.owned_by(owner)
        while found := await rows.rows({}, fields={field: 1}, limit=AT_ONCE):
            for document_id in dict.fromkeys(row[field] for row in found):
                await ingestion.erase(eraser, document_id, though_held=True)
    await Shelf.owned_by(owner).delete_many({})


PART = part(
    "documents",
    models=tuple(MODELS),
    export=export_documents,
    erase_person=keep_documents,
    erase_tenant=erase_documents,
)
