"""Passages that were given to somebody before, by the ids of their chunks."""

from collections.abc import Sequence

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.library import store
from elenchus.library.schemas import Recalled


async def recall(owner: HasTenant, chunk_ids: Sequence[Id]) -> dict[Id, Recalled]:
    """Those that the library still has. A document that was read anew has others in their place."""
    rows = await store.chunks(owner, chunk_ids)
    standing = await store.existing(owner, list({row["document_id"] for row in rows.values()}))
    return {
        id_: Recalled(row["document_id"], row["text"], row["section"])
        for id_, row in rows.items()
        if row["document_id"] in standing
    }
