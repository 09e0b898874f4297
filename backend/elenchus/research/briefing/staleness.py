"""Briefs whose documents say no longer what was quoted; told apart and marked as answers are."""

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.library import service as library
from elenchus.research.briefing import store
from elenchus.research.briefing.laying_out import sections_of
from elenchus.research.briefing.models import Brief
from elenchus.research.briefing.schemas import BriefResult
from elenchus.research.models import Citation
from elenchus.research.recording.staleness import lapsed

log = logs.get(__name__)


async def recheck(owner: HasTenant, document_id: Id) -> None:
    """All briefs that cite the document; safe to repeat."""
    marked = 0
    async for brief_id in store.citing(owner, document_id):
        if brief := await store.find(owner, brief_id):
            marked += await _recheck(owner, brief, document_id)
    if marked:
        log.info("briefs marked stale", document_id=str(document_id), briefs=marked)


async def watch(owner: HasTenant, brief_id: Id) -> None:
    """One that has just been completed: a document that went meanwhile did not find it among those that cite it."""
    brief = await store.find(owner, brief_id)
    if brief is None:
        return
    wanted = {Id(row.chunk_id): Id(row.document_id) for row in _citations(brief)}
    there = await library.still_there(owner, list(wanted)) if wanted else frozenset()
    for document_id in {wanted[chunk_id] for chunk_id in wanted.keys() - there}:
        await _recheck(owner, brief, document_id)


async def _recheck(owner: HasTenant, brief: Brief, document_id: Id) -> bool:
    """True when it is stale now and was not before."""
    cited = [row for row in _citations(brief) if row.document_id == str(document_id)]
    found, before = await lapsed(owner, document_id, cited), brief.stale.get(str(document_id))
    if found and before and (before.reason, before.citations) == (found.reason, found.citations):
        return False
    if found or before:
        await store.set_stale(owner, brief.id, document_id, found)
    return bool(found) and not before


def _citations(brief: Brief) -> list[Citation]:
    if brief.result is None:
        return []
    sections = sections_of(BriefResult.model_validate(brief.result))
    return [row for section in sections.values() for row in section.citations]


LISTENERS = (library.when_text_changes("research.briefing", recheck),)
