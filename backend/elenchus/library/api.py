"""HTTP for documents: upload, look into, change, read again, remove, search."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from elenchus.core import etag, problems
from elenchus.core.etag import IfMatch
from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal
from elenchus.library import service, viewing
from elenchus.library.errors import RangeNotSatisfiable
from elenchus.library.names import content_disposition
from elenchus.library.quoting.schemas import QuotesIn, QuotesOut
from elenchus.library.schemas import (
    ChunkOut,
    DetailsChange,
    DocumentFilters,
    DocumentOut,
    DocumentPageOut,
    SearchIn,
    SearchOut,
    UploadOut,
)
from elenchus.library.uploads import receiving
from elenchus.library.viewing import StoredFile

router = APIRouter(prefix="/documents", tags=["documents"])

DocumentId = Annotated[IdField, Path(description="the document's id")]
PageNumber = Annotated[int, Path(ge=1, le=1_000_000)]
IfNoneMatch = Annotated[str | None, Header(description="answer 304 when this is still its ETag")]
Width = Annotated[int, Query(ge=50, le=2_000, description="pixels; a tall page is drawn smaller")]
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)
#: What came with a document is shown by nobody's browser as a page of this site, and asked for again each time.
_SEALED = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
_LABEL: dict[str, Any] = {"type": "string", "maxLength": 100}
_UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 20,
                            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                        },
                        "category": _LABEL,
                        "jurisdiction": _LABEL,
                        "practice_area": _LABEL,
                        "keywords": {"type": "array", "maxItems": 50, "items": _LABEL},
                        "matter": _LABEL,
                    },
                }
            }
        },
    }
}


@router.post(
    "",
    operation_id="upload_documents",
    status_code=202,
    openapi_extra=_UPLOAD_BODY,
    responses={200: {"model": UploadOut, "description": "Every file was in the library already"}},
)
async def upload_documents(principal: MemberPrincipal, request: Request, response: Response) -> UploadOut:
    """Store files and queue their reading. Bytes that are here already answer with the document that has them."""
    async with receiving(request.headers.get("content-type", ""), request.stream()) as form:
        added = await service.add_documents(principal, form.files, form.details())
    if added.nothing_new:
        response.status_code = 200
    return added


@router.get("", operation_id="list_documents")
async def list_documents(
    principal: CurrentPrincipal, page: PageParams, filters: Annotated[DocumentFilters, Query()]
) -> Page[DocumentOut]:
    """Newest first."""
    return await service.list_documents(principal, filters, page)


@router.post("/search", operation_id="search_documents", openapi_extra={"x-scope": "documents:read"})
async def search_documents(principal: CurrentPrincipal, asked: SearchIn) -> SearchOut:
    """The best passages for a question, in all documents or in some."""
    return await service.search(principal, asked)


@router.post("/verify-quotes", operation_id="verify_quotes", openapi_extra={"x-scope": "documents:read"})
async def verify_quotes(principal: CurrentPrincipal, asked: QuotesIn) -> QuotesOut:
    """Whether each quotation stands in the document it is said to stand in, word for word."""
    return QuotesOut(items=await service.verify_quotes(principal, asked.quotes))


@router.get("/{document_id}", operation_id="get_document")
async def get_document(principal: CurrentPrincipal, document_id: DocumentId, response: Response) -> DocumentOut:
    return _tagged(await service.get_document(principal, document_id), response)


@router.patch("/{document_id}", operation_id="change_document")
async def change_document(
    principal: MemberPrincipal,
    document_id: DocumentId,
    change: DetailsChange,
    response: Response,
    if_match: IfMatch = None,
) -> DocumentOut:
    """Change labels or the name. With `If-Match`, only the version that has this ETag."""
    changed = await service.change_document(principal, document_id, change, revision=etag.revision(if_match))
    return _tagged(changed, response)


@router.delete("/{document_id}", operation_id="delete_document", status_code=204)
async def delete_document(principal: MemberPrincipal, document_id: DocumentId) -> None:
    """The document, its file and everything read from it."""
    await service.remove_document(principal, document_id)


@router.post("/{document_id}/reprocess", operation_id="reprocess_document", status_code=202)
async def reprocess_document(principal: MemberPrincipal, document_id: DocumentId) -> DocumentOut:
    """Read the file again; until that is done the present text stays in use."""
    return await service.reprocess(principal, document_id)


@router.get("/{document_id}/pages/{number}", operation_id="get_document_page")
async def get_document_page(
    principal: CurrentPrincipal, document_id: DocumentId, number: PageNumber
) -> DocumentPageOut:
    """The text of one page and where it lies in the whole."""
    return await viewing.get_page(principal, document_id, number)


@router.get(
    "/{document_id}/pages/{number}/image",
    operation_id="get_document_page_image",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "The page as it looks"},
        304: {"description": "Same"},
    },
)
async def get_document_page_image(
    principal: CurrentPrincipal,
    document_id: DocumentId,
    number: PageNumber,
    width: Width = 1_200,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A page of a PDF as a PNG."""
    picture = await viewing.page_picture(principal, document_id, number, width=width)
    headers = {**_SEALED, "ETag": f'"{picture.digest}-{number}-{width}"'}
    if etag.is_among(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(await picture.png(), headers=headers, media_type="image/png")


@router.get("/{document_id}/chunks", operation_id="list_document_chunks")
async def list_document_chunks(
    principal: CurrentPrincipal, document_id: DocumentId, page: PageParams
) -> Page[ChunkOut]:
    """The passages that searches find, in the order of the document."""
    return await viewing.list_chunks(principal, document_id, page)


@router.get(
    "/{document_id}/file",
    operation_id="get_document_file",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The whole original"},
        206: {"content": {"application/octet-stream": {}}, "description": "The range that was asked for"},
        304: {"description": "What the client has is the same"},
    },
)
async def get_document_file(
    principal: CurrentPrincipal,
    document_id: DocumentId,
    request: Request,
    range_: Annotated[str | None, Header(alias="range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The original as it was uploaded, or a range of its bytes; always a download, never a page of this site."""
    file = await viewing.open_file(principal, document_id)
    if etag.is_among(_file_tag(file), if_none_match):
        return Response(status_code=304, headers=_file_headers(file))
    try:
        part = _range(range_, file.size) if if_range in {None, _file_tag(file)} else None
    except RangeNotSatisfiable as refusal:
        return _unsatisfiable(refusal, request)
    start, end = part or (0, file.size)
    headers = _file_headers(file) | {"Content-Length": str(end - start)}
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    body: AsyncIterator[bytes] = file.read(start, end)
    return StreamingResponse(body, 206 if part else 200, headers, file.media_type)


def _unsatisfiable(refusal: RangeNotSatisfiable, request: Request) -> Response:
    """Here and not in the common handler, since RFC 9110 wants the size in a header."""
    headers = {"Content-Range": f"bytes */{refusal.size}"}
    return problems.response(refusal, instance=request.url.path, request_id=request.state.request_id, headers=headers)


def _file_headers(file: StoredFile) -> dict[str, str]:
    return {
        **_SEALED,
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition(file.filename),
        "ETag": _file_tag(file),
    }


def _file_tag(file: StoredFile) -> str:
    return f'"{file.digest}"'


def _range(asked: str | None, size: int) -> tuple[int, int] | None:
    """One range as [start, end), else None: RFC 9110 lets a server answer anything else with the whole."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise RangeNotSatisfiable(size)
    return start, end


def _tagged(document: DocumentOut, response: Response) -> DocumentOut:
    response.headers["ETag"] = etag.tag(document.revision)
    return document
