"""HTTP: all users, for whoever runs the deployment; a person's data as one file; deletion, until erasure undone."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import AccountPrincipal, CurrentPrincipal, OwnerPrincipal, SuperuserPrincipal
from elenchus.identity.people import service
from elenchus.identity.people.schemas import PeopleFilter, PersonOut, PersonPatch, Prefix, TenantDeletion

router = APIRouter(prefix="/users", tags=["users"])
tenants_router = APIRouter(prefix="/tenants", tags=["tenants"])
Deleted = Annotated[bool, Query(description="those that are deleted and not erased yet, instead of the others")]


@router.get("", operation_id="list_users")
async def users(
    principal: SuperuserPrincipal,
    page: PageParams,
    q: Annotated[Prefix | None, Query(description="begins the e-mail address or the name")] = None,
    is_active: bool | None = None,
    deleted: Deleted = False,
) -> Page[PersonOut]:
    """Of all tenants, newest first."""
    return await service.page(PeopleFilter(q=q or None, is_active=is_active, deleted=deleted), page)


@router.get("/{user_id}", operation_id="get_user")
async def user(principal: CurrentPrincipal, user_id: IdField, deleted: Deleted = False) -> PersonOut:
    """Yourself; a superuser sees everybody."""
    return await service.get(principal, user_id, deleted=deleted)


@router.patch("/{user_id}", operation_id="change_user")
async def change(principal: SuperuserPrincipal, user_id: IdField, patch: PersonPatch) -> PersonOut:
    """A suspended user's sessions and API keys are refused within a second; activating lets them go on."""
    return await service.change(principal, user_id, patch)


@router.get("/{user_id}/export", operation_id="export_user", response_class=StreamingResponse)
async def export(principal: AccountPrincipal, user_id: IdField) -> StreamingResponse:
    """All that is kept of you, as one JSON file. A superuser may export anybody."""
    blocks = await service.export(principal, user_id)
    disposition = {"Content-Disposition": f'attachment; filename="elenchus-{user_id}.json"'}
    return StreamingResponse(blocks, media_type="application/json", headers=disposition)


@router.delete("/{user_id}", operation_id="delete_user", status_code=204)
async def delete(principal: AccountPrincipal, user_id: IdField) -> None:
    """Yourself; a superuser may delete anybody. Invisible at once, erased when the time to restore is over. A tenant
    that nobody else is in goes too; 409 where others are and nobody else owns it, and for the last superuser."""
    await service.delete(principal, user_id)


@router.post("/{user_id}/restore", operation_id="restore_user", status_code=204)
async def restore(principal: SuperuserPrincipal, user_id: IdField) -> None:
    """As they were, with the tenants that were deleted with them; 409 once their erasure has begun."""
    await service.restore(principal, user_id)


@tenants_router.delete("/current", operation_id="delete_tenant", status_code=204)
async def delete_tenant(principal: OwnerPrincipal, confirmation: TenantDeletion) -> None:
    """With all it holds, so send its name. Invisible at once, erased when the time to restore is over."""
    await service.delete_tenant(principal, name=confirmation.name)


@tenants_router.post("/{tenant_id}/restore", operation_id="restore_tenant", status_code=204)
async def restore_tenant(principal: SuperuserPrincipal, tenant_id: IdField) -> None:
    """As it was, with its members that are not deleted themselves; 409 once its erasure has begun."""
    await service.restore_tenant(principal, tenant_id)
