"""The job behind an analysis. What each step found is kept before the next begins, so that a worker that is killed
never does, or pays for, a finished step again."""

import asyncio
from functools import partial

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.jobs.errors import Fatal, Retryable
from elenchus.jobs.run import Run
from elenchus.library import store as library
from elenchus.library.analysing import grounding, service, store
from elenchus.library.analysing.desk import Desk, Found, gone
from elenchus.library.analysing.fitting import fitted
from elenchus.library.analysing.modelled import reading
from elenchus.library.analysing.models import Analysis, AnalysisStatus, Method, Spent
from elenchus.library.analysing.paper import Paper, load
from elenchus.library.analysing.rules import extracting
from elenchus.library.analysing.schemas import AnalysisResult, Authority

AUTHORITIES = "authorities"


async def perform(run: Run) -> None:
    principal = run.principal
    analysis = await store.find(principal, run.subject.id)
    if analysis is None:
        return
    if analysis.status is AnalysisStatus.COMPLETED:  # by an attempt that died before it could say so
        await _tidy(principal, analysis.document_id, analysis.id)
        return
    document = await library.document(principal, analysis.document_id)
    if document is None:
        await service.erase_of(principal, analysis.document_id)
        return
    await _require_same_text(principal, analysis, document)
    if not await store.begin(principal, analysis.id, generation=document["generation"]):
        return
    paper = await load(principal, document)
    if paper is None:
        raise Retryable("The document was read anew at this moment.")
    desk = Desk(run, analysis, paper)
    await desk.hold()
    await _carry_out(desk)


async def _require_same_text(principal: Principal, analysis: Analysis, document: Row) -> None:
    """What was found in one reading must not be mixed with what another one finds; before anything was, it may be."""
    if document["generation"] != analysis.generation and await store.has_parts(principal, analysis):
        detail = "The document was read anew while it was analysed. Ask for the analysis again."
        raise Fatal("document_changed", detail)


async def _carry_out(desk: Desk) -> None:
    await desk.run.progress(0.02, "citations")
    cited = await desk.kept(AUTHORITIES, partial(_authorities, desk.paper))
    method = reading.analyse if desk.analysis.method is Method.MODEL else extracting.analyse
    result = await method(desk)
    await desk.run.progress(0.98, "finishing")
    authorities = [Authority.model_validate(row) for row in cited["authorities"]]
    omitted = {**result.omitted, AUTHORITIES: cited["omitted"]} if cited["omitted"] else result.omitted
    result = result.model_copy(update={"authorities": authorities, "omitted": omitted})
    await desk.run.step("finish", partial(_finish, desk, await asyncio.to_thread(fitted, result)))


async def _authorities(paper: Paper) -> Found:
    found, omitted = await asyncio.to_thread(grounding.authorities, paper)
    return {"authorities": [one.model_dump(mode="json") for one in found], "omitted": omitted}, Spent()


async def _finish(desk: Desk, result: AnalysisResult) -> None:
    principal, id_ = desk.principal, desk.analysis.id
    current = await store.find(principal, id_)
    if current is None:
        raise gone()
    spent = await service.spent(principal, current)
    await store.complete(principal, id_, result=result.model_dump(mode="json"), spent=spent)
    await _tidy(principal, desk.analysis.document_id, id_)


async def _tidy(principal: Principal, document_id: Id, analysis_id: Id) -> None:
    """The result has all that the parts had."""
    await store.drop_parts(principal, document_id, analysis_id)
