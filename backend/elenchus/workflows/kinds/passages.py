"""Passages as steps hand them on: JSON, numbered as a model is told of them."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from elenchus.core.ids import Id, IdField
from elenchus.core.principal import Principal
from elenchus.jobs.errors import Fatal
from elenchus.library import service as library
from elenchus.library.schemas import Passage
from elenchus.workflows.kinds.base import Given

MOST = 60  # that one step is given
LONGEST = 20_000  # characters of one


class PassageGiven(Given):
    """As `retrieve` gives it."""

    n: int = 0
    document_id: IdField
    document_title: Annotated[str, Field(max_length=500)] = ""
    chunk_id: IdField
    page_start: Annotated[int, Field(ge=1)]
    page_end: Annotated[int, Field(ge=1)]
    start_char: Annotated[int, Field(ge=0)]
    end_char: Annotated[int, Field(ge=0)]
    section: str | None = None
    text: Annotated[str, Field(max_length=LONGEST)]

    def value(self) -> Passage:
        fields = {name: getattr(self, name) for name in PassageGiven.model_fields if name != "n"}
        ids = {name: Id(fields[name]) for name in ("document_id", "chunk_id")}
        return Passage(**{**fields, **ids}, score=0.0, highlights=())


Passages = Annotated[list[PassageGiven], Field(max_length=MOST)]


async def recalled(principal: Principal, given: Sequence[PassageGiven] | None) -> tuple[Passage, ...] | None:
    """As the library has them: a step is given JSON, which says what it likes. Raises `Fatal` when one is gone."""
    if given is None:
        return None
    known = await library.recall(principal, [passage.chunk_id for passage in given])
    for passage in given:
        found = known.get(passage.chunk_id)
        if found is None or found.document_id != passage.document_id or found.text != passage.text:
            detail = "A document was deleted or read anew since its passages were found. Find them again."
            raise Fatal("passages_gone", detail)
    return tuple(passage.value() for passage in given)


def told(passages: Iterable[Passage]) -> list[JsonValue]:
    return [_told(n, passage) for n, passage in enumerate(passages, 1)]


def _told(n: int, passage: Passage) -> JsonValue:
    given = PassageGiven.model_validate(
        {name: getattr(passage, name) for name in PassageGiven.model_fields if name != "n"} | {"n": n}
    )
    shown: JsonValue = given.model_dump(mode="json")
    return shown
