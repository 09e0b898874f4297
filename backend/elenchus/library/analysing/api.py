"""HTTP for the analyses of a document."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.library.analysing import service
from elenchus.library.analysing.schemas import AnalysisIn, AnalysisListed, AnalysisOut, AnalysisStarted

router = APIRouter(prefix="/documents", tags=["documents"])

DocumentId = Annotated[IdField, Path(description="the document's id")]
AnalysisId = Annotated[IdField, Path(description="the id of one of its analyses")]


@router.post("/{document_id}/analyze", operation_id="analyze_document", status_code=202)
async def analyze_document(
    principal: MemberPrincipal, document_id: DocumentId, asked: AnalysisIn, request: Request, response: Response
) -> AnalysisStarted:
    """Lay out what a document says; a job does it. `Location` is where the result will be."""
    started = await service.analyze(principal, document_id, asked)
    response.headers["Location"] = request.url.path.removesuffix("analyze") + f"analyses/{started.analysis_id}"
    return started


@router.get("/{document_id}/analyses", operation_id="list_analyses")
async def list_analyses(principal: CurrentPrincipal, document_id: DocumentId, page: PageParams) -> Page[AnalysisListed]:
    """Newest first, without their results."""
    return await service.list_analyses(principal, document_id, page)


@router.get("/{document_id}/analyses/{analysis_id}", operation_id="get_analysis")
async def get_analysis(principal: CurrentPrincipal, document_id: DocumentId, analysis_id: AnalysisId) -> AnalysisOut:
    """One analysis; `result` is there when its `status` is completed."""
    return await service.get_analysis(principal, document_id, analysis_id)
