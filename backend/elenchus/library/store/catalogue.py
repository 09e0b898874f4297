"""Documents: what is known of each, and by which it is found."""

import re
from collections.abc import Mapping, Sequence

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import DuplicateKeyError, HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.library.errors import ContentContested
from elenchus.library.models import Document
from elenchus.library.schemas import DocumentFilters
from elenchus.library.store.generations import by_ids

ADD_ATTEMPTS = 3


async def add(owner: HasTenant, document: Document) -> Row | None:
    """None when it was added; else the document that has these bytes already. One of many at once wins."""
    documents = Document.owned_by(owner)
    for _ in range(ADD_ATTEMPTS):
        try:
            await documents.insert(document)
        except DuplicateKeyError:
            present = await twin(owner, document.content_hash)
            if present is not None:
                return None if present["_id"] == document.id else present
        else:
            return None
    raise ContentContested


async def twin(owner: HasTenant, content_hash: str) -> Row | None:
    """The document that has these bytes."""
    return await Document.owned_by(owner).row({"content_hash": content_hash})


async def bytes_kept(owner: HasTenant) -> int:
    """Of all originals."""
    sums = await Document.owned_by(owner).aggregate([{"$group": {"_id": None, "bytes": {"$sum": "$file_size"}}}])
    return int(sums[0]["bytes"]) if sums else 0


async def document(owner: HasTenant, document_id: Id) -> Row | None:
    return await Document.owned_by(owner).row({"_id": document_id})


async def documents(owner: HasTenant, filters: DocumentFilters, page: PageQuery) -> list[Row]:
    return await Document.owned_by(owner).newest(_matching(filters), limit=page.fetch, before=page.after)


def _matching(filters: DocumentFilters) -> Row:
    asked: Row = filters.model_dump(exclude_none=True, include={"category", "jurisdiction", "practice_area", "matter"})
    if filters.status:
        asked["processing.status"] = filters.status
    if filters.keyword:
        asked["keywords"] = filters.keyword
    if filters.q:
        asked["filename"] = {"$regex": re.escape(filters.q), "$options": "i"}
    return asked


async def existing(owner: HasTenant, document_ids: Sequence[Id]) -> set[Id]:
    """Those of the ids that are documents of this tenant."""
    return {row["_id"] for row in await by_ids(owner, Document, document_ids, fields={"_id": 1})}


async def change_details(
    owner: HasTenant, document_id: Id, changes: Mapping[str, object], *, revision: int | None
) -> bool:
    """False when it is gone or, with a `revision`, when it has another one by now."""
    unchanged = {} if revision is None else {"revision": revision}
    return await Document.owned_by(owner).update(
        {"_id": document_id, **unchanged}, {"$set": {**changes, "updated_at": now()}, "$inc": {"revision": 1}}
    )


async def attach(owner: HasTenant, document_id: Id, *, to: Id) -> bool:
    """The same file may have come with many messages."""
    return await Document.owned_by(owner).update({"_id": document_id}, {"$addToSet": {"attached_to": to}})


async def detach_all(owner: HasTenant, message_id: Id) -> int:
    """What was attached to a message that is gone stands alone."""
    return await Document.owned_by(owner).update_many(
        {"attached_to": message_id}, {"$pull": {"attached_to": message_id}}
    )


async def remove_document(owner: HasTenant, document_id: Id, *, though_held: bool = False) -> bool:
    """False when it is gone, or under legal hold."""
    free = {} if though_held else {"legal_hold": {"$ne": True}}
    return await Document.owned_by(owner).delete({"_id": document_id, **free})
