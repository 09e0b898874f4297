"""HTTP: a tenant's settings, usage, members and invitations, and how one comes into it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from elenchus.core import etag
from elenchus.core.etag import IfMatch
from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import AdminPrincipal, CurrentPrincipal, OwnerPrincipal
from elenchus.identity.schemas import MembershipOut, TokensOut
from elenchus.identity.tenants import service as tenants
from elenchus.identity.tenants.schemas import (
    AcceptIn,
    InvitationIn,
    InvitationOut,
    MemberOut,
    NewInvitationOut,
    RoleIn,
    SwitchIn,
    TenantOut,
    TenantPatch,
    UsageOut,
    Versioned,
)

router = APIRouter(prefix="/tenants/current", tags=["tenants"])
#: How a person comes into a tenant.
auth_router = APIRouter(prefix="/auth", tags=["auth"])
UserId = Annotated[IdField, Path(description="the member's user id")]
InvitationId = Annotated[IdField, Path(description="the invitation's id")]


@router.get("", operation_id="read_tenant")
async def read_tenant(principal: CurrentPrincipal, response: Response) -> TenantOut:
    return _tagged(await tenants.read(principal), response)


@router.patch("", operation_id="change_tenant")
async def change_tenant(
    principal: OwnerPrincipal, patch: TenantPatch, response: Response, if_match: IfMatch = None
) -> TenantOut:
    """With `If-Match`, only the version you have seen: 412 when it was changed meanwhile."""
    return _tagged(await tenants.change(principal, patch, revision=etag.revision(if_match)), response)


def _tagged(tenant: Versioned, response: Response) -> TenantOut:
    response.headers["ETag"] = etag.tag(tenant.revision)
    return tenant.shown


@router.get("/usage", operation_id="read_usage")
async def read_usage(principal: CurrentPrincipal, request: Request) -> UsageOut:
    """What the tier allows and what is used of it; months begin and end in the tenant's time zone."""
    return await tenants.usage.overview(principal, requests=request.scope["state"].get("rate_limit"))


@router.get("/members", operation_id="list_members")
async def list_members(principal: CurrentPrincipal, page: PageParams) -> Page[MemberOut]:
    return await tenants.members.page(principal, page)


@router.patch("/members/{user_id}", operation_id="change_member")
async def change_member(principal: AdminPrincipal, user_id: UserId, body: RoleIn) -> MemberOut:
    """Owners are made and lowered by owners; lowering the last one is 409."""
    return await tenants.members.change_role(principal, user_id, body.role)


@router.delete("/members/{user_id}", operation_id="remove_member", status_code=204)
async def remove_member(principal: CurrentPrincipal, user_id: UserId) -> None:
    """Yourself, to leave; another as an administrator; an owner as an owner. The last owner stays: 409."""
    await tenants.members.remove(principal, user_id)


@router.post("/invitations", operation_id="create_invitation", status_code=201)
async def create_invitation(
    principal: AdminPrincipal, wish: InvitationIn, request: Request, response: Response
) -> NewInvitationOut:
    """Mails a link, and shows its token this once. An earlier invitation of the same address ends."""
    made = await tenants.invitations.invite(principal, wish)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return made


@router.get("/invitations", operation_id="list_invitations")
async def list_invitations(principal: AdminPrincipal, page: PageParams) -> Page[InvitationOut]:
    """Those that are open."""
    return await tenants.invitations.page(principal, page)


@router.delete("/invitations/{invitation_id}", operation_id="revoke_invitation", status_code=204)
async def revoke_invitation(principal: AdminPrincipal, invitation_id: InvitationId) -> None:
    await tenants.invitations.revoke(principal, invitation_id)


@auth_router.post("/invitations/accept", operation_id="accept_invitation")
async def accept_invitation(principal: CurrentPrincipal, body: AcceptIn) -> MembershipOut:
    """Joins the tenant that invited your address; `switch-tenant` enters it."""
    return await tenants.invitations.accept(principal, body.token)


@auth_router.post("/switch-tenant", operation_id="switch_tenant")
async def switch_tenant(principal: CurrentPrincipal, body: SwitchIn) -> TokensOut:
    """This session goes on in another of your tenants; the tokens it had end. In the one it is in already: 409."""
    return await tenants.switch(principal, body.tenant_id)
