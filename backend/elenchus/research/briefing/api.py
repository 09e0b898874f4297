"""HTTP for briefs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.research.briefing import exporting, service
from elenchus.research.briefing.schemas import BriefIn, BriefListed, BriefOut, BriefStarted
from elenchus.research.exporting.api import OnePlace, as_file
from elenchus.research.exporting.schemas import Format

router = APIRouter(prefix="/chat", tags=["chat"])

BriefId = Annotated[IdField, Path(description="the brief's id")]


@router.post("/brief", operation_id="create_brief", status_code=202)
async def create_brief(
    principal: MemberPrincipal, asked: BriefIn, request: Request, response: Response
) -> BriefStarted:
    """Facts and issues become a brief with verified citations; a job writes it. `Location` is where it will be."""
    started = await service.begin(principal, asked)
    response.headers["Location"] = f"{request.url.path}s/{started.brief_id}"
    return started


@router.get("/briefs", operation_id="list_briefs")
async def list_briefs(principal: CurrentPrincipal, page: PageParams) -> Page[BriefListed]:
    """Your own, newest first, without what they say."""
    return await service.page(principal, page)


@router.get("/briefs/{brief_id}", operation_id="get_brief")
async def get_brief(principal: CurrentPrincipal, brief_id: BriefId) -> BriefOut:
    """`result` is there when its `status` is completed."""
    return await service.get(principal, brief_id)


@router.delete("/briefs/{brief_id}", operation_id="delete_brief", status_code=204)
async def delete_brief(principal: MemberPrincipal, brief_id: BriefId) -> None:
    """One that is being written is stopped."""
    await service.delete(principal, brief_id)


@router.get(
    "/briefs/{brief_id}/export",
    operation_id="export_brief",
    dependencies=[OnePlace],
    response_class=StreamingResponse,
    responses={200: {"content": {each.media_type: {} for each in Format}}},
)
async def export_brief(
    request: Request,
    principal: CurrentPrincipal,
    brief_id: BriefId,
    wanted: Annotated[Format, Query(alias="format")] = Format.MARKDOWN,
) -> StreamingResponse:
    """As a file, with footnotes that give document, page and quote, and with what failed its examination."""
    return await as_file(request, principal, exporting.export(principal, brief_id, wanted))
