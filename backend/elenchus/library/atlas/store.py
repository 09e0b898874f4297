"""What `$search` and `$vectorSearch` are asked. The wall between tenants adds the tenant to each (`core.wall`).

The two indexes are made by whoever runs the database; `decisions/009-vectors-behind-the-words.md` has their
definitions. The pipelines are tested by their shape: none has been run against a real Atlas or mongot yet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bson.binary import Binary, BinaryVectorDtype
from pymongo.errors import OperationFailure

from elenchus.core.errors import Unavailable
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.library.models import Chunk

WORDS_INDEX, VECTORS_INDEX = "passages_by_words", "passages_by_meaning"
CANDIDATES_PER_HIT = 20  # what MongoDB recommends for the approximate search; its ceiling is below
MOST_CANDIDATES = 10_000
_PLACE = {"document_id": 1, "generation": 1, "index": 1}


class SearchAway(Unavailable):
    title = "The database does not search"


async def by_words(owner: HasTenant, words: str, *, document_ids: Sequence[Id] | None, limit: int) -> list[Row]:
    """Places and scores of passages, best first; None means all documents."""
    compound: Row = {"must": [{"text": {"query": words, "path": "text"}}]}
    if document_ids is not None:
        compound["filter"] = [{"in": {"path": "document_id", "value": document_ids}}]
    stage = {"$search": {"index": WORDS_INDEX, "compound": compound}}
    project = {"$project": {**_PLACE, "score": {"$meta": "searchScore"}}}
    return await _searched(owner, stage, [{"$limit": limit}, project])


async def by_vector(
    owner: HasTenant, vector: Sequence[float], *, document_ids: Sequence[Id] | None, limit: int
) -> list[Row]:
    asked: Row = {
        "index": VECTORS_INDEX,
        "path": "vector",
        "queryVector": _packed(vector),
        "numCandidates": min(MOST_CANDIDATES, CANDIDATES_PER_HIT * limit),
        "limit": limit,
    }
    if document_ids is not None:
        asked["filter"] = {"document_id": {"$in": document_ids}}
    return await _searched(
        owner, {"$vectorSearch": asked}, [{"$project": {**_PLACE, "score": {"$meta": "vectorSearchScore"}}}]
    )


async def put_vectors(owner: HasTenant, vectors: Mapping[Id, Sequence[float]]) -> None:
    """Beside the passages, where its index looks for them. Safe to repeat."""
    chunks = Chunk.owned_by(owner)
    for id_, vector in vectors.items():
        await chunks.update({"_id": id_}, {"$set": {"vector": _packed(vector)}})


def _packed(vector: Sequence[float]) -> Binary:
    return Binary.from_vector([float(number) for number in vector], BinaryVectorDtype.FLOAT32)


async def _searched(owner: HasTenant, stage: Mapping[str, Any], then: Sequence[Mapping[str, Any]]) -> list[Row]:
    try:
        return await Chunk.owned_by(owner).searched(stage, then)
    except OperationFailure as error:
        detail = "LIBRARY_SEARCH_BACKEND is atlas, and the database offers no such search index. Tell an administrator."
        raise SearchAway(detail) from error
