"""HTTP for workflows: templates and executions."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from elenchus.core import etag
from elenchus.core.etag import IfMatch
from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.research.exporting.names import attachment
from elenchus.workflows import files, service
from elenchus.workflows.catalogue import service as catalogue
from elenchus.workflows.schemas import (
    CategoryOut,
    ContinueIn,
    DecisionIn,
    ExecuteIn,
    ExecutionListed,
    ExecutionName,
    ExecutionOut,
    ExecutionStatus,
    StepName,
    StepValueOut,
    TemplateChange,
    TemplateIn,
    TemplateOut,
)

router = APIRouter(prefix="/workflows", tags=["workflows"])

TemplateId = Annotated[IdField, Path(description="the template's id")]
FileId = Annotated[IdField, Path(description="the file's id")]
ExecutionId = Annotated[ExecutionName, Path(description="the execution's id")]
Name = Annotated[StepName, Path(description="the step's name")]


@router.get("/templates", operation_id="list_templates")
async def list_templates(
    principal: CurrentPrincipal,
    page: PageParams,
    category: Annotated[str | None, Query(max_length=80)] = None,
    is_active: bool | None = None,
) -> Page[TemplateOut]:
    """Your tenant's own, newest first, then those that everybody has."""
    return await catalogue.list_templates(principal, page, category=category, is_active=is_active)


@router.post("/templates", operation_id="create_template", status_code=201)
async def create_template(
    principal: MemberPrincipal, given: TemplateIn, request: Request, response: Response
) -> TemplateOut:
    """What is wrong with it is told all at once, each fault with its step."""
    made = await catalogue.create(principal, given)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return _tagged(made, response)


@router.get("/templates/{template_id}", operation_id="get_template")
async def get_template(principal: CurrentPrincipal, template_id: TemplateId, response: Response) -> TemplateOut:
    return _tagged(await catalogue.get(principal, template_id), response)


@router.patch("/templates/{template_id}", operation_id="change_template")
async def change_template(
    principal: MemberPrincipal,
    template_id: TemplateId,
    given: TemplateChange,
    response: Response,
    if_match: IfMatch = None,
) -> TemplateOut:
    """A new version; executions that are under way go on with theirs. With `If-Match`, only of what has this ETag."""
    version = etag.revision(if_match)
    return _tagged(await catalogue.change(principal, template_id, given, version=version), response)


def _tagged(template: TemplateOut, response: Response) -> TemplateOut:
    response.headers["ETag"] = etag.tag(template.version)
    return template


@router.delete("/templates/{template_id}", operation_id="delete_template", status_code=204)
async def delete_template(principal: MemberPrincipal, template_id: TemplateId) -> None:
    """Executions of it stay, and go on."""
    await catalogue.delete(principal, template_id)


@router.get("/categories", operation_id="list_template_categories")
async def categories(principal: CurrentPrincipal) -> Page[CategoryOut]:
    """Those that have templates in use."""
    return await catalogue.categories(principal)


@router.post("/execute", operation_id="execute_workflow", status_code=202)
async def execute(principal: MemberPrincipal, asked: ExecuteIn, request: Request, response: Response) -> ExecutionOut:
    """The input is checked against the template's form. `Location` is where its course can be read."""
    execution = await service.execute(principal, asked)
    base = request.url.path.removesuffix("/execute")
    response.headers["Location"] = f"{base}/executions/{execution.execution_id}"
    return execution


@router.get("/executions", operation_id="list_executions")
async def executions(
    principal: CurrentPrincipal,
    page: PageParams,
    status: ExecutionStatus | None = None,
    template_id: Annotated[IdField | None, Query()] = None,
) -> Page[ExecutionListed]:
    """Your own, or for an administrator the tenant's; newest first, without what went in and came out."""
    return await service.page(principal, page, status=status, template_id=template_id)


@router.get("/executions/{execution_id}", operation_id="get_execution")
async def execution(principal: CurrentPrincipal, execution_id: ExecutionId) -> ExecutionOut:
    return await service.get(principal, execution_id)


@router.delete("/executions/{execution_id}", operation_id="delete_execution", status_code=204)
async def delete_execution(principal: MemberPrincipal, execution_id: ExecutionId) -> None:
    """Of one that is over; nothing of it stays."""
    await service.delete(principal, execution_id)


@router.post("/executions/{execution_id}/cancel", operation_id="cancel_execution", status_code=202)
async def cancel(principal: MemberPrincipal, execution_id: ExecutionId) -> ExecutionOut:
    """One that waits ends at once, one that works within two seconds."""
    return await service.cancel(principal, execution_id)


@router.post("/executions/{execution_id}/retry", operation_id="retry_execution", status_code=202)
async def retry(principal: MemberPrincipal, execution_id: ExecutionId) -> ExecutionOut:
    """From the step that it failed in; what was completed is not done, or paid for, again."""
    return await service.retry(principal, execution_id)


@router.post("/executions/{execution_id}/continue", operation_id="continue_execution", status_code=202)
async def carry_on(
    principal: MemberPrincipal, execution_id: ExecutionId, given: ContinueIn, response: Response, request: Request
) -> ExecutionOut:
    """A child execution of the same template, with what you have changed; what does not depend on it is taken over."""
    child = await service.carry_on(principal, execution_id, given)
    base = request.url.path.removesuffix(f"/{execution_id}/continue")
    response.headers["Location"] = f"{base}/{child.execution_id}"
    return child


@router.get("/executions/{execution_id}/steps/{name}", operation_id="get_step")
async def step(principal: CurrentPrincipal, execution_id: ExecutionId, name: Name) -> StepValueOut:
    """What it was given and gave, whole, however big."""
    return await service.step_values(principal, execution_id, name)


@router.get(
    "/executions/{execution_id}/files/{file_id}",
    operation_id="get_result_file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def result_file(
    principal: CurrentPrincipal,
    execution_id: ExecutionId,
    file_id: Annotated[IdField, Path(description="the file's id")],
) -> StreamingResponse:
    """A file that a step has made."""
    file = await service.result_file(principal, execution_id, file_id)
    headers = {
        "Content-Disposition": attachment(file.filename),
        "Cache-Control": "no-store",
        "Content-Length": str(file.bytes),
    }
    return StreamingResponse(files.read(principal, file.id), media_type=file.media_type, headers=headers)


@router.post("/executions/{execution_id}/steps/{name}/approve", operation_id="decide_step")
async def decide(principal: MemberPrincipal, execution_id: ExecutionId, name: Name, given: DecisionIn) -> ExecutionOut:
    """`approved: false` rejects it. 409 when it does not wait for a decision any more."""
    return await service.decide(principal, execution_id, name, given)
