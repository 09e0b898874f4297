"""HTTP in OpenAI's shape: change a client's base URL to `…/api/v1/openai/v1` and its key to one of ours."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from elenchus.core.principal import CurrentPrincipal, MemberPrincipal, credential_of
from elenchus.core.scopes import FIELD
from elenchus.core.telling import SSE
from elenchus.research import service as research
from elenchus.research.following import Reading
from elenchus.research.openai_api import service
from elenchus.research.openai_api.schemas import Completion, CompletionIn, ModelOut, Models
from elenchus.research.openai_api.service import Chunks
from elenchus.research.telling import stream

router = APIRouter(prefix="/openai/v1", tags=["openai"])

_CHUNKS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Completion,
        "content": {SSE: {"schema": {"type": "string"}}},
        "description": "The completion; with `stream: true` its chunks and `[DONE]`",
    }
}


@router.get("/models", operation_id="list_openai_models", openapi_extra={FIELD: "chat:read"})
async def list_openai_models(_may: CurrentPrincipal) -> Models:
    """Those that a question may name."""
    return service.models()


@router.get("/models/{model_id:path}", operation_id="get_openai_model", openapi_extra={FIELD: "chat:read"})
async def get_openai_model(_may: CurrentPrincipal, model_id: Annotated[str, Path(max_length=200)]) -> ModelOut:
    """One of them."""
    return service.model(model_id)


async def _asked(principal: MemberPrincipal, asked: CompletionIn, request: Request) -> Reading:
    """Every refusal happens here."""
    return await service.ask(principal, asked, request_id=str(request.state.request_id))


@router.post(
    "/chat/completions",
    operation_id="create_openai_completion",
    openapi_extra={FIELD: "chat:write"},
    responses=_CHUNKS,
)
async def create_openai_completion(
    asked: CompletionIn, reading: Annotated[Reading, Depends(_asked)], request: Request
) -> Response:
    """A question with what was said before; each call begins a conversation of its own. Who leaves before the answer is
    complete finds it there: only `POST /chat/messages/{id}/stop` ends it."""
    if asked.stream:
        return stream(reading, request, Chunks(asked, reading).of)
    with research.while_allowed(credential_of(request.scope), reading.principal):
        told = service.completion(asked, await reading.outcome())
    return Response(told.model_dump_json(), media_type="application/json")
