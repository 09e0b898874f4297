"""Passages of the library that are about something."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from elenchus.core.ids import Id, IdField
from elenchus.library import service as library
from elenchus.library.schemas import MAX_DOCUMENTS, MAX_QUERY, Passage
from elenchus.workflows.kinds import passages
from elenchus.workflows.kinds.base import Desk, Given, Kind

MOST_QUERIES = 20
Query = Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]


class RetrieveGiven(Given):
    """Several queries give one list, in which each passage is once. Without documents the whole library is searched."""

    query: Query | None = None
    queries: Annotated[list[Query], Field(max_length=MOST_QUERIES)] = []
    document_ids: Annotated[list[IdField], Field(max_length=MAX_DOCUMENTS)] = []
    limit: Annotated[int, Field(ge=1, le=passages.MOST)] = 8

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if not self.query and not self.queries:
            raise ValueError("it needs a `query`, or `queries`")
        return self


async def run(desk: Desk, given: RetrieveGiven) -> JsonValue:
    found: dict[Id, Passage] = {}
    for query in [*([given.query] if given.query else []), *given.queries]:
        await desk.checkpoint()
        result = await library.retrieve(desk.principal, query, document_ids=given.document_ids, limit=given.limit)
        found |= {passage.chunk_id: passage for passage in result.passages if passage.chunk_id not in found}
    return {"passages": passages.told([*found.values()][: passages.MOST])}


KIND = Kind("retrieve", RetrieveGiven, run)
