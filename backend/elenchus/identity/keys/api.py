"""HTTP: API keys, for a tenant's administrators. Only a session may do any of this; a key never makes a key."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import AdminPrincipal
from elenchus.identity.keys import service as keys
from elenchus.identity.keys.schemas import ApiKeyIn, ApiKeyMade, ApiKeyOut

router = APIRouter(prefix="/api-keys", tags=["api keys"])


@router.get("", operation_id="list_api_keys")
async def list_api_keys(
    principal: AdminPrincipal,
    page: PageParams,
    revoked: Annotated[bool, Query(description="the revoked ones too")] = False,
) -> Page[ApiKeyOut]:
    """Your tenant's, newest first."""
    return await keys.page(principal, page, revoked=revoked)


@router.post("", operation_id="create_api_key", status_code=201)
async def create_api_key(principal: AdminPrincipal, wish: ApiKeyIn, request: Request, response: Response) -> ApiKeyMade:
    """A key that acts as you within its scopes, never as more than an administrator. `key` is shown this once."""
    made = await keys.create(principal, wish)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return made


@router.get("/{key_id}", operation_id="get_api_key")
async def get_api_key(principal: AdminPrincipal, key_id: IdField) -> ApiKeyOut:
    return await keys.get(principal, key_id)


@router.post("/{key_id}/rotate", operation_id="rotate_api_key")
async def rotate_api_key(principal: AdminPrincipal, key_id: IdField) -> ApiKeyMade:
    """Another secret for a key that you made; the old one is dead within a second. Again within 5 s: 409."""
    return await keys.rotate(principal, key_id)


@router.delete("/{key_id}", operation_id="revoke_api_key", status_code=204)
async def revoke_api_key(principal: AdminPrincipal, key_id: IdField) -> None:
    """It opens nothing from now on, and stays on record."""
    await keys.revoke(principal, key_id)
