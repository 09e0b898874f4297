"""An analysis of one document: a job of its own, for which the execution waits without a worker."""

from pydantic import JsonValue

from elenchus.core.ids import IdField
from elenchus.jobs.errors import Fatal
from elenchus.library.analysing import service as analysing
from elenchus.library.analysing.errors import AnalysisNotFound
from elenchus.library.analysing.schemas import AnalysisIn, AnalysisOut
from elenchus.workflows.errors import WaitsForJob
from elenchus.workflows.kinds.base import Desk, Kind
from elenchus.workflows.models import Spent

TRIES = 50  # of one step, over all its retries
_ENDED = frozenset({"failed", "cancelled"})


class AnalysisGiven(AnalysisIn):
    document_id: IdField


async def run(desk: Desk, given: AnalysisGiven) -> JsonValue:
    asked = AnalysisIn(**given.model_dump(exclude={"document_id"}))
    for number in range(TRIES):
        analysis_id = desk.effect_id("analysis", number)
        try:
            found = await analysing.get_analysis(desk.principal, given.document_id, analysis_id)
        except AnalysisNotFound:
            found = None
        if found is None or found.status not in _ENDED:
            break
        await desk.spent_elsewhere(found.id, _spent(found))
        if found.status != "cancelled" or await _round(desk, number) == desk.round:
            await _tell_once(desk, number, found)
    else:
        raise Fatal("too_many_tries", f"The analysis failed {TRIES} times. Begin a new execution.")
    if found is None or found.result is None:
        await _round(desk, number)
        started = await analysing.analyze(
            desk.principal,
            given.document_id,
            asked,
            analysis_id=analysis_id,
            awaited_by=desk.job_id,
            reserve=lambda job_id, most: desk.reserve(analysis_id, most, given.model, job_id=job_id),
        )
        raise WaitsForJob(started.job_id, "analysing")
    await desk.spent_elsewhere(found.id, _spent(found))
    result: JsonValue = found.result.model_dump(mode="json")
    return {
        "analysis_id": str(found.id),
        "document_id": str(given.document_id),
        "document_title": found.document_title,
        "method": found.method,
        "result": result,
    }


def _spent(found: AnalysisOut) -> Spent:
    usage = found.usage
    once = Spent.of_call(usage.prompt_tokens, usage.completion_tokens, usage.cost_usd)
    return once.model_copy(update={"calls": usage.calls})


async def _round(desk: Desk, number: int) -> JsonValue:
    """In which this analysis was begun: with that, it was stopped too."""

    async def now() -> JsonValue:
        return desk.round

    return await desk.kept(f"round of {number}", now)


async def _tell_once(desk: Desk, number: int, found: AnalysisOut) -> None:
    """That it failed is this turn's failure, until that is written; the next turn begins another analysis."""

    async def tell() -> JsonValue:
        return desk.turn

    if await desk.kept(f"failed {number}", tell) == desk.turn:
        error = found.error
        raise Fatal(error.code, error.detail) if error else Fatal("analysis_failed", "The analysis has failed.")


KIND = Kind("document_analysis", AnalysisGiven, run, asks_model=True)
