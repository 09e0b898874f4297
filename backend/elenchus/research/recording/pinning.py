"""The passages that an answer was made of, given again instead of being searched for."""

from collections.abc import Sequence

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.library import service as library
from elenchus.library.schemas import Passage, Recalled, Retrieved
from elenchus.research.choosing import Retrieve
from elenchus.research.models import Answer
from elenchus.research.prompts import digest
from elenchus.research.recording.errors import SourcesGone
from elenchus.research.recording.schemas import Made, SourceRecorded


async def pinned(principal: Principal, answer: Answer) -> Retrieve:
    """Raises `SourcesGone` when the library has not every one of them to the letter."""
    made = Made.model_validate(answer.record)
    found = await library.recall(principal, [Id(row.chunk_id) for row in made.sources])
    gone = [n for n, row in enumerate(made.sources, 1) if not _is_same(row, found.get(Id(row.chunk_id)))]
    if gone or made.form is None:
        raise SourcesGone(gone)
    given = tuple(_passage(row, found[Id(row.chunk_id)]) for row in made.sources)

    async def retrieve(_principal: Principal, _query: str, _document_ids: Sequence[Id]) -> Retrieved:
        return Retrieved(given, made.retrieval_mode or "")

    return retrieve


def _is_same(row: SourceRecorded, found: Recalled | None) -> bool:
    return found is not None and str(found.document_id) == row.document_id and digest(found.text) == row.sha256


def _passage(row: SourceRecorded, found: Recalled) -> Passage:
    """Under its title of that time, which the model was told."""
    return Passage(
        document_id=found.document_id,
        document_title=row.document_title or "",
        chunk_id=Id(row.chunk_id),
        page_start=row.page_start or 1,
        page_end=row.page_end or 1,
        start_char=row.start_char,
        end_char=row.end_char,
        text=found.text,
        section=found.section,
        score=row.score or 0.0,
        highlights=(),
    )
