"""HTTP: the record, for a tenant's administrators."""

from typing import Annotated

from fastapi import APIRouter, Query

from elenchus.audit import service
from elenchus.audit.schemas import ChainVerification, RowFilters, RowOut
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import AdminPrincipal

router = APIRouter(prefix="/audit", tags=["audit"])
Seq = Annotated[int | None, Query(ge=1, le=2**53, description="the `next_seq` of an earlier call")]


@router.get("", operation_id="list_audit_rows")
async def list_audit_rows(
    principal: AdminPrincipal, page: PageParams, filters: Annotated[RowFilters, Query()]
) -> Page[RowOut]:
    """Who did what to which object, when and from where; newest first."""
    return await service.look(principal, filters, page)


@router.get("/verify", operation_id="verify_audit")
async def verify_audit(principal: AdminPrincipal, from_seq: Seq = None) -> ChainVerification:
    """Follow the chain of hashes and seals from its beginning, or from a row on, and name the first row that is not as
    it was written."""
    return await service.verify(principal, from_seq=from_seq)
