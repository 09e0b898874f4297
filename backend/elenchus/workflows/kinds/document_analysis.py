"""An analysis of one document: a job of its own, for which the execution waits without a worker."""

from pydantic import JsonValue

from elenchus.core.ids import IdField
from elenchus.jobs.errors import Fatal
from elenchus.library.analysing import service as analysing
from elenchus.library.analysing.errors import AnalysisNotFound
from elenchus.library.analysing.schemas import AnalysisIn, AnalysisOut
from elenchus.workflows.errors import WaitsForJob
from elenchus.workflows.kinds.base import Desk, Kind

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
        await _tell_once(desk, number, found)
    else:
        raise Fatal("too_many_tries", f"The analysis failed {TRIES} times. Begin a new execution.")
    if found is None or found.result is None:
        started = await analysing.analyze(
            desk.principal,
            given.document_id,
            asked,
            analysis_id=analysis_id,
            awaited_by=desk.job_id,
            most_tokens=desk.tokens_left(),
        )
        raise WaitsForJob(started.job_id, "analysing")
    usage = found.usage
    if usage.calls:
        await desk.spent_elsewhere(
            usage.prompt_tokens, usage.completion_tokens, model=found.model, cost_usd=usage.cost_usd
        )
    result: JsonValue = found.result.model_dump(mode="json")
    return {
        "analysis_id": str(found.id),
        "document_id": str(given.document_id),
        "method": found.method,
        "result": result,
    }


async def _tell_once(desk: Desk, number: int, found: AnalysisOut) -> None:
    """That it failed is this attempt's failure; the next one begins another analysis."""
    is_new = False

    async def tell() -> JsonValue:
        nonlocal is_new
        is_new = True
        return str(found.id)

    await desk.kept(f"failed {number}", tell)
    if is_new:
        error = found.error
        raise Fatal(error.code, error.detail) if error else Fatal("analysis_failed", "The analysis has failed.")


KIND = Kind("document_analysis", AnalysisGiven, run, asks_model=True)
